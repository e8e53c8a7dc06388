package mock

import "sync"

// bell wakes everybody who listens. It is safe for concurrent use; the zero value is silent.
type bell struct {
	mu   sync.Mutex
	next chan struct{}
}

// listen is closed at the next ring.
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

// silent tells that nobody listens.
func (b *bell) silent() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.next == nil
}
