package nulls

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// hang reads until the client gives up.
func hang(c net.Conn) {
	_, _ = io.Copy(io.Discard, c)
	_ = c.Close()
}

// sayYes answers every endpoint in the right shape and refuses nothing.
func sayYes(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", jsonType)
	answer := func(v any) { _ = json.NewEncoder(w).Encode(v) }
	path := r.URL.Path
	switch {
	case path == "/auth/providers":
		answer(
			map[string]any{"providers": []any{map[string]any{"name": "Yes", "id": nil, "type": "homeassistant"}}, "preselect_remember_me": true},
		)
	case path == "/auth/login_flow":
		answer(
			map[string]any{
				"type":        "form",
				"flow_id":     "yes",
				"step_id":     "init",
				"errors":      map[string]any{},
				"handler":     []any{"homeassistant", nil},
				"data_schema": []any{},
			},
		)
	case strings.HasPrefix(path, "/auth/login_flow/"):
		answer(map[string]any{"type": "create_entry", "flow_id": "yes", "result": "yes"})
	case path == "/auth/token":
		_, _ = io.WriteString(w, tokenAnswer)
	case path == "/auth/revoke":
	case path == "/auth/authorize":
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, loginPage)
	case strings.HasPrefix(path, "/.well-known/"):
		base := "http://" + r.Host
		answer(map[string]any{
			"issuer": base, "authorization_endpoint": base + "/auth/authorize", "token_endpoint": base + "/auth/token",
			"revocation_endpoint": base + "/auth/revoke", "response_types_supported": []string{"code"},
			"code_challenge_methods_supported": []string{"S256"}, "client_id_metadata_document_supported": true,
		})
	default:
		answer(map[string]any{"message": "yes", "version": "2026.11.0"})
	}
}

func echo(w http.ResponseWriter, r *http.Request) {
	raw, err := httputil.DumpRequest(r, true)
	if err == nil {
		_, _ = w.Write(raw)
	}
}

func redirectToItself(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, r.URL.RequestURI(), http.StatusTemporaryRedirect) //nolint:gosec // this is what it does wrong
}

func files(string) (string, func()) {
	dir, err := os.MkdirTemp("", "null")
	if err != nil {
		panic("nulls: no folder: " + err.Error())
	}
	url, stop := serving(http.FileServer(http.Dir(dir)))("")
	return url, func() { stop(); _ = os.RemoveAll(dir) }
}

// onceEach passes the first request of each method and path on to the home, and drops all others.
func onceEach(healthy string) (string, func()) {
	target, _ := url.Parse(healthy)
	proxy := httputil.NewSingleHostReverseProxy(target)
	var seen sync.Map
	return serving(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind := r.Method + r.URL.Path
		if strings.HasPrefix(r.URL.Path, "/auth/login_flow/") {
			kind = r.Method + "/auth/login_flow/step"
		}
		if _, again := seen.LoadOrStore(kind, true); again {
			panic(http.ErrAbortHandler)
		}
		proxy.ServeHTTP(w, r)
	}))("")
}

func slow(d time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			sayYes(w, r)
		case <-r.Context().Done():
		}
	})
}

func endless(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", jsonType)
	_, _ = io.WriteString(w, `{"providers":"`)
	filler := strings.Repeat("x", 64<<10)
	for r.Context().Err() == nil {
		if _, err := io.WriteString(w, filler); err != nil {
			return
		}
	}
}

// request reads one request and discards it.
func request(c net.Conn) bool {
	r, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, r.Body)
	return true
}

func manyHeaders(c net.Conn) {
	defer c.Close()
	if !request(c) {
		return
	}
	_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
	line := "X-Filler: " + strings.Repeat("x", 1000) + "\r\n"
	for range 10_000 {
		if _, err := io.WriteString(c, line); err != nil {
			return
		}
	}
	_, _ = io.WriteString(c, "Content-Length: 2\r\n\r\n{}")
}

func halfJSON(c net.Conn) {
	defer c.Close()
	if request(c) {
		_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", jsonType, len(tokenAnswer), tokenAnswer[:40])
	}
}

// drops is a TCP proxy that closes every third connection before a byte has passed.
func drops(healthy string) (string, func()) {
	target := strings.TrimPrefix(healthy, "http://")
	var n atomic.Int64
	return overTCP(func(c net.Conn) {
		defer c.Close()
		if n.Add(1)%3 == 0 {
			return
		}
		far, err := net.Dial("tcp", target) //nolint:noctx // it ends with its peer
		if err != nil {
			return
		}
		defer far.Close()
		go func() { _, _ = io.Copy(far, c); _ = far.Close() }()
		_, _ = io.Copy(c, far)
	})("")
}
