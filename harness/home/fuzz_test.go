package home

import (
	"net/http"
	"testing"

	"github.com/authconform/authconform/harness/wire"
)

// FuzzStep reads answers of the login flow and of the list of login providers, in any shape.
func FuzzStep(f *testing.F) {
	for _, seed := range []string{
		`{"type":"form","flow_id":"f","step_id":"init","errors":{"base":"invalid_auth"}}`, `{"type":1,"result":{},"errors":[]}`,
		`{"providers":[{"type":"homeassistant"},{}],"preselect_remember_me":true}`, `[{"type":[]}]`, `null`, `"x"`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		e := &wire.Exchange{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}
		if s := StepOf(e); s.Exchange != e {
			t.Error("a step without its exchange")
		}
		for _, kind := range readProviders(e).providers {
			if kind.Type == "" {
				t.Errorf("%q has a provider without a type", body)
			}
		}
	})
}
