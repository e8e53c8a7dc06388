package stand

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"sync"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/proof/shadow"
)

// Home returns the stand of mock homes.
func Home() Stand[mockserver.Policy] {
	h := &homes{clients: map[*clientsite.CA]*http.Client{}}
	return Stand[mockserver.Policy]{
		Kind: home.Kind(), Strict: mockserver.Strict, Flavour: mockserver.Flavour, Start: h.start, Tees: []shadow.Tee{shadow.For(watched)},
	}
}

// homes share the clients that fetch pages: a new client for each home would repeat the TLS handshake with the site.
type homes struct {
	mu      sync.Mutex
	clients map[*clientsite.CA]*http.Client
}

func (s *homes) start(p *mockserver.Policy, flags kind.Flags, prefer string) (*Server, error) {
	f := flags.(*home.Flags)
	if err := f.Site.Resolve(); err != nil {
		return nil, err
	}
	if f.AccountLink == "" {
		var err error
		if f.AccountLink, err = freeAddress(); err != nil {
			return nil, err
		}
	}
	o := mockserver.Options{Policy: p, Fetch: s.client(f.Site.CA), AccountLink: "https://" + f.AccountLink, Providers: waysIn()}
	h, err := listen(prefer, func(address string) (*mockserver.Server, error) { return mockserver.Listen(address, o) })
	if err != nil {
		return nil, err
	}
	if f.AlsoHost == nil {
		f.AlsoHost = []string{"localhost"}
	}
	owner := h.Users[0]
	f.Account.Username, f.Account.Password = owner.Username, owner.Password
	f.ControlURL, f.ControlToken = h.URL, h.ControlToken
	f.OtherAddress = otherAddress()
	return &Server{Target: h.URL, Clock: h.Clock(), Kill: h.Kill}, nil
}

// client returns a client that trusts only this CA and connects only to this machine, where the judge is.
func (s *homes) client(ca *clientsite.CA) *http.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clients[ca] == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.TLSClientConfig = &tls.Config{RootCAs: ca.Pool(), MinVersion: tls.VersionTLS12}
		transport.DialContext = loopbackOnly
		s.clients[ca] = &http.Client{Transport: transport}
	}
	return s.clients[ca]
}

func loopbackOnly(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, &net.OpError{Op: "dial", Net: network, Err: fmt.Errorf("%s is not on this machine", host)}
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}
