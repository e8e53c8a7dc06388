package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io/fs"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/mockserver"
)

// TestATargetBehindAnAccessProxyIsJudgedByHeaderAndCertificate: a proxy in front of the home requires a header and, over TLS, a
// client certificate. With both the home is judged, and no file contains the header.
func TestATargetBehindAnAccessProxyIsJudgedByHeaderAndCertificate(t *testing.T) {
	t.Parallel()
	const pass = "let-me-through-5417"
	var home http.Handler
	proxy := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Pass") != pass {
			http.Error(w, "log in to the proxy first", http.StatusUnauthorized)
			return
		}
		w.Header().Set("X-Passed-By", r.Header.Get("X-Pass")) // it echoes the header
		home.ServeHTTP(w, r)
	}))
	proxy.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	proxy.StartTLS()
	t.Cleanup(proxy.Close)
	made, err := mockserver.New(mockserver.Options{URL: proxy.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(made.Close)
	home = made

	dir := t.TempDir()
	ca, client, header := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "client.pem"), filepath.Join(dir, "header")
	write := func(file string, raw []byte) {
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: proxy.Certificate().Raw}))
	write(client, selfSigned(t))
	write(header, []byte("X-Pass: "+pass+"\n"))
	owner := mockserver.DefaultUsers()[0]
	for _, c := range []struct {
		name string
		code int
		args []string
	}{
		{"with both", exit.OK, []string{"--header", "@" + header, "--client-cert", client}},
		{"without the header", exit.NoTarget, []string{"--client-cert", client}},
		{"without the certificate", exit.NoTarget, []string{"--header", "@" + header}},
	} {
		args := append(c.args, "--ca-file", ca, "--core", "--report-dir", filepath.Join(dir, c.name), "--client-site", "127.0.0.1:0")
		o, _ := judgeIn(t, nil, proxy.URL, owner.Username, owner.Password, args...)
		if o.code != c.code {
			t.Errorf("%s: exit %d, want %d\n%s", c.name, o.code, c.code, o.all())
		}
		if strings.Contains(o.all(), pass) {
			t.Errorf("%s: the header is shown:\n%s", c.name, o.all())
		}
	}
	err = filepath.WalkDir(filepath.Join(dir, "with both"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if strings.Contains(string(raw), pass) {
			t.Errorf("%s holds the header", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// selfSigned returns a certificate and its key in PEM.
func selfSigned(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
}
