package browser

import (
	"strings"
	"testing"
)

func TestCaptureShowsNoSecretAndLeavesThePageAlone(t *testing.T) {
	p := newPage(t)
	open(t, p, site(t, map[string]any{"/": nested + `<input name=code value=654321 autocomplete=one-time-code>`}).URL)
	ok(t, p.Type(t.Context(), "input[name=username]", "ada"))
	ok(t, p.Type(t.Context(), "input[name=password]", "hunter2hunter2"))
	shot, err := p.Capture(t.Context())
	ok(t, err)
	if strings.Contains(shot.HTML, "hunter2") || strings.Contains(shot.HTML, "654321") {
		t.Error("the DOM shows a secret")
	}
	if !strings.Contains(shot.HTML, "<h1>Outer</h1>") || !strings.Contains(shot.HTML, "shadowrootmode") {
		t.Error("the DOM lacks the shadow roots:", shot.HTML)
	}
	if !strings.HasPrefix(string(shot.PNG), "\x89PNG") {
		t.Error("no PNG")
	}
	picture := func(css, text string) string {
		t.Helper()
		ok(t, p.Type(t.Context(), css, text))
		_, err := Eval[bool](t.Context(), p, `(deep) => { deep.active().blur(); return true }`)
		ok(t, err)
		shot, err := p.Capture(t.Context())
		ok(t, err)
		return string(shot.PNG)
	}
	if picture("input[name=password]", "another one") != picture("input[name=password]", "hunter2hunter2") {
		t.Error("the picture tells one password from another")
	}
	if picture("input[name=username]", "grace") == picture("input[name=username]", "ada") {
		t.Error("control: the picture does not show the plain fields either")
	}
	kept, err := Eval[[]string](t.Context(), p, `(deep) => ["[name=password]", "[name=code]"].map((css) => deep.one(css).value)`)
	if err != nil || strings.Join(kept, " ") != "hunter2hunter2 654321" {
		t.Errorf("after the capture the fields hold %q, %v", kept, err)
	}
}
