package mockserver

import (
	"bytes"
	"context"
	"sync"

	"github.com/coder/websocket"
)

// mostPending is how many messages may wait for a client before it is given up, as at the real home.
const mostPending = 4096

// outbox is the messages on their way to a socket's client, so that nobody waits for one that does not read.
type outbox struct {
	mu       sync.Mutex
	list     [][]byte
	over     bool // nothing more is taken
	together bool // the client takes several messages as one list
	wake     chan struct{}
}

func newOutbox() *outbox { return &outbox{wake: make(chan struct{}, 1)} }

// put adds a message; false means that too many are waiting.
func (o *outbox) put(raw []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over {
		return true // nobody would read it
	}
	if len(o.list) >= mostPending {
		o.list, o.over = nil, true
		return false
	}
	o.list = append(o.list, raw)
	o.nudge()
	return true
}

// end sends the waiting messages and accepts no more.
func (o *outbox) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over = true
	o.nudge()
}

func (o *outbox) nudge() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// next is the messages to write now, or over.
func (o *outbox) next() (batch [][]byte, over bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	batch, o.list = o.list, nil
	if o.together && len(batch) > 1 {
		batch = [][]byte{append(append([]byte{'['}, bytes.Join(batch, []byte{','})...), ']')}
	}
	return batch, o.over
}

// coalesce sends several messages as one list from now on.
func (o *outbox) coalesce() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.together = true
}

// write writes messages until the end, or until the client is gone.
func (o *outbox) write(conn *websocket.Conn) {
	for range o.wake {
		batch, over := o.next()
		for _, raw := range batch {
			ctx, cancel := context.WithTimeout(context.Background(), writeLimit)
			err := conn.Write(ctx, websocket.MessageText, raw)
			cancel()
			if err != nil {
				return // its end ends the reading
			}
		}
		if over {
			return
		}
	}
}
