package reports

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/evidence"
)

var known = []string{"a.row", "b.row", "c.row"}

func retired(id string) []string {
	if id == "z.row" {
		return []string{"a.row", "b.row"}
	}
	return nil
}

func baselineOf(t *testing.T, entries string) (*Baseline, error) {
	t.Helper()
	return parseBaseline("known.yaml", []byte("apiVersion: authconform/v1\nknown_failures:\n"+entries), known, retired)
}

// failed returns a row that fails with vectors; "" is a failure without one.
func failed(v evidence.Verdict, vectors ...string) evidence.Result {
	r := evidence.Result{ID: "a.row", Verdict: v}
	for _, name := range vectors {
		r.Failures = append(r.Failures, evidence.Failure{Vector: name, Expected: "this", Got: "that"})
		if name != "" {
			r.Vectors = append(r.Vectors, name)
		}
	}
	return r
}

func TestWhatABaselineMakesOfAVerdict(t *testing.T) {
	today := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	const (
		is, fail, warn, blocked     = evidence.KnownFail, evidence.Fail, evidence.Warn, evidence.Blocked
		pass, notRun, notApplicable = evidence.Pass, evidence.NotRun, evidence.NotApplicable
	)
	for name, c := range map[string]struct {
		more    string // of the entry
		row     evidence.Result
		want    evidence.Verdict
		problem string
	}{
		"a known failure":                {"", failed(fail, "V1"), is, ""},
		"a known warning":                {"", failed(warn, ""), is, ""},
		"a known blocked row":            {"", failed(blocked), is, ""},
		"the known vectors":              {"vectors: [V1, V2]", failed(fail, "V2", "V1", "V2"), is, ""},
		"a vector more":                  {"vectors: [V1]", failed(fail, "V1", "V2"), fail, "known.yaml:3: a.row fails with more"},
		"a vector less":                  {"vectors: [V1, V2]", failed(fail, "V1"), is, "no longer fails with V2; remove it"},
		"another vector":                 {"vectors: [V1]", failed(fail, "V2"), fail, "lists: V2; and no longer fails with V1"},
		"a vector whose name goes on":    {"vectors: [V1]", failed(fail, "V10"), fail, "V10"},
		"a check without a name":         {"vectors: [V1]", failed(fail, "V1", ""), fail, "a check without a name"},
		"vectors, and now it is blocked": {"vectors: [V1]", failed(blocked), blocked, "is blocked, but the entry lists vectors"},
		"a row that passes":              {"", failed(pass), pass, "no longer fails; remove the entry"},
		"a row that was not run":         {"", failed(notRun), notRun, ""},
		"a row that does not apply":      {"", failed(notApplicable), notApplicable, ""},
		"an entry on its last day":       {"until: 2026-11-25", failed(fail, ""), is, ""},
		"it expired yesterday":           {"until: 2026-11-24", failed(fail, ""), fail, "expired on 2026-11-24"},
		"an expired entry, and it holds": {"until: 2026-11-24", failed(pass), pass, "expired on 2026-11-24"},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := baselineOf(t, "  - {id: a.row, reason: x, "+c.more+"}\n")
			if err != nil {
				t.Fatal(err)
			}
			other := failed(evidence.Fail)
			other.ID = "b.row"
			s := &evidence.Set{Results: []evidence.Result{c.row, other}}
			b.Apply(s, today)
			if s.Results[0].Verdict != c.want || s.Results[1].Verdict != evidence.Fail {
				t.Errorf("verdicts %s and %s, want %s and fail", s.Results[0].Verdict, s.Results[1].Verdict, c.want)
			}
			problems := strings.Join(s.Problems, "\n")
			if (problems == "") != (c.problem == "") || !strings.Contains(problems, c.problem) {
				t.Errorf("problems %q, want %q", problems, c.problem)
			}
		})
	}
}

func TestAKnownFailureTellsItsReasonAndIssue(t *testing.T) {
	b, err := baselineOf(t, "  - {id: a.row, reason: they know, issue: 'https://example.org/1'}\n")
	if err != nil {
		t.Fatal(err)
	}
	s := &evidence.Set{Results: []evidence.Result{failed(evidence.Fail, "")}}
	b.Apply(s, time.Now())
	if got := s.Results[0].Known; got != "they know (https://example.org/1)" {
		t.Error(got)
	}
}

