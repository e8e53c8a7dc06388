package home

import (
	"context"
	"time"
)

// Meanwhile runs something that a time-out of the target will end. Where the target's timers obey its clock, time is
// moved past it once ready says that the target waits; elsewhere it is waited for.
func (h *Home) Meanwhile(ctx context.Context, timeout time.Duration, ready func() bool, do func()) {
	if !h.Clock.Instant() {
		do()
		return
	}
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for moved := false; ; {
		select {
		case <-done:
			return
		case <-ctx.Done():
			<-done
			return
		case <-tick.C:
			if !moved && ready() {
				moved = true
				_ = h.Clock.Advance(ctx, timeout+time.Second) // a clock that fails is waited for
			}
		}
	}
}
