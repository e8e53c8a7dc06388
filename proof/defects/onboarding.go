package defects

var onboarding = []Defect{}
