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
)

// AnyOrigin lets pages reach whatever they name.
const AnyOrigin = "*"

// A cell is the only way out of a browser: a SOCKS proxy on loopback that connects to the origins that the harness opened,
// and to nothing else, not even on this machine.
type cell struct {
	listener net.Listener

	mu      sync.Mutex
	open    map[string]bool // HOST:PORT
	refused []string        // HOST:PORT, each once, in order
}

// newCell starts a cell that is closed on all sides.
func newCell() (*cell, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("the browser's proxy: %w", err)
	}
	c := &cell{listener: listener, open: map[string]bool{}}
	server := socks5.NewServer(socks5.WithRule(c), socks5.WithResolver(unresolved{}), socks5.WithDial((&net.Dialer{}).DialContext),
		socks5.WithLogger(socks5.NewLogger(log.New(io.Discard, "", 0))))
	go func() { _ = server.Serve(listener) }()
	return c, nil
}

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
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[address] || c.open[AnyOrigin] {
		return ctx, true
	}
	if !slices.Contains(c.refused, address) {
		c.refused = append(c.refused, address)
	}
	return ctx, false
}

// unresolved leaves names as they are: one that is refused is never looked up.
type unresolved struct{}

func (unresolved) Resolve(ctx context.Context, _ string) (context.Context, net.IP, error) {
	return ctx, nil, nil
}

// addressOf is the HOST:PORT of an origin.
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
