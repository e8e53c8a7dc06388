package doctor

import (
	"crypto/x509"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/wire"
)

func TestATargetThatDoesNotAnswerIsToldFromOneThatDoesNotExist(t *testing.T) {
	t.Parallel()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	for target, want := range map[string]string{
		gone + "/api/mcp":                 "unreachable",
		"http://no.such.invalid/api/mcp":  "name-unresolved",
		"http://169.254.169.254/api/mcp":  "unreachable",
		secure.URL + "/api/mcp":           "unreachable", // no known CA signed its certificate
		"http" + secure.URL[5:] + "/api/": "unreachable", // it speaks TLS
	} {
		d, err := Ask(t.Context(), target, "", wire.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(ids(d.Causes), " "); got != want || d.State != Nothing || len(d.Clients) > 0 {
			t.Errorf("%s: %s %s", target, d.State, got)
		}
	}
}

func TestTheDocumentOfYourClientIsLookedAt(t *testing.T) {
	t.Parallel()
	good := func(id string) object {
		return object{"client_id": id, "client_name": "x", "redirect_uris": []string{"http://127.0.0.1/cb"}}
	}
	for name, c := range map[string]struct {
		document func(id string) any
		cause    string
	}{
		"a good one":          {func(id string) any { return good(id) }, ""},
		"of 12 kB":            {func(id string) any { d := good(id); d["x"] = strings.Repeat("x", 12_000); return d }, "document-large"},
		"of 12 kB, no object": {func(string) any { return strings.Repeat("x", 12_000) }, "document-large"},
		"of another id":       {func(string) any { return good("https://other.example/") }, "document-id"},
		"without redirects":   {func(id string) any { d := good(id); d["redirect_uris"] = []string{"/cb"}; return d }, "document-redirects"},
		"no object":           {func(string) any { return "[" }, "document-unreadable"},
	} {
		var site *httptest.Server
		site = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if text, ok := c.document(site.URL + "/client").(string); ok {
				_, _ = w.Write([]byte(text))
				return
			}
			_ = json.NewEncoder(w).Encode(c.document(site.URL + "/client"))
		}))
		t.Cleanup(site.Close)
		trust := x509.NewCertPool()
		trust.AddCert(site.Certificate())
		d, err := Ask(t.Context(), served(t, home)+"/api/mcp", site.URL+"/client", wire.Options{CA: trust})
		if err != nil {
			t.Fatal(err)
		}
		verdict, state := In, GetIn
		if c.cause != "" {
			verdict, state = Stopped, Causes
		}
		if got := strings.Join(ids(d.Causes), " "); got != strings.TrimSpace(c.cause+" "+usual) ||
			d.Clients[0].Verdict != verdict || d.State != state {
			t.Errorf("%s: %q, your client %+v, %s", name, ids(d.Causes), d.Clients[0], d.State)
		}
	}
	for id, cause := range map[string]string{
		"https" + gone[4:] + "/client": "document-unreachable", "http://client.example/c": "document-plain",
		"http://127.0.0.1:9999/": "", "https://client.example": "", "id-7": "",
	} {
		d, err := Ask(t.Context(), served(t, home)+"/api/mcp", id, wire.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(strings.Replace(strings.Join(ids(d.Causes), " "), usual, "", 1)); got != cause {
			t.Errorf("%s: %q, want %q", id, got, cause)
		}
	}
}

func TestATargetIsAskedUnderAnotherName(t *testing.T) {
	t.Parallel()
	own := served(t, home)
	renamed, connect, err := Under(own+"/api/mcp", "other.example")
	if err != nil {
		t.Fatal(err)
	}
	d, err := Ask(t.Context(), renamed, "", wire.Options{Connect: connect})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(ids(d.Causes), " "); got != "host-rewritten plain-http" {
		t.Errorf("under %s: %s", renamed, got)
	}
	for name, want := range map[string][2]string{
		"other.example": {"https://other.example/api/mcp", "home.example:443"},
		"o.example:8":   {"https://o.example:8/api/mcp", "home.example:443"},
		"[::1]":         {"https://[::1]/api/mcp", "home.example:443"},
		"http://o":      {}, "": {}, "a b": {}, "a@b": {}, "a/b": {},
	} {
		renamed, connect, err := Under("https://home.example/api/mcp", name)
		if want[0] == "" && err == nil || want[0] != "" && (err != nil || renamed != want[0] || connect != want[1]) {
			t.Errorf("%q: %q %q %v", name, renamed, connect, err)
		}
	}
}
