package mock

import (
	_ "embed" // the description's parts
	"encoding/json"
	"fmt"
	"net/http"
)

//go:embed openapi/common.json
var commonDescription []byte

//go:embed openapi/ca.json
var caDescription []byte

// Describe adds a part, an OpenAPI 3.1 document, to the description that the control plane serves.
func (k *Control) Describe(part []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.parts = append(k.parts, part)
}

// merge puts the members of one object into another, those of their objects too.
func merge(into, from map[string]any) map[string]any {
	if into == nil {
		into = map[string]any{}
	}
	for name, value := range from {
		a, both := into[name].(map[string]any)
		b, object := value.(map[string]any)
		if both && object {
			value = merge(a, b)
		}
		into[name] = value
	}
	return into
}

// describe answers GET openapi.json. It needs no token: it holds no secret.
func (k *Control) describe(w http.ResponseWriter, _ *http.Request) {
	k.mu.RLock()
	parts := k.parts
	k.mu.RUnlock()
	var whole map[string]any
	for _, part := range parts { // merged when somebody asks: thousands of mocks are started and never asked
		var m map[string]any
		if err := json.Unmarshal(part, &m); err != nil {
			panic(fmt.Sprintf("a part of the description of the control plane: %v", err)) // a defect of ours
		}
		whole = merge(whole, m)
	}
	w.Header().Set("Content-Type", "application/json")
	soon(w)
	_ = json.NewEncoder(w).Encode(whole)
}
