package defects

var metadata = []Defect{}
