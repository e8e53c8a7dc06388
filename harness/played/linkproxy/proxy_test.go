package linkproxy

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/clientsite"
)

// home is a client of the proxy, as a home is.
type home struct {
	http *http.Client
	base string // host and port
}

// play starts a proxy and a home that uses it.
func play(t *testing.T) (*Proxy, home) {
	t.Helper()
	ca, err := clientsite.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Start("127.0.0.1:0", ca)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	trusting := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.Pool()}}
	t.Cleanup(trusting.CloseIdleConnections)
	return p, home{&http.Client{Transport: trusting}, p.Address()}
}

func (h home) send(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "https://"+h.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := h.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(raw)
}

// talk opens a conversation and sends a text.
func (h home) talk(t *testing.T, says string) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), "wss://"+h.base+"/v1", &websocket.DialOptions{HTTPClient: h.http})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(says)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func spec(t *testing.T) (context.Context, *judge.Record) {
	record := judge.NewRecord()
	return judge.With(t.Context(), record), record
}

func TestTheListIsTheScripts(t *testing.T) {
	p, h := play(t)
	yes := true
	for name, c := range map[string]struct {
		script Script
		status int
		body   string
	}{
		"none":  {Script{}, 200, "[]"},
		"one":   {Script{Services: []Service{{Name: "a", MinVersion: "1"}}}, 200, `[{"service":"a","min_version":"1"}]`},
		"open":  {Script{Services: []Service{{Accepts: &yes}}}, 200, `[{"service":"","min_version":"","accepts_new_authorizations":true}]`},
		"a 503": {Script{Down: 503}, 503, `{"error":"down"}`},
	} {
		ctx, _ := spec(t)
		p.Play(ctx, c.script)
		if status, body := h.send(t, http.MethodGet, "/services", ""); status != c.status || body != c.body {
			t.Errorf("%s: %d %s, want %d %s", name, status, body, c.status, c.body)
		}
	}
}

