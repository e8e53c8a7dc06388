package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/mockserver"
)

// served starts a home with an unusual listener.
func served(t *testing.T, address, path string, change func(*httptest.Server)) (*httptest.Server, *mockserver.Home) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Skipf("no %s here: %v", address, err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}}
	scheme := "http"
	if change != nil {
		change(s)
	}
	if s.TLS != nil || s.Config.TLSConfig != nil {
		scheme = "https"
	}
	home, err := mockserver.New(mockserver.Options{
		URL: scheme + "://" + l.Addr().String() + path, Fetch: &http.Client{Transport: &http.Transport{DialContext: loopback}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Config.Handler = below(path, home)
	if scheme == "https" {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(func() { home.Close(); s.CloseClientConnections(); s.Close() })
	return s, home
}

// loopback refuses connections beyond this machine.
func loopback(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%s is not on this machine", host)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

// below serves a home below a path. Its well-known documents stand between host and path (RFC 8414 §3.1).
func below(path string, home http.Handler) http.Handler {
	under := http.StripPrefix(path, home)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutSuffix(r.URL.Path, path)
		if path == "" || !ok || !strings.HasPrefix(name, "/.well-known/") {
			under.ServeHTTP(w, r)
			return
		}
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath = name, ""
		r.RequestURI = name
		home.ServeHTTP(w, r)
	})
}

// slowly is a listener whose connections answer after 50 to 70 ms.
type slowly struct{ net.Listener }

func (l slowly) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return lateConn{c}, err
}

type lateConn struct{ net.Conn }

func (c lateConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	jitter, _ := rand.Int(rand.Reader, big.NewInt(20))
	<-time.After(50*time.Millisecond + time.Duration(jitter.Int64())*time.Millisecond)
	return n, err
}

// TestSameVerdicts: nothing outside the target's login changes a verdict: not the order of rows, the number of workers, a slow
// line, connections without keep-alive, IPv6, a base path, or TLS.
func TestSameVerdicts(t *testing.T) {
	t.Parallel()
	slow(t)
	s, home := served(t, "127.0.0.1:0", "", nil)
	want := verdictsOf(t, s.URL, home)
	for _, v := range []struct {
		name, address, path string
		args                []string
		change              func(*httptest.Server)
	}{
		{"another order", "127.0.0.1:0", "", []string{"--seed", "9"}, nil},
		{"one worker", "127.0.0.1:0", "", []string{"--procs", "1"}, nil},
		{"a slow line", "127.0.0.1:0", "", []string{
			"--procs", "8", "--select", "section:code,section:pkce,section:refresh,section:revocation,section:websocket,section:signed-path",
		}, func(s *httptest.Server) { s.Listener = slowly{s.Listener} }},
		{"connections not kept", "127.0.0.1:0", "", nil, func(s *httptest.Server) { s.Config.SetKeepAlivesEnabled(false) }},
		{"IPv6", "[::1]:0", "", nil, nil},
		{"a base path", "127.0.0.1:0", "/base", nil, nil},
		{"TLS", "127.0.0.1:0", "", []string{"--insecure"}, func(s *httptest.Server) { s.TLS = &tls.Config{MinVersion: tls.VersionTLS12} }},
	} {
		t.Run(v.name, func(t *testing.T) {
			s, home := served(t, v.address, v.path, v.change)
			got := verdictsOf(t, s.URL+v.path, home, v.args...)
			for id, verdict := range got {
				if want[id] != verdict {
					t.Errorf("%s is %s, and %s on a plain line", id, verdict, want[id])
				}
			}
		})
	}
}

// verdictsOf judges a home whose clock can be moved.
func verdictsOf(t *testing.T, url string, home *mockserver.Home, args ...string) map[string]evidence.Verdict {
	t.Helper()
	owner := mockserver.DefaultUsers()[0]
	dir := filepath.Join(t.TempDir(), "out")
	cmd := program(t.Context(), t, append([]string{
		"run", "--target", url, "--user", owner.Username, "--control-url", url, "--browser", "off", "--report-dir", dir,
	}, args...)...)
	cmd.Env = append(cmd.Env, "AUTHCONFORM_PASSWORD="+owner.Password, "AUTHCONFORM_CONTROL_TOKEN="+home.ControlToken)
	o := finish(t, cmd)
	r, err := recorded(dir)
	if err != nil {
		t.Fatalf("exit %d: %v\n%s", o.code, err, o.all())
	}
	all := map[string]evidence.Verdict{}
	for _, res := range r.Results {
		all[res.ID] = res.Verdict
	}
	return all
}
