package defects

var loginFlow = []Defect{}
