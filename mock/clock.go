package mock

import (
	"sync"
	"time"
)

// Clock is a mock's only clock: real time plus an offset that tests can move. Everything that expires or times out
// uses it. It is safe for concurrent use; the zero value shows real time.
type Clock struct {
	mu      sync.Mutex
	offset  time.Duration
	pending map[*timer]struct{}
}

type timer struct {
	at   time.Time
	real *time.Timer
}

// Now is the mock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

// Offset is how far the mock's time is ahead of real time; negative if it is behind.
func (c *Clock) Offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset
}

// Advance moves time by d and runs everything that is due.
func (c *Clock) Advance(d time.Duration) { c.Set(c.Offset() + d) }

// Set makes the mock's time real time plus offset.
func (c *Clock) Set(offset time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = offset
	now := time.Now().Add(offset)
	for t := range c.pending {
		t.real.Reset(max(0, t.at.Sub(now)))
	}
}

// AfterFunc runs f when d has passed on this clock. stop cancels it.
func (c *Clock) AfterFunc(d time.Duration, f func()) (stop func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending == nil {
		c.pending = map[*timer]struct{}{}
	}
	t := &timer{at: time.Now().Add(c.offset + d)}
	end := func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.pending, t)
		t.real.Stop()
	}
	t.real = time.AfterFunc(d, func() { end(); f() })
	c.pending[t] = struct{}{}
	return end
}
