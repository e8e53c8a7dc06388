package main

import (
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authconform/authconform/mockserver"
)

// Each cause is named in at most ten lines, before the table of clients.
func TestTheDoctorNamesWhatStopsClientsInTenLines(t *testing.T) {
	t.Parallel()
	home := mockserver.Start(t)
	own := strings.TrimPrefix(home.URL, "http://")
	rewriting := proxied(t, home, func(r *http.Request) { r.Host = own })
	below := proxied(t, home, func(r *http.Request) { r.URL.Path = strings.TrimPrefix(r.URL.Path, "/ha") })
	document, ca := documentOf(t, 12_000)
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"its known name":   {[]string{home.URL + "/api/mcp"}, 0, "MCP clients can log in."},
		"an unknown name":  {[]string{home.URL + "/api/mcp", "--also-host", "other.example"}, 1, "1. The home does not recognise"},
		"a Host rewritten": {[]string{strings.Replace(rewriting, "127.0.0.1", "localhost", 1) + "/api/mcp"}, 1, "Make the proxy pass Host"},
		"below a path":     {[]string{below + "/ha/api/mcp"}, 1, "1. The home is below the path /ha"},
		"a document of 12 kB": {
			[]string{home.URL + "/api/mcp", "--client-id", document, "--ca-file", ca, "--trust-origin", strings.TrimSuffix(document, "/client")},
			1, "1. The client's document has 12000 bytes",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := invoke(t, append([]string{"mcp"}, c.args...)...)
			said := strings.Join(strings.Fields(got.out), " ")
			if got.code != c.code || !strings.Contains(said, c.says) {
				t.Errorf("exit %d, want %d and %q:\n%s", got.code, c.code, c.says, got.all())
			}
			for _, under := range strings.Split(got.out, "\nhttp://") { // one part for each name
				causes, _, _ := strings.Cut(under, "\n  ")
				if lines := strings.Count(causes, "\n") + 1; lines > 10 {
					t.Errorf("%d lines of causes:\n%s", lines, causes)
				}
			}
		})
	}
}

// proxied is the URL of a proxy in front of a home that changes requests.
func proxied(t *testing.T, home http.Handler, change func(*http.Request)) string {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		change(r)
		home.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL
}

// documentOf serves a client document of a size over https; it returns its URL, and a file with the certificate to trust.
func documentOf(t *testing.T, size int) (address, ca string) {
	t.Helper()
	site := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		members := map[string]any{
			"client_id": "https://" + r.Host + "/client", "client_name": "Test",
			"redirect_uris": []string{"http://127.0.0.1:9999/callback"}, "tos_uri": "",
		}
		short, _ := json.Marshal(members)
		members["tos_uri"] = strings.Repeat("x", size-len(short))
		w.Header().Set("Content-Type", "application/json")
		body, _ := json.Marshal(members)
		_, _ = w.Write(body)
	}))
	t.Cleanup(site.Close)
	ca = filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: site.Certificate().Raw})
	if err := os.WriteFile(ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return site.URL + "/client", ca
}
