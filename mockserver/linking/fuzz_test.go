package linking

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// FuzzToken: a token is taken from an answer, or there is a reason why not; never both, never neither.
func FuzzToken(f *testing.F) {
	for _, seed := range []string{
		`{"access_token":"a","refresh_token":"r","expires_in":1800,"token_type":"Bearer"}`,
		`{"access_token":"a","expires_in":"1e9"}`, `{"error":"x"}`, `[]`,
	} {
		f.Add(seed, "application/json", 200)
	}
	f.Add(`{}`, "text/html; charset", 302)
	f.Fuzz(func(t *testing.T, body, kind string, status int) {
		a := TokenAnswer{Status: status, Header: http.Header{"Content-Type": {kind}}, Body: []byte(body)}
		for _, refresh := range []bool{false, true} {
			token, why := readToken(a, refresh)
			if (token == nil) != (why != Failure{}) || token != nil && token.text("access_token") == "" {
				t.Errorf("%d %q %q: %v and %+v", status, kind, body, token, why)
			}
		}
	})
}

// FuzzState: no state is taken but one that was signed.
func FuzzState(f *testing.F) {
	key := []byte("key of a flow")
	made := signState("flow", "http://127.0.0.1/auth/external/callback", key, time.Time{})
	for _, seed := range []string{made, made + "=", strings.TrimSuffix(made, "a"), "eyJhbGciOiJub25lIn0.e30.", "..", "a.b.c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if _, _, ok := readState(raw, key, time.Time{}); ok && raw != made {
			t.Errorf("%q is taken", raw)
		}
	})
}

// FuzzAuthorizeURL: what a third party's endpoint says, our parameters are there once and as they were given.
func FuzzAuthorizeURL(f *testing.F) {
	for _, seed := range []string{
		"https://a.example/authorize", "https://a.example/authorize?state=own&tenant=b#x", "%zz", "//?=&=", "http://h/?a;b",
	} {
		f.Add(seed, "s&=é")
	}
	f.Fuzz(func(t *testing.T, endpoint, state string) {
		made, err := url.Parse(authorizeURL(endpoint, [][2]string{{"state", state}}))
		if err != nil {
			return // the endpoint is no URL, and stays as it is
		}
		if _, bad := url.Parse(endpoint); bad == nil && (len(made.Query()["state"]) != 1 || made.Query().Get("state") != state) {
			t.Errorf("%q with %q: %v", endpoint, state, made)
		}
	})
}
