package loginpage

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/browser/browsertest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// frontends are our own mock page, a page of the generation without names in testdata, and, when AUTHCONFORM_FRONTENDS names
// a folder of unpacked wheels of home-assistant-frontend (VERSION/hass_frontend/authorize.html), the real pages of those
// releases.
func frontends(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{"mock": filepath.Join("..", "..", "..", "mockserver", "page")}
	old, _ := filepath.Glob(filepath.Join("testdata", "*"))
	for _, page := range old {
		found[filepath.Base(page)] = page
	}
	pages, _ := filepath.Glob(filepath.Join(os.Getenv("AUTHCONFORM_FRONTENDS"), "*", "hass_frontend"))
	for _, page := range pages {
		found[filepath.Base(filepath.Dir(page))] = page
	}
	return found
}

// each runs a test on every frontend.
func each(t *testing.T, change func(*fakeHome), walk func(t *testing.T, version string, home *fakeHome)) {
	for version, folder := range frontends(t) {
		t.Run(version, func(t *testing.T) {
			walk(t, version, newFakeHome(t, folder, func(h *fakeHome) {
				h.bare = version < "20240112"
				if change != nil {
					change(h)
				}
			}))
		})
	}
}

func visit(t *testing.T, page *browser.Page, home *fakeHome, query url.Values) *Login {
	t.Helper()
	if query.Get("client_id") == "" {
		query.Set("client_id", "http://app.example/")
		query.Set("redirect_uri", "http://app.example/cb")
	}
	login, err := Open(t.Context(), page, home.URL+"/auth/authorize?"+query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	return login
}

// want checks the outcome of a step; if it is wrong, it saves a picture.
func want(t *testing.T, page *browser.Page, kind Kind) func(State, error) State {
	return func(state State, err error) State {
		t.Helper()
		if err == nil && state.Kind == kind {
			return state
		}
		if shot, _ := page.Capture(context.Background()); shot.PNG != nil {
			file := filepath.Join(os.TempDir(), "loginpage-"+strings.ReplaceAll(t.Name(), "/", "-"))
			_ = os.WriteFile(file+".png", shot.PNG, 0o600)
			_ = os.WriteFile(file+".html", []byte(shot.HTML), 0o600)
			t.Logf("the page: %s.png", file)
		}
		t.Fatalf("the page shows %+v, %v; want %s", state, err, kind)
		return state
	}
}
