package defects

var refresh = []Defect{}
