package clientsite

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// open starts a site.
func open(t *testing.T, o Options) *Site {
	t.Helper()
	if o.CA == nil {
		ca, err := NewCA()
		if err != nil {
			t.Fatal(err)
		}
		o.CA = ca
	}
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// fetch fetches a URL and trusts a CA.
func fetch(t *testing.T, ca *CA, url string) (*http.Response, string) {
	t.Helper()
	c := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.Pool()}, DisableKeepAlives: true}}
	resp, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp, string(body)
}

func TestAPageIsTheSameOnAllOriginsAndKnowsWhoFetchedIt(t *testing.T) {
	ca, _ := NewCA()
	s := open(t, Options{CA: ca})
	p := s.HTML("client", "<p>ours")
	for _, url := range []string{p.URL() + "?a=b", p.Other(), p.Secure()} {
		if resp, body := fetch(t, ca, url); body != "<p>ours" || resp.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %s, %s", url, resp.Status, body)
		}
	}
	got := p.Fetches()
	if len(got) != 3 || got[0].URL != "/client?a=b" || got[0].Method != http.MethodGet || got[0].Header == nil || got[0].At.IsZero() {
		t.Errorf("%+v", got)
	}
	if want := []string{s.Origin(), s.Other(), s.Secure()}; !slices.Equal(s.Origins(), want) {
		t.Errorf("%q, want %q", s.Origins(), want)
	}
	if !strings.HasPrefix(s.Secure(), "https://127.0.0.1:") {
		t.Errorf("%s", s.Secure())
	}
}

