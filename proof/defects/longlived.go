package defects

var longLived = []Defect{}
