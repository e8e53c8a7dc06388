package evidence

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// Direction is how a row changed between two runs.
type Direction string

const (
	// Regression is a row that is worse in B, or fails with an input that did not fail in A.
	Regression Direction = "regression"
	// Improvement is a row that is better in B, or fails with fewer inputs.
	Improvement Direction = "improvement"
	// Other is any other change, for example because the row was not judged in one of the runs.
	Other Direction = "other"
)

// Directions are all directions in display order.
var Directions = []Direction{Regression, Improvement, Other}

// Comparison is the difference between two runs: A (before) and B (after).
type Comparison struct {
	A, B    *Set
	Remarks []string // how the runs themselves differ: profiles, catalogues, how they ended
	Changes []Change // rows of both that changed, in the order of B
	OnlyA   []Result
	OnlyB   []Result
	Same    int // rows of both that did not change
}

// Change is a row that changed. B is nil if A judged the row and B ended before it did.
type Change struct {
	Direction Direction
	A, B      *Result
	Why       string // what changed beside the verdict; "" where the verdict says it
}

// Regressed reports whether any row got worse.
func (c *Comparison) Regressed() bool {
	return slices.ContainsFunc(c.Changes, func(ch Change) bool { return ch.Direction == Regression })
}

// Of lists the changes of one direction.
func (c *Comparison) Of(d Direction) []Change {
	return slices.DeleteFunc(slices.Clone(c.Changes), func(ch Change) bool { return ch.Direction != d })
}

// ErrNothingInCommon means that two runs have no row in common.
var ErrNothingInCommon = errors.New("the two runs have no row in common")

// Compare compares two runs row by row.
func Compare(a, b *Set) (*Comparison, error) {
	c := &Comparison{A: a, B: b, Remarks: remarks(a, b)}
	before := map[string]*Result{}
	for i := range a.Results {
		before[a.Results[i].ID] = &a.Results[i]
	}
	for i := range b.Results {
		now := &b.Results[i]
		was := before[now.ID]
		if was == nil {
			c.OnlyB = append(c.OnlyB, *now)
			continue
		}
		delete(before, now.ID)
		if d, why := direction(was, now); d != "" {
			c.Changes = append(c.Changes, Change{d, was, now, why})
		} else {
			c.Same++
		}
	}
	cut := endedEarly(b)
	for i := range a.Results {
		was := &a.Results[i]
		switch _, judged := standing(was.Verdict); {
		case before[was.ID] == nil:
		case cut != "" && judged && (len(b.Head.Rows) == 0 || slices.Contains(b.Head.Rows, was.ID)):
			c.Changes = append(c.Changes, Change{Regression, was, nil, "no verdict: " + cut})
		default:
			c.OnlyA = append(c.OnlyA, *was)
		}
	}
	slices.SortStableFunc(c.Changes, func(x, y Change) int { return place(x) - place(y) })
	if len(c.Changes) == 0 && c.Same == 0 {
		return nil, ErrNothingInCommon
	}
	return c, nil
}

func place(c Change) int {
	if c.B != nil {
		return c.B.Place
	}
	return c.A.Place
}

// standing ranks the verdicts of judged rows, best first: no complaint, listed in a baseline, a broken SHOULD, red.
func standing(v Verdict) (rank int, judged bool) {
	switch v {
	case Pass, Note:
		return 0, true
	case KnownFail:
		return 1, true
	case Warn:
		return 2, true
	case Fail, Blocked:
		return 3, true
	}
	return 0, false
}

// direction returns how a row changed, and in what if its verdict is the same; "" if it did not change.
func direction(a, b *Result) (d Direction, why string) {
	if a.Verdict == b.Verdict {
		return within(a, b)
	}
	was, judged := standing(a.Verdict)
	is, still := standing(b.Verdict)
	switch {
	case !judged || !still || is == was || b.Verdict == KnownFail && was < is:
		return Other, ""
	case is > was:
		return Regression, ""
	default:
		return Improvement, ""
	}
}

