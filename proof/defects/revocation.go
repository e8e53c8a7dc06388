package defects

var revocation = []Defect{}
