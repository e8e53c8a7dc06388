package server

import (
	"net/http"
	"testing"

	"github.com/authconform/authconform/harness/wire"
)

func TestNullRegistersNothing(t *testing.T) {
	for body, good := range map[string]bool{
		`{"client_id": "a", "grant_types": ["authorization_code"]}`:             true,
		`{"client_id": "a", "contacts": null}`:                                  true,
		`{"client_id": "a", "contacts": null, "grant_types": null}`:             false, // we registered grant types
		`{"client_id": "a", "contacts": "ada@app.example"}`:                     false,
		`{"client_id": "a", "token_endpoint_auth_method": null}`:                true,
		`{"client_id": "a", "token_endpoint_auth_method": ["none"]}`:            false,
		`{"client_id": "a", "client_name": null, "redirect_uris": ["https:a"]}`: false,
	} {
		e := &wire.Exchange{Status: http.StatusCreated, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}
		if got, _ := haveRegisteredTypes().Match(e); got != good {
			t.Errorf("%s: %v, want %v", body, got, good)
		}
	}
}
