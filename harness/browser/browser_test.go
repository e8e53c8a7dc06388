package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

var shared *Browser // one for all tests, as a worker has one

func TestMain(m *testing.M) {
	options, err := Find(os.Getenv("AUTHCONFORM_BROWSER"))
	if err == nil {
		options.Hosts = map[string]string{"app.example": "127.0.0.1"}
		options.IgnoreCertSPKI = []string{testSPKI}
		if shared, err = Start(context.Background(), options); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	code := m.Run()
	if shared != nil {
		if err := shared.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "closing the browser:", err)
			code = 1
		}
	}
	os.Exit(code)
}

func newPage(t *testing.T) *Page {
	t.Helper()
	if shared == nil {
		if os.Getenv("AUTHCONFORM_REQUIRE_BROWSER") == "1" {
			t.Fatal("AUTHCONFORM_REQUIRE_BROWSER=1, but there is no browser")
		}
		t.Skip("NOT TESTED: no browser found. Install chromium-headless-shell, or name one in AUTHCONFORM_BROWSER.")
	}
	p, err := shared.NewPage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// site serves pages by path: a body, or a handler.
func site(t *testing.T, pages map[string]any) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	for path, page := range pages {
		switch page := page.(type) {
		case string:
			mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				fmt.Fprint(w, "<!doctype html><link rel=icon href=data:,>"+page)
			})
		case func(http.ResponseWriter, *http.Request):
			mux.HandleFunc(path, page)
		}
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func open(t *testing.T, p *Page, url string) {
	t.Helper()
	if err := p.Open(t.Context(), url); err != nil {
		t.Fatal(err)
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// nested puts a form behind three shadow roots and a light-DOM decoy that nobody can see, as 2023's login page did.
const nested = `<form style="opacity:0;position:absolute"><input name=username></form><out-er></out-er><script>
const grow = (host, html) => { host.attachShadow({mode: "open"}).innerHTML = html; return host.shadowRoot };
const one = grow(document.querySelector("out-er"), "<h1>Outer</h1><in-ner></in-ner>");
const two = grow(one.querySelector("in-ner"), "<form><text-field></text-field><my-button>Go</my-button><p id=said></p></form>");
const three = grow(two.querySelector("text-field"), "<input name=username value=old><input type=password name=password>");
grow(two.querySelector("my-button"), "<button type=button><slot></slot></button>").querySelector("button").addEventListener("click", (e) => {
  two.querySelector("#said").textContent = "trusted " + e.isTrusted + ", " + three.querySelector("[name=username]").value + ", " + window.heard; });
three.querySelector("input").addEventListener("input", (e) => { window.heard = "input event composed " + e.composed });
</script>`

func TestShadowRootsAreOpenToTypeAndPress(t *testing.T) {
	p := newPage(t)
	open(t, p, site(t, map[string]any{"/": nested}).URL)
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
	page := `<title>-</title><p>Allow this</p><button hidden>Allow</button><a href="#" onclick="document.title='no'">Do not ALLOWANCE</a>
		<input type=submit value="Allow access" onclick="document.title='value'"><div id=host></div><button onclick="document.title='umlaut'">Übernehmen</button>
		<script>host.attachShadow({mode: "open"}).innerHTML = '<button aria-label="Deny it" onclick="document.title=\'label\'">x</button>'</script>`
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

func TestPagesShareNoCookieAndNoStorage(t *testing.T) {
	server := site(t, map[string]any{"/": `<p>home`})
	a, b := newPage(t), newPage(t)
	open(t, a, server.URL)
	open(t, b, server.URL)
	const write = `() => { document.cookie = "a=1"; localStorage.a = "1"; return document.cookie + localStorage.a }`
	const read = `() => document.cookie + (localStorage.a ?? "")`
	if got, err := Eval[string](t.Context(), a, write); got != "a=11" || err != nil {
		t.Fatalf("control: the first page keeps nothing itself: %q, %v", got, err)
	}
	if got, err := Eval[string](t.Context(), b, read); got != "" || err != nil {
		t.Errorf("the second page sees %q, %v", got, err)
	}
}

func TestEvalTakesValuesNotScript(t *testing.T) {
	p := newPage(t)
	got, err := Eval[string](t.Context(), p, `(deep, text) => text`, `"]); document.title = "broken out`)
	if err != nil || got != `"]); document.title = "broken out` {
		t.Errorf("%q, %v", got, err)
	}
}

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

func TestConsoleAndDialogsAreHeard(t *testing.T) {
	p := newPage(t)
	open(
		t,
		p,
		site(
			t,
			map[string]any{"/": `<script>console.warn("hello", 7); setTimeout(() => { alert("boo"); document.title = "after" })</script>`},
		).URL,
	)
	ok(t, p.Until(t.Context(), "the alert's end", func(ctx context.Context) (bool, error) {
		title, err := Eval[string](ctx, p, `() => document.title`)
		return title == "after" && len(p.Console()) > 0, err
	}))
	if got := p.Dialogs(); len(got) != 1 || got[0] != (Message{"alert", "boo"}) {
		t.Errorf("dialogs %v", got)
	}
	if got := p.Console(); got[0] != (Message{"warning", "hello 7"}) {
		t.Errorf("console %v", got)
	}
}

func TestFindSaysWhatIsMissing(t *testing.T) {
	for spec, want := range map[string]string{"off": "off", "/no/such/browser": "/no/such/browser"} {
		if _, err := Find(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Find(%q): %v", spec, err)
		}
	}
	if _, err := Find("off"); !errors.Is(err, ErrNone) {
		t.Errorf("off: %v", err)
	}
	if _, err := Find("/no/such/browser"); errors.Is(err, ErrNone) {
		t.Error("a wrong path must not pass for the absence of any browser")
	}
	if _, err := firstOf([]string{"no-such-browser"}); !errors.Is(err, ErrNone) || !strings.Contains(err.Error(), "install") {
		t.Errorf("none: %v", err)
	}
	if o, err := Find("ws://grid:9222"); err != nil || o.Remote != "ws://grid:9222" {
		t.Errorf("ws: %+v, %v", o, err)
	}
}

func TestOnlyTheTargetIsReachable(t *testing.T) {
	got, err := resolverRules(Options{AllowedHosts: []string{"home.lan"}, Hosts: map[string]string{"app.example:443": "127.0.0.1:8443"}})
	want := "MAP app.example:443 127.0.0.1:8443 , MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost , EXCLUDE [::1] , EXCLUDE home.lan"
	if err != nil || got != want {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := resolverRules(Options{AllowedHosts: []string{"* , MAP x y"}}); err == nil {
		t.Error("a host with a rule in it was accepted")
	}
	p := newPage(t)
	if err := p.Open(t.Context(), "http://unlisted.example/"); err == nil || !strings.Contains(err.Error(), "ERR_NAME_NOT_RESOLVED") {
		t.Errorf("a foreign name: %v", err)
	}
	server := site(t, map[string]any{"/": `<p>mapped`})
	open(t, p, strings.Replace(server.URL, "127.0.0.1", "app.example", 1))
	if text, err := p.Text(t.Context(), "p"); text != "mapped" || err != nil {
		t.Errorf("the mapped name: %q, %v", text, err)
	}
}
