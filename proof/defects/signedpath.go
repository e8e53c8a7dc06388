package defects

var signedPath = []Defect{}
