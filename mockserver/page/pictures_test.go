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

// view is a state of the page that a person can meet.
type view struct {
	change func(*home)
	query  func(*home) url.Values
	act    bool // somebody has logged in
	empty  bool // somebody has sent the form without a word
}

func views() map[string]view {
	people := []any{[]string{"1", "Ada Lovelace"}, []string{"2", "Grace Hopper"}, []string{"3", "Karen Spärck Jones"}}
	many := object{"type": "select", "name": "user", "required": true, "options": people}
	trusted := formStep("init", object{}, many)
	trusted.body.(object)["handler"] = []any{"trusted_networks", nil}
	two := said{200, object{"providers": []any{
		object{"name": "Trusted Networks", "id": nil, "type": "trusted_networks"},
		object{"name": "Home Assistant Local", "id": nil, "type": "homeassistant"},
	}}}
	return map[string]view{
		"own":     {query: (*home).own},
		"error":   {func(h *home) { h.steps = []said{wrongLogin} }, (*home).own, true, false},
		"foreign": {query: func(*home) url.Values { return foreign() }},
		"mfa":     {func(h *home) { h.steps = []said{mfaForm} }, func(*home) url.Values { return foreign() }, true, false},
		"ended":   {func(h *home) { h.steps = []said{redirectRefused} }, func(*home) url.Values { return foreign() }, true, false},
		"refused": {nil, func(*home) url.Values { return foreign("redirect_uri", "https://evil.example/cb") }, false, false},
		"script": {nil, func(*home) url.Values {
			return url.Values{"client_id": {"https://app.example/"}, "redirect_uri": {"javascript:alert(document.domain)"}}
		}, false, false},
		"lacking":  {nil, func(*home) url.Values { return url.Values{"client_id": {"https://app.example/"}} }, false, false},
		"trusted":  {func(h *home) { h.providers, h.begin = two, trusted }, (*home).own, false, false},
		"unowned":  {func(h *home) { h.providers = said{400, object{"code": "onboarding_required"}} }, (*home).own, false, false},
		"required": {nil, (*home).own, false, true},
	}
}

// show brings the page into a view.
func show(t *testing.T, v view, look browser.Look) *browser.Page {
	t.Helper()
	tab, h := browsertest.Page(t), newHome(t, v.change)
	if err := tab.Look(t.Context(), look); err != nil {
		t.Fatal(err)
	}
	login := visit(t, tab, h, v.query(h))
	_, err := login.State(t.Context())
	if v.act {
		_, err = login.SignIn(t.Context(), "ada", "lovelace")
	}
	if v.empty {
		_, err = login.Submit(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

// TestPictures takes the page in all its views when AUTHCONFORM_PICTURES names a folder; a person looks at them.
func TestPictures(t *testing.T) {
	folder := os.Getenv("AUTHCONFORM_PICTURES")
	if folder == "" {
		t.Skip("AUTHCONFORM_PICTURES names no folder")
	}
	looks := map[string]browser.Look{
		"390": {Width: 390, Height: 844}, "390-dark": {Width: 390, Height: 844, Dark: true},
		"1280": {Width: 1280, Height: 800}, "1280-dark": {Width: 1280, Height: 800, Dark: true, LessMotion: true},
	}
	for name, v := range views() {
		for size, look := range looks {
			shot, err := show(t, v, look).Capture(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, name+"-"+size+".png"), shot.PNG, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// pale lists the texts whose contrast with what lies behind them is below 4.5 (WCAG 2.2 §1.4.3).
const pale = `() => {
	const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
	const rgb = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
		return [...canvas.getImageData(0, 0, 1, 1).data]; };
	const light = (c) => { const [r, g, b] = c.map((x) => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const found = [];
	for (const el of document.body.querySelectorAll("*")) {
		const own = [...el.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
		if (!own || !el.checkVisibility({ visibilityProperty: true }) || el.disabled) continue;
		let opacity = 1, behind;
		for (let up = el; up; up = up.parentElement) {
			const style = getComputedStyle(up), colour = rgb(style.backgroundColor);
			opacity *= style.opacity;
			if (!behind && colour[3] === 255) behind = colour;
		}
		behind ??= rgb("Canvas");
		const ink = rgb(getComputedStyle(el).color).map((x, i) => x * opacity + behind[i] * (1 - opacity));
		const [a, b] = [light(ink.slice(0, 3)), light(behind.slice(0, 3))].sort((x, y) => y - x);
		const contrast = (a + 0.05) / (b + 0.05);
		if (contrast < 4.5) found.push(el.tagName + " " + el.textContent.slice(0, 40) + ": " + contrast.toFixed(2));
	}
	return found;
}`

func TestEveryViewFitsASmallScreenAndCanBeRead(t *testing.T) {
	for name, v := range views() {
		for _, look := range []browser.Look{{Width: 320, Height: 700}, {Width: 390, Height: 844, Dark: true}} {
			tab := show(t, v, look)
			wide, err := browser.Eval[int64](t.Context(), tab, `() => document.documentElement.scrollWidth`)
			if err != nil || wide > look.Width {
				t.Errorf("%s is %d pixels wide on a screen of %d: %v", name, wide, look.Width, err)
			}
			words, err := browser.Eval[[]string](t.Context(), tab, pale)
			if err != nil || len(words) > 0 {
				t.Errorf("%s, dark %v: %q %v", name, look.Dark, words, err)
			}
		}
	}
}
