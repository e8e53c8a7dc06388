package person

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// TestAPasswordAndCookiesGoToTheTargetAlone: a page that posts to another origin, or a redirect there, needs an origin that the
// user trusts.
func TestAPasswordAndCookiesGoToTheTargetAlone(t *testing.T) {
	heard := ""
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		heard += r.Method + " " + r.Header.Get("Cookie") + ";"
	}))
	defer elsewhere.Close()
	login := `<form method="post" action="` + elsewhere.URL + `"><input name="user"><input type="password" name="word">` +
		`<button>Go</button></form>`
	for name, c := range map[string]struct {
		page, location string
		verdict        evidence.Verdict
		says           string
	}{
		"a form":                    {login, "", evidence.NotRun, "give --trust-origin " + elsewhere.URL},
		"a redirect":                {"", elsewhere.URL + "/x", evidence.NotRun, "give --trust-origin " + elsewhere.URL},
		"a redirect to metadata":    {"", "http://169.254.169.254/latest", evidence.Blocked, "a link-local or metadata address"},
		"one in another spelling":   {"", "http://[::ffff:a9fe:a9fe]/latest", evidence.Blocked, "a link-local or metadata address"},
		"a redirect within itself":  {"", "/more", evidence.Pass, ""},
		"a redirect without a host": {"", "//169.254.169.254/latest", evidence.Blocked, "a link-local or metadata address"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "s3ss10n"})
			if c.location != "" && r.URL.Path == "/" {
				w.Header().Set("Location", c.location)
				w.WriteHeader(http.StatusFound)
			}
			_, _ = w.Write([]byte(c.page))
		}))
		who := &Person{Account: oauth.Account{Username: "ben", Password: "secret"}, Wire: wire.New(wire.Options{Base: server.URL})}
		record := judge.NewRecord()
		ctx := judge.With(t.Context(), record)
		judge.Run(func() {
			who.Walk(ctx, Walk{From: server.URL + "/", Ends: func(string) bool { return false }})
			judge.Held(ctx)
		})
		out := record.Outcome(evidence.Must, false)
		if out.Verdict != c.verdict || !strings.Contains(out.Reason, c.says) || (out.Need == "origin") != (c.verdict == evidence.NotRun) {
			t.Errorf("%s: %s (%s) %s", name, out.Verdict, out.Need, out.Reason)
		}
		server.Close()
	}
	if heard != "" {
		t.Errorf("elsewhere was sent %s", heard)
	}
}
