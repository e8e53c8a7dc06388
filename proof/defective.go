package proof

import (
	"context"
	"slices"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/suites/requirements"
)

// trial is a row to judge against a mock with one defect, or with several that are known not to affect it.
type trial struct {
	row     *requirements.Requirement
	defects []int
}

// defective runs every row against every defect that changes a decision on its way.
func (p *prover) defective(ctx context.Context) error {
	sights, err := p.lookDefective(ctx)
	if err != nil {
		return err
	}
	p.results = make([]map[string]evidence.Result, len(p.list))
	p.skipped = make([]map[string]bool, len(p.list))
	for i := range p.list {
		p.results[i], p.skipped[i] = map[string]evidence.Result{}, map[string]bool{}
	}
	var trials []trial
	for _, r := range p.judged {
		trials = append(trials, p.trials(r, sights)...)
	}
	slices.SortStableFunc(trials, func(a, b trial) int { return p.slowestFirst(a.row, b.row) })
	done := 0
	return each(ctx, p.benches, trials, func(b *bench, t trial) error {
		err := p.try(ctx, b, t, sights)
		p.mu.Lock()
		defer p.mu.Unlock()
		if done++; p.Progress != nil {
			p.Progress(done, len(trials))
		}
		return err
	})
}

// trials returns the trials of a row: each defect that can matter by itself, and the harmless ones in bundles.
func (p *prover) trials(r *requirements.Requirement, sights []*sight) []trial {
	var out []trial
	var harmless []int
	for i := range p.list {
		switch {
		case !p.concerned[i] || !p.aimedPastDoor(i, r.ID):
		case p.refused[i] == "" && !p.way[r.ID][i] && sights[i].like(p.sight):
		case p.known(i, r.ID) != Nothing || p.All:
			out = append(out, trial{r, []int{i}})
		case p.Browser != "":
			p.skipped[i][r.ID] = true // it would take an hour to open all those pages
		default:
			harmless = append(harmless, i)
		}
	}
	together := mostTogether
	if p.Each {
		together = 1
	}
	for _, alike := range classes(harmless, func(a, b int) bool { return sights[a].like(sights[b]) }) {
		for _, bundle := range bundles(alike, together, p.Subject.decisions) {
			out = append(out, trial{r, bundle})
		}
	}
	return out
}

// try judges a row against the defects of a trial. If a bundle affects the row, it tries each defect by itself.
func (p *prover) try(ctx context.Context, b *bench, t trial, sights []*sight) error {
	if len(t.defects) > 1 {
		result, err := p.judge(ctx, b, t.row, p.Subject.spoiled(t.defects...), sights[t.defects[0]])
		if err != nil || p.effect(t.row, result) == Nothing {
			p.note(t, result)
			return err
		}
	}
	for _, i := range t.defects {
		surprising := func(r evidence.Result) bool { return p.effect(t.row, r) != p.known(i, t.row.ID) }
		result, err := p.twice(p.list[i].ID+" → "+t.row.ID, surprising, func() (evidence.Result, error) {
			return p.judge(ctx, b, t.row, p.Subject.spoiled(i), sights[i])
		})
		if err != nil {
			return err
		}
		p.note(trial{t.row, []int{i}}, result)
	}
	return nil
}

func (p *prover) note(t trial, result evidence.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, i := range t.defects {
		p.results[i][t.row.ID] = result
	}
}

// aimedPastDoor keeps defects that a run rejects before the first row away from the rows that they do not aim at. A row that such
// a defect aims at must see by itself what the look at the mock showed.
func (p *prover) aimedPastDoor(defect int, row string) bool {
	return p.refused[defect] == "" || slices.Contains(p.list[defect].Aims, row)
}

// lookDefective looks at the mocks whose defects show before the first row. The others look like the conforming mock.
func (p *prover) lookDefective(ctx context.Context) ([]*sight, error) {
	p.refused = make([]string, len(p.list))
	sights := make([]*sight, len(p.list))
	var look []int
	for i := range p.list {
		if sights[i] = p.sight; p.concerned[i] && p.door[i] {
			look = append(look, i)
		}
	}
	return sights, each(ctx, p.benches, look, func(b *bench, i int) error {
		seen, refused, err := b.look(ctx, p.Subject.spoiled(i))
		if refused != nil {
			p.refused[i] = refused.Error()
		} else {
			sights[i] = seen
		}
		return err
	})
}

// known returns the intended or known effect of a defect on a row.
func (p *prover) known(defect int, row string) Effect {
	d := p.list[defect]
	if slices.Contains(d.Aims, row) {
		return Breaks
	}
	return p.Golden.Effect(d.ID, row)
}

// effect returns the effect that a defect had on a row.
func (p *prover) effect(r *requirements.Requirement, got evidence.Result) Effect {
	switch {
	case breaks(r, p.whole[r.ID], got):
		return Breaks
	case got.Verdict == evidence.Blocked || got.Verdict == evidence.NotRun:
		return Blocks
	}
	return Nothing
}

// breaks reports whether a row distinguishes the defect from the conforming mock: by a failure or, if the text leaves everything
// open, by a different observation.
func breaks(r *requirements.Requirement, whole, got evidence.Result) bool {
	if got.Verdict == evidence.Fail || got.Verdict == evidence.Warn {
		return true
	}
	open := r.Level == evidence.Info || r.Level == evidence.May
	unseen := []evidence.Verdict{evidence.Blocked, evidence.NotRun, evidence.NotApplicable}
	return open && !slices.Contains(unseen, got.Verdict) && (len(got.Failures) > 0 || !slices.Equal(got.Notes, whole.Notes))
}
