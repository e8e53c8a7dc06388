package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/authconform/authconform/mockserver"
)

// client is a minimal client of a home.
type client struct {
	base string
	http *http.Client
}

func newClient(base string) *client {
	return &client{base, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

func (c *client) post(path, kind, body string, into any) {
	resp, err := c.http.Post(c.base+path, kind, strings.NewReader(body)) //nolint:noctx // a bench
	must(err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	must(err)
	if resp.StatusCode != http.StatusOK {
		must(fmt.Errorf("%s: %s: %s", path, resp.Status, raw))
	}
	must(json.Unmarshal(raw, into))
}

// login returns a refresh token.
func (c *client) login() string {
	owner := mockserver.DefaultUsers()[0]
	var flow struct {
		FlowID string `json:"flow_id"`
	}
	id := c.base + "/"
	c.post(
		"/auth/login_flow",
		"application/json",
		fmt.Sprintf(`{"client_id":%q,"handler":["homeassistant",null],"redirect_uri":%q}`, id, id),
		&flow,
	)
	var step struct{ Result string }
	c.post(
		"/auth/login_flow/"+flow.FlowID,
		"application/json",
		fmt.Sprintf(`{"client_id":%q,"username":%q,"password":%q}`, id, owner.Username, owner.Password),
		&step,
	)
	var tokens struct {
		RefreshToken string `json:"refresh_token"`
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {step.Result}, "client_id": {id}}
	c.post("/auth/token", "application/x-www-form-urlencoded", form.Encode(), &tokens)
	return tokens.RefreshToken
}

const (
	atOnce = 16
	burst  = time.Second / 2
	pairs  = 7
)

// rate returns the refresh grants per second of a server.
func rate(base, token string) float64 {
	c := newClient(base)
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {base + "/"}}.Encode()
	var n atomic.Int64
	var wg sync.WaitGroup
	end := time.Now().Add(burst)
	for range atOnce {
		wg.Go(func() {
			var answer struct{}
			for time.Now().Before(end) {
				c.post("/auth/token", "application/x-www-form-urlencoded", form, &answer)
				n.Add(1)
			}
		})
	}
	wg.Wait()
	c.http.CloseIdleConnections()
	return float64(n.Load()) / burst.Seconds()
}

// bare starts a minimal server for refresh grants: it finds the token, notes its use, signs, answers.
func bare() (*httptest.Server, string) {
	type grant struct {
		id   string
		key  []byte
		used time.Time
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	token := hex.EncodeToString(key) + hex.EncodeToString(key)
	var mu sync.Mutex
	grants := map[string]*grant{token: {id: "id", key: []byte(hex.EncodeToString(key))}}
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ParseForm() != nil || r.PostForm.Get("grant_type") != "refresh_token" {
			http.Error(w, "", http.StatusBadRequest)
			return
		}
		now := time.Now()
		mu.Lock()
		g := grants[r.PostForm.Get("refresh_token")]
		if g == nil {
			mu.Unlock()
			http.Error(w, "", http.StatusBadRequest)
			return
		}
		g.used = now
		id, key := g.id, g.key
		mu.Unlock()
		access, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
			"iss": id, "iat": now.Unix(), "exp": now.Add(30 * time.Minute).Unix(),
		}).
			SignedString(key)
		must(err)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 1800})
	})), token
}

// refresh compares the mock's refresh grant with the bare handler's, in turns. Taking the median of the pairs ignores brief load
// of the machine.
func (b *bench) refresh() {
	home, err := mockserver.Listen("127.0.0.1:0", mockserver.Options{})
	must(err)
	defer home.Stop()
	token := newClient(home.URL).login()
	plain, plainToken := bare()
	defer plain.Close()
	var ratios, mock, least []float64
	for range pairs {
		l, m := rate(plain.URL, plainToken), rate(home.URL, token)
		ratios, mock, least = append(ratios, m/l), append(mock, m), append(least, l)
	}
	for _, of := range [][]float64{ratios, mock, least} {
		slices.Sort(of)
	}
	ratio := ratios[pairs/2]
	b.say(
		"mock refresh grant ÷ bare handler, median of 7",
		fmt.Sprintf("%.0f %% (%.0f/s ÷ %.0f/s)", 100*ratio, mock[pairs/2], least[pairs/2]),
		"≥ 80 %",
		ratio >= 0.8,
	)
}

const (
	warm   = 50_000
	tokens = 250_000
	slack  = 1.25
)

// memory compares the heap after 50,000 tokens with that after 300,000. Requests go directly to the handler.
func (b *bench) memory() {
	home, err := mockserver.New(mockserver.Options{URL: "http://127.0.0.1:1"})
	must(err)
	c := &client{"http://127.0.0.1:1", &http.Client{Transport: direct{home}}}
	first := grow(c, warm)
	last := grow(c, tokens)
	b.say(
		"mock heap after 300,000 logins ÷ after 50,000",
		fmt.Sprintf("%.2f (%.1f MB)", float64(last)/float64(first), float64(last)/1e6),
		"≤ 1.25",
		float64(last) <= slack*float64(first),
	)
	runtime.KeepAlive(home)
}

func grow(c *client, n int) uint64 {
	for range n {
		c.login()
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// direct passes requests to a handler without a network.
type direct struct{ h http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	r.RequestURI, r.RemoteAddr, r.Host = r.URL.RequestURI(), "127.0.0.1:9", r.URL.Host
	w := httptest.NewRecorder()
	d.h.ServeHTTP(w, r)
	return w.Result(), nil
}
