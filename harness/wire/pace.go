package wire

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A target that asks for less haste (429 with Retry-After, RFC 6585 §4, RFC 9110 §10.2.3) has not done what it was asked: the
// request is sent again once the time has come, and everything else waits as long. What asks for more patience than
// longestPause, or goes on asking, stays an answer.
const (
	longestPause = 30 * time.Second
	mostPauses   = 4 // of one request
)

// pace is when the next request may be sent.
type pace struct {
	every time.Duration // between two requests at least; 0: no matter

	mu   sync.Mutex
	from time.Time
}

// take is how long a request has still to wait; where it has not, it takes the turn.
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

// heed tells whether an answer asks to wait a while, and lets all requests wait as long.
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
