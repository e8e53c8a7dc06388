package browser

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/things-go/go-socks5"

	"github.com/authconform/authconform/internal/address"
)

// AnyOrigin lets pages reach every origin.
const AnyOrigin = "*"

// A cell is the browser's only way out: a SOCKS proxy on loopback that connects to the origins that the harness opened, and to
// nothing else, not even on this machine.
type cell struct {
	listener net.Listener

	mu      sync.Mutex
	open    map[string]bool // HOST:PORT
	refused []string        // HOST:PORT, each once, in order
}

// newCell starts a cell without open origins.
func newCell() (*cell, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("the browser's proxy: %w", err)
	}
	c := &cell{listener: listener, open: map[string]bool{}}
	server := socks5.NewServer(socks5.WithRule(c), socks5.WithResolver(unresolved{}), socks5.WithDial(dial),
		socks5.WithLogger(socks5.NewLogger(log.New(io.Discard, "", 0))))
	go func() { _ = server.Serve(listener) }()
	return c, nil
}

// dial connects only to permitted addresses, whatever name resolved to them.
var dial = (&net.Dialer{Control: address.Control(address.Allowed)}).DialContext

func (c *cell) address() string { return c.listener.Addr().String() }

func (c *cell) close() { _ = c.listener.Close() }

// reach opens origins: URLs, or HOST:PORT.
func (c *cell) reach(origins ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range origins {
		c.open[addressOf(o)] = true
	}
}

// Allow implements socks5.RuleSet: may the browser connect to an address?
func (c *cell) Allow(ctx context.Context, r *socks5.Request) (context.Context, bool) {
	host := r.DestAddr.FQDN
	if host == "" {
		host = r.DestAddr.IP.String()
	}
	address := net.JoinHostPort(strings.ToLower(host), strconv.Itoa(r.DestAddr.Port))
	if c.opened(address) {
		return ctx, true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Contains(c.refused, address) {
		c.refused = append(c.refused, address)
	}
	return ctx, false
}

// cellError is the browser's error for a connection that the proxy does not make: it was forbidden, or nothing listens there.
const cellError = "ERR_SOCKS_CONNECTION_FAILED"

// A KeptError says that a page needs an origin that is not allowed.
type KeptError struct{ Origin string }

func (e *KeptError) Error() string {
	return fmt.Sprintf("its pages need %s, which is not trusted: add --trust-origin %[1]s", e.Origin)
}

// Kept is the first origin that the page was not allowed to reach, "" if none: the target of a navigation or, without
// one, of a request from the page.
func (p *Page) Kept() (origin string, whole bool) {
	if p.cell == nil {
		return "", false
	}
	for _, r := range p.Requests() {
		u, err := url.Parse(r.URL)
		if err != nil || !strings.Contains(r.Failed, cellError) || p.cell.opened(addressOf(r.URL)) {
			continue
		}
		if origin == "" || r.Main {
			origin = u.Scheme + "://" + u.Host
		}
		if r.Main {
			return origin, true
		}
	}
	return origin, false
}

func (c *cell) opened(address string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open[address] || c.open[AnyOrigin]
}

// unresolved does not resolve names: a refused name is never looked up.
type unresolved struct{}

func (unresolved) Resolve(ctx context.Context, _ string) (context.Context, net.IP, error) {
	return ctx, nil, nil
}

// addressOf returns the HOST:PORT of an origin.
func addressOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return strings.ToLower(origin)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "ws": "80"}[u.Scheme]
	}
	if port == "" {
		port = "443"
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
