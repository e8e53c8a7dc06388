package hostile

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"time"
)

// secured are the TLS behaviours: each starts a server that plain HTTP cannot reach.
var secured = map[string]func(*Server) (url string, stop func(), err error){
	"tls.self-signed": shows509(func(*x509.Certificate) {}),
	"tls.expired":     shows509(func(c *x509.Certificate) { c.NotAfter = time.Unix(1e9, 0) }),
	"tls.other-name":  shows509(func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{escapes[:9] + ".example"}, nil }),
	"tls.large":       shows509(func(c *x509.Certificate) { c.Subject.OrganizationalUnit = words(2000) }),
	"tls.silent":      listens(func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }),
	"tls.closes":      listens(func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) }),
	"tls.plain":       listens(func(c net.Conn) { _, _ = io.WriteString(c, typed+sized(grant)) }),
	"tls.garbage":     listens(func(c net.Conn) { _, _ = c.Write(make([]byte, 1<<16)) }),
	"tls.alerts": listens(func(c net.Conn) {
		for err := error(nil); err == nil; _, err = io.WriteString(c, "\x15\x03\x03\x00\x02\x01\x00") {
		}
	}),
	"tls.long-records": listens(func(c net.Conn) {
		_, _ = io.WriteString(c, "\x16\x03\x03\xff\xff\x02\xff\xff\xff")
		_, _ = io.Copy(io.Discard, c)
	}),
}

// secure returns behaviours that attack before the first byte of HTTP.
func secure() []Behaviour {
	return []Behaviour{
		{Name: "tls.self-signed", Story: "Its certificate is self-signed.", At: Door},
		{Name: "tls.expired", Story: "Its certificate has expired.", At: Door},
		{Name: "tls.other-name", Story: "Its certificate is for a name that a terminal obeys.", At: Door},
		{Name: "tls.large", Story: "Its certificate has 60 kB.", At: Door},
		{Name: "tls.silent", Story: "It never answers the handshake.", At: Door, Hangs: true},
		{Name: "tls.closes", Story: "It closes in the handshake.", At: Door},
		{Name: "tls.plain", Story: "It speaks HTTP without TLS.", At: Door},
		{Name: "tls.garbage", Story: "It speaks nothing.", At: Door},
		{Name: "tls.alerts", Story: "It sends warnings without end.", At: Door},
		{Name: "tls.long-records", Story: "It announces a record that is longer than records are.", At: Door},
	}
}

func words(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = "a word that fills a certificate"
	}
	return list
}

// shows509 starts a TLS server with a changed certificate.
func shows509(change func(*x509.Certificate)) func(*Server) (string, func(), error) {
	return func(s *Server) (string, func(), error) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return "", nil, err
		}
		c := &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "hostile"}, NotBefore: time.Unix(0, 0), NotAfter: time.Now().Add(time.Hour),
			IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		}
		change(c)
		raw, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
		if err != nil {
			return "", nil, err
		}
		config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}
		return listens(func(conn net.Conn) {
			secure := tls.Server(conn, config)
			_ = secure.HandshakeContext(s.ended)
			_, _ = io.Copy(io.Discard, secure)
		})(s)
	}
}

// listens starts a TCP server that talks raw bytes.
func listens(talk func(net.Conn)) func(*Server) (string, func(), error) {
	return func(s *Server) (string, func(), error) {
		l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it ends with the server
		if err != nil {
			return "", nil, err
		}
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				s.count()
				go func() {
					defer conn.Close()
					stop := make(chan struct{})
					defer close(stop)
					go func() {
						select {
						case <-s.ended.Done():
							_ = conn.Close()
						case <-stop:
						}
					}()
					talk(conn)
				}()
			}
		}()
		return "https://" + l.Addr().String(), func() { _ = l.Close() }, nil
	}
}
