package kind

import "sync/atomic"

// Slowness remembers that a target asked us to slow down, so that this is reported once. It is safe for concurrent use.
type Slowness struct{ asked atomic.Bool }

// slowed is the remark about such a target.
const slowed = "the target asked us to slow down (429 with Retry-After), and we waited"

// Why is the message to report; "" if the target did not ask.
func (s *Slowness) Why() string {
	if s == nil || !s.asked.Load() {
		return ""
	}
	return slowed
}
