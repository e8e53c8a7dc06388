package defects

var robustness = []Defect{}
