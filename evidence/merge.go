package evidence

import (
	"errors"
	"fmt"
	"slices"
)

// Merge joins the shards of one run. A missing or repeated shard, or one of another run, is an error. Problems
// of a shard are problems of the merged run.
func Merge(parts []*Set) (*Set, error) {
	if len(parts) == 0 {
		return nil, errors.New("no run was given")
	}
	if err := complete(parts); err != nil {
		return nil, err
	}
	whole := &Set{Head: informed(parts).Head, End: &End{}}
	whole.Head.Shard, whole.Head.Rows = "", nil
	places := map[string]int{}
	for _, p := range parts {
		for _, r := range p.Results {
			if _, twice := places[r.ID]; twice {
				return nil, fmt.Errorf("%s was judged by two shards", r.ID)
			}
			places[r.ID] = r.Place
		}
		whole.Results = append(whole.Results, p.Results...)
		whole.Head.Rows = append(whole.Head.Rows, p.Head.Rows...)
		if p.Head.Started.Before(whole.Head.Started) {
			whole.Head.Started = p.Head.Started
		}
		whole.End.join(p)
	}
	Sort(whole.Results)
	slices.SortStableFunc(whole.Head.Rows, func(a, b string) int { return places[a] - places[b] })
	return whole, nil
}

// complete returns an error unless the parts are all the shards of one run.
func complete(parts []*Set) error {
	var n int
	seen := map[int]bool{}
	for _, p := range parts {
		var i, of int
		if _, err := fmt.Sscanf(p.Head.Shard, "%d/%d", &i, &of); err != nil {
			return fmt.Errorf("%s is not a shard: it was not recorded with --shard", p.Dir)
		}
		if n == 0 {
			n = of
		}
		switch {
		case i < 1 || i > of:
			return fmt.Errorf("%s: there is no shard %s", p.Dir, p.Head.Shard)
		case of != n:
			return fmt.Errorf("%s: shard %s does not belong to a run of %d", p.Dir, p.Head.Shard, n)
		case seen[i]:
			return fmt.Errorf("%s: shard %s is given twice", p.Dir, p.Head.Shard)
		}
		seen[i] = true
		if why := foreign(informed(parts).Head, p.Head); why != "" {
			return fmt.Errorf("%s: shard %s has another %s than %s", p.Dir, p.Head.Shard, why, informed(parts).Dir)
		}
	}
	for i := 1; i <= n; i++ {
		if !seen[i] {
			return fmt.Errorf("shard %d/%d is missing", i, n)
		}
	}
	return nil
}

func foreign(a, b Head) string {
	switch {
	case a.Catalogue != b.Catalogue:
		return "catalogue"
	case !a.Target.alike(b.Target):
		return "target"
	case a.Seed != b.Seed:
		return "seed"
	case a.Selection != b.Selection:
		return "selection"
	case !slices.Equal(a.Require, b.Require):
		return "--require"
	}
	return ""
}

// informed returns the first part that has identified the target: one without rows, or one that was rejected, has not.
func informed(parts []*Set) *Set {
	for _, p := range parts {
		if p.Head.Target.Product != "" {
			return p
		}
	}
	return parts[0]
}

// alike reports whether these targets can belong to shards of one run.
func (t Target) alike(other Target) bool {
	if t.BuiltIn && other.BuiltIn {
		other.URL = t.URL
	}
	if t.Product == "" || other.Product == "" {
		other.Product, other.Version = t.Product, t.Version
	}
	return t == other
}

func (e *End) join(p *Set) {
	said := func(text string) string { return fmt.Sprintf("shard %s: %s", p.Head.Shard, text) }
	if p.End == nil {
		e.Interrupt = said("the run was killed")
		return
	}
	e.DurationMS = max(e.DurationMS, p.End.DurationMS)
	e.Logins += p.End.Logins
	e.Requests += p.End.Requests
	e.Cleanup = append(e.Cleanup, p.End.Cleanup...)
	e.Warnings = append(e.Warnings, p.End.Warnings...)
	e.Broken = append(e.Broken, p.End.Broken...)
	e.Banned = e.Banned || p.End.Banned
	for _, t := range []struct {
		from string
		into *string
	}{{p.End.Refused, &e.Refused}, {p.End.Lost, &e.Lost}, {p.End.Interrupt, &e.Interrupt}} {
		if t.from != "" {
			*t.into = said(t.from)
		}
	}
}
