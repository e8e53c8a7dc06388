package accountlink

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

const password = "ben-s-password"

// fake is a minimal proxy for homes, with the third party whose accounts it links. It judges nothing.
type fake struct {
	*httptest.Server // the proxy
	party            *httptest.Server
	first, last      string // frames of the proxy; "": as it should be
	silent           bool   // no frame follows the first

	mu    sync.Mutex
	heard []string
	back  chan string // what the person brought back
}

func (f *fake) note(line string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heard = append(f.heard, line)
}

func (f *fake) lines() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.heard, "\n")
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	f.note(fmt.Sprintf("%s %s %s", r.Method, r.URL, raw))
	switch r.URL.Path {
	case "/services":
		_, _ = io.WriteString(w, "[]")
	case "/v1":
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer conn.CloseNow()
		f.talk(context.WithoutCancel(r.Context()), conn)
	case "/callback":
		f.back <- r.URL.Query().Get("code")
		_, _ = io.WriteString(w, "thank you")
	default:
		http.NotFound(w, r)
	}
}

func (f *fake) talk(ctx context.Context, conn *websocket.Conn) {
	_, raw, _ := conn.Read(ctx)
	f.note("said " + string(raw))
	first := f.first
	if first == "" {
		first = fmt.Sprintf(`{"authorize_url":"%s/authorize"}`, f.party.URL)
	}
	_ = conn.Write(ctx, websocket.MessageText, []byte(first))
	if f.silent {
		_, _, _ = conn.Read(ctx)
		return
	}
	last := f.last
	if code := <-f.back; last == "" {
		last = fmt.Sprintf(`{"tokens":{"access_token":"access-of-%s","refresh_token":"refresh-1","expires_in":3600}}`, code)
	}
	_ = conn.Write(ctx, websocket.MessageBinary, []byte(last))
	_, _, err := conn.Read(ctx)
	f.note(fmt.Sprintf("closed %d", websocket.CloseStatus(err)))
}

// thirdParty shows a login form that leads back to the proxy.
func (f *fake) thirdParty(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/deny":
		http.Redirect(w, r, f.URL+"/callback?error=access_denied", http.StatusFound)
	case r.FormValue("word") == password:
		http.Redirect(w, r, f.URL+"/callback?code=c0de", http.StatusFound)
	default:
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<form method="post"><input name="user"><input type="password" name="word"></form><a href="/deny">Cancel</a>`)
	}
}

// start starts a fake and opens a session with it; found is the workers' initial data.
func start(t *testing.T, found json.RawMessage) (*fake, *session) {
	t.Helper()
	f := &fake{back: make(chan string, 1)}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	f.party = httptest.NewServer(http.HandlerFunc(f.thirdParty))
	t.Cleanup(f.party.Close)
	t.Cleanup(f.Close)
	o := Kind().Flags().(*Flags)
	o.Service, o.Browser, o.Account = "thermostat", "off", oauth.Account{Username: "ben", Password: password}
	tools := kind.Tools{Wire: wire.Options{Base: f.URL, Trusted: []string{f.party.URL}}, Browser: browser.Later("off")}
	s, err := Kind().Open(kind.Setup{Target: f.URL, Flags: kind.Encode(o), Found: found}, tools)
	if err != nil {
		t.Fatal(err)
	}
	return f, s.(*session)
}

// spec returns the result of a spec with this body in a session.
func (s *session) spec(t *testing.T, body func(context.Context, *Proxy)) evidence.Result {
	t.Helper()
	record := judge.NewRecord()
	ctx := s.With(judge.With(t.Context(), record))
	judge.Run(func() {
		body(ctx, From(ctx))
		judge.Held(ctx)
	})
	record.End(ctx)
	return record.Outcome(evidence.Must, false)
}
