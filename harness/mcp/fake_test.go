package mcp

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/wire"
)

const password = "ben-s-password"

// fake is an MCP endpoint at /mcp with its own authorization server. It judges nothing.
type fake struct {
	*httptest.Server
	traits

	mu    sync.Mutex
	heard []string // "POST /register body"
}

// traits are the differences between endpoints.
type traits struct {
	answer    http.HandlerFunc // of the endpoint to a request without a token; nil: a challenge
	challenge func(base string) string
	resource  string         // path of the resource metadata; "": there is none
	servers   []string       // the servers that it names; nil: itself
	metadata  string         // path of the server's metadata
	members   map[string]any // more of them
}

func (f *fake) asked(begins string) (list []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, line := range f.heard {
		if rest, ok := strings.CutPrefix(line, begins); ok {
			list = append(list, strings.TrimSpace(rest))
		}
	}
	return list
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	f.heard = append(f.heard, r.Method+" "+r.URL.Path+" "+string(raw))
	f.mu.Unlock()
	switch r.URL.Path {
	case "/mcp":
		f.endpoint(w, r)
	case f.resource:
		servers := f.servers
		if servers == nil {
			servers = []string{f.URL}
		}
		say(w, 200, map[string]any{"resource": f.URL + "/mcp", "authorization_servers": servers})
	case f.metadata:
		doc := map[string]any{"issuer": f.URL, "authorization_endpoint": f.URL + "/authorize", "token_endpoint": f.URL + "/token"}
		for name, value := range f.members {
			if doc[name] = value; name == "registration_endpoint" {
				doc[name] = f.URL + "/register"
			}
		}
		say(w, 200, doc)
	case "/register":
		say(w, 201, map[string]any{"client_id": "made", "registration_client_uri": f.URL + "/made", "registration_access_token": "m"})
	case "/authorize":
		f.authorize(w, r, string(raw))
	case "/token":
		say(w, 200, map[string]any{"access_token": "good", "token_type": "Bearer", "expires_in": 60})
	default:
		say(w, 404, map[string]any{})
	}
}

func (f *fake) endpoint(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("Authorization") == "Bearer good":
		say(w, 200, map[string]any{"jsonrpc": "2.0", "id": 1, "result": map[string]any{}})
	case f.answer != nil:
		f.answer(w, r)
	default:
		if f.challenge != nil {
			w.Header().Set("WWW-Authenticate", f.challenge(f.URL))
		}
		w.WriteHeader(http.StatusUnauthorized)
	}
}

func (f *fake) authorize(w http.ResponseWriter, r *http.Request, body string) {
	form, _ := url.ParseQuery(body)
	if form.Get("word") != password {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<form method="post"><input name="user"><input type="password" name="word"><button>Allow</button></form>`)
		return
	}
	http.Redirect(w, r, r.URL.Query().Get("redirect_uri")+"?code=c0de&state="+r.URL.Query().Get("state"), http.StatusFound)
}

func say(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// looked opens a session with a new fake, and looks at it as a run does before its first row.
func looked(t *testing.T, like traits, change func(*Flags)) (*fake, kind.Session, kind.Facts, error) {
	t.Helper()
	f := &fake{traits: like}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	o := Kind().Flags().(*Flags)
	o.Browser, o.Account = "off", oauth.Account{Username: "ben", Password: password}
	if change != nil {
		change(o)
	}
	if err := o.Site.Resolve(); err != nil {
		t.Fatal(err)
	}
	site, err := clientsite.Start(clientsite.Options{CA: o.Site.CA})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	tools := kind.Tools{Wire: wire.Options{Base: f.URL + "/mcp"}, Site: site, Clock: clock.None(), Browser: browser.Later("off")}
	s, err := Kind().Open(kind.Setup{Target: f.URL + "/mcp", Mark: "test", Flags: kind.Encode(o)}, tools)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := s.Look(s.With(judge.With(t.Context(), judge.NewRecord())))
	return f, s, facts, err
}
