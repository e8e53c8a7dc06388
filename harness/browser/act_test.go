package browser

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// nested puts a form behind three shadow roots and an invisible light-DOM decoy, as the login page of 2023 did.
const nested = `<form style="opacity:0;position:absolute"><input name=username></form><out-er></out-er><script>
const grow = (host, html) => { host.attachShadow({mode: "open"}).innerHTML = html; return host.shadowRoot };
const one = grow(document.querySelector("out-er"), "<h1>Outer</h1><in-ner></in-ner>");
const two = grow(one.querySelector("in-ner"), "<form><text-field></text-field><my-button>Go</my-button><p id=said></p></form>");
const three = grow(two.querySelector("text-field"), "<input name=username value=old><input type=password name=password>");
const button = grow(two.querySelector("my-button"), "<button type=button><slot></slot></button>").querySelector("button");
button.addEventListener("click", (e) => {
  const name = three.querySelector("[name=username]").value;
  two.querySelector("#said").textContent = "trusted " + e.isTrusted + ", " + name + ", " + window.heard;
});
three.querySelector("input").addEventListener("input", (e) => { window.heard = "input event composed " + e.composed });
</script>`

func TestShadowRootsAreOpenToTypeAndPress(t *testing.T) {
	p := newPage(t)
	open(t, p, site(t, map[string]any{"/": nested}).URL)
	ok(t, p.Until(t.Context(), "the button", func(ctx context.Context) (bool, error) { return p.Visible(ctx, "button") }))
	ok(t, p.Type(t.Context(), "input[name=username]", `ada "quoted" ü`))
	ok(t, p.Press(t.Context(), "button"))
	got, err := p.Text(t.Context(), "#said")
	ok(t, err)
	if want := `trusted true, ada "quoted" ü, input event composed true`; got != want {
		t.Errorf("the page heard %q, want %q", got, want)
	}
	if decoy, _ := Eval[string](t.Context(), p, `() => document.querySelector("input").value`); decoy != "" {
		t.Errorf("the invisible decoy took %q", decoy)
	}
	if which, err := p.WaitAny(t.Context(), ".never", "h1"); which != 1 || err != nil {
		t.Errorf("WaitAny: %d, %v", which, err)
	}
	if seen, err := p.Visible(t.Context(), ".never"); seen || err != nil {
		t.Errorf("Visible(.never): %v, %v", seen, err)
	}
}

func TestWordsFindWhatCanBePressed(t *testing.T) {
	p := newPage(t)
	page := `<title>-</title><p>Allow this</p><button hidden>Allow</button>
		<a href="#" onclick="document.title='no'">Do not ALLOWANCE</a>
		<input type=submit value="Allow access" onclick="document.title='value'"><div id=host></div>
		<button onclick="document.title='umlaut'">Übernehmen</button>
		<script>host.attachShadow({mode: "open"}).innerHTML =
			'<button aria-label="Deny it" onclick="document.title=\'label\'">x</button>'</script>`
	open(t, p, site(t, map[string]any{"/": page}).URL+"/")
	for words, want := range map[string]string{"text=accept|allow": "value", "text=deny": "label", "text=übernehmen": "umlaut"} {
		ok(t, p.Press(t.Context(), words))
		if got, err := Eval[string](t.Context(), p, `() => document.title`); got != want || err != nil {
			t.Errorf("%s pressed %q, %v, want %q", words, got, err, want)
		}
	}
	for words, want := range map[string]bool{"text=allow": true, "text=this": false, "text=nobody": false} {
		if seen, err := p.Visible(t.Context(), words); seen != want || err != nil {
			t.Errorf("%s is seen: %v, %v, want %v", words, seen, err, want)
		}
	}
	if _, err := p.Visible(t.Context(), "text=("); err == nil {
		t.Error("no error for a broken expression")
	}
}

func TestKeysReachTheFocusedField(t *testing.T) {
	p := newPage(t)
	open(t, p, site(t, map[string]any{"/": `<form onsubmit="document.title='sent';return false"><input name=a><button>x</button></form>`}).URL)
	ok(t, p.Type(t.Context(), "input", "x"))
	ok(t, p.Key(t.Context(), "Enter"))
	if title, _ := Eval[string](t.Context(), p, `() => document.title`); title != "sent" {
		t.Errorf("Enter did not submit; the title is %q", title)
	}
	if err := p.Key(t.Context(), "Nokey"); err == nil {
		t.Error("an unknown key was accepted")
	}
}

func TestNoCallHangs(t *testing.T) {
	p := newPage(t)
	open(t, p, site(t, map[string]any{"/": `<p style="position:fixed;inset:0;z-index:9">glass</p><button>under it</button>`}).URL)
	for name, call := range map[string]func(context.Context) error{
		"a field that never comes":  func(ctx context.Context) error { return p.Type(ctx, "#no", "s3cret-text") },
		"an element that is absent": func(ctx context.Context) error { return p.Press(ctx, "#no") },
		"a button that is covered":  func(ctx context.Context) error { return p.Press(ctx, "button") },
		"a text that never comes":   func(ctx context.Context) error { _, err := p.Text(ctx, "#no"); return err },
		"a navigation never made": func(ctx context.Context) error {
			_, err := p.WaitNavigation(ctx, Under("nowhere:"))
			return err
		},
		"a promise never kept": func(ctx context.Context) error {
			_, err := Eval[int](ctx, p, `() => new Promise(() => {})`)
			return err
		},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 120*time.Millisecond)
		begin := time.Now()
		err := call(ctx)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) > 3*time.Second {
			t.Errorf("%s: %v after %v", name, err, time.Since(begin))
		}
		if err != nil && strings.Contains(err.Error(), "s3cret-text") {
			t.Errorf("%s: the error shows what was to be typed: %v", name, err)
		}
	}
	if _, err := p.Text(t.Context(), "button"); err != nil {
		t.Errorf("the page is of no use after the limits: %v", err)
	}
}
