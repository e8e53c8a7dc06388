package wire

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A target that asks for less haste (429 with Retry-After, RFC 6585 §4, RFC 9110 §10.2.3) has not processed the request: it is
// sent again after that time, and all other requests wait as long. If the target demands a longer pause than longestPause, or
// goes on asking, the 429 stands as its answer.
const (
	longestPause = 30 * time.Second
	mostPauses   = 4 // of one request
)

// pace is the time of the next request.
type pace struct {
	every time.Duration // between two requests at least; 0: no matter

	mu   sync.Mutex
	from time.Time
}

// take returns how long a request must still wait; at zero it takes its turn.
func (p *pace) take(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := p.from.Sub(now)
	if left <= 0 && p.every > 0 {
		p.from = now.Add(p.every)
	}
	return left
}

// hold waits until a request may be sent, or the context ends.
func (p *pace) hold(ctx context.Context) {
	for {
		left := p.take(time.Now())
		if left <= 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(left):
		}
	}
}

// heed reports whether an answer demands a pause, and makes all requests wait for it.
func (p *pace) heed(e *Exchange) bool {
	wait, asked := retryAfter(e, time.Now())
	if !asked || wait > longestPause {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if from := time.Now().Add(wait); from.After(p.from) {
		p.from = from
	}
	return true
}

// slowed tells that the target asks for less haste, and whether the request waits and is sent again.
func (c *Client) slowed(waits bool) {
	if c.slow != nil {
		c.slow(waits)
	}
}

// retryAfter reads the Retry-After of a 429: seconds, or a date.
func retryAfter(e *Exchange, now time.Time) (time.Duration, bool) {
	when := strings.TrimSpace(e.Header.Get("Retry-After"))
	if e.Status != http.StatusTooManyRequests || when == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseUint(when, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	at, err := http.ParseTime(when)
	if err != nil {
		return 0, false
	}
	return max(0, at.Sub(now)), true
}
