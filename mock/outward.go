package mock

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/authconform/authconform/internal/address"
)

// ErrLinkLocal is why a mock fetches nothing from a link-local address: metadata services of its machine
// reveal secrets there to any local process (169.254.169.254).
var ErrLinkLocal = errors.New("a mock fetches nothing from a link-local address")

// Outward is an HTTP client for URLs that strangers choose, such as client pages. Like the real home, it connects to
// loopback and private networks, but never to a link-local address, whatever name or redirect leads there. It
// ignores proxy settings of the environment. roots are the CAs that it trusts; nil means the system's.
func Outward(roots *x509.CertPool) *http.Client {
	dialer := net.Dialer{Timeout: dialTimeout, Control: func(_, hostport string, _ syscall.RawConn) error {
		return refuseLinkLocal(hostport)
	}}
	return &http.Client{Transport: &http.Transport{
		DialContext:         dialer.DialContext,
		TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: dialTimeout,
		MaxIdleConns:        8,
		IdleConnTimeout:     ordinary().idle,
		ForceAttemptHTTP2:   true,
	}}
}

const dialTimeout = 10 * time.Second

// refuseLinkLocal refuses link-local addresses, and the others where clouds give their machines credentials.
func refuseLinkLocal(hostport string) error {
	at, err := netip.ParseAddrPort(hostport)
	if err != nil {
		return err
	}
	if address.Allowed(at.Addr()) != nil {
		return fmt.Errorf("%w: %s", ErrLinkLocal, at.Addr())
	}
	return nil
}
