package main

import (
	"testing"
	"time"

	"github.com/authconform/authconform/proof/nulls"
	"github.com/authconform/authconform/reports"
	"github.com/authconform/authconform/run"
)

// TestNullTargets: a target that deserves nothing gets no pass that it did not earn, and an end within its limit.
func TestNullTargets(t *testing.T) {
	t.Parallel()
	healthy, user, password := home(t, nil)
	for _, null := range nulls.All() {
		t.Run(null.Name, func(t *testing.T) {
			t.Parallel()
			url, stop := null.Start(healthy.URL)
			t.Cleanup(stop)
			started := time.Now()
			o, report := judge(t, url, user, password)
			if took := time.Since(started); took > 30*time.Second && null.Name != "drops" {
				t.Errorf("it took %s", took)
			}
			oneLine(t, o.err)
			if null.Name == "drops" { // a home that conforms, behind a bad line: whatever it passes it has earned
				return
			}
			if o.code != run.ExitFailed && o.code != run.ExitNoTarget {
				t.Errorf("exit %d:\n%s", o.code, o.all())
			}
			if report == nil {
				return
			}
			for _, r := range report.Results {
				if r.Verdict == reports.Pass {
					t.Errorf("%s passed", r.ID)
				}
			}
		})
	}
}
