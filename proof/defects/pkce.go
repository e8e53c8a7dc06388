package defects

var pkce = []Defect{}
