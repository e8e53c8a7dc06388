package proof

import (
	"context"
	"time"

	"github.com/authconform/authconform/harness/runner"
	"github.com/authconform/authconform/mockserver"
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
const nullTimeout = 3 * time.Second

// nulled runs every row against every null target, as if the target had been let in at the door: with the facts of a home
// that conforms. A run would turn nearly all of them away before (package nulls, and the command's tests, hold it to
// that); here each spec must see for itself that nothing is there. Targets that can earn a pass are left out.
func (p *prover) nulled(ctx context.Context) error {
	if p.Browser != "" {
		return nil
	}
	b := <-p.benches
	home, err := b.stand(mockserver.Options{}, p.facts)
	p.benches <- b
	if err != nil {
		return err
	}
	defer home.stop()
	for _, null := range nulls.All() {
		if null.Earns {
			continue
		}
		url, stop := null.Start(home.server.URL)
		err := each(ctx, p, p.judged, func(b *bench, r *requirements.Requirement) error {
			s := b.at(url, p.facts)
			result, _ := p.specs[r.ID].Judge(ctx, runner.Row{ID: r.ID, Level: r.Level, Timeout: nullTimeout}, s, true)
			s.Home.Wire.Forget()
			if result.Verdict == reports.Pass {
				p.mu.Lock()
				p.unearned = append(p.unearned, Unearned{null.Name, r.ID})
				p.mu.Unlock()
			}
			return nil
		})
		stop()
		if err != nil {
			return err
		}
	}
	return nil
}
