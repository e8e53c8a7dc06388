package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/internal/exit"
)

const (
	lookTimeout  = 25 * time.Second // looking at the target before the run
	leaveTimeout = 30 * time.Second // giving back after it
	hurryTimeout = 2 * time.Second  // the same for an interrupted run, which must end within ten seconds
)

// parting returns a context for giving things back. It allows little time if the run is interrupted, now or meanwhile.
func parting(run context.Context) (context.Context, context.CancelFunc) {
	end, over := context.WithCancel(context.Background())
	hurry := context.AfterFunc(run, func() { time.AfterFunc(hurryTimeout, over) })
	ctx, cancel := wire.After(wire.WithEnd(context.Background(), end), leaveTimeout)
	return ctx, func() { hurry(); cancel(); over() }
}

// visit is the parent's own session with the target: it looks before the run and cleans up after it.
type visit struct {
	kind.Session
	tools kind.Tools
	facts kind.Facts

	warnings []string // about credentials
}

// pay opens the visit and looks at the target.
func pay(ctx context.Context, k kind.Kind, s kind.Setup, o kind.ToolOptions) (v *visit, err error) {
	v = &visit{}
	if v.tools, err = kind.OpenTools(s.Target, o, 0, func(string) {}); err != nil {
		return nil, exit.With(exit.Usage, err)
	}
	v.tools.Counts = true
	if v.Session, err = k.Open(s, v.tools); err != nil {
		v.close()
		return nil, exit.With(exit.Broken, err)
	}
	limit := lookTimeout
	if o.Walks {
		limit = walkTimeout
	}
	record := judge.NewRecord()
	under, cancel := context.WithTimeout(v.With(judge.With(ctx, record)), limit)
	defer cancel()
	v.facts, err = v.Look(under)
	v.warnings = record.Warnings()
	if why := v.tools.Slow.Why(); why != "" {
		v.warnings = append(v.warnings, why)
	}
	v.tools.Browser.Close() // workers have their own
	if err != nil {
		v.retreat(ctx)
		v.close()
		return nil, exit.With(exit.Code(err), quoting{record.Hide(err.Error()), err})
	}
	return v, nil
}

// quoting wraps an error that may quote an answer, and hides the secrets in its text. errors.Is and errors.As still find the
// original.
type quoting struct {
	text string
	err  error
}

func (q quoting) Error() string        { return q.text }
func (q quoting) Is(target error) bool { return errors.Is(q.err, target) }

func (v *visit) context(ctx context.Context) context.Context {
	return v.With(judge.With(ctx, judge.NewRecord()))
}

// mayBeLeft warns of tokens at a target that is gone or refuses everything.
const mayBeLeft = "tokens of this run may remain there"

// leave revokes the tokens that killed workers could not, and returns what remains at the target; gone is the reason if nothing
// can be revoked.
func (v *visit) leave(run context.Context, since time.Time, traces []string, gone *kind.Loss) (left []string, totals kind.Totals) {
	if gone != nil {
		return nil, totals // the end of the run says it
	}
	ctx, cancel := parting(run)
	defer cancel()
	ctx = v.context(ctx)
	left = v.Sweep(ctx, since, traces)
	return left, v.Leave(ctx)
}

// resetClock sets the target's clock back to ours, in case a killed worker could not.
func (v *visit) resetClock(run context.Context) error {
	ctx, cancel := parting(run)
	defer cancel()
	err := v.tools.Clock.Advance(ctx, 0) // the parent never moves the clock, so 0 resets the whole offset
	if err == nil || errors.Is(err, clock.ErrNone) {
		return nil
	}
	return fmt.Errorf("a worker died, and the target's clock may still be ahead: %w", err)
}

// retreat gives back what the visit itself took, if no run follows.
func (v *visit) retreat(run context.Context) {
	ctx, cancel := parting(run)
	defer cancel()
	v.Leave(v.context(ctx))
}

func (v *visit) close() { _ = v.tools.Close(context.Background()) }