func TestAHomeMayBelieveTheListOfAnotherSpec(t *testing.T) {
	p, h := play(t)
	ctx, _ := spec(t)
	believed := func(when string, want bool) {
		t.Helper()
		if got := p.Believed(); got != want {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	p.Play(ctx, Script{Services: []Service{{Name: "a"}}})
	believed("before it has asked", false)
	h.send(t, http.MethodGet, "/services", "")
	believed("the list of this spec", false)
	p.Say(func(s *Script) { s.Down = http.StatusServiceUnavailable })
	believed("the list from before the proxy was down", true)
	p.Play(ctx, Script{Services: []Service{{Name: "b"}}})
	believed("the list of the spec before", true)
	p.Reset()
	believed("another home", false)
}

func TestAConversationIsTheScripts(t *testing.T) {
	for name, c := range map[string]struct {
		script Script
		kind   websocket.MessageType
		frame  string
	}{
		"an authorize URL": {Script{}, websocket.MessageText, `{"authorize_url":"` + AuthorizeURL + `"}`},
		"another frame":    {Script{First: "{}"}, websocket.MessageText, "{}"},
		"a binary one":     {Script{First: "{}", Binary: true}, websocket.MessageBinary, "{}"},
		"a close":          {Script{Close: true}, 0, ""},
	} {
		p, h := play(t)
		ctx, _ := spec(t)
		p.Play(ctx, c.script)
		conn := h.talk(t, `{"service":"a"}`)
		kind, frame, err := conn.Read(t.Context())
		if kind != c.kind || string(frame) != c.frame || (err != nil) != c.script.Close {
			t.Errorf("%s: %v %s, %v", name, kind, frame, err)
		}
		if got := p.Conversations(); len(got) != 1 || !slices.Equal(got[0].Frames, []string{`{"service":"a"}`}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestTheEndOfAConversationIsKnown(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(*websocket.Conn)
		want int
	}{
		"a close":     {func(c *websocket.Conn) { _ = c.Close(websocket.StatusNormalClosure, "") }, 1000},
		"a lost line": {func(c *websocket.Conn) { _ = c.CloseNow() }, -1},
	} {
		p, h := play(t)
		ctx, _ := spec(t)
		p.Play(ctx, Script{})
		conn := h.talk(t, "{}")
		_, _, _ = conn.Read(t.Context())
		if got := p.Conversations()[0].Closed; got != 0 {
			t.Errorf("%s: %d while it is open", name, got)
		}
		c.end(conn)
		ended := func(list []Conversation) bool { return list[0].Closed != 0 }
		if !p.Await(ctx, ended) || p.Conversations()[0].Closed != c.want {
			t.Errorf("%s: %d, want %d", name, p.Conversations()[0].Closed, c.want)
		}
	}
}

func TestAWaitEndsWithItsSpec(t *testing.T) {
	p, _ := play(t)
	ctx, end := context.WithCancel(t.Context())
	end()
	if p.Await(ctx, func([]Conversation) bool { return false }) {
		t.Error("what never is was awaited")
	}
	if !p.Await(ctx, func([]Conversation) bool { return true }) {
		t.Error("what is there is not seen")
	}
}

func TestAFrameGoesToTheLastConversationThatIsOpen(t *testing.T) {
	p, h := play(t)
	ctx, record := spec(t)
	p.Play(ctx, Script{})
	open, closed := h.talk(t, "first"), h.talk(t, "second")
	for _, conn := range []*websocket.Conn{open, closed} {
		_, _, _ = conn.Read(t.Context())
	}
	_ = closed.Close(websocket.StatusNormalClosure, "")
	p.Await(ctx, func(list []Conversation) bool { return list[0].Closed != 0 || list[1].Closed != 0 })
	p.Send(ctx, map[string]int{"a": 1})
	if _, frame, err := open.Read(t.Context()); string(frame) != `{"a":1}` || err != nil {
		t.Errorf("%s, %v", frame, err)
	}
	_ = open.Close(websocket.StatusNormalClosure, "")
	p.Await(ctx, func(list []Conversation) bool { return list[0].Closed != 0 && list[1].Closed != 0 })
	judge.Run(func() { p.Send(ctx, "nobody hears it") })
	if got := record.Outcome(evidence.Must, true); got.Reason != "the home has no open socket at the account-link proxy" {
		t.Errorf("%s: %s", got.Verdict, got.Reason)
	}
}

func TestARefreshIsAnsweredAndKept(t *testing.T) {
	p, h := play(t)
	ctx, _ := spec(t)
	p.Play(ctx, Script{})
	status, body := h.send(t, http.MethodPost, "/refresh_token/a", `{"refresh_token":"r"}`)
	var tokens struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
		Expires int    `json:"expires_in"`
	}
	err := json.Unmarshal([]byte(body), &tokens)
	if err != nil || status != http.StatusOK || tokens.Access == "" || tokens.Refresh == "" || tokens.Expires != 3600 {
		t.Errorf("%d %s", status, body)
	}
	p.Say(func(s *Script) {
		s.Refresh = func(n int, body string) (int, string) { return http.StatusOK + n, body }
	})
	if status, body := h.send(t, http.MethodPost, "/refresh_token/b", "again"); status != 202 || body != "again" {
		t.Errorf("%d %s", status, body)
	}
	if got, want := p.Refreshes(), []string{`a {"refresh_token":"r"}`, "b again"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	p.Play(ctx, Script{})
	if len(p.Refreshes())+len(p.Conversations()) != 0 {
		t.Error("a spec begins with what another one did")
	}
}

func TestWhatTheHomeSentIsEvidence(t *testing.T) {
	p, h := play(t)
	h.send(t, http.MethodGet, "/services", "") // before the first spec, it belongs to no spec
	ctx, record := spec(t)
	p.Play(ctx, Script{})
	h.send(t, http.MethodPost, "/refresh_token/a", `{"refresh_token":"refresh-of-the-home"}`)
	_, _, _ = h.talk(t, `{"service":"a"}`).Read(t.Context())
	judge.Violated(ctx, "a", "b")
	var seen []string
	for _, item := range record.Outcome(evidence.Must, false).Evidence {
		if item.Step != "the home, to the account-link proxy" || strings.Contains(item.Exchange.RequestBody, "refresh-of-the-home") {
			t.Errorf("%s: %+v", item.Step, item.Exchange)
		}
		seen = append(seen, item.Exchange.Method)
	}
	if !slices.Equal(seen, []string{http.MethodPost, "WS"}) {
		t.Errorf("%q", seen)
	}
}

func TestAProxyStartsWhenASpecAsksForIt(t *testing.T) {
	ca, err := clientsite.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	running, _ := play(t)
	there, _ := play(t)
	for name, c := range map[string]struct {
		starter *Starter
		want    string // why it is not run; "": it is
	}{
		"one that can":      {Later("127.0.0.1:0", ca), ""},
		"one that runs":     {Running(running), ""},
		"one that cannot":   {Later(there.Address(), ca), "needs account-link: account-link proxy: listen tcp " + there.Address()},
		"none in this run":  {nil, "needs account-link: no proxy in this run"},
		"one that is no CA": {Later("127.0.0.1:0", &clientsite.CA{}), "needs account-link: the client site's CA"},
	} {
		ctx, record := spec(t)
		if c.starter != nil {
			ctx = With(ctx, c.starter)
		}
		if Present(ctx) != (c.starter != nil) {
			t.Errorf("%s: present %v", name, Present(ctx))
		}
		judge.Run(func() {
			if first := From(ctx); From(ctx) != first {
				t.Errorf("%s: it starts twice", name)
			}
		})
		c.starter.Close()
		got := record.Outcome(evidence.Must, true)
		if c.want != "" && (got.Verdict != evidence.NotRun || !strings.HasPrefix(got.Reason, c.want)) {
			t.Errorf("%s: %s: %s, want %s", name, got.Verdict, got.Reason, c.want)
		}
	}
}
