package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/harness/wire"
)

const (
	password = "ben-s-password"
	secret   = "s3cret/of our+client"
)

// fake is a minimal provider: a login form, a token endpoint and revocation. It judges nothing.
type fake struct {
	*httptest.Server
	traits

	mu    sync.Mutex
	heard []string // "POST /token id:secret body"
	bound map[string]bool
	kept  map[string]string // challenges by state
}

// traits are the differences between providers.
type traits struct {
	metadata  string // path of its metadata; "": it has none
	document  map[string]any
	refuses   string // error of every authorization request; "": none
	header    bool   // accepts secrets in the header only
	noPKCE    bool   // codes with a challenge cannot be redeemed
	needsPKCE bool   // requests without a challenge are refused
	careless  bool   // accepts any code
	barren    bool   // a good code brings no token
	locked    bool   // no password is right
	open      bool   // its resource accepts any token
	byState   bool   // keeps the challenge of a request under its state, which brings one code
}

func (f *fake) asked(begins string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []string
	for _, line := range f.heard {
		if rest, ok := strings.CutPrefix(line, begins); ok {
			list = append(list, strings.TrimSpace(rest))
		}
	}
	return list
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(raw))
	id, word, basic := r.BasicAuth()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heard = append(f.heard, fmt.Sprintf("%s %s %s:%s %s", r.Method, r.URL.Path, id, word, raw))
	switch {
	case f.metadata != "" && r.URL.Path == f.metadata:
		answer(w, http.StatusOK, f.document)
	case r.URL.Path == "/authorize":
		f.authorize(w, r, form)
	case r.URL.Path == "/deny":
		back(w, r, url.Values{"error": {"access_denied"}, "state": r.URL.Query()["state"]})
	case r.URL.Path == "/token" && r.Method == http.MethodPost:
		f.token(w, form, basic)
	case r.URL.Path == "/resource" && (f.open || r.Header.Get("Authorization") == "Bearer access-1"):
		answer(w, http.StatusOK, map[string]any{"sub": "ben"})
	case r.URL.Path == "/resource":
		answer(w, http.StatusUnauthorized, map[string]any{})
	case r.URL.Path == "/revoke":
		answer(w, http.StatusOK, map[string]any{})
	default:
		answer(w, http.StatusNotFound, map[string]any{})
	}
}

func answer(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// back redirects the person to the client.
func back(w http.ResponseWriter, r *http.Request, with url.Values) {
	to, _ := url.Parse(r.URL.Query().Get("redirect_uri"))
	q := to.Query()
	maps.Copy(q, with)
	to.RawQuery = q.Encode()
	http.Redirect(w, r, to.String(), http.StatusFound)
}

func (f *fake) authorize(w http.ResponseWriter, r *http.Request, form url.Values) {
	q := r.URL.Query()
	bound := q.Get("code_challenge") != ""
	switch {
	case f.refuses != "":
		back(w, r, url.Values{"error": {f.refuses}, "error_description": {"as it says"}})
	case f.needsPKCE && !bound:
		back(w, r, url.Values{"error": {"invalid_request"}})
	case f.byState && r.Method == http.MethodPost && f.kept[q.Get("state")] != q.Get("code_challenge"):
		answer(w, http.StatusBadRequest, map[string]any{"detail": "Invalid state"})
	case r.Method == http.MethodPost && form.Get("word") == password && !f.locked:
		code := fmt.Sprintf("code-%d", len(f.bound)+1)
		f.bound[code] = bound
		back(w, r, url.Values{"code": {code}, "state": q["state"]})
	default:
		if _, there := f.kept[q.Get("state")]; !there {
			f.kept[q.Get("state")] = q.Get("code_challenge")
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<form method="post"><input name="user"><input type="password" name="word"><button>Allow</button></form>
			<a href="/deny?%s">Deny</a>`, strings.ReplaceAll(r.URL.RawQuery, "&", "&amp;"))
	}
}

func (f *fake) token(w http.ResponseWriter, form url.Values, basic bool) {
	bound, known := f.bound[form.Get("code")]
	switch {
	case f.header && !basic:
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
	case f.noPKCE && bound, !known && !f.careless && form.Get("grant_type") != "refresh_token":
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
	case f.barren:
		answer(w, http.StatusOK, map[string]any{"token_type": "Bearer"})
	default:
		answer(w, http.StatusOK, map[string]any{"access_token": "access-1", "refresh_token": "refresh-1", "token_type": "Bearer"})
	}
}

// at returns a Provider for a new fake, and a context with a record.
func at(t *testing.T, like traits) (*fake, *Provider, context.Context) {
	t.Helper()
	f := &fake{traits: like, bound: map[string]bool{}, kept: map[string]string{}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	c := Config{
		AuthorizeURL: f.URL + "/authorize", TokenURL: f.URL + "/token", RevokeURL: f.URL + "/revoke", Redirect: "http://client.example/cb",
		Client: oauth.Client{ID: "home", Secret: secret},
	}
	who := &person.Person{Account: oauth.Account{Username: "ben", Password: password}}
	return f, New(wire.Options{Base: f.URL}, c, who, clock.None()), judge.With(t.Context(), judge.NewRecord())
}
