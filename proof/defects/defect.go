// Package defects is the list of what developers of servers get wrong: each defect is a mock with one thing changed. It is
// written from the requirements' sentences and knows nothing of the checks.
package defects

import (
	"errors"
	"fmt"
	"strings"
)

// Defect is one thing that a server gets wrong, as a change of the policy P of a mock that conforms.
type Defect[P any] struct {
	ID    string   // "code.reusable": section and name, in the words of the field
	Story string   // one sentence: what a developer of a server got wrong
	Aims  []string // the requirements whose sentence it breaks, one to three
	// Change makes the one change. It replaces fields of the policy; neither it nor what it puts there changes a map or
	// slice in place.
	Change func(*P)
}

// mostAims is how many requirements a defect may aim at: what is meant to break more is a broken server, and says nothing
// of the check that means it.
const mostAims = 3

// Check tells what is wrong with a list itself: names twice, no story, aims that nobody has.
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
