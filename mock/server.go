package mock

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Server is a mock that listens.
type Server struct {
	URL    string
	server *http.Server
}

// Bind takes an address ("127.0.0.1:8123"; port 0 takes a free one) and tells its URL: a mock knows its own before it
// serves.
func Bind(address string) (l net.Listener, url string, err error) {
	l, err = (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, "", err
	}
	return l, "http://" + named(address, l.Addr().String()), nil
}

// named is where a server listens, by the host that it was asked for: the system calls 0.0.0.0 otherwise.
func named(asked, listens string) string {
	host, _, err1 := net.SplitHostPort(asked)
	_, port, err2 := net.SplitHostPort(listens)
	if err1 != nil || err2 != nil || host == "" {
		return listens
	}
	return net.JoinHostPort(host, port)
}

// Serve serves a handler until Stop or Kill.
func Serve(l net.Listener, url string, h http.Handler) *Server {
	s := &Server{URL: url, server: &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10, ErrorLog: log.New(io.Discard, "", 0),
	}}
	go func() { _ = s.server.Serve(l) }()
	return s
}

// Stop ends the server: open requests are given a moment.
func (s *Server) Stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		_ = s.server.Close()
	}
}

// Kill ends it at once.
func (s *Server) Kill() { _ = s.server.Close() }

// T is what a mock's Start needs of a *testing.T.
type T interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}
