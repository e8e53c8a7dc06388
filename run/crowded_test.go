package run

import (
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/kind"
)

func TestRowsThatWouldDisturbEachOtherRunOneAfterTheOther(t *testing.T) {
	for name, c := range map[string]struct {
		crowded     string
		procs, want int
		warned      bool
	}{
		"nothing is known":    {"", 4, 4, false},
		"they would":          {"a code ends the one before", 4, 1, true},
		"they do not anyway":  {"a code ends the one before", 1, 1, false},
		"one worker, nothing": {"", 1, 1, false},
	} {
		j := &job{Options: Options{Procs: c.procs}, visit: &visit{facts: kind.Facts{Crowded: c.crowded}}, set: &evidence.Set{}}
		j.set.Head.Procs = c.procs
		j.makeRoom()
		if j.Procs != c.want || j.set.Head.Procs != c.want || (len(j.visit.warnings) == 1) != c.warned {
			t.Errorf("%s: %d workers, recorded as %d, %q", name, j.Procs, j.set.Head.Procs, j.visit.warnings)
		}
	}
}
