package thirdparty

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/clientsite"
)

// App is the home's client at the third party, and the third party as that client sees it.
type App struct {
	ClientID string
	Secret   string
	Account  Account

	// Token answers the n-th token request (from 1); nil is the strict answer. It may call Issue.
	Token func(n int, r Request) Reply
	// API answers the n-th request to the API; nil returns the account of an issued token.
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

// Account is the user who has logged in at the third party.
type Account struct{ ID, Name string }

// Request is a request of the home.
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

// grant is the request behind a code.
type grant struct{ redirect, challenge string }

// New returns an app with unique names. The spec's record learns its secrets.
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
		answer := func(n int, r Request) Reply { return a.reply(ctx, to, n, r) }
		site.Page(a.path+"/"+to, func(w http.ResponseWriter, r *http.Request) { a.serve(ctx, to, answer, w, r) })
	}
	return a
}

// Path is the path prefix of the app's pages.
func (a *App) Path() string { return a.path }

// AuthorizeURL is the authorize URL. It is never requested: Authorize plays the user.
func (a *App) AuthorizeURL() string { return a.site.Origin() + a.path + "/authorize" }

// TokenURL is the token endpoint.
func (a *App) TokenURL() string { return a.site.Origin() + a.path + "/token" }

// APIURL is the endpoint that returns a token's account.
func (a *App) APIURL() string { return a.site.Origin() + a.path + "/api" }

// Elsewhere is a URL on another origin, whose requests are recorded too.
func (a *App) Elsewhere() string { return a.site.Other() + a.path + "/elsewhere" }

// Authorize plays the user who logs in at the authorize URL and consents, and returns a code. That the URL
// names a client, a redirect_uri and a state is a control.
func (a *App) Authorize(ctx context.Context, authorizeURL string) (code, redirect, state string) {
	u, err := url.Parse(authorizeURL)
	if err != nil || u.Query().Get("redirect_uri") == "" || u.Query().Get("state") == "" || u.Query().Get("client_id") != a.ClientID {
		judge.Block(ctx, "the authorize URL does not contain the client_id, redirect_uri and state of this flow: %s", authorizeURL)
	}
	q := u.Query()
	code = "code-" + rand.Text()
	a.Know(ctx, code, q.Get("redirect_uri"), q.Get("code_challenge"))
	return code, q.Get("redirect_uri"), q.Get("state")
}

// Know makes a code chosen by the spec valid for one token request.
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
