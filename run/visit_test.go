package run

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/kind"
)

func TestTheClockThatADeadWorkerMovedIsPutBack(t *testing.T) {
	at := 100 * 24 * time.Hour // as the worker left it; the parent's own clock has never moved
	v := &visit{tools: kind.Tools{Clock: clock.Offset(func(_ context.Context, to time.Duration) error {
		at = to
		return nil
	})}}
	if err := v.resetClock(t.Context()); err != nil || at != 0 {
		t.Errorf("the target is %s ahead: %v", at, err)
	}
	v.tools.Clock = clock.None()
	if err := v.resetClock(t.Context()); err != nil {
		t.Errorf("a clock that nobody can move: %v", err)
	}
	down := errors.New("the command is gone")
	v.tools.Clock = clock.Offset(func(context.Context, time.Duration) error { return down })
	if err := v.resetClock(t.Context()); !errors.Is(err, down) {
		t.Errorf("a clock that stays ahead is not told: %v", err)
	}
}
