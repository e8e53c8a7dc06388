// Package clock is how time is moved at the target: by its control plane, by a command, by waiting, or not at all. Time
// only goes forward while specs run; Restore puts it back when they have ended.
package clock

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Clock moves the target's time.
type Clock interface {
	// Advance moves the target's time forward by d. ErrNone: nothing can. ErrTooFar: not that far.
	Advance(ctx context.Context, d time.Duration) error
	// Now is the target's time as far as the harness knows.
	Now() time.Time
	// Instant reports whether the target's timers fire when its time is moved, so that nobody needs to wait for them.
	Instant() bool
	// Restore puts the target's time back to ours, where it was moved.
	Restore(ctx context.Context) error
}

// ErrNone is the error of a clock that cannot be moved.
var ErrNone = errors.New("nothing can move the target's clock (see --clock)")

// ErrTooFar is the error of a wait that nobody would sit through.
var ErrTooFar = errors.New("would take too long to wait for")

// None is the clock that stands where it is.
func None() Clock { return none{} }

type none struct{}

func (none) Advance(context.Context, time.Duration) error { return ErrNone }
func (none) Now() time.Time                               { return time.Now() }
func (none) Instant() bool                                { return false }
func (none) Restore(context.Context) error                { return nil }

// LongestWait is how far Wait goes.
const LongestWait = 40 * time.Minute

// Wait really waits. progress is told the time left, about once a second.
func Wait(progress func(left time.Duration)) Clock { return wait{progress} }

type wait struct{ progress func(time.Duration) }

func (wait) Now() time.Time                { return time.Now() }
func (wait) Instant() bool                 { return false }
func (wait) Restore(context.Context) error { return nil }

func (w wait) Advance(ctx context.Context, d time.Duration) error {
	if d > LongestWait {
		return fmt.Errorf("%w: %s", ErrTooFar, d)
	}
	end := time.Now().Add(d)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for left := d; left > 0; left = time.Until(end) {
		w.progress(left)
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return nil
}

// Command runs a command with the whole offset from real time as its last argument ("+660s"), as libfaketime reads it.
func Command(line string) Clock {
	return &offset{move: func(ctx context.Context, to time.Duration) error {
		words := append(strings.Fields(line), fmt.Sprintf("+%ds", int(to.Seconds())))
		cmd := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // the user's own command
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("the command %q failed: %w%s", line, err, after(out))
		}
		return nil
	}}
}

// after formats a command's output, to follow its error.
func after(out []byte) string {
	if text := strings.TrimSpace(string(out)); text != "" {
		return ": " + text
	}
	return ""
}

// Offset is a clock moved by a function that sets the whole offset from real time, at a target whose timers obey.
func Offset(move func(context.Context, time.Duration) error) Clock {
	return &offset{move: move, instant: true}
}

type offset struct {
	move    func(context.Context, time.Duration) error
	instant bool

	mu sync.Mutex
	at time.Duration
}

func (o *offset) Instant() bool { return o.instant }

func (o *offset) Now() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return time.Now().Add(o.at)
}

func (o *offset) Advance(ctx context.Context, d time.Duration) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.move(ctx, o.at+d); err != nil {
		return err
	}
	o.at += d
	return nil
}

func (o *offset) Restore(ctx context.Context) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.at == 0 {
		return nil
	}
	if err := o.move(ctx, 0); err != nil {
		return fmt.Errorf("the target's clock stays %s ahead: %w", o.at, err)
	}
	o.at = 0
	return nil
}
