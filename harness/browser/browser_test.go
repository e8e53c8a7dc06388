package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

var shared *Browser // one for all tests, as a worker has one

func TestMain(m *testing.M) {
	options, err := Find(os.Getenv("AUTHCONFORM_BROWSER"))
	if err == nil {
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
	if shared != nil {
		shared.Reach(server.URL, strings.Replace(server.URL, "127.0.0.1", "localhost", 1))
	}
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
