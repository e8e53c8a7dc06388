package mock

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/internal/rlimit"
)

// Authority is a server's certificate, and the CA that a mock creates for it at startup.
type Authority struct {
	PEM  []byte // the CA's certificate, to be trusted; nil: the server's own files are used
	leaf tls.Certificate
}

const certificateLife = 30 * 24 * time.Hour

// NewAuthority creates a CA, and a certificate for loopback and the hosts of these addresses and URLs. Strict verifiers
// accept it: RFC 5280 §4.2.1.1 requires the key identifiers of issuer and subject.
func NewAuthority(name string, at ...string) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	var clock Clock
	now := clock.Now()
	root := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certificateLife),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, root, root, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	if root, err = x509.ParseCertificate(raw); err != nil { // with the key identifier that it got
		return nil, err
	}
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	leaf := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "localhost"}, NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	leaf.DNSNames, leaf.IPAddresses = hostsOf(at)
	signed, err := x509.CreateCertificate(rand.Reader, leaf, root, &own.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return &Authority{
		PEM:  pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}),
		leaf: tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: own},
	}, nil
}

// LoadAuthority reads a server's certificate and key from PEM files.
func LoadAuthority(certificate, key string) (*Authority, error) {
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return nil, fmt.Errorf("not a certificate and key in PEM form: %w", err)
	}
	return &Authority{leaf: pair}, nil
}

// serial is a random number of a certificate (RFC 5280 §4.1.2.2).
func serial() *big.Int {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	b[0] &= 0x7f
	return new(big.Int).SetBytes(b)
}

// hostsOf are the names and addresses of a certificate: loopback, and the hosts of addresses and URLs.
func hostsOf(at []string) (names []string, ips []net.IP) {
	names, ips = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	for _, one := range at {
		host := one
		if u, err := url.Parse(one); err == nil && u.Host != "" {
			host = u.Hostname()
		} else if h, _, err := net.SplitHostPort(one); err == nil {
			host = h
		}
		ip := net.ParseIP(host)
		switch {
		case ip != nil && !ip.IsUnspecified() && !slices.ContainsFunc(ips, ip.Equal):
			ips = append(ips, ip)
		case ip == nil && host != "" && !slices.Contains(names, host):
			names = append(names, host)
		}
	}
	return names, ips
}

// ServeTLS is like Serve, with the authority's certificate. The URL becomes https.
func ServeTLS(l net.Listener, url string, h http.Handler, ca *Authority) *Server {
	g := newGate(l, room(rlimit.Descriptors()))
	secure := tls.NewListener(g, &tls.Config{Certificates: []tls.Certificate{ca.leaf}, MinVersion: tls.VersionTLS12})
	return serve(secure, g, HTTPS(url), h, ordinary())
}

// ServeAny calls ServeTLS if there is an authority, else Serve.
func ServeAny(l net.Listener, url string, h http.Handler, ca *Authority) *Server {
	if ca != nil {
		return ServeTLS(l, url, h, ca)
	}
	return Serve(l, url, h)
}

// OfferCA serves the CA at /_authconform/ca.pem, without a token.
func (k *Control) OfferCA(ca *Authority) {
	if ca == nil || ca.PEM == nil {
		return
	}
	k.Describe(caDescription)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.open["GET ca.pem"] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-pem-file")
		soon(w)
		_, _ = w.Write(ca.PEM)
	}
}

// HTTPS turns an http URL into https.
func HTTPS(url string) string {
	return "https://" + strings.TrimPrefix(strings.TrimPrefix(url, "https://"), "http://")
}
