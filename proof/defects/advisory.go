package defects

var advisory = []Defect{}
