package defects

var headers = []Defect{}
