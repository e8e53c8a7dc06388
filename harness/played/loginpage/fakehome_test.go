package loginpage

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
)

// fakeHome is the REST side of a login (clients.md §1.3), just enough to walk a page through all its views. It is no
// server under test and judges nothing: user "ada" / "lovelace"; "grace" / "hopper" also needs the code 123456.
type fakeHome struct {
	*httptest.Server
	bare    bool   // /auth/providers is a bare list (until 2024.1)
	persons bool   // the provider lists its users (2023.12)
	trusted bool   // a trusted_networks provider comes first
	refuse  int    // answer the right password with this status …
	message string // … and this message

	mu    sync.Mutex
	steps map[string]string // flow id -> step id
	sent  []map[string]any  // bodies of POST /auth/login_flow
	drops int               // DELETEs
}

// newFakeHome serves a frontend: a hass_frontend folder, or our mock page.
func newFakeHome(t *testing.T, frontend string, change func(*fakeHome)) *fakeHome {
	t.Helper()
	home := &fakeHome{steps: map[string]string{}}
	if change != nil {
		change(home)
	}
	home.Server = httptest.NewServer(home.handler(frontend))
	t.Cleanup(home.Close)
	return home
}

func (h *fakeHome) handler(frontend string) http.Handler {
	files := os.DirFS(frontend)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /auth/authorize", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "authorize.html") })
	mux.HandleFunc("GET /auth/providers", h.providers)
	mux.HandleFunc("POST /auth/login_flow", h.create)
	mux.HandleFunc("POST /auth/login_flow/{id}", h.step)
	mux.HandleFunc("DELETE /auth/login_flow/{id}", func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.drops++
		delete(h.steps, r.PathValue("id"))
		answer(w, 200, map[string]any{"message": "Flow aborted"})
	})
	mux.HandleFunc("GET /api/person/list", func(w http.ResponseWriter, r *http.Request) {
		answer(w, 200, map[string]any{"u1": map[string]any{"name": "Ada"}, "u2": map[string]any{"name": "Grace"}})
	})
	if _, err := fs.Stat(files, "frontend_latest"); err == nil {
		mux.Handle("GET /", http.FileServerFS(files))
	} else {
		mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServerFS(files)))
	}
	return mux
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (h *fakeHome) providers(w http.ResponseWriter, _ *http.Request) {
	local := map[string]any{"name": "Home Assistant Local", "id": nil, "type": "homeassistant"}
	if h.persons {
		local["users"] = map[string]string{"u1": "ada", "u2": "grace"}
	}
	list := []any{local}
	if h.trusted {
		list = []any{map[string]any{"name": "Trusted Networks", "id": nil, "type": "trusted_networks"}, local}
	}
	if h.bare {
		answer(w, 200, list)
		return
	}
	answer(w, 200, map[string]any{"providers": list, "preselect_remember_me": true})
}

func form(flow, handler, step string, errors, placeholders any, schema ...any) map[string]any {
	return map[string]any{
		"type": "form", "flow_id": flow, "handler": []any{handler, nil}, "data_schema": schema, "errors": errors,
		"description_placeholders": placeholders, "last_step": nil, "preview": nil, "step_id": step,
	}
}

func field(name string) map[string]any {
	return map[string]any{"type": "string", "name": name, "required": true}
}

func choice(name string, options ...[]string) map[string]any {
	return map[string]any{"type": "select", "name": name, "required": true, "options": options}
}

func (h *fakeHome) show(flow, step string, errors any) map[string]any {
	switch step {
	case "mfa":
		return form(
			flow,
			"homeassistant",
			step,
			errors,
			map[string]string{"mfa_module_name": "Authenticator app", "mfa_module_id": "totp"},
			field("code"),
		)
	case "select_mfa_module":
		return form(
			flow,
			"homeassistant",
			step,
			errors,
			nil,
			choice("multi_factor_auth_module", []string{"totp", "Authenticator app"}, []string{"notify", "Notify one-time password"}),
		)
	case "user":
		return form(flow, "trusted_networks", "init", errors, nil, choice("user", []string{"u1", "Ada"}, []string{"u2", "Grace"}))
	}
	return form(flow, "homeassistant", "init", errors, nil, field("username"), field("password"))
}

func (h *fakeHome) create(w http.ResponseWriter, r *http.Request) {
	var body map[string]any
	_ = json.NewDecoder(r.Body).Decode(&body)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sent = append(h.sent, body)
	if id, _ := body["client_id"].(string); !strings.HasPrefix(id, "http") {
		answer(w, 400, map[string]any{"message": "Invalid client id"})
		return
	}
	flow := fmt.Sprintf("flow%d", len(h.sent))
	step := "init"
	if handler, ok := body["handler"].([]any); ok && handler[0] == "trusted_networks" {
		step = "user"
	}
	h.steps[flow] = step
	answer(w, 200, h.show(flow, step, map[string]string{}))
}

func (h *fakeHome) step(w http.ResponseWriter, r *http.Request) {
	var body map[string]any
	_ = json.NewDecoder(r.Body).Decode(&body)
	h.mu.Lock()
	defer h.mu.Unlock()
	flow := r.PathValue("id")
	switch step := h.steps[flow]; {
	case step == "":
		answer(w, 404, map[string]any{"message": "Invalid flow specified"})
	case step == "init" && body["username"] == "grace" && body["password"] == "hopper":
		h.steps[flow] = "select_mfa_module"
		answer(w, 200, h.show(flow, "select_mfa_module", map[string]string{}))
	case step == "select_mfa_module":
		h.steps[flow] = "mfa"
		answer(w, 200, h.show(flow, "mfa", map[string]string{}))
	case step == "init" && body["username"] == "locked":
		delete(h.steps, flow)
		answer(w, 200, map[string]any{"type": "abort", "flow_id": flow, "handler": []any{"homeassistant", nil}, "reason": "login_expired"})
	case step == "init" && (body["username"] != "ada" || body["password"] != "lovelace"):
		answer(w, 200, h.show(flow, step, map[string]string{"base": "invalid_auth"}))
	case step == "mfa" && body["code"] != "123456":
		answer(w, 200, h.show(flow, step, map[string]string{"base": "invalid_code"}))
	case h.refuse != 0:
		delete(h.steps, flow)
		answer(w, h.refuse, map[string]any{"message": h.message})
	default:
		delete(h.steps, flow)
		answer(w, 200, map[string]any{"type": "create_entry", "flow_id": flow, "handler": []any{"homeassistant", nil}, "result": "c0de+/="})
	}
}
