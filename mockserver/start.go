package mockserver

import "github.com/authconform/authconform/mock"

// Server is a listening home.
type Server struct {
	*Home
	*mock.Server
	URL string
}

// Listen starts a home on an address ("127.0.0.1:8123"; port 0 picks a free port).
func Listen(address string, o Options) (*Server, error) {
	l, url, err := mock.Bind(address)
	if err != nil {
		return nil, err
	}
	if o.TLS != nil {
		url = mock.HTTPS(url)
	}
	if o.URL == "" {
		o.URL = url
	}
	if o.InternalURL == "" {
		o.InternalURL = url
	}
	h, err := New(o)
	if err != nil {
		_ = l.Close()
		return nil, err
	}
	return &Server{h, mock.ServeAny(l, url, h, o.TLS), url}, nil
}

// Stop ends the home and gives open requests a moment to finish.
func (s *Server) Stop() {
	s.Close()
	s.Server.Stop()
}

// Kill ends the home immediately.
func (s *Server) Kill() {
	s.Close()
	s.Server.Kill()
}

// Option changes the home that Start starts.
type Option func(*Options)

// WithUser adds a plain user. The home then has only the users that options name.
func WithUser(username, password string) Option {
	return func(o *Options) {
		first := len(o.Users) == 0
		o.Users = append(o.Users, User{Username: username, Name: username, Password: password, Admin: first, Owner: first})
	}
}

// WithPolicy sets the home's policy.
func WithPolicy(p *Policy) Option { return func(o *Options) { o.Policy = p } }

// Start starts a home on loopback for a Go test and stops it when the test ends.
func Start(t mock.T, options ...Option) *Server {
	t.Helper()
	var o Options
	for _, change := range options {
		change(&o)
	}
	s, err := Listen("127.0.0.1:0", o)
	if err != nil {
		t.Fatalf("mock home: %v", err)
		return nil
	}
	t.Cleanup(s.Stop)
	return s
}
