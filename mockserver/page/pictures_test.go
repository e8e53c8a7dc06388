package page_test

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/browser/browsertest"
)

// TestPictures takes the page in all its views when AUTHCONFORM_PICTURES names a folder; a person looks at them.
func TestPictures(t *testing.T) {
	folder := os.Getenv("AUTHCONFORM_PICTURES")
	if folder == "" {
		t.Skip("AUTHCONFORM_PICTURES names no folder")
	}
	people := []any{[]string{"1", "Ada Lovelace"}, []string{"2", "Grace Hopper"}, []string{"3", "Karen Spärck Jones"}}
	many := object{"type": "select", "name": "user", "required": true, "options": people}
	trusted := formStep("init", object{}, many)
	trusted.body.(object)["handler"] = []any{"trusted_networks", nil}
	two := said{200, object{"providers": []any{
		object{"name": "Trusted Networks", "id": nil, "type": "trusted_networks"},
		object{"name": "Home Assistant Local", "id": nil, "type": "homeassistant"},
	}}}
	views := map[string]struct {
		change func(*home)
		query  func(*home) url.Values
		act    bool
	}{
		"own":     {nil, (*home).own, false},
		"error":   {func(h *home) { h.steps = []said{wrongLogin} }, (*home).own, true},
		"foreign": {nil, func(*home) url.Values { return foreign() }, false},
		"mfa":     {func(h *home) { h.steps = []said{mfaForm} }, func(*home) url.Values { return foreign() }, true},
		"ended":   {func(h *home) { h.steps = []said{redirectRefused} }, func(*home) url.Values { return foreign() }, true},
		"refused": {nil, func(*home) url.Values { return foreign("redirect_uri", "https://evil.example/cb") }, false},
		"script": {nil, func(*home) url.Values {
			return url.Values{"client_id": {"https://app.example/"}, "redirect_uri": {"javascript:alert(document.domain)"}}
		}, false},
		"trusted":  {func(h *home) { h.providers, h.begin = two, trusted }, (*home).own, false},
		"unowned":  {func(h *home) { h.providers = said{400, object{"code": "onboarding_required"}} }, (*home).own, false},
		"required": {nil, (*home).own, false},
	}
	looks := map[string]browser.Look{
		"390": {Width: 390, Height: 844}, "390-dark": {Width: 390, Height: 844, Dark: true},
		"1280": {Width: 1280, Height: 800}, "1280-dark": {Width: 1280, Height: 800, Dark: true, LessMotion: true},
	}
	for name, v := range views {
		for size, look := range looks {
			tab, h := browsertest.Page(t), newHome(t, v.change)
			if err := tab.Look(t.Context(), look); err != nil {
				t.Fatal(err)
			}
			login := visit(t, tab, h, v.query(h))
			_, err := login.State(t.Context())
			if v.act {
				_, err = login.SignIn(t.Context(), "ada", "lovelace")
			}
			if name == "required" {
				_, err = login.Submit(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			shot, err := tab.Capture(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, name+"-"+size+".png"), shot.PNG, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
