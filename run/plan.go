package run

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/runner"
	"github.com/authconform/authconform/suites/requirements"
)

// Decision is the verdict of a row that needs no spec. The zero value is a row that must be judged.
type Decision struct {
	Verdict evidence.Verdict
	Reason  string
	Need    condition.Name // that is lacking; "": another reason
}

// Decide returns the verdict of a row that needs no spec.
func Decide(r *requirements.Requirement, f kind.Facts) Decision {
	if r.Untestable != "" {
		return Decision{evidence.NotApplicable, "untestable: " + r.Untestable, ""}
	}
	if ok, why := r.Applies(f.Version); !ok {
		return Decision{evidence.NotApplicable, why, ""}
	}
	if ok, why := r.AppliesTo(f.Revision); !ok {
		return Decision{evidence.NotApplicable, why, ""}
	}
	for _, offered := range []bool{true, false} { // missing features of the target outweigh missing credentials or tools
		for _, need := range r.Needs {
			why, lacking := f.Lacks[need]
			switch {
			case !lacking || need.Offered() != offered:
			case offered:
				return Decision{evidence.NotApplicable, why, need}
			default:
				return Decision{evidence.NotRun, "needs " + string(need) + ": " + why, need}
			}
		}
	}
	return Decision{}
}

// waves orders the rows that need a spec: first all that may run side by side, shuffled by the seed, the long ones first; then
// those that run alone, in catalogue order, in one worker. Rows that only wait run beside all others. With --fail-fast, the rows
// that matter most come first.
func waves(rows []*requirements.Requirement, o Options) []runner.Wave {
	var core, side, alone, beside []runner.Row
	waitsBeside := o.waitsBeside()
	for _, r := range rows {
		row := runner.Row{ID: r.ID, Level: r.Level, Timeout: Limit(r, o.Flags.Tools())}
		if o.FailFast && o.Profile.IsCore(r) && !r.Alone {
			core = append(core, row)
		} else if r.Waits && waitsBeside {
			beside = append(beside, row)
		} else if r.Alone || r.Waits {
			alone = append(alone, row)
		} else {
			side = append(side, row)
		}
	}
	shuffle(side, o.Seed)
	slices.SortStableFunc(side, func(a, b runner.Row) int { return int(b.Timeout - a.Timeout) })
	order := []runner.Wave{{Rows: core, Procs: o.Procs}, {Rows: side, Procs: o.Procs, Beside: beside}, {Rows: alone, Procs: 1}}
	return slices.DeleteFunc(order, func(w runner.Wave) bool { return len(w.Rows)+len(w.Beside) == 0 })
}

// waitsBeside reports whether rows that wait may have their own workers: such workers move no clock, need no ports that the user
// has to open, and send requests without a rate limit.
func (o Options) waitsBeside() bool {
	tools := o.Flags.Tools()
	return o.Procs > 1 && tools.Control.URL == "" && tools.Rate == 0 && tools.Site.AnyPort()
}

const (
	browserTimeout = 2 * time.Minute // of a row that opens pages
	walkTimeout    = 2 * time.Minute // more, where the person walks through pages in a browser
)

// Limit returns the time limit for a row's spec with these tools.
func Limit(r *requirements.Requirement, tools kind.ToolOptions) time.Duration {
	limit := runner.SpecTimeout
	switch {
	case slices.Contains(r.Needs, condition.Clock) && tools.Waits():
		limit += clock.LongestWait
	case slices.Contains(r.Needs, condition.Browser):
		limit = browserTimeout
	}
	if tools.Walks {
		limit += walkTimeout
	}
	return limit
}

func shuffle[T any](list []T, seed int64) {
	r := rand.New(rand.NewPCG(uint64(seed), 0)) //nolint:gosec // an order, not a secret
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// part returns this shard's share of the rows: every N-th of the seeded order.
func (s Shard) part(rows []*requirements.Requirement, seed int64) []*requirements.Requirement {
	if s.N == 0 {
		return rows
	}
	order := slices.Clone(rows)
	shuffle(order, seed)
	var mine []*requirements.Requirement
	for i, r := range order {
		if i%s.N == s.I-1 {
			mine = append(mine, r)
		}
	}
	return slices.DeleteFunc(slices.Clone(rows), func(r *requirements.Requirement) bool { return !slices.Contains(mine, r) })
}
