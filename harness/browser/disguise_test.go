package browser

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

func TestADisguisedBrowserDoesNotSayThatItHasNoScreen(t *testing.T) {
	if shared == nil {
		newPage(t) // skips or fails without a browser
	}
	var header http.Header
	server := site(t, map[string]any{"/": func(w http.ResponseWriter, r *http.Request) {
		header = r.Header.Clone()
		_, _ = w.Write([]byte("<!doctype html><link rel=icon href=data:,><p>home"))
	}})
	p := newPage(t)
	open(t, p, server.URL)
	if !strings.Contains(header.Get("User-Agent"), "Headless") {
		t.Fatalf("control: undisguised it is %q", header.Get("User-Agent"))
	}
	o, err := Find(os.Getenv("AUTHCONFORM_BROWSER"))
	ok(t, err)
	o.Disguise, o.Origins = true, []string{server.URL}
	b, err := Start(t.Context(), o)
	ok(t, err)
	defer b.Close()
	if p, err = b.NewPage(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	open(t, p, server.URL)
	agent, err := Eval[string](t.Context(), p, `() => navigator.userAgent + " " + JSON.stringify(navigator.userAgentData ?? "")`)
	if all := header.Get("User-Agent") + header.Get("Sec-Ch-Ua") + agent; err != nil || strings.Contains(all, "Headless") {
		t.Errorf("%v: %s", err, all)
	}
	if !strings.Contains(header.Get("User-Agent"), " Chrome/") || header.Get("Accept-Language") != "en-US,en;q=0.9" {
		t.Errorf("%v", header)
	}
}
