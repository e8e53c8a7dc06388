package defects

var redirectURI = []Defect{}
