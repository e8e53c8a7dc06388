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

// Unearned is a pass of a null target.
type Unearned struct {
	Null string `json:"null"`
	ID   string `json:"id"`
}

const (
	// nullTimeout ends a row at a target that hangs: a row that has not passed by then will not.
	nullTimeout = 1500 * time.Millisecond
	// nullsAtOnce is how many rows run at once against null targets, which hang: that takes time but no CPU.
	nullsAtOnce = 112
)

// nulled runs every row against every null target, as if a run had accepted the target, with the facts of a conforming mock. A
// real run would reject nearly all of them before its first row (the tests of package nulls and of the command check that); here
// each spec must notice by itself that nothing is there. Targets that can earn a pass are left out.
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

// noClock is the clock of a target without one: moving it does nothing and is no error, so that specs go on.
func noClock() clock.Clock {
	return clock.Offset(func(context.Context, time.Duration) error { return nil })
}
