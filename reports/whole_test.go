package reports

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/joshdk/go-junit"

	"github.com/authconform/authconform/evidence"
)

// runs are runs that ended in every possible way.
func runs() map[string]*evidence.Set {
	one := func(v evidence.Verdict, change func(*evidence.Set)) *evidence.Set {
		target := evidence.Target{URL: "http://home", Profile: "p"}
		s := &evidence.Set{Head: evidence.Head{Started: began, Target: target, Rows: []string{"a.row"}}, End: &evidence.End{}}
		if v != "" {
			s.Results = []evidence.Result{{
				ID: "a.row", Profile: "p", Section: "s", Level: evidence.Must, Verdict: v, Reason: "a reason", Need: "clock",
			}}
		}
		if change != nil {
			change(s)
		}
		return s
	}
	all := map[string]*evidence.Set{
		"killed":           one(evidence.Pass, func(s *evidence.Set) { s.End = nil }),
		"killed at once":   one("", func(s *evidence.Set) { s.End = nil }),
		"interrupted":      one(evidence.NotRun, func(s *evidence.Set) { s.End.Interrupt = "interrupt" }),
		"turned away":      one("", func(s *evidence.Set) { s.End.Refused = "it lets anybody in" }),
		"banned":           one(evidence.Blocked, func(s *evidence.Set) { s.End.Lost, s.End.Banned = "it has banned us", true }),
		"lost":             one(evidence.Pass, func(s *evidence.Set) { s.End.Lost = "it cannot be reached" }),
		"broken":           one(evidence.Pass, func(s *evidence.Set) { s.End.Broken = []string{"a panic"} }),
		"unfinished":       one("", nil),
		"no rows":          one("", func(s *evidence.Set) { s.Head.Rows = nil }),
		"an empty shard":   one("", func(s *evidence.Set) { s.Head.Rows, s.Head.Shard = nil, "1/2" }),
		"an old baseline":  one(evidence.Pass, func(s *evidence.Set) { s.Problems = []string{"known.yaml:3: a.row no longer fails"} }),
		"a clock required": one(evidence.NotRun, func(s *evidence.Set) { s.Head.Require = []string{"clock"} }),
		"warnings only":    one(evidence.Pass, func(s *evidence.Set) { s.End.Warnings = []string{"a worker ended early"} }),
	}
	for _, v := range evidence.Verdicts {
		all["one "+string(v)] = one(v, nil)
	}
	all["the sample"] = sample()
	return all
}

// TestJUnitIsRedWheneverTheRunIs: a CI system that reads only junit.xml sees no green file of a red run.
func TestJUnitIsRedWheneverTheRunIs(t *testing.T) {
	for name, s := range runs() {
		for _, strict := range []bool{false, true} {
			raw := shown(t, Writer{Name: "junit", Write: JUnit}, s, Options{Strict: strict})
			suites, err := junit.Ingest([]byte(raw))
			if err != nil {
				t.Fatal(name, err)
			}
			cases, bad := 0, 0
			for _, suite := range suites {
				suite.Aggregate()
				cases += suite.Totals.Tests
				bad += suite.Totals.Failed + suite.Totals.Error
			}
			if red := s.Outcome(strict) != nil; red != (bad > 0) {
				t.Errorf("%s, strict %v: the run is red: %v, and of %d cases %d are", name, strict, red, cases, bad)
			}
			if cases == 0 {
				t.Errorf("%s: a file without a case", name)
			}
		}
	}
}

func TestARunThatWasTurnedAwayIsOneErroredCase(t *testing.T) {
	raw := shown(t, Writer{Name: "junit", Write: JUnit}, runs()["turned away"], Options{})
	const said = `<error type="door" message="it lets anybody in">`
	if strings.Count(raw, "<testcase ") != 1 || !strings.Contains(raw, `name="door"`) || !strings.Contains(raw, said) {
		t.Error(raw)
	}
}

// TestEveryViewTellsHowTheRunEnded: each view for people says why the run is red, if no row shows it.
func TestEveryViewTellsHowTheRunEnded(t *testing.T) {
	all := runs()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		s := all[name]
		for _, n := range notices(s) {
			for _, w := range Writers {
				if w.Brief || w.Name == "json" || w.Name == "har" || w.Name == "junit" && (n.kind == "unfinished" || n.kind == "require") {
					continue // JSON has the members; JUnit has the rows
				}
				got := strings.Join(strings.Fields(shown(t, w, s, Options{})), " ")
				if w.Name == "markdown" || w.Name == "comment" {
					got = strings.ReplaceAll(got, `\`, "")
				}
				if !strings.Contains(got, n.text) {
					t.Errorf("%s: %s does not say %q", name, w.Name, n.text)
				}
			}
		}
		red := slices.ContainsFunc(s.Results, func(r evidence.Result) bool { return r.Verdict.Red(false) })
		if s.Outcome(false) != nil && len(notices(s)) == 0 && !red {
			t.Errorf("%s: red, and nothing says why", name)
		}
	}
}

func TestJSONTellsHowTheRunEnded(t *testing.T) {
	all := runs()
	for name, want := range map[string]string{
		"killed": `"killed": true`, "interrupted": `"interrupted": "interrupt"`, "turned away": `"refused": "it lets anybody in"`,
		"banned": `"banned": true`, "lost": `"lost": "it cannot`, "broken": `"a panic"`, "unfinished": `"unfinished": [`,
		"an old baseline": `"baseline_problems": [`, "a clock required": `"require": [`,
	} {
		raw := shown(t, Writer{Name: "json", Write: JSON}, all[name], Options{})
		if !json.Valid([]byte(raw)) || !strings.Contains(raw, want) {
			t.Errorf("%s: no %s in %s", name, want, raw)
		}
	}
}
