package clientsite

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options say where the site listens and how the target reaches it.
type Options struct {
	Listen string // host:port of the first origin; the others take the next two ports. "": loopback, any free ports
	Public string // URL by which the target reaches the first origin; "": as it listens
	Prefer int    // with Listen "": ports to take if they are free, so that two runs look alike
	CA     *CA
}

// LastPort is the highest port of the first origin: the others use the next two.
const LastPort = 65533

// Site is the running site.
type Site struct {
	origins   [3]string // http, another http, https
	listeners []net.Listener
	servers   []*http.Server
	leaf      *x509.Certificate

	mu    sync.Mutex
	pages map[string]*Page
}

// Start listens on the three origins.
func Start(o Options) (*Site, error) {
	host, port, err := listenAddress(o)
	if err != nil {
		return nil, err
	}
	public := host
	if o.Public != "" {
		u, err := url.Parse(o.Public)
		if err != nil || u.Scheme != "http" || u.Hostname() == "" {
			return nil, fmt.Errorf("client site: %q is not a URL like http://192.168.1.5:9000", o.Public)
		}
		public = u.Hostname()
	}
	leaf, err := o.CA.Leaf(public, "localhost", "127.0.0.1", "::1")
	if err != nil {
		return nil, err
	}
	s := &Site{pages: map[string]*Page{}}
	s.leaf, _ = x509.ParseCertificate(leaf.Certificate[0])
	for i := range s.origins {
		l, err := listen(host, port, i, o.Listen == "")
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("client site: %w", err)
		}
		scheme := "http"
		if i == 2 {
			scheme = "https"
			l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{leaf}, MinVersion: tls.VersionTLS12})
		}
		s.origins[i] = scheme + "://" + net.JoinHostPort(public, strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
		s.listeners = append(s.listeners, l)
		server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
		s.servers = append(s.servers, server)
		go func() { _ = server.Serve(l) }()
	}
	return s, nil
}

func listenAddress(o Options) (string, int, error) {
	if o.Listen == "" {
		return "127.0.0.1", o.Prefer, nil
	}
	host, p, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return "", 0, fmt.Errorf("client site: %q is not an address like 0.0.0.0:9000", o.Listen)
	}
	port, err := strconv.Atoi(p)
	if err != nil || port < 0 || port > LastPort {
		return "", 0, fmt.Errorf("client site: port %q: three consecutive ports are needed", p)
	}
	return host, port, nil
}

func listen(host string, port, i int, anyPort bool) (net.Listener, error) {
	if port > 0 {
		l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", net.JoinHostPort(host, strconv.Itoa(port+i)))
		if err == nil || !anyPort {
			return l, err
		}
	}
	return (&net.ListenConfig{}).Listen(context.Background(), "tcp", net.JoinHostPort(host, "0"))
}

// Origins lists the three origins.
func (s *Site) Origins() []string { return s.origins[:] }

// Origin is the first http origin, without a slash: the default client's.
func (s *Site) Origin() string { return s.origins[0] }

// Other is another http origin: the same host, another port.
func (s *Site) Other() string { return s.origins[1] }

// Secure is the https origin.
func (s *Site) Secure() string { return s.origins[2] }

// Certificate is the https origin's.
func (s *Site) Certificate() *x509.Certificate { return s.leaf }

// Close stops the site and frees its ports, even if it never got a request.
func (s *Site) Close() {
	for i, server := range s.servers {
		_ = server.Close()
		_ = s.listeners[i].Close()
	}
}

// Reset removes all pages, for another target.
func (s *Site) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages = map[string]*Page{}
}

// Fetch is one request that a page got.
type Fetch struct {
	Method, URL string
	Header      http.Header
	At          time.Time
}

// Page is one path of the site, the same on every origin.
type Page struct {
	site    *Site
	path    string
	handler http.Handler
	mu      sync.Mutex
	fetches []Fetch
}

// Page publishes a handler at /name. A later page of the same name replaces it.
func (s *Site) Page(name string, handler http.HandlerFunc) *Page {
	p := &Page{site: s, path: "/" + strings.TrimPrefix(name, "/"), handler: handler}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[p.path] = p
	return p
}

// HTML publishes a page with a body.
func (s *Site) HTML(name, body string) *Page {
	return s.Page(name, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, body)
	})
}

// URL is the page on the first origin; Other and Secure are the same page on the others.
func (p *Page) URL() string { return p.site.Origin() + p.path }

// Other is the page on the second http origin.
func (p *Page) Other() string { return p.site.Other() + p.path }

// Secure is the page on the https origin.
func (p *Page) Secure() string { return p.site.Secure() + p.path }

// Fetches lists the requests that the page got so far, in order.
func (p *Page) Fetches() []Fetch {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Fetch(nil), p.fetches...)
}

// Await waits for the first request to the page.
func (p *Page) Await(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for len(p.Fetches()) == 0 {
		select {
		case <-ctx.Done():
			return errors.New("the page was not fetched")
		case <-tick.C:
		}
	}
	return nil
}

// ServeHTTP serves the pages; every other path is a plain page, so that callbacks get an answer.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	p := s.pages[r.URL.Path]
	s.mu.Unlock()
	if p == nil {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!doctype html><title>authconform client</title><p>This is a client page served by authconform.")
		return
	}
	p.mu.Lock()
	p.fetches = append(p.fetches, Fetch{Method: r.Method, URL: r.URL.String(), Header: r.Header.Clone(), At: time.Now()})
	p.mu.Unlock()
	p.handler.ServeHTTP(w, r)
}
