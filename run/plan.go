package run

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/runner"
	"github.com/authconform/authconform/reports"
	"github.com/authconform/authconform/suites/requirements"
)

// Means is what a run has to judge with: need -> why it lacks it; an empty reason means that it is there.
type Means map[requirements.Need]string

// Decide finds the verdict of a row that needs no spec, and its reason; "" for a row that must be judged.
func Decide(r *requirements.Requirement, f home.Facts, have Means) (reports.Verdict, string) {
	if r.Untestable != "" {
		return reports.NotApplicable, "untestable: " + r.Untestable
	}
	if ok, why := r.Applies(f.Version); !ok {
		return reports.NotApplicable, why
	}
	for _, feature := range r.Offers {
		if why := lacks(f, feature); why != "" {
			return reports.NotApplicable, why
		}
	}
	for _, need := range r.Needs {
		if why := have[need]; why != "" {
			return reports.NotRun, "needs " + string(need) + ": " + why
		}
	}
	return "", ""
}

func lacks(f home.Facts, feature requirements.Feature) string {
	switch {
	case feature == requirements.FeatureMetadata && f.Metadata == nil:
		return "the target serves no authorization server metadata"
	case feature == requirements.FeaturePKCE && !f.PKCE:
		return "the target's metadata does not name S256 in code_challenge_methods_supported"
	case feature == requirements.FeatureMetadataDocument && !f.CIMD:
		return "the target's metadata does not say client_id_metadata_document_supported"
	case feature == requirements.FeatureResourceMetadata && !f.Resource:
		return "the target serves no protected resource metadata"
	}
	return ""
}

// waves orders the rows that need a spec: all that may run side by side, shuffled by the seed, the long ones first; then
// those that run alone, in catalogue order, in one worker.
func waves(rows []*requirements.Requirement, o Options) []runner.Wave {
	var side, alone []runner.Row
	for _, r := range rows {
		row := runner.Row{ID: r.ID, Level: r.Level, Timeout: Limit(r, o.Clock)}
		if o.Provider != nil && len(o.Provider.Steps) > 0 {
			row.Timeout += walkTimeout
		}
		if r.Alone {
			alone = append(alone, row)
		} else {
			side = append(side, row)
		}
	}
	shuffle(side, o.Seed)
	slices.SortStableFunc(side, func(a, b runner.Row) int { return int(b.Timeout - a.Timeout) })
	return []runner.Wave{{Rows: side, Procs: o.Procs}, {Rows: alone, Procs: 1}}
}

const browserTimeout = 2 * time.Minute

// Limit is how long the spec of a row may take where time is moved by clock.
func Limit(r *requirements.Requirement, clockKind string) time.Duration {
	switch {
	case slices.Contains(r.Needs, requirements.NeedClock) && clockKind == "wait":
		return clock.LongestWait + runner.SpecTimeout
	case slices.Contains(r.Needs, requirements.NeedBrowser):
		return browserTimeout
	}
	return runner.SpecTimeout
}

func shuffle[T any](list []T, seed int64) {
	r := rand.New(rand.NewPCG(uint64(seed), 0)) //nolint:gosec // an order, not a secret
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// part is this shard's share of the rows: every N-th of the seeded order.
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
