package mockprovider_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/authconform/authconform/mockprovider"
)

// FuzzAuthorize: no query sends a browser anywhere but to a redirect that is registered, or to the provider itself.
func FuzzAuthorize(f *testing.F) {
	p := fuzzed(f)
	for _, seed := range []string{
		"client_id=home&redirect_uri=" + redirect + "&response_type=code&state=x", "client_id=home&client_id=phone",
		"redirect_uri=//evil.example",
		"client_id=home&redirect_uri=http://127.0.0.1:8123/auth/external/callback%00", "%zz&=&;",
		"client_id=phone&response_type=token&redirect_uri=" + redirect,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:1/oauth/authorize", nil)
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		to := w.Header().Get("Location")
		if w.Code >= 500 || to != "" && !strings.HasPrefix(to, redirect+"?") && !strings.HasPrefix(to, "/") {
			t.Errorf("%q: %d, to %q", query, w.Code, to)
		}
	})
}

// FuzzEndpoints: no body makes an endpoint fail, and none is granted anything.
func FuzzEndpoints(f *testing.F) {
	p := fuzzed(f)
	for _, seed := range [][3]string{
		{"grant_type=authorization_code&code=x&client_id=home", "application/x-www-form-urlencoded", "Basic aG9tZTp4"},
		{"grant_type=refresh_token&refresh_token=%zz", "application/x-www-form-urlencoded; charset=\x00", "Basic %%%"},
		{"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", ""}, {`{"target":20.5}`, "application/json", "Bearer x"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, body, kind, authorization string) {
		for _, path := range []string{"/oauth/token", "/oauth/revoke", "/oauth/login", "/oauth/consent", "/console/api/apps"} {
			r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:1"+path, strings.NewReader(body))
			r.Header["Content-Type"], r.Header["Authorization"] = []string{kind}, []string{authorization}
			w := httptest.NewRecorder()
			p.ServeHTTP(w, r)
			if w.Code >= 500 || strings.Contains(w.Body.String(), `"access_token"`) {
				t.Errorf("%s %q as %q by %q: %d %s", path, body, kind, authorization, w.Code, w.Body.String())
			}
		}
	})
}

func fuzzed(f *testing.F) *mockprovider.Provider {
	f.Helper()
	p, err := mockprovider.New(mockprovider.Options{URL: "http://127.0.0.1:1", Apps: []mockprovider.App{
		{ID: "home", Secret: secret, Name: "My home", Owner: "dora", Redirects: []string{redirect}},
		{ID: "phone", Name: "Phone", Owner: "dora", Redirects: []string{redirect}, Public: true},
	}})
	if err != nil {
		f.Fatal(err)
	}
	return p
}
