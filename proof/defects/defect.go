// Package defects lists the mistakes that developers of servers make: each defect is a mock with one thing changed. Defects are
// written from the requirements' sentences and know nothing of the checks.
package defects

import (
	"errors"
	"fmt"
	"strings"
)

// Defect is one mistake of a server, as a change of the policy P of a conforming mock.
type Defect[P any] struct {
	ID    string   // "code.reusable": section and name, in the words of the field
	Story string   // one sentence: the developer's mistake
	Aims  []string // the requirements whose sentence it breaks, one to three
	// Change makes the one change. It replaces fields of the policy; neither Change nor its replacements may change a map or
	// slice in place.
	Change func(*P)
}

// mostAims is how many requirements a defect may aim at. A defect that breaks more is a broken server and proves no single check.
const mostAims = 3

// Check finds errors in the list itself: duplicate ids, missing stories, unknown aims.
func Check[P any](list []Defect[P], known func(requirement string) bool) error {
	var errs []error
	seen := map[string]bool{}
	for _, d := range list {
		wrong := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("defect %s: "+format, append([]any{d.ID}, args...)...))
		}
		switch {
		case seen[d.ID]:
			wrong("it stands twice")
		case d.Story == "" || !strings.Contains(d.ID, "."):
			wrong("a dotted id and a story are wanted")
		case d.Change == nil:
			wrong("it changes nothing")
		case len(d.Aims) == 0 || len(d.Aims) > mostAims:
			wrong("it aims at %d requirements; wanted are one to %d", len(d.Aims), mostAims)
		}
		seen[d.ID] = true
		for _, id := range d.Aims {
			if !known(id) {
				wrong("it aims at %s, which is no requirement", id)
			}
		}
	}
	return errors.Join(errs...)
}
