// Package hometest is a minimal server with a home's login, for tests of code that drives one. It judges nothing and is
// not a model of a home: it has one user and remembers its requests.
package hometest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/harness/oauth"
)

// The user of the home.
const (
	Username = "ada"
	Password = "lovelace"
	Secret   = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
)

// Home is the running home.
type Home struct {
	*httptest.Server

	mu       sync.Mutex
	factor   bool
	instead  map[string]http.HandlerFunc // "POST /auth/token" -> another answer
	commands map[string]Command
	grants   map[string]bool // refresh token -> it is good
	heard    []string        // "POST /auth/token body"
	flows    int
	issued   int
}

// Command answers a WebSocket command with a result or an error code.
type Command func(fields map[string]any) (result any, code string)

// Start starts a home for a test. Its tokens are access-1, refresh-1 and so on, its flows flow-1.
func Start(t testing.TB) *Home {
	t.Helper()
	h := &Home{instead: map[string]http.HandlerFunc{}, commands: map[string]Command{}, grants: map[string]bool{}}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

// Asked lists the requests whose line begins with a place ("POST /auth/token"): the rest of each line, which
// ends in the body. WebSocket commands have the place "WS".
func (h *Home) Asked(place string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []string
	for _, line := range h.heard {
		if rest, ok := strings.CutPrefix(line, place); ok {
			list = append(list, strings.TrimSpace(rest))
		}
	}
	return list
}

// Answers makes a place answer with other JSON.
func (h *Home) Answers(place string, status int, body string) {
	h.Does(place, func(w http.ResponseWriter, _ *http.Request) { Reply(w, status, body) })
}

// Does replaces the handler of a place.
func (h *Home) Does(place string, what http.HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.instead[place] = what
}

// Speaks replaces the handler of the WebSocket.
func (h *Home) Speaks(what func(ctx context.Context, conn *websocket.Conn)) {
	h.Does("GET /api/websocket", func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer func() { _ = conn.CloseNow() }()
		what(context.WithoutCancel(r.Context()), conn)
	})
}

// Knows adds a WebSocket command; nil removes it.
func (h *Home) Knows(name string, c Command) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.commands[name] = c
}

// WantsCode makes the home ask for a second factor.
func (h *Home) WantsCode() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.factor = true
}

// Forget invalidates every token.
func (h *Home) Forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.grants)
}

// Reply answers with JSON.
func Reply(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// ServeHTTP implements http.Handler.
func (h *Home) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(raw))
	place := r.Method + " " + r.URL.Path
	h.mu.Lock()
	h.heard = append(h.heard, place+" "+string(raw))
	other := h.instead[place]
	h.mu.Unlock()
	switch {
	case other != nil:
		other(w, r)
	case place == "GET /api/websocket":
		h.socket(w, r)
	default:
		h.mu.Lock()
		defer h.mu.Unlock()
		h.answer(w, r, place, raw)
	}
}

func (h *Home) answer(w http.ResponseWriter, r *http.Request, place string, raw []byte) {
	form, _ := url.ParseQuery(string(raw))
	in := strings.HasPrefix(r.Header.Get("Authorization"), "Bearer access-")
	switch {
	case place == "GET /auth/providers":
		Reply(w, http.StatusOK, `{"providers":[{"type":"homeassistant"}]}`)
	case place == "POST /auth/login_flow":
		h.flows++
		Reply(w, http.StatusOK, fmt.Sprintf(`{"type":"form","flow_id":"flow-%d","step_id":"init","errors":{}}`, h.flows))
	case strings.HasPrefix(place, "POST /auth/login_flow/"):
		h.step(w, strings.TrimPrefix(r.URL.Path, "/auth/login_flow/"), raw)
	case strings.HasPrefix(place, "DELETE /auth/login_flow/"):
		Reply(w, http.StatusOK, "{}")
	case place == "POST /auth/token":
		h.token(w, form)
	case place == "POST /auth/revoke":
		delete(h.grants, form.Get("token"))
		Reply(w, http.StatusOK, "")
	case place == "GET /api/config" && in:
		Reply(w, http.StatusOK, `{"version":"2026.11.0"}`)
	case place == "GET /api/" && in:
		Reply(w, http.StatusOK, `{"message":"API running."}`)
	case strings.HasPrefix(r.URL.Path, "/api/"):
		Reply(w, http.StatusUnauthorized, "")
	default:
		Reply(w, http.StatusNotFound, "")
	}
}

func (h *Home) step(w http.ResponseWriter, flow string, raw []byte) {
	var body struct{ Username, Password, Code string }
	_ = json.Unmarshal(raw, &body)
	form := func(step, errors string) {
		Reply(w, http.StatusOK, fmt.Sprintf(`{"type":"form","flow_id":%q,"step_id":%q,"errors":{%s}}`, flow, step, errors))
	}
	switch {
	case body.Code != "" && body.Code != oauth.TOTP(Secret, time.Now()):
		form("mfa", `"base":"invalid_code"`)
	case body.Code == "" && (body.Username != Username || body.Password != Password):
		form("init", `"base":"invalid_auth"`)
	case body.Code == "" && h.factor:
		form("mfa", "")
	default:
		Reply(w, http.StatusOK, fmt.Sprintf(`{"type":"create_entry","flow_id":%q,"result":"code-%s"}`, flow, flow))
	}
}

func (h *Home) token(w http.ResponseWriter, form url.Values) {
	h.issued++
	switch {
	case strings.HasPrefix(form.Get("code"), "code-"):
		token := fmt.Sprintf("refresh-%d", h.issued)
		h.grants[token] = true
		Reply(w, http.StatusOK, fmt.Sprintf(`{"access_token":"access-%d","refresh_token":%q,"expires_in":1800}`, h.issued, token))
	case h.grants[form.Get("refresh_token")]:
		Reply(w, http.StatusOK, fmt.Sprintf(`{"access_token":"access-%d","expires_in":1800}`, h.issued))
	default:
		Reply(w, http.StatusBadRequest, `{"error":"invalid_grant"}`)
	}
}

// socket serves the WebSocket: authentication, and the test's commands.
func (h *Home) socket(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.CloseNow() }()
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
		h.mu.Lock()
		h.heard = append(h.heard, "WS "+string(raw))
		run := h.commands[name]
		h.mu.Unlock()
		answer := map[string]any{"id": message["id"], "type": "result", "success": false, "error": map[string]any{"code": "unknown_command"}}
		if run != nil {
			result, code := run(message)
			answer["success"], answer["result"], answer["error"] = code == "", result, map[string]any{"code": code, "message": "no"}
		}
		say(map[string]any{"id": 0, "type": "event", "event": "of somebody else"})
		say(answer)
	}
}
