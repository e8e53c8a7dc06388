package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/proof"
)

// serving starts serve on free ports and reads its ready file.
func serving(t *testing.T, args ...string) readyFile {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	file := filepath.Join(t.TempDir(), "ready.json")
	cmd := program(ctx, t, append([]string{"serve", "--home", "127.0.0.1:0", "--ready-file", file}, args...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = cmd.Wait() })
	var r readyFile
	eventually(t, "serve is never ready", func() bool {
		raw, err := os.ReadFile(file)
		return err == nil && json.Unmarshal(raw, &r) == nil
	})
	return r
}

// TestServeEverything: home, provider, proxy and my page run together, know each other, and share one clock.
func TestServeEverything(t *testing.T) {
	t.Parallel()
	r := serving(t, "--provider", "127.0.0.1:0", "--account-link", "127.0.0.1:0", "--my", "127.0.0.1:0")
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(r.AccountLink.CA)) {
		t.Fatalf("no CA in %+v", r.AccountLink)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
	get := func(at string, header ...string) string {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		raw, _ := io.ReadAll(resp.Body)
		return string(raw)
	}
	if got := get(r.AccountLink.URL + "/services"); !strings.Contains(got, "authconform_demo") {
		t.Errorf("the proxy's services: %s", got)
	}
	if got := get(r.AccountLink.URL + "/ca.pem"); got != r.AccountLink.CA {
		t.Errorf("another CA at /ca.pem")
	}
	if got := get(r.My.URL+"?code=a&state=s", "Accept", "text/html"); !strings.Contains(got, "html") {
		t.Errorf("the my page: %s", got)
	}
	token := "Bearer " + r.Control.Token
	at := r.Home.URL + "/_authconform/clock"
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, at, strings.NewReader(`{"offset":"+660s"}`))
	req.Header.Set("Authorization", token)
	resp, err := client.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", resp, err)
	}
	_ = resp.Body.Close()
	for _, at := range []string{r.Home.URL, r.Provider.URL, r.AccountLink.URL} {
		if got := get(at+"/_authconform/clock", "Authorization", token); !strings.Contains(got, "660") && !strings.Contains(got, "11m") {
			t.Errorf("the clock of %s: %s", at, got)
		}
	}
}

// TestServeADefectOfAThirdParty: the defect is in the server that it names, and only while it is on.
func TestServeADefectOfAThirdParty(t *testing.T) {
	t.Parallel()
	r := serving(t, "--provider", "127.0.0.1:0", "--defect", "thirdparty.no-metadata")
	resp, err := http.Get(r.Provider.URL + "/.well-known/oauth-authorization-server")
	if err != nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("the provider's metadata: %v, %v", resp, err)
	}
	_ = resp.Body.Close()
	for args, want := range map[string]string{
		"--defect thirdparty.no-metadata": "--provider",
		"--defect " + aProxyDefect(t):     "--account-link",
		"--account-link 127.0.0.1:0":      "--provider",
		"--defect code.reusabel":          "code.reusable",
	} {
		o := invoke(t, append([]string{"serve", "--home", "127.0.0.1:0"}, strings.Fields(args)...)...)
		if o.code != exit.Usage || !strings.Contains(o.err, want) {
			t.Errorf("%s: exit %d, %s", args, o.code, o.all())
		}
		oneLine(t, o.err)
	}
}

func aProxyDefect(t *testing.T) string {
	t.Helper()
	for _, id := range proof.DefectIDs() {
		if strings.HasPrefix(id, "proxy.") {
			return id
		}
	}
	t.Fatal("no defect of proxies")
	return ""
}

func TestServersCallThemselvesAsTheyAreReached(t *testing.T) {
	t.Parallel()
	r := serving(t, "--provider", "127.0.0.1:0", "--public-url", "https://home.example/", "--provider-url", "https://third.example")
	if r.Home.URL != "https://home.example" || r.Provider.URL != "https://third.example" {
		t.Errorf("they call themselves %s and %s", r.Home.URL, r.Provider.URL)
	}
	if o := invoke(t, "serve", "--public-url", "home.example"); o.code != exit.Usage || !strings.Contains(o.err, "--public-url") {
		t.Errorf("no URL: exit %d, %s", o.code, o.err)
	}
}

// TestAMockThatOthersReachHasRandomPasswords, and names what is reachable; on loopback its passwords are the known ones.
func TestAMockThatOthersReachHasRandomPasswords(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	at := serving(t, "--provider", "127.0.0.1:0")
	for _, u := range append(at.Home.Users, at.Provider.Users...) {
		if known[u.Password], known[u.TOTP] = true, true; u.Password != u.Username+"-password" {
			t.Errorf("on loopback the password of %s is %q", u.Username, u.Password)
		}
	}
	for name, args := range map[string][]string{
		"the home":           {"--home", "0.0.0.0:0", "--provider", "127.0.0.1:0"},
		"the provider":       {"--provider", "0.0.0.0:0"},
		"behind a TLS proxy": {"--provider", "127.0.0.1:0", "--public-url", "https://home.example"},
	} {
		first, said := heard(t, args...)
		second, _ := heard(t, args...)
		for i, u := range append(first.Home.Users, first.Provider.Users...) {
			again := append(second.Home.Users, second.Provider.Users...)[i]
			if known[u.Password] || len(u.Password) < 16 || u.Password == again.Password || u.TOTP != "" && (known[u.TOTP] || u.TOTP == again.TOTP) {
				t.Errorf("%s: %s has the secrets %q and %q, and then %q", name, u.Username, u.Password, u.TOTP, again.Password)
			}
		}
		if !strings.Contains(said, "Reachable from other machines: http") {
			t.Errorf("%s: it does not say what is reachable:\n%s", name, said)
		}
	}
	if _, said := heard(t); strings.Contains(said, "Reachable") {
		t.Errorf("on loopback:\n%s", said)
	}
}

// heard is serving, and also returns what serve prints at the start.
func heard(t *testing.T, args ...string) (readyFile, string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	file := filepath.Join(t.TempDir(), "ready.json")
	cmd := program(ctx, t, append([]string{"serve", "--home", "127.0.0.1:0", "--ready-file", file}, args...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var r readyFile
	eventually(t, "serve is never ready", func() bool {
		raw, err := os.ReadFile(file)
		return err == nil && json.Unmarshal(raw, &r) == nil
	})
	cancel()
	_ = cmd.Wait()
	return r, out.String()
}

func TestServeRefusesABlankControlToken(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"", "  ", "two words"} {
		cmd := program(t.Context(), t, "serve", "--home", "127.0.0.1:0")
		cmd.Env = append(cmd.Env, "AUTHCONFORM_CONTROL_TOKEN="+token)
		o := finish(t, cmd)
		if o.code != exit.Usage || !strings.Contains(o.err, "AUTHCONFORM_CONTROL_TOKEN") || strings.Contains(o.err, "two words") {
			t.Errorf("%q: exit %d, %s", token, o.code, o.err)
		}
		oneLine(t, o.err)
	}
}
