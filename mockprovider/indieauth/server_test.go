package indieauth

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func started(t *testing.T) *Server {
	t.Helper()
	s, err := Listen("127.0.0.1:0", Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func fetched(t *testing.T, r *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(raw)
}

func request(t *testing.T, method, to, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, to, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

func TestAProfilePageLeadsToTheServer(t *testing.T) {
	s := started(t)
	resp, body := fetched(t, request(t, http.MethodGet, s.Me("ben"), ""))
	want := s.URL + "/.well-known/oauth-authorization-server"
	if link := resp.Header.Get("Link"); link != "<"+want+`>; rel="indieauth-metadata"` || !strings.Contains(body, `href="`+want+`"`) {
		t.Errorf("%s\n%s", link, body)
	}
	_, raw := fetched(t, request(t, http.MethodGet, want, ""))
	var doc map[string]any
	if err := json.Unmarshal([]byte(raw), &doc); err != nil || doc["userinfo_endpoint"] != s.URL+"/userinfo" {
		t.Errorf("%v: %s", err, raw)
	}
	if resp, _ := fetched(t, request(t, http.MethodGet, s.Me("nobody"), "")); resp.StatusCode != http.StatusNotFound {
		t.Errorf("nobody has a page: %d", resp.StatusCode)
	}
}

func TestAClientIsAURL(t *testing.T) {
	for id, want := range map[string]bool{
		"https://app.example/": true, "https://app.example": true, "http://localhost:8080/x": true, "http://127.0.0.1/": true,
		"http://[::1]:9/": true, "https://app.example/a..b": true, "https://app.example/?q=1": true,
		"ftp://app.example/": false, "app.example": false, "https:///x": false, "https://app.example/#x": false,
		"https://ada@app.example/": false, "https://app.example/a/../b": false, "https://app.example/%2e%2e/": false,
		"https://192.0.2.1/": false, "https://[2001:db8::1]/": false, "https://192.0.2/": false, "": false,
	} {
		if got := clientID(id); got != want {
			t.Errorf("%q: %v, want %v", id, got, want)
		}
	}
	if canonical("HTTPS://App.Example") != "https://app.example/" || canonical("https://app.example/A") != "https://app.example/A" {
		t.Error(canonical("HTTPS://App.Example"), canonical("https://app.example/A"))
	}
}

func TestARedirectStaysAtTheOriginOfItsClient(t *testing.T) {
	redirect := Strict().Redirect
	for to, want := range map[string]bool{
		"https://app.example/cb?x=1": true, "https://app.example/": true, "http://app.example/cb": false,
		"https://app.example:444/": false, "https://app.example.evil.example/": false, "https://app.example@evil.example/": false,
		"https://app.example/#x": false, "app:/cb": false, "": false,
	} {
		if got := redirect([]string{"https://app.example/"}, to); got != want {
			t.Errorf("%q: %v, want %v", to, got, want)
		}
	}
}

func TestWhoMayAskIsToldNoMoreThanTheScope(t *testing.T) {
	ben := Person{"Ben", "https://ben.example/", "ben@ben.example"}
	for scope, want := range map[string]int{"": 0, "create": 0, "email": 0, "profile": 2, "profile email": 3} {
		if got := profile(ben, scope); len(got) != want {
			t.Errorf("%q tells %v", scope, got)
		}
	}
	s := started(t)
	form := url.Values{"token": {"invented"}}.Encode()
	if resp, body := fetched(t, request(t, http.MethodPost, s.URL+"/introspect", form)); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("introspection by nobody: %d %s", resp.StatusCode, body)
	}
	if resp, _ := fetched(t, request(t, http.MethodGet, s.URL+"/userinfo", "")); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("userinfo for nobody: %d", resp.StatusCode)
	}
	code := url.Values{"code": {"invented"}, "client_id": {"https://app.example/"}, "redirect_uri": {"https://app.example/cb"}}.Encode()
	resp, body := fetched(t, request(t, http.MethodPost, s.URL+"/oauth/authorize", code))
	if resp.StatusCode != http.StatusBadRequest || !strings.Contains(body, "invalid_grant") {
		t.Errorf("an invented code: %d %s", resp.StatusCode, body)
	}
}
