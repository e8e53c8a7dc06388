package mockserver

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Server is a home that listens.
type Server struct {
	*Home
	URL    string
	server *http.Server
}

// Listen starts a home at an address ("127.0.0.1:8123"; port 0 takes a free one).
func Listen(address string, o Options) (*Server, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, err
	}
	url := "http://" + l.Addr().String()
	if o.URL == "" {
		o.URL = url
	}
	h, err := New(o)
	if err != nil {
		_ = l.Close()
		return nil, err
	}
	s := &Server{Home: h, URL: url, server: &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10, ErrorLog: log.New(io.Discard, "", 0),
	}}
	go func() { _ = s.server.Serve(l) }()
	return s, nil
}

// Stop ends the home: open requests are given a moment.
func (s *Server) Stop() {
	s.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		_ = s.server.Close()
	}
}

// Option changes the home that Start starts.
type Option func(*Options)

// WithUser gives the home a plain user, beside its others: none but those that options name.
func WithUser(username, password string) Option {
	return func(o *Options) {
		o.Users = append(o.Users, User{Username: username, Name: username, Password: password, Admin: len(o.Users) == 0, Owner: len(o.Users) == 0})
	}
}

// WithPolicy gives the home another policy.
func WithPolicy(p *Policy) Option { return func(o *Options) { o.Policy = p } }

// T is what Start needs of a *testing.T.
type T interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Start starts a home on loopback for a Go test and stops it when the test ends.
func Start(t T, options ...Option) *Server {
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

// Kill ends the home at once.
func (s *Server) Kill() {
	s.Close()
	_ = s.server.Close()
}
