package proof

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/runner"
	"github.com/authconform/authconform/proof/nulls"
	"github.com/authconform/authconform/suites/requirements"
)

// Unearned is a pass that a null target got.
type Unearned struct {
	Null string `json:"null"`
	ID   string `json:"id"`
}

const (
	// nullTimeout ends a row at a target that hangs: what has not passed by then will not.
	nullTimeout = 1500 * time.Millisecond
	// nullsAtOnce is how many rows run at once at null targets: they hang, which costs time, not cores.
	nullsAtOnce = 112
)

// nulled runs every row against every null target, as if the target had been let in at the door: with what was found at a
// mock that conforms. A run would turn nearly all of them away before (package nulls, and the command's tests, hold it to
// that); here each spec must see for itself that nothing is there. Targets that can earn a pass are left out.
func (p *prover) nulled(ctx context.Context) error {
	if !p.Nulls || p.Browser != "" {
		return nil
	}
	patient, err := openBenches(&p.Options, nullsAtOnce)
	if err != nil {
		return err
	}
	defer closeBenches(patient)
	var group errgroup.Group
	for _, null := range nulls.All() {
		if null.Earns {
			continue
		}
		group.Go(func() error {
			url, stop := null.Start("")
			defer stop()
			return each(ctx, patient, p.judged, func(b *bench, r *requirements.Requirement) error {
				b.reset()
				h, err := b.open(url, noClock(), p.sight)
				if err != nil {
					return err
				}
				result, _ := p.specs[r.ID].Judge(ctx, runner.Row{ID: r.ID, Level: r.Level, Timeout: nullTimeout}, h, true)
				if result.Verdict == evidence.Pass {
					p.mu.Lock()
					defer p.mu.Unlock()
					p.unearned = append(p.unearned, Unearned{null.Name, r.ID})
				}
				return nil
			})
		})
	}
	return group.Wait()
}

// noClock is the clock of what has none: moving it does nothing, and is no error, so that specs go on.
func noClock() clock.Clock {
	return clock.Offset(func(context.Context, time.Duration) error { return nil })
}
