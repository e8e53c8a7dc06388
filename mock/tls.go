package mock

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/authconform/authconform/internal/rlimit"
)

// Authority is a CA that a mock makes at its start, for a server certificate of this machine's names.
type Authority struct {
	PEM  []byte // its certificate, to be trusted
	leaf tls.Certificate
}

const certificateLife = 30 * 24 * time.Hour

// NewAuthority makes a CA and a certificate for loopback names and addresses.
func NewAuthority(name string) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	var clock Clock
	now := clock.Now()
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certificateLife),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, root, root, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "localhost"}, NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	signed, err := x509.CreateCertificate(rand.Reader, leaf, root, &own.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return &Authority{
		PEM:  pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}),
		leaf: tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: own},
	}, nil
}

// ServeTLS is Serve behind the authority's certificate. The URL becomes https.
func ServeTLS(l net.Listener, url string, h http.Handler, ca *Authority) *Server {
	g := newGate(l, room(rlimit.Descriptors()))
	secure := tls.NewListener(g, &tls.Config{Certificates: []tls.Certificate{ca.leaf}, MinVersion: tls.VersionTLS12})
	return serve(secure, g, HTTPS(url), h, ordinary())
}

// HTTPS is an http URL as https.
func HTTPS(url string) string { return "https://" + strings.TrimPrefix(url, "http://") }
