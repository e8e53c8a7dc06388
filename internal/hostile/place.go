package hostile

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Server is a behaviour in front of an honest server.
type Server struct {
	URL string

	behaviour Behaviour
	honest    *url.URL
	armed     func() bool
	proxy     *httputil.ReverseProxy
	ended     context.Context
	end       context.CancelFunc
	close     func()

	mu      sync.Mutex
	secrets map[string]bool
	spoiled int
}

// Before starts a server with the behaviour in front of the server at a URL. The behaviour acts once armed returns true; nil
// means from the beginning.
func (b Behaviour) Before(honest string, armed func() bool) (*Server, error) {
	to, err := url.Parse(honest)
	if err != nil {
		return nil, err
	}
	s := &Server{behaviour: b, honest: to, armed: armed, secrets: map[string]bool{}}
	s.ended, s.end = context.WithCancel(context.Background())
	s.proxy = &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host },
		ModifyResponse: s.learn,
		ErrorLog:       log.New(io.Discard, "", 0),
	}
	if wrap, special := secured[b.Name]; special {
		url, end, err := wrap(s)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.URL, s.close = url, end
		return s, err
	}
	server := httptest.NewUnstartedServer(s)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.URL, s.close = "http://"+server.Listener.Addr().String(), server.Close
	server.Start()
	return s, nil
}

// Close stops the server and ends the connections that still hang.
func (s *Server) Close() { s.end(); s.close() }

// Spoiled counts the answers that did not come from the honest server.
func (s *Server) Spoiled() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spoiled
}

func (s *Server) count() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spoiled++
}

// Secrets returns the tokens and codes that passed through.
func (s *Server) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for secret := range s.secrets {
		list = append(list, secret)
	}
	return list
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.behaviour.At.takes(r) || s.armed != nil && !s.armed() {
		s.proxy.ServeHTTP(w, r)
		return
	}
	s.count()
	sent, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	r.Body = io.NopCloser(bytes.NewReader(sent))
	s.behaviour.answer(&call{server: s, w: w, r: r, sent: string(sent)})
}

var granted = regexp.MustCompile(`"(?:access_token|refresh_token|result)"\s*:\s*"([^"\\]{16,})"`)

// learn remembers what the honest server grants, and replaces its address in its answers by this server's.
func (s *Server) learn(resp *http.Response) error {
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return nil
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range granted.FindAllSubmatch(body, -1) {
		s.secrets[string(m[1])] = true
	}
	own := []byte(s.URL)
	body = bytes.ReplaceAll(body, []byte(s.honest.String()), own)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	if to := resp.Header.Get("Location"); to != "" {
		resp.Header.Set("Location", strings.ReplaceAll(to, s.honest.String(), s.URL))
	}
	return nil
}

// call is one request that a behaviour answers.
type call struct {
	server *Server
	w      http.ResponseWriter
	r      *http.Request
	sent   string // the body
}

// honest returns the honest server's answer.
func (c *call) honest() *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	c.server.proxy.ServeHTTP(rec, c.r)
	return rec
}

// pass sends the honest answer, after change has edited it.
func (c *call) pass(change func(header http.Header, body string) string) {
	rec := c.honest()
	header := rec.Header()
	header.Del("Content-Length")
	body := change(header, rec.Body.String())
	for name, values := range header {
		c.w.Header()[name] = values
	}
	c.w.WriteHeader(rec.Code)
	_, _ = io.WriteString(c.w, body)
}

// raw hijacks the connection until talk returns.
func (c *call) raw(talk func(net.Conn)) {
	conn, _, err := http.NewResponseController(c.w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	defer context.AfterFunc(c.server.ended, func() { _ = conn.Close() })()
	talk(conn)
}
