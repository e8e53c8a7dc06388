// Package frontendtest holds the mock home against the real frontend: it logs in through its own page, shows the demo
// entities, and switches a light.
package frontendtest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/browser/browsertest"
	"github.com/authconform/authconform/harness/played/loginpage"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/core"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

const light = "light.kitchen"

// served is a mock home that shows the real frontend; the test is skipped where there is none.
func served(t *testing.T) (*mockserver.Home, string) {
	t.Helper()
	dir := os.Getenv("AUTHCONFORM_FRONTEND")
	if dir == "" {
		t.Skip("NOT TESTED: AUTHCONFORM_FRONTEND names no folder; script/frontend gets one, and prints it")
	}
	files := os.DirFS(dir)
	if err := mockserver.CheckFrontend(files); err != nil {
		t.Fatal(err)
	}
	h, err := mockserver.New(mockserver.Options{Frontend: files})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(func() { h.Close(); server.Close() })
	return h, server.URL
}

func TestTheRealFrontendLogsInAndSwitchesALight(t *testing.T) {
	h, url := served(t)
	tab := browsertest.Page(t)
	must(t, tab.Look(t.Context(), browser.Look{Width: 1280, Height: 900}))
	must(t, tab.Open(t.Context(), url+"/"))
	_, err := tab.WaitNavigation(t.Context(), func(to string) bool { return strings.Contains(to, "/auth/authorize?") })
	must(t, err)
	login := loginpage.On(tab)
	_, err = login.State(t.Context())
	must(t, err)
	picture(t, tab, "login")
	if state, err := login.SignIn(t.Context(), "owner", "owner-password"); err != nil {
		t.Fatalf("%+v: %v", state, err)
	}
	shows(t, tab, "Kitchen", "Hall", "Garden")
	picture(t, tab, "overview")

	must(t, tab.Open(t.Context(), url+"/light"))
	shows(t, tab, "Kitchen", "off")
	must(t, tab.Press(t.Context(), "ha-tile-icon"))
	must(t, tab.Until(t.Context(), "the light of the mock to go on", func(context.Context) (bool, error) {
		e, _ := h.Core().Get(light)
		return e.State == "on", nil
	}))
	shows(t, tab, "100%")
	picture(t, tab, "light-on")
	if _, err := h.Core().Do(core.Call{Domain: "light", Service: "turn_off", Data: map[string]any{"entity_id": light}}); err != nil {
		t.Fatal(err)
	}
	shows(t, tab, "off")

	if list := refused(t, h); len(list) > 0 {
		t.Errorf("the frontend asks for what the mock does not have: %q", list)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// shows waits until the page has these words.
func shows(t *testing.T, tab *browser.Page, words ...string) {
	t.Helper()
	must(t, tab.Until(t.Context(), strings.Join(words, ", "), func(ctx context.Context) (bool, error) {
		text, err := browser.Eval[string](ctx, tab, `(deep) => deep.text(document.body)`)
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }), err
	}))
}

// refused lists what the home did not have.
func refused(t *testing.T, h *mockserver.Home) []string {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/_authconform/history", nil)
	r.Header.Set("Authorization", "Bearer "+h.ControlSecret())
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var entries []struct {
		Method, Path, Why string
		Status            int
	}
	if err := json.Unmarshal(w.Body.Bytes(), &entries); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	var list []string
	for _, e := range entries {
		if e.Why == "unknown_command" || e.Status >= http.StatusBadRequest && !strings.HasPrefix(e.Path, "/static/") {
			list = append(list, e.Method+" "+e.Path)
		}
	}
	return list
}

// picture keeps what the page shows, for people, where AUTHCONFORM_PICTURES names a folder.
func picture(t *testing.T, tab *browser.Page, name string) {
	t.Helper()
	folder := os.Getenv("AUTHCONFORM_PICTURES")
	if folder == "" {
		return
	}
	shot, err := tab.Capture(t.Context())
	must(t, err)
	must(t, os.WriteFile(filepath.Join(folder, name+".png"), shot.PNG, 0o600))
}
