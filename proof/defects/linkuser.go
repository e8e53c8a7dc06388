package defects

var linkUser = []Defect{}
