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
)

// ErrLinkLocal is why a mock does not fetch what stands at a link-local address: services of the machine that it runs on
// give their secrets away there, to anyone who asks (169.254.169.254).
var ErrLinkLocal = errors.New("a mock fetches nothing from a link-local address")

// Outward is a client for addresses that strangers choose, like those of client pages. It connects to whatever the real home
// connects to, loopback and private networks too, but to no link-local address, whichever name or redirect leads there; it
// heeds no proxy of the environment, as the real home does not. roots are the CAs that it trusts; nil: the system's.
func Outward(roots *x509.CertPool) *http.Client {
	dialer := net.Dialer{Timeout: dialTimeout, Control: func(_, address string, _ syscall.RawConn) error { return refuseLinkLocal(address) }}
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

// refuseLinkLocal refuses link-local addresses and the one of the Amazon cloud that is none (fd00:ec2::254).
func refuseLinkLocal(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap().WithZone("")
	if ip.IsLinkLocalUnicast() || ip.IsLinkLocalMulticast() || ip == amazonMetadata {
		return fmt.Errorf("%w: %s", ErrLinkLocal, ip)
	}
	return nil
}

var amazonMetadata = netip.MustParseAddr("fd00:ec2::254")
