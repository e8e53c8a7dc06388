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

// ErrLinkLocal is why a mock does not fetch what stands at a link-local address: services of the machine that it runs on
// give their secrets away there, to anyone who asks (169.254.169.254).
var ErrLinkLocal = errors.New("a mock fetches nothing from a link-local address")

// Outward is a client for addresses that strangers choose, like those of client pages. It connects to whatever the real home
// connects to, loopback and private networks too, but to no link-local address, whichever name or redirect leads there; it
// heeds no proxy of the environment, as the real home does not. roots are the CAs that it trusts; nil: the system's.
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
