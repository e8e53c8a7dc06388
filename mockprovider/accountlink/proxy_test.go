package accountlink_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/mockprovider/accountlink"
)

// started is a proxy before a third party that gives tokens for the code "good" and the refresh token "alive".
func started(t *testing.T) (*accountlink.Server, *http.Client) {
	t.Helper()
	third := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		granted := r.FormValue("code") == "good" || r.FormValue("refresh_token") == "alive"
		if r.FormValue("client_secret") != "held-by-the-proxy" || !granted {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":"invalid_grant"}`)
			return
		}
		_, _ = io.WriteString(w, `{"access_token":"a","refresh_token":"alive","expires_in":3600,"token_type":"Bearer"}`)
	}))
	t.Cleanup(third.Close)
	closed := false
	p, err := accountlink.Listen("127.0.0.1:0", accountlink.Options{Services: []accountlink.Service{
		{
			Domain: "demo", MinVersion: "0.1.0", AuthorizeURL: third.URL + "/authorize", TokenURL: third.URL,
			ClientID: "proxy", ClientSecret: "held-by-the-proxy", Scope: "profile",
		},
		{Domain: "closed", MinVersion: "0.1.0", Accepts: &closed},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(p.CA)
	return p, &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
}

func dial(t *testing.T, p *accountlink.Server, c *http.Client, hello string) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), strings.Replace(p.URL, "http", "ws", 1)+"/v1", &websocket.DialOptions{HTTPClient: c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(hello)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func frame(t *testing.T, conn *websocket.Conn) map[string]any {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	_, raw, err := conn.Read(ctx)
	if err != nil {
		return map[string]any{"closed": int(websocket.CloseStatus(err))}
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func state(t *testing.T, first map[string]any) string {
	t.Helper()
	u, err := url.Parse(first["authorize_url"].(string))
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("state")
}

func TestTokensComeDownTheSocketOfWhoWasSentAway(t *testing.T) {
	t.Parallel()
	p, c := started(t)
	one, two := dial(t, p, c, `{"service":"demo"}`), dial(t, p, c, `{"service":"demo"}`)
	s := state(t, frame(t, one))
	frame(t, two)
	for _, wrong := range []string{"", "x", s + "x"} {
		resp, err := c.Get(p.URL + "/callback?code=good&state=" + wrong)
		if err != nil || resp.StatusCode != http.StatusBadRequest {
			t.Errorf("state %q: %v %v", wrong, resp, err)
		}
	}
	if resp, err := c.Get(p.URL + "/callback?code=good&state=" + s); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%v %v", resp, err)
	}
	tokens, _ := frame(t, one)["tokens"].(map[string]any)
	if tokens["access_token"] != "a" {
		t.Errorf("%v", tokens)
	}
	if resp, _ := c.Get(p.URL + "/callback?code=good&state=" + s); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a state works twice: %d", resp.StatusCode)
	}
	p.Clock().Advance(11 * time.Minute)
	if f := frame(t, two); f["error"] != "timeout" {
		t.Errorf("%v", f)
	}
}

func TestAHelloThatNamesNoServiceIsRefused(t *testing.T) {
	t.Parallel()
	p, c := started(t)
	for hello, want := range map[string]map[string]any{
		`{"service":"nobody"}`:     {"error": "unsupported"},
		`{"service":"closed"}`:     {"error": "unavailable"},
		`{`:                        {"closed": 1003},
		`[]`:                       {"closed": 1003},
		`{"service":5}`:            {"closed": 1003},
		`{"service":"demo","x":1}`: {"closed": 1003},
		strings.Repeat("x", 5000):  {"closed": 1009},
	} {
		got := frame(t, dial(t, p, c, hello))
		for k, v := range want {
			if got[k] != v {
				t.Errorf("%.40s: %v, want %v", hello, got, want)
			}
		}
	}
}

func TestOnlyARefreshTokenThatLivesIsRefreshed(t *testing.T) {
	t.Parallel()
	p, c := started(t)
	for body, want := range map[string]int{
		`{"refresh_token":"alive"}`: 200, `{"refresh_token":"dead"}`: 400,
		`{`: 400, `{}`: 400, `{"refresh_token":5}`: 400, `[]`: 400, "": 400,
	} {
		resp, err := c.Post(p.URL+"/refresh_token/demo", "application/json", strings.NewReader(body))
		if err != nil || resp.StatusCode != want || resp.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %v %v", body, resp, err)
		}
	}
	resp, err := c.Post(p.URL+"/refresh_token/nobody", "application/json", strings.NewReader(`{"refresh_token":"alive"}`))
	if err != nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown service: %v %v", resp, err)
	}
}

func TestOneOfManyComesBackWithAState(t *testing.T) {
	t.Parallel()
	p, c := started(t)
	conn := dial(t, p, c, `{"service":"demo"}`)
	s := state(t, frame(t, conn))
	var welcome atomic.Int64
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			resp, err := c.Get(p.URL + "/callback?code=good&state=" + s)
			if err != nil {
				t.Error(err)
				return
			}
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				welcome.Add(1)
			}
		})
	}
	wg.Wait()
	if welcome.Load() != 1 {
		t.Errorf("%d came back with one state", welcome.Load())
	}
}
