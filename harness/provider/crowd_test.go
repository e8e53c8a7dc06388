package provider

import (
	"fmt"
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

// house is a provider with one user and one client, which asks for no login. Its refresh tokens rotate.
type house struct {
	on func(h *house, event string) // called at each event, with the mutex held

	mu     sync.Mutex
	n      int
	codes  map[string]bool // by code: it was redeemed
	tokens map[string]bool // by refresh token: it was used
}

func (h *house) next(kind string) string {
	h.n++
	return fmt.Sprintf("%s-%d", kind, h.n)
}

func (h *house) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	h.mu.Lock()
	defer h.mu.Unlock()
	switch r.URL.Path {
	case "/authorize":
		h.on(h, "code")
		code := h.next("code")
		h.codes[code] = false
		back(w, r, url.Values{"code": {code}, "state": r.Form["state"]})
	case "/token":
		h.token(w, r.PostForm)
	default:
		h.on(h, "revocation")
		delete(h.tokens, r.PostForm.Get("token"))
		answer(w, http.StatusOK, map[string]any{})
	}
}

func (h *house) token(w http.ResponseWriter, form url.Values) {
	from, shown, again := h.codes, form.Get("code"), "code again"
	if form.Get("grant_type") == "refresh_token" {
		from, shown, again = h.tokens, form.Get("refresh_token"), "token again"
	}
	used, known := from[shown]
	if used {
		h.on(h, again)
	}
	if used || !known {
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	from[shown] = true
	h.on(h, "tokens")
	fresh := h.next("refresh")
	h.tokens[fresh] = false
	answer(w, http.StatusOK, map[string]any{"access_token": h.next("access"), "refresh_token": fresh, "token_type": "Bearer"})
}

func TestSessionsThatDisturbEachOtherAreFound(t *testing.T) {
	ends := func(event string) func(*house, string) {
		return func(h *house, now string) {
			if now == event {
				clear(h.tokens)
			}
		}
	}
	for name, c := range map[string]struct {
		on   func(*house, string)
		want string
	}{
		"each by itself": {func(*house, string) {}, ""},
		"a code ends the codes before it": {func(h *house, now string) {
			if now == "code" {
				clear(h.codes)
			}
		}, "7 of 8 codes that one user and client have at the same time bring no tokens"},
		"tokens end those before them": {ends("tokens"), "7 of 8 refresh tokens that one user and client have at the same time are refused"},
		"a reused token ends all":      {ends("token again"), "a refresh token that is used twice ends other sessions"},
		"a reused code ends all":       {ends("code again"), "a code that is redeemed twice ends other sessions"},
		"a revocation ends all":        {ends("revocation"), "a revocation ends other sessions"},
	} {
		h := &house{on: c.on, codes: map[string]bool{}, tokens: map[string]bool{}}
		if got := crowdedAt(t, h); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestWhatFailsAloneTooIsNoDisturbance(t *testing.T) {
	for name, like := range map[string]traits{
		"nobody gets in": {locked: true}, "no tokens": {barren: true}, "requests are refused": {refuses: "server_error"},
	} {
		_, p, ctx := at(t, like)
		if got := p.Crowded(ctx, 2); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
	calm := &house{on: func(*house, string) {}, codes: map[string]bool{}, tokens: map[string]bool{}}
	if got := crowdedAt(t, unrefreshed(calm)); got != "" {
		t.Errorf("no refresh works: %s", got)
	}
}

// unrefreshed refuses every refresh.
func unrefreshed(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("grant_type") == "refresh_token" {
			answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
			return
		}
		h.ServeHTTP(w, r)
	})
}

func crowdedAt(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c := Config{
		AuthorizeURL: s.URL + "/authorize", TokenURL: s.URL + "/token", RevokeURL: s.URL + "/revoke",
		Redirect: "http://client.example/cb", Client: oauth.Client{ID: "home", Secret: secret},
	}
	p := New(wire.Options{Base: s.URL}, c, &person.Person{}, clock.None())
	return p.Crowded(judge.With(t.Context(), judge.NewRecord()), 2)
}
