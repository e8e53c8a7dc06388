package browser

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// testSPKI is the key of net/http/httptest's own certificate.
var testSPKI = func() string {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	sum := sha256.Sum256(server.Certificate().RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(sum[:])
}()

func TestEveryWayOutIsSeenOnce(t *testing.T) {
	var reached []string
	client := site(t, map[string]any{"/": func(w http.ResponseWriter, r *http.Request) { reached = append(reached, r.URL.Path) }})
	targets := map[string]string{
		"http":          client.URL + "/cb?code=a&state=b",
		"unresolvable":  "http://my-application.example/cb?code=a",
		"https":         "https://my-application.example/cb?code=a",
		"app":           "homeassistant://auth-callback?code=a",
		"urn":           "urn:ietf:wg:oauth:2.0:oob?code=a",
		"with fragment": client.URL + "/cb#frag?code=a",
	}
	for name, to := range targets {
		for way, from := range map[string]any{
			"script": `<script>addEventListener("load", () => location.assign(` + fmt.Sprintf("%q", to) + `))</script>`,
			"302":    func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Location", to); w.WriteHeader(302) },
			"meta":   `<meta http-equiv=refresh content="0;url=` + to + `">`,
		} {
			if way == "meta" && name == "urn" {
				continue // not followed by Chromium
			}
			t.Run(way+" to "+name, func(t *testing.T) {
				p := newPage(t)
				ok(t, p.Catch(t.Context(), Under(client.URL, "http://my-application.example/", "https://my-application.example/")))
				server := site(t, map[string]any{"/start": from})
				open(t, p, server.URL+"/start")
				got, err := p.WaitNavigation(t.Context(), func(url string) bool { return !strings.HasPrefix(url, server.URL) })
				if err != nil || got != to {
					t.Fatalf("saw %q, %v, want %q; all: %v", got, err, to, p.Navigations())
				}
				if strings.HasPrefix(to, "http") { // it ends on our page, at that URL
					ok(t, p.Until(t.Context(), "the caught page", func(ctx context.Context) (bool, error) {
						title, err := Eval[string](ctx, p, `() => document.title`)
						return title == "caught", err
					}))
				}
				var urls, causes []string
				for _, n := range p.Navigations() {
					urls, causes = append(urls, n.URL), append(causes, n.Cause)
				}
				if len(urls) != 2 || urls[0] != server.URL+"/start" || causes[0] != CauseOpen {
					t.Errorf("navigations %q by %q, want the start and the target, once each", urls, causes)
				}
				want := map[string]string{"script": CauseScript, "302": CauseRedirect, "meta": "metaTagRefresh"}[way]
				if causes[len(causes)-1] != want {
					t.Errorf("cause %q, want %q", causes[len(causes)-1], want)
				}
			})
		}
	}
	if len(reached) > 0 {
		t.Errorf("caught redirects reached the client: %q", reached)
	}
}

func TestRequestsTellWhatWasSent(t *testing.T) {
	p := newPage(t)
	server := site(t, map[string]any{
		"/": `<img src=/gone><script>document.write("<iframe src=http://localhost:" + location.port + "/inner></iframe>");
			fetch("/api", {method: "POST", body: "secret"}).then(() => { document.title = "done" })</script>`,
		"/api":  func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(201) },
		"/gone": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404) },
		"/inner": `<script>new WebSocket("ws://" + location.host + "/socket")
			fetch("http://elsewhere.example/leak", {mode: "no-cors"})</script>`,
	})
	open(t, p, server.URL+"/")
	ok(t, p.Until(t.Context(), "all requests", func(context.Context) (bool, error) {
		done := 0
		for _, r := range p.Requests() {
			if r.Done {
				done++
			}
		}
		return done >= 5 && len(p.Requests()) >= 6, nil
	}))
	find := func(url string) Request {
		all := p.Requests()
		at := slices.IndexFunc(all, func(r Request) bool { return r.URL == url })
		if at < 0 {
			t.Fatalf("no request to %s in %+v", url, all)
		}
		return all[at]
	}
	if r := find(server.URL + "/"); !r.Main || r.Type != "Document" || r.Status != 200 {
		t.Errorf("the document: %+v", r)
	}
	if r := find(server.URL + "/api"); r.Method != "POST" || !r.HasBody || r.Status != 201 || r.Type != "Fetch" {
		t.Errorf("the fetch: %+v", r)
	}
	if r := find(strings.Replace(server.URL, "127.0.0.1", "localhost", 1) + "/inner"); r.Main || r.Type != "Document" {
		t.Errorf("the frame: %+v", r)
	}
	if r := find("http://elsewhere.example/leak"); r.Failed == "" || r.Status != 0 {
		t.Errorf("the leak from inside the frame: %+v", r)
	}
	find(strings.NewReplacer("http", "ws", "127.0.0.1", "localhost").Replace(server.URL) + "/socket")
}

