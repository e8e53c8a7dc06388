package mock

import (
	"container/list"
	"errors"
	"net"
	"net/http"
	"sync"
)

// gate is a listener that lets in only so many connections at a time. Whoever comes then waits until one goes. Connections on
// which nothing happens are closed for them, so that nobody locks others out by doing nothing.
type gate struct {
	net.Listener
	places chan struct{} // one for each connection that is open
	shut   chan struct{}
	once   sync.Once

	mu      sync.Mutex
	waits   bool       // somebody waits for a place
	resting *list.List // of net.Conn: idle ones, the one that rests longest first
	rest    map[net.Conn]*list.Element
}

// mostDescriptors is what a process makes use of, where the system allows more.
const mostDescriptors = 20_000

// margin are descriptors that are left to everything else: standard streams, files, pipes of workers.
const margin = 16

// room is how many connections a mock may hold in a process with so many descriptors. A quarter each: up to four mocks stand
// in one process, and the home opens a connection of its own for many that it serves.
func room(descriptors int) int { return max(4, (descriptors-margin)/4) }

func newGate(l net.Listener, places int) *gate {
	return &gate{
		Listener: l, places: make(chan struct{}, places), shut: make(chan struct{}),
		resting: list.New(), rest: map[net.Conn]*list.Element{},
	}
}

// Accept implements net.Listener.
func (g *gate) Accept() (net.Conn, error) {
	if err := g.enter(); err != nil {
		return nil, err
	}
	c, err := g.Listener.Accept()
	if err != nil {
		g.leave()
		return nil, err
	}
	return &placed{Conn: c, leave: sync.OnceFunc(g.leave)}, nil
}

// enter takes a place, or waits for one.
func (g *gate) enter() error {
	select {
	case g.places <- struct{}{}:
		return nil
	default:
	}
	g.wait(true)
	defer g.wait(false)
	select {
	case g.places <- struct{}{}:
		return nil
	case <-g.shut:
		return net.ErrClosed
	}
}

func (g *gate) leave() { <-g.places }

// wait notes whether somebody waits, and makes a place for them if a connection rests.
func (g *gate) wait(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.waits = on; on && g.resting.Len() > 0 {
		g.end(g.resting.Front().Value.(net.Conn))
	}
}

// end closes a connection that rests. The lock is held.
func (g *gate) end(c net.Conn) {
	g.stir(c)
	go func() { _ = c.Close() }() // with TLS it says goodbye, which may take a while
}

// stir strikes a connection off those that rest. The lock is held.
func (g *gate) stir(c net.Conn) {
	if e, was := g.rest[c]; was {
		g.resting.Remove(e)
		delete(g.rest, c)
	}
}

// heed is told what becomes of connections (http.Server.ConnState).
func (g *gate) heed(c net.Conn, state http.ConnState) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case state != http.StateIdle:
		g.stir(c)
	case g.waits:
		g.end(c)
	default:
		g.rest[c] = g.resting.PushBack(c)
	}
}

// closing is a handler that asks clients to close their connections when every place is taken.
func (g *gate) closing(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(g.places) == cap(g.places) {
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}

// Close implements net.Listener.
func (g *gate) Close() error {
	g.once.Do(func() { close(g.shut) })
	return g.Listener.Close()
}

// placed is a connection that has a place until it is closed.
type placed struct {
	net.Conn
	leave func()
}

// Close implements net.Conn.
func (c *placed) Close() error {
	defer c.leave()
	return c.Conn.Close()
}

// CloseWrite lets net/http end its side first, so that the client still gets the last answer.
func (c *placed) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}
