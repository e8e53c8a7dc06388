package browser

import (
	"errors"
	"strings"
	"testing"
)

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