func TestDocumentsAreKnownByTheirHeaders(t *testing.T) {
	p := newPage(t)
	server := site(t, map[string]any{
		"/": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/here")
			w.Header().Set("Cache-Control", "no-store")
			w.WriteHeader(303)
		},
		"/here": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Add("X-Two", "1")
			w.Header().Add("X-Two", "2")
			w.WriteHeader(403)
		},
	})
	open(t, p, server.URL+"/")
	ok(t, p.Until(t.Context(), "the answer", func(context.Context) (bool, error) {
		all := p.Requests()
		return len(all) > 1 && all[1].Done, nil
	}))
	all := p.Requests()
	if r := all[0]; r.Status != 303 || r.Header.Get("Location") != "/here" || r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the redirect: %+v", r)
	}
	if r := all[1]; r.Status != 403 || !slices.Equal(r.Header.Values("X-Two"), []string{"1", "2"}) {
		t.Errorf("the page: %+v", r)
	}
}

func TestAPageIsAtRestWhenNothingIsUnderWay(t *testing.T) {
	p := newPage(t)
	answer := make(chan struct{})
	server := site(t, map[string]any{
		"/":     `<script>fetch("/slow").then(() => { document.title = "done" })</script>`,
		"/slow": func(http.ResponseWriter, *http.Request) { <-answer },
	})
	open(t, p, server.URL+"/")
	ok(t, p.Until(t.Context(), "the fetch", func(context.Context) (bool, error) { return len(p.Requests()) > 1, nil }))
	if rest := p.Rest(); rest != 0 {
		t.Errorf("at rest for %v while a fetch is under way", rest)
	}
	close(answer)
	ok(t, p.Until(t.Context(), "rest", func(context.Context) (bool, error) { return p.Rest() > 0, nil }))
}

func TestNewWindowsAreNoSecretWay(t *testing.T) {
	p := newPage(t)
	open(
		t,
		p,
		site(
			t,
			map[string]any{"/": `<script>addEventListener("load", () => window.open("homeassistant://auth-callback?code=a"))</script>`},
		).URL+"/",
	)
	if _, err := p.WaitNavigation(t.Context(), Under("homeassistant:")); err != nil {
		t.Errorf("%v; saw %v", err, p.Navigations())
	}
}

func TestAPinnedKeyIsAcceptedAndNoOther(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<p>safe") })
	server := httptest.NewTLSServer(handler)
	defer server.Close()
	p := newPage(t)
	shared.Reach(server.URL)
	open(t, p, server.URL)
	if text, err := p.Text(t.Context(), "p"); text != "safe" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	other := httptest.NewUnstartedServer(handler)
	other.TLS = &tls.Config{Certificates: []tls.Certificate{strangeCertificate(t)}}
	other.StartTLS()
	defer other.Close()
	shared.Reach(other.URL)
	if err := p.Open(t.Context(), other.URL); err == nil || !strings.Contains(err.Error(), "ERR_CERT") {
		t.Errorf("a certificate of another key: %v", err)
	}
}

func TestFramesAreShownOrRefused(t *testing.T) {
	newPage(t)
	with := func(name, value string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(name, value)
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<p>the login form")
		}
	}
	server := site(t, map[string]any{
		"/free": `<p>the login form`, "/deny": with("X-Frame-Options", "DENY"), "/same": with("X-Frame-Options", "SAMEORIGIN"),
		"/csp": with("Content-Security-Policy", "frame-ancestors 'self'"), "/junk": with("X-Frame-Options", "ALLOWALL"),
	})
	for path, want := range map[string]string{
		"/free": "rendered", "/deny": "blocked", "/same": "blocked", "/csp": "blocked", "/junk": "rendered",
	} {
		got, err := shared.Frame(t.Context(), server.URL+path, "http://attacker.example/")
		ok(t, err)
		if got.Rendered != (want == "rendered") || got.Blocked != (want == "blocked") {
			t.Errorf("%s: %+v, want %s", path, got, want)
		}
		if got.Rendered && got.Text != "the login form" {
			t.Errorf("%s: the frame reads %q", path, got.Text)
		}
	}
	if got, err := shared.Frame(t.Context(), "http://127.0.0.1:1/", "http://attacker.example/"); err == nil {
		t.Errorf("a target that is not there: %+v", got)
	}
}
