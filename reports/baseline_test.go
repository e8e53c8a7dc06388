package reports

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func baselineOf(t *testing.T, entries string) (*Baseline, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "known.yaml")
	if err := os.WriteFile(path, []byte("apiVersion: authconform/v1\nknown_failures:\n"+entries), 0o600); err != nil {
		t.Fatal(err)
	}
	return ReadBaseline(path, []string{"a.row", "b.row", "c.row"}, gone)
}

func gone(id string) string {
	if id == "z.row" {
		return "z.row was retired; it is a.row now"
	}
	return ""
}

func TestWhatABaselineMakesOfAVerdict(t *testing.T) {
	today := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	broken := func(vectors ...string) []Failure {
		var out []Failure
		for _, v := range vectors {
			out = append(out, Failure{Vector: v})
		}
		return out
	}
	for name, c := range map[string]struct {
		entry    string
		verdict  Verdict
		failures []Failure
		want     Verdict
		problem  string
	}{
		"a known failure":                    {"reason: x", Fail, broken("V1"), KnownFail, ""},
		"a known warning":                    {"reason: x", Warn, broken(""), KnownFail, ""},
		"a known blocked row":                {"reason: x", Blocked, nil, KnownFail, ""},
		"only known vectors":                 {"reason: x, vectors: [V1, V2]", Fail, broken("V1", "V2 http://a"), KnownFail, ""},
		"a vector more":                      {"reason: x, vectors: [V1]", Fail, broken("V1", "V2"), Fail, ""},
		"a vector whose name goes on":        {"reason: x, vectors: [V1]", Fail, broken("V10"), Fail, ""},
		"a row that passes":                  {"reason: x", Pass, nil, Pass, "no longer fails"},
		"a row that was not run":             {"reason: x", NotRun, nil, NotRun, ""},
		"an entry on its last day":           {"reason: x, until: 2026-11-25", Fail, nil, KnownFail, ""},
		"an entry that expired yesterday":    {"reason: x, until: 2026-11-24", Fail, nil, Fail, "expired on 2026-11-24"},
		"an entry for a row of another part": {"reason: x", NotApplicable, nil, NotApplicable, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := baselineOf(t, "  - {id: a.row, "+c.entry+"}\n")
			if err != nil {
				t.Fatal(err)
			}
			r := &Report{Results: []Result{{ID: "a.row", Verdict: c.verdict, Failures: c.failures}, {ID: "b.row", Verdict: Fail}}}
			problems := strings.Join(b.Apply(r, today), "\n")
			if r.Results[0].Verdict != c.want || r.Results[1].Verdict != Fail {
				t.Errorf("verdicts %s and %s, want %s and fail", r.Results[0].Verdict, r.Results[1].Verdict, c.want)
			}
			if (problems == "") != (c.problem == "") || !strings.Contains(problems, c.problem) {
				t.Errorf("problems %q, want %q", problems, c.problem)
			}
		})
	}
}

func TestABaselineIsReadStrictly(t *testing.T) {
	for entries, want := range map[string]string{
		"  - {id: a.rwo, reason: x}\n":                                 `did you mean "a.row"`,
		"  - {id: a.row, raeson: x}\n":                                 `did you mean "reason"`,
		"  - {id: a.row, reason: x}\n  - {id: z.row, reason: x}\n":     "known.yaml:4: z.row was retired; it is a.row now",
		"  - {id: a.row}\n":                                            "has no reason",
		"  - {id: a.row, reason: x, until: soon}\n":                    "no date",
		"  - {id: a.row, reason: x, vectors: {a: b}}\n":                "a list of words",
		"  - {id: a.row, reason: x}\n  - {id: a.row, reason: again}\n": "stands twice",
		"  - just a word\n":                                            "a mapping",
		"  - {id: a.row, reason: x}\nknown_failure: []\n":              "unknown key",
	} {
		if _, err := baselineOf(t, entries); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", entries, err, want)
		}
	}
}

// TestAWrittenBaselineKnowsItsReport: and keeps what an older one says.
func TestAWrittenBaselineKnowsItsReport(t *testing.T) {
	older, err := baselineOf(t, "  - {id: b.row, reason: said by a person, issue: 'https://example.org/1', until: 2027-01-31}\n")
	if err != nil {
		t.Fatal(err)
	}
	fresh := func() *Report {
		return &Report{Results: []Result{
			{ID: "b.row", Verdict: Warn, Failures: []Failure{{Got: "x"}}},
			{ID: "a.row", Verdict: Fail, Reason: "expected: \"this\", got # that", Failures: []Failure{{Vector: "V1"}, {Vector: "V1"}, {Vector: "V2: x"}}},
			{ID: "c.row", Verdict: Pass},
		}}
	}
	path := filepath.Join(t.TempDir(), "new.yaml")
	if err := WriteBaseline(path, fresh(), older); err != nil {
		t.Fatal(err)
	}
	b, err := ReadBaseline(path, []string{"a.row", "b.row", "c.row"}, gone)
	if err != nil {
		t.Fatal(err)
	}
	r := fresh()
	if problems := b.Apply(r, time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)); len(problems) > 0 {
		t.Error(problems)
	}
	if r.Results[0].Verdict != KnownFail || r.Results[1].Verdict != KnownFail || r.Results[2].Verdict != Pass {
		t.Errorf("%s %s %s", r.Results[0].Verdict, r.Results[1].Verdict, r.Results[2].Verdict)
	}
	if k := b.entry("b.row"); k.Reason != "said by a person" || k.Issue != "https://example.org/1" || k.Until.IsZero() {
		t.Errorf("the older words are lost: %+v", k)
	}
	if k := b.entry("a.row"); len(k.Vectors) != 2 || !strings.Contains(k.Reason, "got # that") {
		t.Errorf("%+v", k)
	}
}
