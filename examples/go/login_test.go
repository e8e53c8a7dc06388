// Package example is an app's test against a mock home, in one process.
package example

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/mockserver"
)

const client = "http://127.0.0.1:9000/"

// post sends a form, or JSON, and reads the JSON that comes back.
func post(t *testing.T, at string, body any) map[string]any {
	t.Helper()
	var resp *http.Response
	var err error
	if form, ok := body.(url.Values); ok {
		resp, err = http.PostForm(at, form)
	} else {
		raw, _ := json.Marshal(body)
		resp, err = http.Post(at, "application/json", strings.NewReader(string(raw)))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var v map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func status(t *testing.T, home, token any) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, home.(string)+"/api/", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token.(string))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func TestAnExpiredAccessTokenIsRefreshed(t *testing.T) {
	home := mockserver.Start(t, mockserver.WithUser("ada", "secret"))
	flow := post(t, home.URL+"/auth/login_flow", map[string]any{
		"client_id": client, "handler": []any{"homeassistant", nil}, "redirect_uri": client + "cb",
	})
	done := post(t, home.URL+"/auth/login_flow/"+flow["flow_id"].(string), map[string]string{
		"client_id": client, "username": "ada", "password": "secret",
	})
	tokens := post(t, home.URL+"/auth/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {client}, "code": {done["result"].(string)},
	})
	if got := status(t, home.URL, tokens["access_token"]); got != http.StatusOK {
		t.Fatalf("a fresh token: %d", got)
	}
	home.Clock().Advance(31 * time.Minute)
	if got := status(t, home.URL, tokens["access_token"]); got != http.StatusUnauthorized {
		t.Errorf("an expired token: %d", got)
	}
	fresh := post(t, home.URL+"/auth/token", url.Values{
		"grant_type": {"refresh_token"}, "client_id": {client}, "refresh_token": {tokens["refresh_token"].(string)},
	})
	if got := status(t, home.URL, fresh["access_token"]); got != http.StatusOK {
		t.Errorf("a refreshed token: %d", got)
	}
}
