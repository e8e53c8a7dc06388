package run

import (
	"fmt"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/suites/requirements"
)

// alternatives are pairs of rows of which a release meets only one: the later row replaced the earlier. A target of unknown
// release meets one of them, so the result of each waits for the other's, and the target's behaviour decides which of them
// counts.
type alternatives struct {
	partner map[string]string // both ways
	newer   map[string]bool
	waiting map[string]found
}

// found is a result with its files.
type found struct {
	evidence.Result
	files []evidence.File
}

// among finds the pairs of which both rows are to be judged. If the release is known, the rows' ranges decide instead.
func among(rows []*requirements.Requirement, release string) alternatives {
	a := alternatives{map[string]string{}, map[string]bool{}, map[string]found{}}
	there := map[string]bool{}
	for _, r := range rows {
		there[r.ID] = true
	}
	for _, r := range rows {
		if release == "" && there[r.Instead] {
			a.partner[r.ID], a.partner[r.Instead] = r.Instead, r.ID
			a.newer[r.Instead] = true
		}
	}
	return a
}

// settle takes a result and returns those that became final: none until its alternative is judged.
func (a alternatives) settle(r found) []found {
	other, paired := a.partner[r.ID]
	if !paired {
		return []found{r}
	}
	first, judged := a.waiting[other]
	if !judged {
		a.waiting[r.ID] = r
		return nil
	}
	delete(a.waiting, other)
	newer, older := r, first
	if a.newer[first.ID] {
		newer, older = first, r
	}
	if newer.Verdict.Red(true) && older.Verdict == evidence.Pass {
		return []found{newer.replacedBy(older.ID), older}
	}
	return []found{newer, older.replacedBy(newer.ID)}
}

// rest returns the results whose alternative was never judged.
func (a alternatives) rest() (list []found) {
	for _, r := range a.waiting {
		list = append(list, r)
	}
	clear(a.waiting)
	return list
}

func (r found) replacedBy(id string) found {
	return found{Result: evidence.Result{
		ID: r.ID, Verdict: evidence.NotApplicable, DurationMS: r.DurationMS,
		Reason: fmt.Sprintf("the target's release is unknown, so it is judged by %s; set it with --release", id),
	}}
}
