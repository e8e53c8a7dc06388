// Package nulls has targets that deserve nothing: servers that are no home, hostile ones, and dying ones. No verdict of
// theirs may be a pass that they did not earn, and none may hang a run or fill its memory.
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
	// Start serves it on loopback and returns its URL. healthy is the URL of a home that conforms, for those that stand
	// in front of one.
	Start func(healthy string) (url string, stop func())
}

// All lists every null target.
func All() []Null {
	return []Null{
		{"closes", "It closes every connection.", overTCP(func(c net.Conn) { _ = c.Close() })},
		{"hangs", "It accepts and never answers.", overTCP(hang)},
		{"not-found", "It answers 404 to everything.", always(http.StatusNotFound, "text/plain", "404 page not found")},
		{"unauthorized", "It answers 401 to everything.", always(http.StatusUnauthorized, "text/plain", "401: Unauthorized")},
		{"server-error", "It answers 500 to everything.", always(http.StatusInternalServerError, "text/plain", "oops")},
		{"empty-object", "It answers 200 {} to everything.", always(http.StatusOK, jsonType, "{}")},
		{"invalid-grant", "It says invalid_grant to everything.", always(http.StatusBadRequest, jsonType, `{"error":"invalid_grant"}`)},
		{"html", "It answers 200 with a web page to everything.", always(http.StatusOK, "text/html", "<!doctype html><title>Welcome</title><p>Welcome")},
		{"login-page", "It shows a login page for every path.", always(http.StatusOK, "text/html", loginPage)},
		{"tokens", "It answers a plausible token answer to everything.", always(http.StatusOK, jsonType, tokenAnswer)},
		{"yes", "It says yes to everything, in the right shapes.", serving(http.HandlerFunc(sayYes))},
		{"echo", "It answers with the request.", serving(http.HandlerFunc(echo))},
		{"files", "It is a plain file server.", files},
		{"redirects", "It redirects every path to itself.", serving(http.HandlerFunc(redirectToItself))},
		{"redirects-away", "It redirects every path to another host.", serving(http.RedirectHandler("http://127.0.0.2:9/", http.StatusFound))},
		{"once", "It is right for the first request of each kind, and dead afterwards.", onceEach},
		{"slow", "It answers after 20 seconds.", serving(slow(20 * time.Second))},
		{"endless", "Its bodies never end.", serving(http.HandlerFunc(endless))},
		{"headers", "Its headers are 10 MB.", overTCP(manyHeaders)},
		{"half", "It closes in the middle of its JSON.", overTCP(halfJSON)},
		{"drops", "A home behind a proxy that drops every third connection.", drops},
	}
}

const (
	jsonType    = "application/json"
	tokenAnswer = `{"access_token":"eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln","token_type":"Bearer","refresh_token":"r","expires_in":1800,"ha_auth_provider":"homeassistant"}`
	loginPage   = `<!doctype html><title>Log in</title><form method="post"><input name="username"><input name="password" type="password"><button>Log in</button></form>`
)

// serving serves a handler.
func serving(h http.Handler) func(string) (string, func()) {
	return func(string) (string, func()) {
		s := httptest.NewServer(h)
		return s.URL, func() { s.CloseClientConnections(); s.Close() }
	}
}

func always(status int, kind, body string) func(string) (string, func()) {
	return serving(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
}

// overTCP gives each connection to a function of its own.
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