func TestABaselineIsReadStrictly(t *testing.T) {
	for entries, want := range map[string]string{
		"  - {id: a.rwo, reason: x}\n":                                 `known.yaml:3: unknown requirement "a.rwo"; did you mean "a.row"`,
		"  - {id: a.row, raeson: x}\n":                                 `known.yaml:3: unknown key "raeson"; did you mean "reason"`,
		"  - {id: z.row, reason: x}\n":                                 "known.yaml:3: z.row was retired; use a.row and b.row instead",
		"  - {id: a.row}\n":                                            "a.row has no reason",
		"  - {reason: x}\n":                                            "an entry has no id",
		"  - {id: a.row, reason: x, until: soon}\n":                    `until: "soon" is not a date like 2027-06-30`,
		"  - {id: a.row, reason: x, vectors: {a: b}}\n":                "vectors: must be a list of names",
		"  - {id: a.row, reason: x, vectors: V1}\n":                    "vectors: must be a list of names",
		"  - {id: a.row, reason: [x]}\n":                               "reason: must be a string",
		"  - {id: a.row, reason: x}\n  - {id: a.row, reason: again}\n": "known.yaml:4: a.row is listed twice",
		"  - just a word\n":                                            "a mapping with id, reason",
		"  - {id: a.row, reason: x}\nknown_failure: []\n":              `unknown key "known_failure"`,
		"  a: b\n": "must be a list of entries",
	} {
		if _, err := baselineOf(t, entries); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", entries, err, want)
		}
	}
	for text, want := range map[string]string{
		"": "known.yaml is empty", "known_failures: []\n": "apiVersion: must be authconform/v1", "a: [": "is not YAML",
		"apiVersion: authconform/v2\n": "apiVersion: must be authconform/v1",
	} {
		if _, err := parseBaseline("known.yaml", []byte(text), known, retired); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// fails are failing rows whose texts a written baseline must quote.
func fails() *evidence.Set {
	s := &evidence.Set{Head: evidence.Head{Started: began, Target: evidence.Target{Product: "Home", Version: "1"}}, End: &evidence.End{}}
	a := failed(evidence.Fail, "V1", "V1", "V2: x")
	a.Vectors, a.Reason = []string{"V1", "V2: x"}, "expected: \"this\", got # that\nand \x1b more"
	b, c := failed(evidence.Warn, ""), failed(evidence.Pass)
	b.ID, c.ID = "b.row", "c.row"
	s.Results = []evidence.Result{b, a, c}
	return s
}

func TestAWrittenBaselineKnowsItsRun(t *testing.T) {
	older, err := baselineOf(t, "  - {id: b.row, reason: said by a person, issue: 'https://example.org/1', until: 2027-01-31}\n"+
		"  - {id: c.row, reason: gone}\n")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "new.yaml")
	if n, err := WriteBaseline(path, fails(), older); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	b, err := ReadBaseline(path, known, retired)
	if err != nil {
		t.Fatal(err)
	}
	s := fails()
	b.Apply(s, began)
	want := evidence.Summary{KnownFail: 2, Pass: 1}
	if got := evidence.Count(s.Results); len(s.Problems) > 0 || got != want {
		t.Errorf("%v %+v", s.Problems, got)
	}
	if k := b.entry("b.row"); k.Reason != "said by a person" || k.Issue != "https://example.org/1" || k.Until.IsZero() {
		t.Errorf("the older words are lost: %+v", k)
	}
	const seen = "fail Home 1, seen 2026-11-27: expected"
	if k := b.entry("a.row"); strings.Join(k.Vectors, "|") != "V1|V2: x" || !strings.HasPrefix(k.Reason, seen) {
		t.Errorf("%+v", k)
	}
}

func TestAWrittenBaselineKeepsWhatTheRunDidNotJudge(t *testing.T) {
	older, err := baselineOf(t, "  - {id: a.row, reason: one, vectors: [V1]}\n  - {id: b.row, reason: two}\n  - {id: c.row, reason: three}\n")
	if err != nil {
		t.Fatal(err)
	}
	s := &evidence.Set{Results: []evidence.Result{failed(evidence.NotRun), {ID: "b.row", Verdict: evidence.Pass}}, End: &evidence.End{}}
	path := filepath.Join(t.TempDir(), "new.yaml")
	if n, err := WriteBaseline(path, s, older); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for id, kept := range map[string]bool{"a.row": true, "b.row": false, "c.row": true} {
		if strings.Contains(string(raw), id) != kept {
			t.Errorf("%s is there: %v, want %v", id, !kept, kept)
		}
	}
}

func TestALostTargetIsNoKnownFailure(t *testing.T) {
	r := failed(evidence.Blocked)
	r.Reason, r.Cause = "it cannot be reached", "it cannot be reached"
	s := &evidence.Set{Results: []evidence.Result{r}, End: &evidence.End{Lost: "it cannot be reached"}}
	if n, err := WriteBaseline(filepath.Join(t.TempDir(), "new.yaml"), s, nil); n != 0 || err != nil {
		t.Error(n, err)
	}
}

func TestABaselineThatCannotBeWrittenSaysWhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "folder.yaml")
	if _, err := WriteBaseline(path, fails(), nil); err == nil || !strings.Contains(err.Error(), path+" could not be written") {
		t.Error(err)
	}
}

// FuzzBaseline: any file is a baseline or an error, never a panic, and a baseline names known rows only.
func FuzzBaseline(f *testing.F) {
	for _, s := range []string{
		"apiVersion: authconform/v1\nknown_failures:\n  - id: a.row\n    reason: x\n", "known_failures: []\n", "- a\n", "apiVersion: [", "",
		"a: &a [*a]\n", "known_failures:\n  - id: a.row\n    until: 2026-13-01\n    reason: x\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := parseBaseline("f", raw, []string{"a.row"}, retired)
		if err != nil {
			return
		}
		for _, k := range b.Known {
			if k.ID != "a.row" || k.Reason == "" {
				t.Errorf("%q: %+v", raw, k)
			}
		}
	})
}
