package mockserver

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/core"
)

const (
	pingEvery  = 50 * time.Second // without an event (core: components/api, STREAM_PING_INTERVAL)
	mostStream = 1000             // open streams of a home
)

// streams are the open responses of /api/stream. They end when the home stops or restarts.
type streams struct {
	mu   sync.Mutex
	last int
	end  map[int]context.CancelFunc
}

// open registers a stream; ok is false if there are too many.
func (s *streams) open(end context.CancelFunc) (closed func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.end) >= mostStream {
		return nil, false
	}
	if s.end == nil {
		s.end = map[int]context.CancelFunc{}
	}
	s.last++
	n := s.last
	s.end[n] = end
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.end, n)
	}, true
}

func (s *streams) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, end := range s.end {
		end()
	}
}

// apiStream sends the home's events to administrators as server-sent events: all of them, or the types in restrict. It starts with
// a ping and repeats it when there is no event for a while. A client that does not read is disconnected.
func (h *Home) apiStream(c *call) *mock.Answer {
	if !c.user.User.Admin {
		return mock.Plain(http.StatusUnauthorized)
	}
	var only []string
	if restrict := c.URL.Query().Get("restrict"); restrict != "" {
		only = strings.Split(restrict, ",")
	}
	header := http.Header{"Content-Type": {"text/event-stream"}}
	return &mock.Answer{Status: http.StatusOK, Header: header, Stream: func(ctx context.Context, write func(string) bool) {
		ctx, end := context.WithCancel(ctx)
		defer end()
		closed, ok := h.streams.open(end)
		if !ok {
			return
		}
		defer closed()
		out := newOutbox()
		defer h.core.Listen("", func(e core.Event) {
			if only != nil && !slices.Contains(only, e.Type) {
				return
			}
			if raw, err := json.Marshal(e); err == nil && !out.put(raw) {
				end()
			}
		})()
		h.forward(ctx, out, write)
	}}
}

func (h *Home) forward(ctx context.Context, out *outbox, write func(string) bool) {
	const ping = "data: ping\n\n"
	for ok := write(ping); ok; {
		quiet := make(chan struct{})
		stop := h.clock.AfterFunc(pingEvery, func() { close(quiet) })
		select {
		case <-ctx.Done():
			ok = false
		case <-quiet:
			ok = write(ping)
		case <-out.wake:
			batch, _ := out.next()
			for _, raw := range batch {
				ok = ok && write("data: "+string(raw)+"\n\n")
			}
		}
		stop()
	}
}
