package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/internal/hostile"
)

// TestHostilePagesInABrowser: pages that mean harm are walked through in a real browser, where scripts run, and earn, learn and
// leak no more than as forms.
func TestHostilePagesInABrowser(t *testing.T) {
	unraced(t)
	needsBrowser(t)
	t.Parallel()
	siege := besiege(t)
	for _, what := range hostile.All() {
		if what.At != hostile.Page {
			continue
		}
		t.Run(what.Name, func(t *testing.T) {
			t.Parallel()
			b := siege(what.At)
			b.args = append(slices.Clone(b.args), "--browser", "auto", "--steps", "auto", "--select", "provider.authorize.code")
			got := b.judge(t, what, false)
			codes := []int{exit.Failed, exit.NoTarget, exit.Empty}
			if what.Legal {
				codes = append(codes, exit.OK)
			}
			if !slices.Contains(codes, got.code) {
				t.Errorf("exit %d:\n%s", got.code, got.all())
			}
			if got.took > 2*time.Minute {
				t.Errorf("it took %s", got.took)
			}
			if strings.Contains(got.all(), "goroutine ") {
				t.Errorf("it shows where it broke:\n%s", got.all())
			}
			if got.report != nil && !what.Legal && got.server.Spoiled() > 0 {
				for _, r := range got.report.Results {
					if r.Verdict == evidence.Pass {
						t.Errorf("%s passed", r.ID)
					}
				}
			}
			b.keeps(t, got)
		})
	}
}
