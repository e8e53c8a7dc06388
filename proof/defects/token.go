package defects

var token = []Defect{}
