//go:build ignore

package proof

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/authconform/authconform/harness/runner"
	"github.com/authconform/authconform/proof/nulls"
	"github.com/authconform/authconform/reports"
	"github.com/authconform/authconform/suites/requirements"
)

// Unearned is a pass that a null target got.
type Unearned struct {
	Null string `json:"null"`
	ID   string `json:"id"`
}

// nullTimeout ends a row at a target that hangs: what has not passed by then will not.
const nullTimeout = 1500 * time.Millisecond

// nullAt is the harness's side of a null target.
func (p *prover) nullAt(b *bench, url string) *standing {
	switch {
	case p.thirdParty():
		return b.atThird(url)
	case p.linkProxy():
		return b.atProxy(url, nil)
	}
	return b.at(url, p.facts)
}

// nulled runs every row against every null target, as if the target had been let in at the door: with the facts of a home
// that conforms. A run would turn nearly all of them away before (package nulls, and the command's tests, hold it to
// that); here each spec must see for itself that nothing is there. Targets that can earn a pass are left out.
func (p *prover) nulled(ctx context.Context) error {
	if !p.Nulls || p.Browser != "" {
		return nil
	}
	patient := &prover{Options: p.Options} // hanging costs time, not cores
	patient.Procs = 64
	if err := patient.openBenches(); err != nil {
		return err
	}
	defer patient.closeBenches()
	var group errgroup.Group
	for _, null := range nulls.All() {
		if null.Earns {
			continue
		}
		group.Go(func() error {
			url, stop := null.Start("")
			defer stop()
			return each(ctx, patient, p.judged, func(b *bench, r *requirements.Requirement) error {
				s := p.nullAt(b, url)
				defer s.Home.Wire.Forget()
				result, _ := p.specs[r.ID].Judge(ctx, runner.Row{ID: r.ID, Level: r.Level, Timeout: nullTimeout}, s, true)
				if result.Verdict == reports.Pass {
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
