package wire

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/authconform/authconform/internal/address"
)

// Credentials go only to the target's own origin and to origins that the user trusts with them. A target names other places in
// redirects, forms and metadata: only public documents are fetched from them.

// An OriginError says that a request was not sent because the user does not trust its destination.
type OriginError struct{ Origin string }

func (e *OriginError) Error() string {
	return fmt.Sprintf("nothing is sent to %s, which is not trusted: give --trust-origin %[1]s", e.Origin)
}

// barred returns why a request must not be sent to its origin, or nil.
func (c *Client) barred(r Request) error {
	u, err := url.Parse(r.URL)
	if err != nil {
		return err
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && address.Allowed(ip) != nil {
		return address.Allowed(ip)
	}
	origin := originOf(u)
	if c.trusted[origin] || r.everybodys() && u.Scheme == "https" {
		return nil
	}
	return &OriginError{origin}
}

// everybodys reports whether a request fetches a public document and carries no secret.
func (r Request) everybodys() bool {
	return r.Public && r.Method == http.MethodGet && r.Body == "" && r.Header.Get("Authorization") == "" && r.Header.Get("Cookie") == ""
}

// originOf returns a URL's scheme, host and port (RFC 6454 §4), without the scheme's default port.
func originOf(u *url.URL) string {
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && port != ports[scheme] {
		host += ":" + port
	}
	return scheme + "://" + host
}

var ports = map[string]string{"http": "80", "https": "443"}

// origins returns the origins of URLs.
func origins(urls ...string) map[string]bool {
	set := map[string]bool{}
	for _, raw := range urls {
		if u, err := url.Parse(raw); err == nil && u.Host != "" {
			set[originOf(u)] = true
		}
	}
	return set
}

// dialer connects only to permitted addresses, whatever name resolved to them. at is the only address that it connects to; ""
// means that names decide.
func dialer(may func(netip.Addr) error, from netip.Addr, at string) func(context.Context, string, string) (net.Conn, error) {
	d := &net.Dialer{Timeout: connectTimeout, Control: address.Control(may)}
	if from.IsValid() {
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))
	}
	if at == "" {
		return d.DialContext
	}
	return func(ctx context.Context, network, _ string) (net.Conn, error) { return d.DialContext(ctx, network, at) }
}
