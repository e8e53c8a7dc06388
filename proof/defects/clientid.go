package defects

var clientID = []Defect{}
