package wire

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// TestATargetThatAsksForLessHasteIsAskedAgain: a 429 with Retry-After does not answer the request.
func TestATargetThatAsksForLessHasteIsAskedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		after    string
		refusals int64
		want     int // status
		sent     int64
	}{
		"once":                {"0", 1, 200, 2},
		"a few times":         {"0", 3, 200, 4},
		"by a date":           {time.Now().Add(-time.Minute).UTC().Format(http.TimeFormat), 1, 200, 2},
		"for ever":            {"0", 1000, 429, mostPauses + 1},
		"for too long":        {"3600", 1, 429, 1},
		"without saying when": {"", 1, 429, 1},
		"in words":            {"soon", 1, 429, 1},
	} {
		var sent, told, refused atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if sent.Add(1) <= c.refusals {
				w.Header().Set("Retry-After", c.after)
				w.WriteHeader(http.StatusTooManyRequests)
			}
		}))
		client := New(Options{Base: server.URL, Slow: func(waits bool) {
			if waits {
				told.Add(1)
			} else {
				refused.Add(1)
			}
		}})
		if e := client.Do(t.Context(), Request{Method: http.MethodGet, URL: "/"}); e.Status != c.want || sent.Load() != c.sent {
			t.Errorf("%s: %s after %d requests, want %d after %d", name, e, sent.Load(), c.want, c.sent)
		}
		if n := told.Load(); n != c.sent-1 {
			t.Errorf("%s: it was told %d times", name, n)
		}
		if got := refused.Load() == 1; got != (c.want == 429) {
			t.Errorf("%s: told of a refusal: %v", name, got)
		}
		server.Close()
	}
}

func TestAPauseHoldsForEveryRequest(t *testing.T) {
	var asked atomic.Bool
	var early atomic.Int64
	var until atomic.Int64 // nanoseconds
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.CompareAndSwap(false, true) {
			until.Store(time.Now().Add(time.Second).UnixNano())
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		} else if time.Now().UnixNano() < until.Load() {
			early.Add(1)
		}
	}))
	defer server.Close()
	slowed := make(chan struct{}, mostPauses)
	client := New(Options{Base: server.URL, Slow: func(bool) { slowed <- struct{}{} }})
	first := make(chan *Exchange)
	go func() { first <- client.Do(t.Context(), Request{Method: http.MethodGet, URL: "/"}) }()
	<-slowed
	second := client.Do(t.Context(), Request{Method: http.MethodGet, URL: "/"})
	if e := <-first; e.Status != http.StatusOK || second.Status != http.StatusOK || early.Load() > 0 {
		t.Errorf("%s, %s, %d too early", e, second, early.Load())
	}
}

func TestARateSpacesTheTurns(t *testing.T) {
	t.Parallel()
	p, now := pace{every: time.Second}, time.Unix(1000, 0)
	for i, want := range []time.Duration{0, time.Second, time.Second} {
		if left := max(0, p.take(now)); left != want {
			t.Errorf("turn %d waits %s, want %s", i, left, want)
		}
	}
	if left := p.take(now.Add(time.Second)); left > 0 {
		t.Errorf("a second later it still waits %s", left)
	}
}
