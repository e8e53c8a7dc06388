package defects

var bearer = []Defect{}