func TestALaterPageReplacesOneOfItsName(t *testing.T) {
	ca, _ := NewCA()
	s := open(t, Options{CA: ca})
	first := s.HTML("/client", "first")
	s.Page("client", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	if resp, _ := fetch(t, ca, first.URL()); resp.StatusCode != http.StatusTeapot || len(first.Fetches()) != 0 {
		t.Errorf("%s, the first was fetched %d times", resp.Status, len(first.Fetches()))
	}
	s.Reset()
	if _, body := fetch(t, ca, first.URL()); !strings.Contains(body, "a client page served by authconform") {
		t.Errorf("after a reset: %s", body)
	}
}

func TestACallbackEndsSomewhere(t *testing.T) {
	ca, _ := NewCA()
	s := open(t, Options{CA: ca})
	if resp, body := fetch(t, ca, s.Origin()+"/callback?code=x"); resp.StatusCode != http.StatusOK || strings.Contains(body, "code") {
		t.Errorf("%s %s", resp.Status, body)
	}
}

func TestAPageIsWaitedFor(t *testing.T) {
	ca, _ := NewCA()
	s := open(t, Options{CA: ca})
	p := s.HTML("client", "")
	ended, end := context.WithCancel(t.Context())
	end()
	if err := p.Await(ended); err == nil {
		t.Error("a page that nobody has asked for was fetched")
	}
	go s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/client", nil))
	if err := p.Await(t.Context()); err != nil || len(p.Fetches()) != 1 {
		t.Errorf("%v, fetched %d times", err, len(p.Fetches()))
	}
}

func TestTheSiteListensWhereItIsTold(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	taken := l.Addr().(*net.TCPAddr).Port
	defer l.Close()
	ca, _ := NewCA()
	for name, c := range map[string]struct {
		o    Options
		want string // of the error; "": none
	}{
		"anywhere":              {Options{}, ""},
		"elsewhere if taken":    {Options{Prefer: taken}, ""},
		"at a port":             {Options{Listen: "127.0.0.1:0", Public: "http://client.example:9000"}, ""},
		"at a port of others":   {Options{Listen: l.Addr().String()}, "address already in use"},
		"at no address":         {Options{Listen: "9000"}, `"9000" is not an address like 0.0.0.0:9000`},
		"at the end of numbers": {Options{Listen: "127.0.0.1:65534"}, `port "65534": three consecutive ports are needed`},
		"at a word":             {Options{Listen: "127.0.0.1:http"}, `port "http"`},
		"for a https origin":    {Options{Listen: "127.0.0.1:0", Public: "https://client.example"}, "is not a URL like http://192.168.1.5:9000"},
	} {
		c.o.CA = ca
		s, err := Start(c.o)
		switch {
		case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		case err == nil && c.o.Public != "" && !strings.HasPrefix(s.Origin(), "http://client.example:"):
			t.Errorf("%s: %s", name, s.Origin())
		}
		if err == nil {
			s.Close()
		}
	}
}

func TestThePortsOfAClosedSiteAreFree(t *testing.T) {
	ca, _ := NewCA()
	s := open(t, Options{CA: ca})
	s.Close()
	for _, origin := range s.Origins() {
		l, err := net.Listen("tcp", origin[strings.LastIndex(origin, "/")+1:])
		if err != nil {
			t.Errorf("%s: %v", origin, err)
			continue
		}
		_ = l.Close()
	}
}

func TestTheCertificateIsOfTheCAAndForItsHosts(t *testing.T) {
	ca, _ := NewCA()
	s := open(t, Options{CA: ca, Listen: "127.0.0.1:0", Public: "http://client.example"})
	for host, want := range map[string]bool{"client.example": true, "localhost": true, "127.0.0.1": true, "other.example": false} {
		_, err := s.Certificate().Verify(x509.VerifyOptions{Roots: ca.Pool(), DNSName: host})
		if (err == nil) != want {
			t.Errorf("%s: %v", host, err)
		}
	}
	for at, want := range map[time.Duration]bool{0: true, -23 * time.Hour: true, 365 * 24 * time.Hour: true, 500 * 24 * time.Hour: false} {
		_, err := s.Certificate().Verify(x509.VerifyOptions{Roots: ca.Pool(), CurrentTime: time.Now().Add(at)})
		if (err == nil) != want {
			t.Errorf("%s from now: %v", at, err)
		}
	}
}

func TestACAIsMadeOnceInItsFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	made, err := OpenCA(dir)
	if err != nil {
		t.Fatal(err)
	}
	read, err := OpenCA(dir)
	if err != nil || !bytes.Equal(made.CertPEM, read.CertPEM) || !bytes.Equal(made.KeyPEM, read.KeyPEM) {
		t.Errorf("%v", err)
	}
	info, err := os.Stat(filepath.Join(dir, KeyFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key may be read by others: %v, %v", info.Mode(), err)
	}
}

func TestHalfACAIsNotReplaced(t *testing.T) {
	other, _ := NewCA()
	removes := func(name string) func(string) error {
		return func(dir string) error { return os.Remove(filepath.Join(dir, name)) }
	}
	writes := func(name string, content []byte) func(string) error {
		return func(dir string) error { return os.WriteFile(filepath.Join(dir, name), content, 0o600) }
	}
	for name, c := range map[string]struct {
		spoil func(dir string) error
		want  string
	}{
		"no key":         {removes(KeyFile), KeyFile},
		"no certificate": {removes(CertFile), CertFile},
		"another key":    {writes(KeyFile, other.KeyPEM), "the client site's CA"},
		"what is no CA":  {writes(CertFile, []byte("x")), "the client site's CA"},
	} {
		dir := t.TempDir()
		made, err := OpenCA(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.spoil(dir); err != nil {
			t.Fatal(err)
		}
		if ca, err := OpenCA(dir); err == nil || ca != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if key, err := os.ReadFile(filepath.Join(dir, KeyFile)); name == "no certificate" && !bytes.Equal(key, made.KeyPEM) {
			t.Errorf("%s: the key was overwritten: %v", name, err)
		}
	}
}

func TestTheFilesOfACAAreWhatAHomeReads(t *testing.T) {
	ca, _ := NewCA()
	block, rest := pem.Decode(ca.CertPEM)
	if block == nil || block.Type != "CERTIFICATE" || len(rest) != 0 {
		t.Fatalf("%s", ca.CertPEM)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil || !cert.IsCA || time.Until(cert.NotAfter) < 9*365*24*time.Hour {
		t.Errorf("%+v, %v", cert, err)
	}
}
