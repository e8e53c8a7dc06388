package mock

import "sync"

// bell wakes all listeners. It is safe for concurrent use; the zero value is ready.
type bell struct {
	mu   sync.Mutex
	next chan struct{}
}

// listen returns a channel that is closed at the next ring.
func (b *bell) listen() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}

// silent reports whether there are no listeners.
func (b *bell) silent() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.next == nil
}
