package mock

import (
	"container/list"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// gate is a listener that limits open connections. Further clients wait until one closes. Meanwhile
// each response asks the client to close its connection, and idle connections are closed,
// so that an idle client cannot lock others out.
type gate struct {
	net.Listener
	places chan struct{} // one for each connection that is open
	shut   chan struct{}
	once   sync.Once

	mu      sync.Mutex
	resting *list.List // of rester, the one that rests longest first
	rest    map[net.Conn]*list.Element
	rests   time.Duration // how long a connection may rest while somebody waits
}

// rester is an idle connection.
type rester struct {
	net.Conn
	since time.Time
}

// mostRest is as long as a client that asks one thing after the other may pause.
const mostRest = time.Second

// margin are descriptors that are left to everything else: standard streams, files, pipes of workers.
const margin = 16

// room is how many connections a mock may hold in a process with so many descriptors. Half of what there is: a home opens a
// connection of its own for many that it serves, and other mocks may stand beside it.
func room(descriptors int) int { return max(4, (descriptors-margin)/2) }

func newGate(l net.Listener, places int) *gate {
	return &gate{
		Listener: l, places: make(chan struct{}, places), shut: make(chan struct{}),
		resting: list.New(), rest: map[net.Conn]*list.Element{}, rests: mostRest,
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
	tick := time.NewTicker(g.rests / 10)
	defer tick.Stop()
	for {
		select {
		case g.places <- struct{}{}:
			return nil
		case <-g.shut:
			return net.ErrClosed
		case <-tick.C:
			g.evict()
		}
	}
}

func (g *gate) leave() { <-g.places }

// evict closes the longest idle connection, if it has been idle long enough: a client that just got a response may be about
// to send another request, and would be cut off.
func (g *gate) evict() {
	g.mu.Lock()
	defer g.mu.Unlock()
	first := g.resting.Front()
	if first == nil || time.Since(first.Value.(rester).since) < g.rests {
		return
	}
	c := first.Value.(rester).Conn
	g.stir(c)
	go func() { _ = c.Close() }() // with TLS it says goodbye, which may take a while
}

// stir removes a connection from the idle ones. The lock is held.
func (g *gate) stir(c net.Conn) {
	if e, was := g.rest[c]; was {
		g.resting.Remove(e)
		delete(g.rest, c)
	}
}

// heed tracks the state of connections (http.Server.ConnState).
func (g *gate) heed(c net.Conn, state http.ConnState) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stir(c); state == http.StateIdle {
		g.rest[c] = g.resting.PushBack(rester{c, time.Now()})
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

// placed is a connection that occupies a place until it is closed.
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
