package linking

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/authconform/authconform/mock"
)

// third is a third party. It knows one person at a time.
type third struct {
	*httptest.Server
	account   atomic.Pointer[string]
	status    atomic.Int64 // of the token endpoint; 0: it grants
	refreshes atomic.Int64
}

func newThird(t *testing.T) *third {
	t.Helper()
	p := &third{}
	p.is("ben")
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.FormValue("grant_type") == "refresh_token" {
			p.refreshes.Add(1)
		}
		if status := p.status.Load(); status != 0 {
			w.WriteHeader(int(status))
			return
		}
		fmt.Fprintf(w, `{"access_token":"a%d","refresh_token":"r","token_type":"Bearer","expires_in":3600}`, p.refreshes.Load())
	})
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"id":%q,"name":"Somebody"}`, *p.account.Load())
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *third) is(account string) { p.account.Store(&account) }

// home is a linker with one credential at the third party.
func (p *third) home(t *testing.T) *Linker {
	t.Helper()
	l := linker(t, func(o *Options) {
		o.HTTP = p.Client()
		o.Default = &Provider{AuthorizeURL: p.URL + "/authorize", TokenURL: p.URL + "/token", APIURL: p.URL + "/me", PKCE: true}
	})
	if _, err := l.CreateCredential(Credential{Domain: Domain, ClientID: "home", ClientSecret: "s"}); err != nil {
		t.Fatal(err)
	}
	return l
}

// away begins a flow: its id, and the query that a person is sent away with.
func away(t *testing.T, l *Linker) (id string, query url.Values) {
	t.Helper()
	step, err := l.Start(t.Context(), Domain, "http://home", true)
	if err != nil || step["type"] != "external" {
		t.Fatalf("the flow begins with %v, %v", step, err)
	}
	return fmt.Sprint(step["flow_id"]), sentTo(t, step)
}

func sentTo(t *testing.T, step Step) url.Values {
	t.Helper()
	u, err := url.Parse(fmt.Sprint(step["url"]))
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

// linked links the third party's person and returns the entry's id.
func linked(t *testing.T, l *Linker) string {
	t.Helper()
	id, query := away(t, l)
	if a := l.Callback(url.Values{"state": query["state"], "code": {"c"}}); a.Status != http.StatusOK {
		t.Fatalf("the callback answers %d %s", a.Status, a.Body)
	}
	if step, err := l.Poll(t.Context(), id); err != nil || step["type"] != "create_entry" {
		t.Fatalf("the flow ends with %v, %v", step, err)
	}
	list := l.Entries()
	return list[len(list)-1].ID
}

func TestAPersonIsSentAwayComesBackAndIsLinked(t *testing.T) {
	t.Parallel()
	p := newThird(t)
	l := p.home(t)
	id, query := away(t, l)
	for name, want := range map[string]string{
		"response_type": "code", "client_id": "home", "redirect_uri": "http://home/auth/external/callback", "code_challenge_method": "S256",
	} {
		if got := query.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if step, err := l.Poll(t.Context(), id); err != nil || step["type"] != "external" {
		t.Errorf("before anybody came back: %v, %v", step, err)
	}
	l.Callback(url.Values{"state": query["state"], "code": {"c"}})
	step, err := l.Poll(t.Context(), id)
	if err != nil || step["type"] != "create_entry" || step["title"] != "Somebody" {
		t.Fatalf("the flow ends with %v, %v", step, err)
	}
	list := l.Entries()
	if len(list) != 1 || list[0].Account != "ben" || list[0].State != Loaded || list[0].Token.text("access_token") != "a0" {
		t.Errorf("entries %+v", list)
	}
	if _, err := l.Poll(t.Context(), id); err == nil {
		t.Error("the flow goes on after its end")
	}
}

func TestAFlowEndsWithAReason(t *testing.T) {
	t.Parallel()
	for want, act := range map[string]func(*third, *Linker) url.Values{
		"user_rejected_authorize": func(*third, *Linker) url.Values { return url.Values{"error": {"access_denied"}} },
		"oauth_unauthorized":      func(p *third, _ *Linker) url.Values { p.status.Store(400); return url.Values{"code": {"c"}} },
		"oauth_failed":            func(p *third, _ *Linker) url.Values { p.status.Store(500); return url.Values{"code": {"c"}} },
		"cannot_connect":          func(p *third, _ *Linker) url.Values { p.is(""); return url.Values{"code": {"c"}} },
		"already_configured":      func(_ *third, l *Linker) url.Values { linked(t, l); return url.Values{"code": {"c"}} },
	} {
		p := newThird(t)
		l := p.home(t)
		back := act(p, l)
		before := len(l.Entries())
		id, query := away(t, l)
		back["state"] = query["state"]
		l.Callback(back)
		step, err := l.Poll(t.Context(), id)
		if err != nil || step["type"] != "abort" || step["reason"] != want || len(l.Entries()) != before {
			t.Errorf("%v, %v; want %s", step, err, want)
		}
	}
	empty := linker(t, nil)
	if step, err := empty.Start(t.Context(), Domain, "", false); err != nil || step["reason"] != "missing_credentials" {
		t.Errorf("without credentials: %v, %v", step, err)
	}
	if _, err := empty.Start(t.Context(), "other", "", false); err == nil {
		t.Error("a flow of another integration begins")
	}
}

func TestACallbackThatIsNobodysIsRefused(t *testing.T) {
	t.Parallel()
	l := newThird(t).home(t)
	id, query := away(t, l)
	state := query.Get("state")
	for name, c := range map[string]struct {
		query  url.Values
		status int
		text   string
	}{
		"no state":              {url.Values{"code": {"c"}}, 200, "Missing state"},
		"a guessed state":       {url.Values{"code": {"c"}, "state": {"x"}}, 400, "Invalid state"},
		"a state that was cut":  {url.Values{"code": {"c"}, "state": {state[1:]}}, 400, "Invalid state"},
		"neither code nor word": {url.Values{"state": {state}}, 200, "Missing code"},
	} {
		a := l.Callback(c.query)
		if a.Status != c.status || !strings.Contains(string(a.Body), c.text) {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		if step, _ := l.Poll(t.Context(), id); step["type"] != "external" {
			t.Errorf("%s: the flow goes on: %v", name, step)
		}
	}
	l.Restart()
	if a := l.Callback(url.Values{"code": {"c"}, "state": {state}}); a.Status != http.StatusBadRequest {
		t.Errorf("after a restart an old state gets %d", a.Status)
	}
}

func TestOfSeveralReturnsTheFirstCounts(t *testing.T) {
	t.Parallel()
	l := newThird(t).home(t)
	id, query := away(t, l)
	l.Callback(url.Values{"state": query["state"], "error": {"first"}})
	l.Callback(url.Values{"state": query["state"], "code": {"second"}})
	step, _ := l.Poll(t.Context(), id)
	if why, _ := step["description_placeholders"].(map[string]any); why["error"] != "first" {
		t.Errorf("the flow ends with %v", step)
	}
}

func TestAnAccountThatManyFlowsBringIsLinkedOnce(t *testing.T) {
	t.Parallel()
	l := newThird(t).home(t)
	ids := make([]string, 32)
	for i := range ids {
		var query url.Values
		ids[i], query = away(t, l)
		l.Callback(url.Values{"state": query["state"], "code": {"c"}})
	}
	var made, known atomic.Int64
	at32(func(i int) {
		step, err := l.Poll(t.Context(), ids[i])
		switch {
		case err == nil && step["type"] == "create_entry":
			made.Add(1)
		case err == nil && step["reason"] == "already_configured":
			known.Add(1)
		}
	})
	if made.Load() != 1 || known.Load() != 31 || len(l.Entries()) != 1 {
		t.Errorf("%d were linked, %d known already, %d entries", made.Load(), known.Load(), len(l.Entries()))
	}
}

func TestParallelUsesShareOneRefresh(t *testing.T) {
	t.Parallel()
	p := newThird(t)
	l := p.home(t)
	id := linked(t, l)
	if status, problem, _, ok := l.Use(t.Context(), id); status != 200 || problem != "" || !ok || p.refreshes.Load() != 0 {
		t.Fatalf("a young token: %d %s, %d refreshes", status, problem, p.refreshes.Load())
	}
	l.Clock.Advance(time.Hour - 10*time.Second) // within RefreshEarly of its end
	at32(func(int) {
		if status, problem, _, _ := l.Use(t.Context(), id); status != 200 || problem != "" {
			t.Errorf("%d %s", status, problem)
		}
	})
	if n := p.refreshes.Load(); n != 1 {
		t.Errorf("%d refreshes", n)
	}
	if _, _, _, ok := l.Use(t.Context(), "nobody"); ok {
		t.Error("an entry that is not there was used")
	}
}

// TestStepsHaveTheMembersOfTheRealHomes: what the frontend reads of a form, an end and an entry.
func TestStepsHaveTheMembersOfTheRealHomes(t *testing.T) {
	t.Parallel()
	l := New(Options{Policy: ptr(Strict()), Clock: &mock.Clock{}})
	f := l.open(Domain, "user", "")
	if !regexp.MustCompile(`^[0-7][0-9A-HJKMNP-TV-Z]{25}$`).MatchString(f.id) {
		t.Errorf("the flow id %q is no ULID", f.id)
	}
	if preview, there := f.form("user", []any{})["preview"]; !there || preview != nil {
		t.Errorf("a form has no preview: %v", preview)
	}
	const home = "homeassistant"
	for reason, want := range map[string]any{"oauth_error": home, "missing_credentials": home, "reauth_successful": nil} {
		if got := l.aborted(f, reason, nil)["translation_domain"]; got != want {
			t.Errorf("%s is translated by %v, want %v", reason, got, want)
		}
	}
	l.entries = append(l.entries, &entry{id: "e", domain: Domain, title: "Ben's devices"})
	step := l.confirm(&flow{id: "f", handler: Domain, entryID: "e"})
	if named, _ := step["description_placeholders"].(map[string]string); named["name"] != "Ben's devices" {
		t.Errorf("a new login does not name what it is for: %v", step)
	}
}
