package thirdparty

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/wire"
)

// App is a client that the home has at the third party, and the third party as that client meets it.
type App struct {
	ClientID string
	Secret   string
	Account  Account

	// Token answers the n-th token request (from 1); nil is the strict answer. It may call Issue.
	Token func(n int, r Request) Reply
	// API answers the n-th request to the API; nil tells the account for a token that was issued.
	API func(n int, r Request) Reply

	path string
	site *clientsite.Site

	script sync.Mutex // the spec's answers are asked for one at a time

	mu       sync.Mutex
	codes    map[string]grant
	access   map[string]bool
	refresh  map[string]bool
	requests []Request
	counts   map[string]int
}

// Account is who has logged in at the third party.
type Account struct{ ID, Name string }

// Request is what the home sent.
type Request struct {
	To     string // token, api, or what else was asked for
	Method string
	Query  url.Values
	Header http.Header
	Body   string
	Form   url.Values // of the body
	At     time.Time
	URL    string // absolute
}

// Bearer is the token of the Authorization header.
func (r Request) Bearer() string {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return token
}

// Reply is an answer.
type Reply struct {
	Status int
	Header map[string]string // Content-Type is application/json where it is not given; "" leaves it out
	Body   string
	Drop   bool            // close the connection instead
	Hold   <-chan struct{} // wait for it first, or for the home to go away
}

// grant is what a code stands for.
type grant struct{ redirect, challenge string }

// New makes an app with names of its own. Its secrets are learned by the spec's record.
func New(ctx context.Context, site *clientsite.Site) *App {
	mark := strings.ToLower(rand.Text()[:10])
	a := &App{
		ClientID: "client-" + mark, Secret: "secret-" + rand.Text(), Account: Account{"account-" + mark, "Demo thermostat " + mark},
		path: "/third-party-" + mark, site: site,
		codes: map[string]grant{}, access: map[string]bool{}, refresh: map[string]bool{}, counts: map[string]int{},
	}
	judge.Secret(ctx, "mark", mark)
	judge.Secret(ctx, "client_secret", a.Secret)
	for _, to := range []string{"token", "api", "elsewhere"} {
		site.Page(a.path+"/"+to, func(w http.ResponseWriter, r *http.Request) { a.serve(ctx, to, w, r) })
	}
	return a
}

// AuthorizeURL is where people are sent. Nobody asks for it: Authorize plays the person.
func (a *App) AuthorizeURL() string { return a.site.Origin() + a.path + "/authorize" }

// TokenURL is the token endpoint.
func (a *App) TokenURL() string { return a.site.Origin() + a.path + "/token" }

// APIURL tells whose token it is.
func (a *App) APIURL() string { return a.site.Origin() + a.path + "/api" }

// Elsewhere is a place on another origin, whose requests are recorded too.
func (a *App) Elsewhere() string { return a.site.Other() + a.path + "/elsewhere" }

// Authorize plays the person who logs in at the authorize URL and consents: a code for what the URL asks. That the URL
// names a client, a redirect_uri and a state is a control.
func (a *App) Authorize(ctx context.Context, authorizeURL string) (code, redirect, state string) {
	u, err := url.Parse(authorizeURL)
	if err != nil || u.Query().Get("redirect_uri") == "" || u.Query().Get("state") == "" || u.Query().Get("client_id") != a.ClientID {
		judge.Block(ctx, "the authorize URL names no client_id, redirect_uri and state of this flow: %s", authorizeURL)
	}
	q := u.Query()
	code = "code-" + rand.Text()
	a.Know(ctx, code, q.Get("redirect_uri"), q.Get("code_challenge"))
	return code, q.Get("redirect_uri"), q.Get("state")
}

// Know makes a code that the spec chose good for one token request.
func (a *App) Know(ctx context.Context, code, redirect, challenge string) {
	judge.Secret(ctx, "code", code)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.codes[code] = grant{redirect, challenge}
}

// Requests lists what the home sent to a place ("token", "api", "elsewhere"), in order.
func (a *App) Requests(to string) []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []Request
	for _, r := range a.requests {
		if r.To == to {
			out = append(out, r)
		}
	}
	return out
}

