package accountlink

import (
	"encoding/json"
	"testing"
)

// FuzzHello: a first frame names one service and nothing else, or it is no greeting (the same of a refresh and its token).
func FuzzHello(f *testing.F) {
	for _, seed := range []string{
		`{"service":"demo"}`, `{"service":1}`, `{"service":"a","x":1}`, `[]`, `{"refresh_token":"r"}`,
		`{"refresh_token":null}`, "\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		service := hello(true, []byte(raw))
		token, ok := readRefresh([]byte(raw))
		if (service != "" || ok) && !json.Valid([]byte(raw)) || ok == (token == "") {
			t.Errorf("%q: the service %q, the token %q, %v", raw, service, token, ok)
		}
	})
}
