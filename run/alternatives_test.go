package run

import (
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/suites/requirements"
)

func TestATargetOfUnknownReleaseKeepsOneOfTwoAlternatives(t *testing.T) {
	rows := []*requirements.Requirement{{ID: "a.new", Since: "2024.2"}, {ID: "a.old", Until: "2024.2", Instead: "a.new"}, {ID: "b"}}
	const none = evidence.NotApplicable
	for name, c := range map[string]struct{ newer, older, wantNewer, wantOlder evidence.Verdict }{
		"as today":        {evidence.Pass, evidence.Fail, evidence.Pass, none},
		"as before":       {evidence.Fail, evidence.Pass, none, evidence.Pass},
		"blocked, before": {evidence.Blocked, evidence.Pass, none, evidence.Pass},
		"neither":         {evidence.Fail, evidence.Fail, evidence.Fail, none},
		"both":            {evidence.Pass, evidence.Pass, evidence.Pass, none},
	} {
		for _, newerFirst := range []bool{true, false} {
			pairs := among(rows, "")
			order := []found{{Result: evidence.Result{ID: "a.new", Verdict: c.newer}}, {Result: evidence.Result{ID: "a.old", Verdict: c.older}}}
			if !newerFirst {
				order[0], order[1] = order[1], order[0]
			}
			if got := pairs.settle(order[0]); len(got) > 0 {
				t.Errorf("%s: %v was not held back", name, got)
			}
			got := map[string]evidence.Verdict{}
			for _, r := range pairs.settle(order[1]) {
				got[r.ID] = r.Verdict
				if r.Verdict == none && r.Reason == "" {
					t.Errorf("%s: no reason for %s", name, r.ID)
				}
			}
			if got["a.new"] != c.wantNewer || got["a.old"] != c.wantOlder {
				t.Errorf("%s: %v", name, got)
			}
		}
	}
}

func TestRowsWithoutAlternativeAreFinalAtOnce(t *testing.T) {
	rows := []*requirements.Requirement{{ID: "a.new", Since: "2024.2"}, {ID: "a.old", Until: "2024.2", Instead: "a.new"}}
	failed := found{Result: evidence.Result{ID: "a.old", Verdict: evidence.Fail}}
	for name, pairs := range map[string]alternatives{"a known release": among(rows, "2023.8.4"), "one of two": among(rows[1:], "")} {
		if got := pairs.settle(failed); len(got) != 1 || got[0].Verdict != evidence.Fail {
			t.Errorf("%s: %v", name, got)
		}
	}
	pairs := among(rows, "")
	pairs.settle(failed)
	if got := pairs.rest(); len(got) != 1 || got[0].Verdict != evidence.Fail {
		t.Errorf("cut off: %v", got)
	}
}
