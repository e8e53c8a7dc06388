package defects

var metadataDocument = []Defect{}
