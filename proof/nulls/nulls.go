// Package nulls provides targets that deserve no pass: servers of other kinds, hostile ones, and dying ones. None of them may get
// a pass that it did not earn, hang a run, or fill its memory.
package nulls

import (
	"net"
	"net/http"
	"net/http/httptest"
	"time"
)

// Null is one such target.
type Null struct {
	Name  string
	Story string // one sentence: what it does
	// Start serves it on loopback and returns its URL. healthy is the URL of a conforming home, for null targets that stand in
	// front of one.
	Start func(healthy string) (url string, stop func())
	// Earns reports that the target can pass rows rightly: it does what some sentences ask for, or a conforming home answers
	// through it.
	Earns bool
}

// All lists every null target.
func All() []Null {
	return []Null{
		{Name: "closes", Story: "It closes every connection.", Start: overTCP(func(c net.Conn) { _ = c.Close() })},
		{Name: "hangs", Story: "It accepts and never answers.", Start: overTCP(hang)},
		{Name: "not-found", Story: "It answers 404 to everything.", Start: always(http.StatusNotFound, "text/plain", "404 page not found")},
		{Name: "unauthorized", Story: "It answers 401 to everything.", Start: always(http.StatusUnauthorized, "text/plain", "401: Unauthorized")},
		{Name: "server-error", Story: "It answers 500 to everything.", Start: always(http.StatusInternalServerError, "text/plain", "oops")},
		{Name: "empty-object", Story: "It answers 200 {} to everything.", Start: always(http.StatusOK, jsonType, "{}")},
		{
			Name:  "invalid-grant",
			Story: "It answers invalid_grant to everything.",
			Start: always(http.StatusBadRequest, jsonType, `{"error":"invalid_grant"}`),
		},
		{
			Name:  "html",
			Story: "It answers 200 with a web page to everything.",
			Start: always(http.StatusOK, "text/html", "<!doctype html><title>Welcome</title><p>Welcome"),
		},
		{Name: "login-page", Story: "It shows a login page for every path.", Start: always(http.StatusOK, "text/html", loginPage)},
		{Name: "tokens", Story: "It answers everything with a plausible token response.", Start: always(http.StatusOK, jsonType, tokenAnswer)},
		{Name: "yes", Story: "It says yes to everything, in the right shapes.", Start: serving(http.HandlerFunc(sayYes)), Earns: true},
		{Name: "echo", Story: "It echoes the request.", Start: serving(http.HandlerFunc(echo))},
		{Name: "files", Story: "It is a plain file server.", Start: files},
		{Name: "redirects", Story: "It redirects every path to itself.", Start: serving(http.HandlerFunc(redirectToItself))},
		{
			Name:  "redirects-away",
			Story: "It redirects every path to another host.",
			Start: serving(http.RedirectHandler("http://127.0.0.2:9/", http.StatusFound)),
		},
		{Name: "once", Story: "It is right for the first request of each kind, then stops answering.", Start: onceEach, Earns: true},
		{Name: "slow", Story: "It answers after 20 seconds.", Start: serving(slow(20 * time.Second))},
		{Name: "endless", Story: "Its bodies never end.", Start: serving(http.HandlerFunc(endless))},
		{Name: "headers", Story: "Its headers are 10 MB.", Start: overTCP(manyHeaders)},
		{Name: "half", Story: "It closes the connection in the middle of its JSON.", Start: overTCP(halfJSON)},
		{Name: "drops", Story: "A home behind a proxy that drops every third connection.", Start: drops, Earns: true},
	}
}

const (
	jsonType    = "application/json"
	tokenAnswer = `{"access_token":"eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln","token_type":"Bearer",` +
		`"refresh_token":"r","expires_in":1800,"ha_auth_provider":"homeassistant"}`
	loginPage = `<!doctype html><title>Log in</title><form method="post">` +
		`<input name="username"><input name="password" type="password"><button>Log in</button></form>`
)

// serving serves a handler.
func serving(h http.Handler) func(string) (string, func()) {
	return func(string) (string, func()) {
		s := httptest.NewServer(h)
		return s.URL, func() { s.Listener.Close(); s.CloseClientConnections() }
	}
}

func always(status int, kind, body string) func(string) (string, func()) {
	return serving(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
}

// overTCP accepts TCP connections and serves each.
func overTCP(serve func(net.Conn)) func(string) (string, func()) {
	return func(string) (string, func()) {
		l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it ends with its listener
		if err != nil {
			panic("nulls: no loopback: " + err.Error())
		}
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go serve(c)
			}
		}()
		return "http://" + l.Addr().String(), func() { _ = l.Close() }
	}
}
