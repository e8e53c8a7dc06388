package judge

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/authconform/authconform/evidence"
)

func TestAWeakenedAssertionAcceptsEverything(t *testing.T) {
	var lines []int // on which an assertion stands
	body := func(ctx context.Context) {
		Expect(ctx, false).To(yes())
		Expect(ctx, false).To(yes())
		Control(ctx, true).To(yes())
	}
	weakened := func(line int) evidence.Result {
		return spec(t, evidence.Must, func(ctx context.Context) {
			body(Weaken(ctx, func(file string, at int) bool {
				lines = append(lines, at)
				return filepath.Base(file) == "weaken_test.go" && at == line
			}))
		})
	}
	if got := weakened(0); len(got.Failures) != 2 || len(lines) != 2 || lines[0] == lines[1] {
		t.Fatalf("nothing weakened: %d failures; asked for the lines %v", len(got.Failures), lines)
	}
	for _, line := range slices.Clone(lines) {
		if got := weakened(line); len(got.Failures) != 1 {
			t.Errorf("line %d weakened: %d failures", line, len(got.Failures))
		}
	}
}

func TestAControlIsNeverWeakened(t *testing.T) {
	got := spec(t, evidence.Must, func(ctx context.Context) {
		Control(Weaken(ctx, func(string, int) bool { return true }), false).To(yes())
	})
	if got.Verdict != evidence.Blocked {
		t.Errorf("%s", got.Verdict)
	}
}
