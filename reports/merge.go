package reports

import (
	"errors"
	"fmt"
	"slices"
)

// Merge joins the reports of the shards of one run. Shards that are missing, stand twice, or belong to another run are
// errors.
func Merge(parts []*Report) (*Report, error) {
	if len(parts) == 0 {
		return nil, errors.New("merge: no report")
	}
	var n int
	seen := map[int]bool{}
	for _, p := range parts {
		var i, of int
		if _, err := fmt.Sscanf(p.Run.Shard, "%d/%d", &i, &of); err != nil {
			return nil, fmt.Errorf("merge: the report of %s is no shard: it was not made with --shard", p.Target.URL)
		}
		if n == 0 {
			n = of
		}
		switch {
		case i < 1 || i > of:
			return nil, fmt.Errorf("merge: there is no shard %s", p.Run.Shard)
		case of != n:
			return nil, fmt.Errorf("merge: shard %s does not belong to a run of %d", p.Run.Shard, n)
		case seen[i]:
			return nil, fmt.Errorf("merge: shard %s stands twice", p.Run.Shard)
		}
		seen[i] = true
		if why := foreign(parts[0], p); why != "" {
			return nil, fmt.Errorf("merge: shard %s has another %s", p.Run.Shard, why)
		}
	}
	for i := 1; i <= n; i++ {
		if !seen[i] {
			return nil, fmt.Errorf("merge: shard %d/%d is missing", i, n)
		}
	}
	return join(parts)
}

func foreign(a, b *Report) string {
	switch {
	case a.Catalogue != b.Catalogue:
		return "catalogue"
	case a.Target.same() != b.Target.same():
		return "target"
	case a.Run.Seed != b.Run.Seed:
		return "seed"
	case a.Run.Selection != b.Run.Selection:
		return "selection"
	}
	return ""
}

// same is what shards of one run have in common of their targets.
func (t Target) same() Target {
	if t.BuiltIn {
		t.URL = ""
	}
	return t
}

func join(parts []*Report) (*Report, error) {
	whole := *parts[0]
	whole.Run.Shard, whole.Results = "", nil
	whole.Run.Logins, whole.Run.Requests, whole.Run.DurationMS = 0, 0, 0
	whole.Run.Cleanup, whole.Run.Warnings = nil, nil
	ids := map[string]bool{}
	for _, p := range parts {
		for _, r := range p.Results {
			if ids[r.ID] {
				return nil, fmt.Errorf("merge: %s was judged by two shards", r.ID)
			}
			ids[r.ID] = true
		}
		if p.Run.Started.Before(whole.Run.Started) {
			whole.Run.Started = p.Run.Started
		}
		whole.Run.DurationMS = max(whole.Run.DurationMS, p.Run.DurationMS)
		whole.Run.Logins += p.Run.Logins
		whole.Run.Requests += p.Run.Requests
		whole.Run.Cleanup = append(whole.Run.Cleanup, p.Run.Cleanup...)
		whole.Run.Warnings = append(whole.Run.Warnings, p.Run.Warnings...)
		if p.Run.Interrupt != "" {
			whole.Run.Interrupt = p.Run.Interrupt
		}
		whole.Results = append(whole.Results, p.Results...)
	}
	slices.SortStableFunc(whole.Results, func(a, b Result) int { return a.Place - b.Place })
	whole.Summary = Count(whole.Results)
	return &whole, nil
}
