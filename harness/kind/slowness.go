package kind

import "sync/atomic"

// Slowness remembers that a target asked us to slow down, so that this is reported once. It is safe for concurrent use.
type Slowness struct{ waited, refused atomic.Bool }

// The remarks about such a target.
const (
	slowed  = "the target asked us to slow down (429 with Retry-After), and we waited"
	refused = "the target refused requests because they were too many (429): judge it again with --rate, or raise its limit"
)

// note remembers that the target asked, and whether the request could wait: then it tells what it waits for.
func (s *Slowness) note(waits bool, wait func(string)) {
	if !waits {
		s.refused.Store(true)
		return
	}
	s.waited.Store(true)
	wait(slowed)
}

// Why is the message to report; "" if the target did not ask.
func (s *Slowness) Why() string {
	switch {
	case s == nil:
		return ""
	case s.refused.Load():
		return refused
	case s.waited.Load():
		return slowed
	}
	return ""
}