// Await waits until the home has sent n requests to a place, or ctx ends.
func (a *App) Await(ctx context.Context, to string, n int) bool {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for len(a.Requests(to)) < n {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
	return true
}

const maxBody = 1 << 20

func (a *App) serve(ctx context.Context, to string, w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(io.LimitReader(r.Body, maxBody))
	form, _ := url.ParseQuery(string(raw))
	req := Request{
		To: to, Method: r.Method, Query: r.URL.Query(), Header: r.Header.Clone(), Body: string(raw), Form: form, At: time.Now(),
		URL: "http://" + r.Host + r.URL.String(),
	}
	a.mu.Lock()
	a.requests = append(a.requests, req)
	a.counts[to]++
	n := a.counts[to]
	a.mu.Unlock()
	reply := a.reply(ctx, to, n, req)
	a.note(ctx, req, reply)
	if reply.Hold != nil {
		select {
		case <-reply.Hold:
		case <-r.Context().Done():
		}
	}
	a.write(w, reply)
}

func (a *App) reply(ctx context.Context, to string, n int, req Request) Reply {
	a.script.Lock()
	defer a.script.Unlock()
	switch {
	case to == "token" && a.Token != nil:
		return a.Token(n, req)
	case to == "token":
		return a.Grant(ctx, req, 3600)
	case to == "api" && a.API != nil:
		return a.API(n, req)
	case to == "api":
		return a.Tell(req)
	}
	return Reply{Status: http.StatusNotFound}
}

func (a *App) write(w http.ResponseWriter, reply Reply) {
	if reply.Drop {
		panic(http.ErrAbortHandler) // as net/http wants it said
	}
	for name, value := range reply.Header {
		w.Header().Set(name, value)
	}
	if _, set := reply.Header["Content-Type"]; !set {
		w.Header().Set("Content-Type", "application/json")
	} else if reply.Header["Content-Type"] == "" {
		w.Header()["Content-Type"] = nil
	}
	w.WriteHeader(reply.Status)
	_, _ = io.WriteString(w, reply.Body)
}

// note makes what the home sent part of the spec's evidence.
func (a *App) note(ctx context.Context, r Request, reply Reply) {
	e := &wire.Exchange{
		Request: wire.Request{Method: r.Method, URL: r.URL, Header: r.Header, Body: r.Body},
		Status:  reply.Status,
		Body:    reply.Body,
		Started: r.At,
	}
	if reply.Drop {
		e.Status, e.Err = 0, fmt.Errorf("the third party closed the connection")
	}
	wire.Note(judge.Step(ctx, "the home, to the third party"), e)
}

// Grant is the strict answer of the token endpoint: a code is good once, with its redirect_uri, client, secret and
// verifier; a refresh token is good for its client.
func (a *App) Grant(ctx context.Context, r Request, seconds int) Reply {
	id, secret := r.Form.Get("client_id"), r.Form.Get("client_secret")
	if user, password, ok := basic(r.Header.Get("Authorization")); ok {
		id, secret = user, password
	}
	if id != a.ClientID || secret != a.Secret {
		return Refuse(http.StatusUnauthorized, "invalid_client")
	}
	switch r.Form.Get("grant_type") {
	case "authorization_code":
		code := r.Form.Get("code")
		a.mu.Lock()
		g, ok := a.codes[code]
		delete(a.codes, code)
		a.mu.Unlock()
		if !ok || r.Form.Get("redirect_uri") != g.redirect || !verified(g.challenge, r.Form.Get("code_verifier")) {
			return Refuse(http.StatusBadRequest, "invalid_grant")
		}
	case "refresh_token":
		a.mu.Lock()
		ok := a.refresh[r.Form.Get("refresh_token")]
		a.mu.Unlock()
		if !ok {
			return Refuse(http.StatusBadRequest, "invalid_grant")
		}
	default:
		return Refuse(http.StatusBadRequest, "unsupported_grant_type")
	}
	return a.Issue(ctx, map[string]any{"expires_in": seconds})
}

func verified(challenge, verifier string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return challenge == "" || base64.RawURLEncoding.EncodeToString(sum[:]) == challenge
}

func basic(header string) (user, password string, ok bool) {
	user, password, ok = (&http.Request{Header: http.Header{"Authorization": {header}}}).BasicAuth()
	user, _ = url.QueryUnescape(user)
	password, _ = url.QueryUnescape(password)
	return user, password, ok
}

// Issue is an answer with new tokens; members replace its own, and nil takes one away.
func (a *App) Issue(ctx context.Context, members map[string]any) Reply {
	v := map[string]any{
		"access_token": "access-" + rand.Text(), "refresh_token": "refresh-" + rand.Text(), "token_type": "Bearer", "expires_in": 3600, "scope": "profile devices:read",
	}
	for name, value := range members {
		if value == nil {
			delete(v, name)
		} else {
			v[name] = value
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if s, ok := v["access_token"].(string); ok {
		judge.Secret(ctx, "access_token", s)
		a.access[s] = true
	}
	if s, ok := v["refresh_token"].(string); ok {
		judge.Secret(ctx, "refresh_token", s)
		a.refresh[s] = true
	}
	raw, _ := json.Marshal(v)
	return Reply{Status: http.StatusOK, Body: string(raw)}
}

// Tell is the strict answer of the API: whose token it is, for one that was issued.
func (a *App) Tell(r Request) Reply {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.access[r.Bearer()] {
		return Refuse(http.StatusUnauthorized, "invalid_token")
	}
	raw, _ := json.Marshal(map[string]string{"id": a.Account.ID, "name": a.Account.Name})
	return Reply{Status: http.StatusOK, Body: string(raw)}
}

// Refuse is a refusal with an error word.
func Refuse(status int, word string) Reply {
	return Reply{Status: status, Body: fmt.Sprintf(`{"error":%q}`, word)}
}

// Known tells the account whatever the token.
func (a *App) Known() Reply {
	raw, _ := json.Marshal(map[string]string{"id": a.Account.ID, "name": a.Account.Name})
	return Reply{Status: http.StatusOK, Body: string(raw)}
}
