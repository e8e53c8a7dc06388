package mockprovider

import "github.com/authconform/authconform/mock"

// Server is a listening provider.
type Server struct {
	*Provider
	*mock.Server
	URL string
}

// Listen starts a provider on an address ("127.0.0.1:8124"; port 0 picks a free port).
func Listen(address string, o Options) (*Server, error) {
	l, url, err := mock.Bind(address)
	if err != nil {
		return nil, err
	}
	if o.TLS != nil {
		url = mock.HTTPS(url)
	}
	if o.URL == "" {
		o.URL = url + o.Path
	}
	p, err := New(o)
	if err != nil {
		_ = l.Close()
		return nil, err
	}
	return &Server{p, mock.ServeAny(l, url, p, o.TLS), url}, nil
}

// Start starts a provider on loopback for a Go test and stops it when the test ends.
func Start(t mock.T, o Options) *Server {
	t.Helper()
	s, err := Listen("127.0.0.1:0", o)
	if err != nil {
		t.Fatalf("mock provider: %v", err)
		return nil
	}
	t.Cleanup(s.Stop)
	return s
}
