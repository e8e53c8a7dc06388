package home

import (
	"context"
	"time"
)

// Meanwhile runs something that a timeout of the target will end. If the target's timers follow its clock, time is
// moved past the timeout once ready says that the target is waiting; else it really waits.
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
				_ = h.Clock.Advance(ctx, timeout+time.Second) // if the clock fails, wait instead
			}
		}
	}
}
