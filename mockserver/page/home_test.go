package page_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"sync"
	"testing"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/browser/browsertest"
	"github.com/authconform/authconform/harness/played/loginpage"
	"github.com/authconform/authconform/mockserver/page"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// A said is one scripted answer: a status and a body (text as it is, all else as JSON).
type said struct {
	status int
	body   any
}

// A home gives scripted answers: to GET /auth/providers, to the first POST of a flow, and one by one to the next ones.
type home struct {
	*httptest.Server
	providers, begin said
	steps            []said
	hold             chan struct{} // when set, a step waits for it

	mu  sync.Mutex
	log []string // "METHOD path content-type body"
}

type object = map[string]any

func textField(name string) object { return object{"type": "string", "name": name, "required": true} }

func formStep(step string, errors object, schema ...any) said {
	return said{200, object{
		"type": "form", "flow_id": "flow1", "handler": []any{"homeassistant", nil}, "step_id": step, "data_schema": schema,
		"errors": errors, "description_placeholders": object{"mfa_module_name": "Authenticator app"},
	}}
}

var (
	oneProvider = said{200, object{
		"providers":             []any{object{"name": "Home Assistant Local", "id": nil, "type": "homeassistant"}},
		"preselect_remember_me": true,
	}}
	loginForm  = formStep("init", object{}, textField("username"), textField("password"))
	wrongLogin = formStep("init", object{"base": "invalid_auth"}, textField("username"), textField("password"))
	mfaForm    = formStep("mfa", object{}, textField("code"))
	created    = said{200, object{
		"type": "create_entry", "flow_id": "flow1", "handler": []any{"homeassistant", nil}, "result": "0123456789abcdef",
	}}
	redirectRefused = said{403, object{"message": "Invalid redirect URI"}}
)

func newHome(t *testing.T, change func(*home)) *home {
	t.Helper()
	h := &home{providers: oneProvider, begin: loginForm, steps: []said{created}}
	if change != nil {
		change(h)
	}
	files := page.FS()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /auth/authorize", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "authorize.html") })
	mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServerFS(files)))
	mux.HandleFunc("GET /auth/providers", func(w http.ResponseWriter, r *http.Request) { h.say(w, r, h.providers) })
	mux.HandleFunc("POST /auth/login_flow", func(w http.ResponseWriter, r *http.Request) { h.say(w, r, h.begin) })
	mux.HandleFunc("DELETE /auth/login_flow/{id}", func(w http.ResponseWriter, r *http.Request) {
		h.say(w, r, said{200, object{"message": "Flow aborted"}})
	})
	mux.HandleFunc("POST /auth/login_flow/{id}", func(w http.ResponseWriter, r *http.Request) {
		if h.hold != nil {
			<-h.hold
		}
		h.mu.Lock()
		step := said{404, object{"message": "Invalid flow specified"}}
		if len(h.steps) > 0 {
			step, h.steps = h.steps[0], h.steps[1:]
		}
		h.mu.Unlock()
		h.say(w, r, step)
	})
	h.Server = httptest.NewServer(mux)
	t.Cleanup(h.Close)
	return h
}

func (h *home) say(w http.ResponseWriter, r *http.Request, s said) {
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	h.log = append(h.log, fmt.Sprintf("%s %s %s %s", r.Method, r.URL.Path, r.Header.Get("Content-Type"), body))
	h.mu.Unlock()
	if text, ok := s.body.(string); ok {
		w.WriteHeader(s.status)
		fmt.Fprint(w, text)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(s.status)
	_ = json.NewEncoder(w).Encode(s.body)
}

// posts are the requests of login flows so far.
func (h *home) posts() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.log...)
}

func foreign(more ...string) url.Values {
	q := url.Values{"client_id": {"https://app.example/"}, "redirect_uri": {"https://app.example/cb"}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Add(more[i], more[i+1])
	}
	return q
}

func (h *home) own() url.Values {
	return url.Values{"client_id": {h.URL + "/"}, "redirect_uri": {h.URL + "/?auth_callback=1"}}
}

func visit(t *testing.T, tab *browser.Page, h *home, query url.Values) *loginpage.Login {
	t.Helper()
	login, err := loginpage.Open(t.Context(), tab, h.URL+"/auth/authorize?"+query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	return login
}

func want(t *testing.T, kind loginpage.Kind) func(loginpage.State, error) loginpage.State {
	return func(state loginpage.State, err error) loginpage.State {
		t.Helper()
		if err != nil || state.Kind != kind {
			t.Fatalf("the page shows %+v, %v; want %s", state, err, kind)
		}
		return state
	}
}
