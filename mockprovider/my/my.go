// Package my mocks my.home-assistant.io: third parties know one redirect_uri, and its page redirects users to
// their own home. A browser gets a page that asks first; a client that does not accept HTML is redirected immediately.
//
// Only code, error and state of the third party's parameters are kept. The real page damages a code with %2B in it if the
// user still has to choose a home; this one does not.
package my

import (
	"embed"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync/atomic"

	"github.com/authconform/authconform/mock"
)

// Path is the path of the redirect_uri.
const Path = "/redirect/oauth"

//go:embed oauth.html oauth.js style.css
var files embed.FS

// Server is a listening redirect page. A browser chooses its home on the page; ChooseInstance sets the home for other clients.
type Server struct {
	*mock.Server
	instance atomic.Value
}

// Listen starts a server on an address ("127.0.0.1:8125"; port 0 picks a free port).
func Listen(address string) (*Server, error) { return ListenTLS(address, nil) }

// ListenTLS is like Listen but serves https; nil means http.
func ListenTLS(address string, tls *mock.Authority) (*Server, error) {
	l, at, err := mock.Bind(address)
	if err != nil {
		return nil, err
	}
	s := &Server{}
	s.instance.Store("")
	s.Server = mock.ServeAny(l, at, s, tls)
	return s, nil
}

// Start starts a server on loopback for a Go test and stops it when the test ends.
func Start(t mock.T) *Server {
	t.Helper()
	s, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatalf("mock my: %v", err)
		return nil
	}
	t.Cleanup(s.Stop)
	return s
}

// ChooseInstance sets the URL of the home for clients that do not choose one on the page.
func (s *Server) ChooseInstance(home string) { s.instance.Store(strings.TrimRight(home, "/")) }

const policyOfPages = "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := strings.TrimSuffix(r.URL.Path, "/")
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET is supported", http.StatusMethodNotAllowed)
	case at == Path && !strings.Contains(r.Header.Get("Accept"), "text/html"):
		s.redirect(w, r)
	case at == Path:
		w.Header().Set("Content-Security-Policy", policyOfPages)
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cache-Control", "no-store")
		http.ServeFileFS(w, r, files, "oauth.html")
	case at == "/static/oauth.js" || at == "/static/style.css":
		http.ServeFileFS(w, r, files, path.Base(at))
	default:
		http.NotFound(w, r)
	}
}

// redirect is the bounce without its page.
func (s *Server) redirect(w http.ResponseWriter, r *http.Request) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	home, _ := s.instance.Load().(string)
	switch {
	case err != nil || last(q, "state") == "":
		http.Error(w, "Invalid parameters given: state is required", http.StatusBadRequest)
		return
	case home == "":
		http.Error(w, "No home is set: open this page in a browser and enter its URL", http.StatusNotFound)
		return
	}
	var kept []string
	for _, name := range []string{"code", "error", "state"} {
		if v := last(q, name); v != "" {
			kept = append(kept, name+"="+url.QueryEscape(v))
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, home+"/auth/external/callback?"+strings.Join(kept, "&"), http.StatusFound)
}

// last is the value of a parameter; of several, the last, as the page takes it.
func last(q url.Values, name string) string {
	if all := q[name]; len(all) > 0 {
		return all[len(all)-1]
	}
	return ""
}
