package defects

var loginPage = []Defect{}
