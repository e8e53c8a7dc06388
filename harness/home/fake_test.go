package home

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/wire"
)

const (
	password = "lovelace"
	secret   = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
)

// fake is the least that logs in as a home does. It judges nothing: it knows one user, and remembers what it was asked.
type fake struct {
	*httptest.Server

	mu       sync.Mutex
	factor   bool                        // the user has a second factor
	instead  map[string]http.HandlerFunc // "POST /auth/token" -> another answer
	commands map[string]command          // of the WebSocket
	grants   map[string]bool             // refresh token -> it is good
	heard    []string                    // "POST /auth/token body"
	flows    int
	issued   int
}

// command answers a command of the WebSocket: a result, or the code of an error.
type command func(fields map[string]any) (result any, code string)

// asked is what a request to the fake looks like in heard.
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

// answers lets a place answer something else.
func (f *fake) answers(place string, status int, body string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.instead[place] = func(w http.ResponseWriter, _ *http.Request) { reply(w, status, body) }
}

func reply(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	place := r.Method + " " + r.URL.Path
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heard = append(f.heard, place+" "+string(raw))
	if other := f.instead[place]; other != nil {
		r.Body = io.NopCloser(bytes.NewReader(raw))
		other(w, r)
		return
	}
	form, _ := url.ParseQuery(string(raw))
	bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case place == "GET /auth/providers":
		reply(w, http.StatusOK, `{"providers":[{"type":"homeassistant"}]}`)
	case place == "GET /api/websocket":
		f.mu.Unlock()
		defer f.mu.Lock()
		f.socket(w, r)
	case place == "POST /auth/login_flow":
		f.flows++
		reply(w, http.StatusOK, fmt.Sprintf(`{"type":"form","flow_id":"flow-%d","step_id":"init","errors":{}}`, f.flows))
	case strings.HasPrefix(place, "POST /auth/login_flow/"):
		f.step(w, strings.TrimPrefix(r.URL.Path, "/auth/login_flow/"), raw)
	case place == "POST /auth/token":
		f.token(w, form)
	case place == "POST /auth/revoke":
		delete(f.grants, form.Get("token"))
		reply(w, http.StatusOK, "")
	case strings.HasPrefix(place, "DELETE /auth/login_flow/"):
		reply(w, http.StatusOK, "{}")
	case place == "GET /api/config" && strings.HasPrefix(bearer, "access-"):
		reply(w, http.StatusOK, `{"version":"2026.11.0"}`)
	case place == "GET /api/" && strings.HasPrefix(bearer, "access-"):
		reply(w, http.StatusOK, `{"message":"API running."}`)
	case strings.HasPrefix(r.URL.Path, "/api/"):
		reply(w, http.StatusUnauthorized, "")
	default:
		reply(w, http.StatusNotFound, "")
	}
}

func (f *fake) step(w http.ResponseWriter, flow string, raw []byte) {
	var body struct{ Username, Password, Code string }
	_ = json.Unmarshal(raw, &body)
	form := func(step, errors string) {
		reply(w, http.StatusOK, fmt.Sprintf(`{"type":"form","flow_id":%q,"step_id":%q,"errors":{%s}}`, flow, step, errors))
	}
	switch {
	case body.Code != "" && body.Code != oauth.TOTP(secret, time.Now()):
		form("mfa", `"base":"invalid_code"`)
	case body.Code == "" && (body.Username != "ada" || body.Password != password):
		form("init", `"base":"invalid_auth"`)
	case body.Code == "" && f.factor:
		form("mfa", "")
	default:
		reply(w, http.StatusOK, fmt.Sprintf(`{"type":"create_entry","flow_id":%q,"result":"code-%s"}`, flow, flow))
	}
}

func (f *fake) token(w http.ResponseWriter, form url.Values) {
	f.issued++
	switch {
	case strings.HasPrefix(form.Get("code"), "code-"):
		token := fmt.Sprintf("refresh-%d", f.issued)
		f.grants[token] = true
		reply(w, http.StatusOK, fmt.Sprintf(`{"access_token":"access-%d","refresh_token":%q,"expires_in":1800}`, f.issued, token))
	case f.grants[form.Get("refresh_token")]:
		reply(w, http.StatusOK, fmt.Sprintf(`{"access_token":"access-%d","expires_in":1800}`, f.issued))
	default:
		reply(w, http.StatusBadRequest, `{"error":"invalid_grant"}`)
	}
}

// socket speaks the WebSocket: auth, and the commands of the test.
func (f *fake) socket(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	ctx := context.Background()
	say := func(v any) {
		raw, _ := json.Marshal(v)
		_ = conn.Write(ctx, websocket.MessageText, raw)
	}
	say(map[string]any{"type": "auth_required"})
	for {
		_, raw, err := conn.Read(ctx)
		if err != nil {
			return
		}
		var message map[string]any
		_ = json.Unmarshal(raw, &message)
		if token, ok := message["access_token"].(string); ok {
			if !strings.HasPrefix(token, "access-") {
				say(map[string]any{"type": "auth_invalid"})
				return
			}
			say(map[string]any{"type": "auth_ok"})
			continue
		}
		name, _ := message["type"].(string)
		f.mu.Lock()
		f.heard = append(f.heard, "WS "+string(raw))
		run := f.commands[name]
		f.mu.Unlock()
		answer := map[string]any{"id": message["id"], "type": "result", "success": false, "error": map[string]any{"code": "unknown_command"}}
		if run != nil {
			result, code := run(message)
			answer["success"], answer["result"], answer["error"] = code == "", result, map[string]any{"code": code, "message": "no"}
		}
		say(map[string]any{"id": 0, "type": "event", "event": "of somebody else"})
		say(answer)
	}
}

// stay is a Home at a fresh fake, and a context with a record.
func stay(t *testing.T) (*fake, *Home, context.Context) {
	t.Helper()
	f := &fake{instead: map[string]http.HandlerFunc{}, commands: map[string]command{}, grants: map[string]bool{}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	h := New(Options{
		Wire: wire.Options{Base: f.URL}, Site: site(t), Clock: clock.None(), Mark: "run",
		Account: oauth.Account{Username: "ada", Password: password},
	})
	return f, h, judge.With(t.Context(), judge.NewRecord())
}

var started struct {
	sync.Once
	*clientsite.Site
}

// site is one for all tests: it has no state that they would notice.
func site(t *testing.T) *clientsite.Site {
	t.Helper()
	started.Do(func() {
		ca, err := clientsite.NewCA()
		if err != nil {
			t.Fatal(err)
		}
		if started.Site, err = clientsite.Start(clientsite.Options{CA: ca}); err != nil {
			t.Fatal(err)
		}
	})
	return started.Site
}

// outcome is what becomes of a spec that takes these steps, its cleanups included.
func outcome(t *testing.T, steps func(context.Context)) evidence.Result {
	t.Helper()
	record := judge.NewRecord()
	ctx := judge.With(t.Context(), record)
	judge.Run(func() {
		steps(ctx)
		judge.Held(ctx)
	})
	record.End(ctx)
	return record.Outcome(evidence.Must, true)
}

// same holds a list against the one that is wanted.
func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// equal compares values as JSON has them.
func equal(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// cut parts what was heard of a path and a JSON body.
func cut(heard string) (path string, body map[string]any, err error) {
	path, raw, _ := strings.Cut(heard, " ")
	err = json.Unmarshal([]byte(raw), &body)
	return path, body, err
}
