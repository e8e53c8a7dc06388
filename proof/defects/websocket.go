package defects

var websocket = []Defect{}
