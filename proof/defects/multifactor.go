package defects

var multiFactor = []Defect{}