// within compares two results with the same verdict.
func within(a, b *Result) (Direction, string) {
	more, fewer := without(b.Vectors, a.Vectors), without(a.Vectors, b.Vectors)
	switch {
	case len(more) > 0:
		return Regression, "fails with more inputs: " + few(more)
	case len(fewer) > 0:
		return Improvement, "no longer fails with: " + few(fewer)
	case a.Level != b.Level:
		return Other, fmt.Sprintf("the level was %s and is %s", a.Level, b.Level)
	case a.Need != b.Need:
		return Other, "it lacks something else"
	case !slices.EqualFunc(a.Failures, b.Failures, alike), a.Verdict == Blocked && stable(a.Reason) != stable(b.Reason):
		return Other, "it fails in another way"
	case !slices.EqualFunc(a.Notes, b.Notes, func(x, y string) bool { return stable(x) == stable(y) }):
		return Other, "it does something else"
	}
	return "", ""
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(some, s) })
}

func few(names []string) string {
	const most = 5
	text := ""
	for i, n := range names[:min(len(names), most)] {
		if i > 0 {
			text += ", "
		}
		text += n
	}
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func alike(a, b Failure) bool {
	return a.Vector == b.Vector && stable(a.Expected) == stable(b.Expected) && stable(a.Got) == stable(b.Got)
}

// passing matches what differs between two runs of one server: origins, durations, dates, the names of secrets, and identifiers.
var passing = regexp.MustCompile(`https?://[^\s/"'<>]+|\b(?:127\.0\.0\.1|localhost|\[::1\]):\d+|\d+(?:\.\d+)? ?(?:ms|s|KiB|MiB)\b|` +
	`\d{4}-\d\d-\d\d[T ][0-9:.]+\S*|‹[^›]*›|\b[0-9a-fA-F]{12,}\b|\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [0-9:]{8} GMT\b`)

func stable(s string) string { return passing.ReplaceAllString(s, "…") }

// endedEarly returns why a run did not finish, or "".
func endedEarly(s *Set) string {
	switch e := s.End; {
	case e == nil:
		return "the run was killed"
	case len(e.Broken) > 0:
		return e.Broken[0]
	default:
		return cmp.Or(e.Refused, e.Lost, e.Interrupt)
	}
}

// remarks explain differences between two runs that look comparable but are not quite.
func remarks(a, b *Set) (list []string) {
	differ := func(what, x, y string) {
		if x != y {
			list = append(list, fmt.Sprintf("The %s differ: A has %s, B has %s.", what, cmp.Or(x, "none"), cmp.Or(y, "none")))
		}
	}
	differ("profiles", a.Head.Target.Profile, b.Head.Target.Profile)
	differ("catalogue revisions", a.Head.Catalogue.Revision, b.Head.Catalogue.Revision)
	if a.Head.Catalogue.Revision == b.Head.Catalogue.Revision && a.Head.Catalogue.SHA256 != b.Head.Catalogue.SHA256 {
		list = append(list, "The catalogues differ although they name the same revision: requirements may have other texts.")
	}
	differ("versions of authconform", tool(a), tool(b))
	differ("selections", a.Head.Selection, b.Head.Selection)
	differ("shards", a.Head.Shard, b.Head.Shard)
	for _, side := range []struct {
		name string
		set  *Set
	}{{"A", a}, {"B", b}} {
		if why := endedEarly(side.set); why != "" {
			list = append(list, fmt.Sprintf("%s did not finish: %s", side.name, why))
		}
		if len(side.set.Results) == 0 {
			list = append(list, side.name+" judged no row.")
		}
	}
	return list
}

func tool(s *Set) string {
	if t := s.Head.Tool; t.Commit != "" {
		return t.Version + " (" + t.Commit[:min(len(t.Commit), 12)] + ")"
	}
	return s.Head.Tool.Version
}
