package server

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/authconform/authconform/harness/played/person"
)

func TestAForgedFormHasOnlyWhatAnotherSiteCanKnow(t *testing.T) {
	const (
		redirect = "https://app.example/callback"
		secret   = "Zb1hVt7bQ9w0xK4c"
		query    = "client_id=app&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback"
	)
	known := []string{redirect, "a transaction that the attacker began"}
	for name, c := range map[string]struct {
		action, want string // addresses
		fields, left url.Values
	}{
		"a token in a field":           {"/allow", "/allow", url.Values{"csrf": {secret}, "a": {"1"}}, url.Values{"a": {"1"}}},
		"a token that is base64":       {"/allow", "/allow", url.Values{"csrf": {secret + "=="}}, url.Values{}},
		"a token in the address":       {"/allow?hmac=" + secret + "&x=1", "/allow?x=1", url.Values{}, url.Values{}},
		"the request itself":           {"/allow", "/allow", url.Values{"redirect_uri": {redirect}}, url.Values{"redirect_uri": {redirect}}},
		"the request as a query":       {"/allow", "/allow", url.Values{"query": {query}}, url.Values{"query": {query}}},
		"the request in the address":   {"/allow?" + query, "/allow?" + query, url.Values{}, url.Values{}},
		"what the attacker has begun":  {"/allow", "/allow", url.Values{"req": {known[1]}}, url.Values{"req": {known[1]}}},
		"a word, and nothing to press": {"/allow", "/allow", url.Values{"decision": {"allow"}}, url.Values{"decision": {"allow"}}},
	} {
		form := &person.PageForm{Method: http.MethodPost, Action: c.action, Fields: c.fields}
		forge(form, known)
		if form.Action != c.want || form.Fields.Encode() != c.left.Encode() {
			t.Errorf("%s: %s with %s, want %s with %s", name, form.Action, form.Fields.Encode(), c.want, c.left.Encode())
		}
	}
}
