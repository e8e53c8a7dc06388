package mockprovider_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/oauth2"
)

// told is the JSON object of an answer, and its status.
func told(t *testing.T, resp *http.Response, err error) (int, map[string]any) {
	t.Helper()
	status, body := read(t, resp, err)
	var v map[string]any
	_ = json.Unmarshal([]byte(body), &v) // what is no object has no members
	return status, v
}

func TestAnAppRegistersItselfAndGetsATokenForAResource(t *testing.T) {
	t.Parallel()
	p := started(t)
	resource := p.URL + "/api"
	resp, err := http.Post(p.URL+"/oauth/register", "application/json", strings.NewReader(
		`{"redirect_uris":["https://app.example/cb"],"client_name":"New app","scope":"profile unheard-of","x_unknown":1}`))
	status, app := told(t, resp, err)
	id, _ := app["client_id"].(string)
	word, _ := app["client_secret"].(string)
	if status != http.StatusCreated || id == "" || word == "" || app["client_secret_expires_at"] != 0.0 || app["scope"] != "profile" ||
		resp.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", status, app)
	}
	c := oauth2.Config{ClientID: id, ClientSecret: word, RedirectURL: "https://app.example/cb", Endpoint: config(p).Endpoint}
	verifier := oauth2.GenerateVerifier()
	asks := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("resource", resource)}
	back := consent(t, p, browser(t, p), c.AuthCodeURL("x", asks...), "allow")
	token, err := c.Exchange(t.Context(), back.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"token": {token.AccessToken}, "client_id": {id}, "client_secret": {word}}
	resp, err = http.PostForm(p.URL+"/oauth/introspect", form)
	_, v := told(t, resp, err)
	if aud, _ := v["aud"].([]any); v["active"] != true || v["client_id"] != id || !slices.Equal(aud, []any{resource}) {
		t.Errorf("%v", v)
	}
	refresh := url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {token.RefreshToken}, "client_id": {id}, "client_secret": {word},
		"resource": {"https://elsewhere.example"},
	}
	resp, err = http.PostForm(p.URL+"/oauth/token", refresh)
	if status, v := told(t, resp, err); status != http.StatusBadRequest || v["error"] != "invalid_target" {
		t.Errorf("a resource that was not granted: %d %v", status, v)
	}
	unregisters(t, app)
	resp, err = http.PostForm(p.URL+"/oauth/introspect", form)
	if status, v := told(t, resp, err); status != http.StatusUnauthorized {
		t.Errorf("an app that is gone: %d %v", status, v)
	}
}

// unregisters deletes what registered itself, with its own token alone.
func unregisters(t *testing.T, app map[string]any) {
	t.Helper()
	for _, c := range []struct {
		token string
		want  int
	}{{"wrong", http.StatusUnauthorized}, {app["registration_access_token"].(string), http.StatusNoContent}} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, app["registration_client_uri"].(string), http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+c.token)
		resp, err := http.DefaultClient.Do(r)
		if status, body := read(t, resp, err); status != c.want {
			t.Errorf("%s: %d %s", c.token, status, body)
		}
	}
}

func TestOnlyAppsWithASecretMayAskWhatTheirTokensAre(t *testing.T) {
	t.Parallel()
	p := started(t)
	c := config(p)
	back := consent(t, p, browser(t, p), c.AuthCodeURL("x"), "allow")
	token, err := c.Exchange(t.Context(), back.Get("code"))
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]struct {
		form   url.Values
		status int
		active any
	}{
		"its own":       {url.Values{"client_id": {"home"}, "client_secret": {secret}, "token": {token.AccessToken}}, 200, true},
		"refresh token": {url.Values{"client_id": {"home"}, "client_secret": {secret}, "token": {token.RefreshToken}}, 200, true},
		"another's":     {url.Values{"client_id": {"other"}, "client_secret": {"other-secret"}, "token": {token.AccessToken}}, 200, false},
		"unknown":       {url.Values{"client_id": {"home"}, "client_secret": {secret}, "token": {"unknown"}}, 200, false},
		"no token":      {url.Values{"client_id": {"home"}, "client_secret": {secret}}, 400, nil},
		"public":        {url.Values{"client_id": {"phone"}, "token": {token.AccessToken}}, 401, nil},
		"wrong secret":  {url.Values{"client_id": {"home"}, "client_secret": {"x"}, "token": {token.AccessToken}}, 401, nil},
		"nobody":        {url.Values{"token": {token.AccessToken}}, 401, nil},
	} {
		resp, err := http.PostForm(p.URL+"/oauth/introspect", v.form)
		if status, got := told(t, resp, err); status != v.status || got["active"] != v.active {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
}
