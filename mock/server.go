package mock

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/authconform/authconform/internal/rlimit"
)

// Server is a listening mock.
type Server struct {
	URL    string
	server *http.Server
}

// Bind listens on an address ("127.0.0.1:8123"; port 0 picks a free port) and returns its URL, which a mock needs before it
// serves.
func Bind(address string) (l net.Listener, url string, err error) {
	l, err = (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, "", err
	}
	return l, "http://" + named(address, l.Addr().String()), nil
}

// named is a server's listen address with the host that was asked for: the system names 0.0.0.0 differently.
func named(asked, listens string) string {
	host, _, err1 := net.SplitHostPort(asked)
	_, port, err2 := net.SplitHostPort(listens)
	if err1 != nil || err2 != nil || host == "" {
		return listens
	}
	return net.JoinHostPort(host, port)
}

// Serve serves a handler until Stop or Kill, with as many connections at a time as the process has descriptors for.
func Serve(l net.Listener, url string, h http.Handler) *Server {
	g := newGate(l, room(rlimit.Descriptors()))
	return serve(g, g, url, h, ordinary())
}

// serve serves what a listener accepts behind a gate.
func serve(l net.Listener, g *gate, url string, h http.Handler, p patience) *Server {
	ending := make(chan struct{})
	s := &Server{URL: url, server: &http.Server{
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(context.Background(), endingKey{}, ending)
		},
		Handler: g.closing(hurried(h, p.body)), ConnState: g.heed, MaxHeaderBytes: maxHeader, ErrorLog: log.New(io.Discard, "", 0),
		ReadHeaderTimeout: p.header, WriteTimeout: p.write, IdleTimeout: p.idle,
	}}
	s.server.RegisterOnShutdown(func() { close(ending) })
	go func() { _ = s.server.Serve(l) }()
	return s
}

// endingKey is where a request's context holds the channel that is closed when its server stops.
type endingKey struct{}

// waiting is the context of a request that waits for something: it ends with the client, or when the server stops.
func waiting(r *http.Request) context.Context {
	ending, ok := r.Context().Value(endingKey{}).(chan struct{})
	if !ok {
		return r.Context()
	}
	ctx, cancel := context.WithCancel(r.Context())
	go func() {
		defer cancel()
		select {
		case <-ending:
		case <-r.Context().Done():
		}
	}()
	return ctx
}

// Stop ends the server and gives open requests a moment to finish.
func (s *Server) Stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		_ = s.server.Close()
	}
}

// Kill ends the server immediately.
func (s *Server) Kill() { _ = s.server.Close() }

// hurried is a handler with a time limit for request bodies. The limit ends with the body, so that a response
// may take longer.
func hurried(h http.Handler, limit time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			c := http.NewResponseController(w)
			_ = c.SetReadDeadline(time.Now().Add(limit))
			r.Body = &timed{r.Body, func() { _ = c.SetReadDeadline(time.Time{}) }}
		}
		h.ServeHTTP(w, r)
	})
}

// timed is a body that reports its end.
type timed struct {
	io.ReadCloser
	whole func()
}

// Read implements io.Reader.
func (b *timed) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	if errors.Is(err, io.EOF) {
		b.whole()
	}
	return n, err
}

// soon starts the time limit for writing a response, however long it took to prepare.
func soon(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTimeout)) // a recorder has no deadline
}

// T is the part of *testing.T that a mock's Start needs.
type T interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}
