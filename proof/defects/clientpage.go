package defects

var clientPage = []Defect{}
