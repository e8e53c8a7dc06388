package kind

import "sync/atomic"

// Slowness remembers that a target asked for less haste, so that it is said once. It is safe for concurrent use.
type Slowness struct{ asked atomic.Bool }

// slowed is what is said of such a target.
const slowed = "the target asked us to slow down (429 with Retry-After), and we waited"

// Why is what is to say; "": the target did not ask.
func (s *Slowness) Why() string {
	if s == nil || !s.asked.Load() {
		return ""
	}
	return slowed
}
