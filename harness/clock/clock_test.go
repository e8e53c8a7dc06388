package clock

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// near reports whether a time is about now, moved by d.
func near(at time.Time, d time.Duration) bool { return time.Until(at).Round(time.Minute) == d }

func TestAClockThatNothingMovesStandsWhereItIs(t *testing.T) {
	c := None()
	if err := c.Advance(t.Context(), time.Hour); !errors.Is(err, ErrNone) {
		t.Errorf("advanced: %v", err)
	}
	if err := c.Restore(t.Context()); err != nil || !near(c.Now(), 0) || c.Instant() {
		t.Errorf("%v, now %s", err, c.Now())
	}
}

func TestAnOffsetIsAlwaysTheWholeWayFromRealTime(t *testing.T) {
	var moves []time.Duration
	c := Offset(func(_ context.Context, to time.Duration) error {
		moves = append(moves, to)
		return nil
	})
	for _, d := range []time.Duration{10 * time.Minute, time.Hour} {
		if err := c.Advance(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if !near(c.Now(), 70*time.Minute) || !c.Instant() {
		t.Errorf("it is %s, %s was asked for", c.Now(), 70*time.Minute)
	}
	for range 2 { // the second has nothing to do
		if err := c.Restore(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if want := []time.Duration{10 * time.Minute, 70 * time.Minute, 0}; !slices.Equal(moves, want) || !near(c.Now(), 0) {
		t.Errorf("moved to %v, want %v; it is %s", moves, want, c.Now())
	}
}

func TestAMoveThatFailedHasNotHappened(t *testing.T) {
	down := errors.New("the control plane is down")
	var broken error
	c := Offset(func(context.Context, time.Duration) error { return broken })
	if err := c.Advance(t.Context(), 10*time.Minute); err != nil {
		t.Fatal(err)
	}
	broken = down
	if err := c.Advance(t.Context(), time.Hour); !errors.Is(err, down) || !near(c.Now(), 10*time.Minute) {
		t.Errorf("advanced: %v, now %s", err, c.Now())
	}
	if err := c.Restore(t.Context()); !errors.Is(err, down) || !strings.Contains(err.Error(), "stays 10m0s ahead") {
		t.Errorf("restored: %v", err)
	}
	broken = nil
	if err := c.Restore(t.Context()); err != nil || !near(c.Now(), 0) {
		t.Errorf("restored again: %v, now %s", err, c.Now())
	}
}

func TestACommandIsGivenTheOffsetAsItsLastWord(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("no shell here")
	}
	dir := t.TempDir()
	script, log := filepath.Join(dir, "clock"), filepath.Join(dir, "log")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho \"$@\" >>"+log+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	c := Command(script + "  --home  a ")
	for _, err := range []error{c.Advance(t.Context(), 11*time.Minute), c.Restore(t.Context())} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if raw, _ := os.ReadFile(log); string(raw) != "--home a +660s\n--home a +0s\n" || c.Instant() {
		t.Errorf("it was called with %q", raw)
	}
}

func TestACommandThatFailsSaysWhatItSaid(t *testing.T) {
	for line, want := range map[string]string{
		"sh -c 'no'":          `the command "sh -c 'no'" failed`,
		"/no/such/command -x": `the command "/no/such/command -x" failed`,
		" ":                   `the command " " failed`,
	} {
		if err := Command(line).Advance(t.Context(), time.Minute); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", line, err, want)
		}
	}
}

func TestNobodyWaitsForLongerThanTheLongestWait(t *testing.T) {
	c := Wait(func(time.Duration) { t.Error("it waits") })
	if err := c.Advance(t.Context(), LongestWait+time.Second); !errors.Is(err, ErrTooFar) {
		t.Errorf("%v", err)
	}
}

func TestAWaitSaysWhatIsLeftAndEndsWithItsSpec(t *testing.T) {
	why := errors.New("the spec's time limit")
	ctx, end := context.WithCancelCause(t.Context())
	var said []time.Duration
	c := Wait(func(left time.Duration) {
		said = append(said, left)
		end(why)
	})
	if err := c.Advance(ctx, 10*time.Minute); !errors.Is(err, why) || !slices.Equal(said, []time.Duration{10 * time.Minute}) {
		t.Errorf("%v, it said %v", err, said)
	}
	if err := c.Restore(t.Context()); err != nil || !near(c.Now(), 0) || c.Instant() {
		t.Errorf("%v, now %s", err, c.Now())
	}
	if err := Wait(nil).Advance(t.Context(), 0); err != nil {
		t.Errorf("no wait at all: %v", err)
	}
}
