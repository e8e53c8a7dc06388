package evidence

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func setOf(end *End, results ...Result) *Set {
	s := &Set{Head: head(""), Results: results, End: end}
	for _, r := range results {
		s.Head.Rows = append(s.Head.Rows, r.ID)
	}
	return s
}

func TestAChangeOfAVerdictHasADirection(t *testing.T) {
	red := []Verdict{Fail, Blocked}
	fine := []Verdict{Pass, Note}
	unjudged := []Verdict{NotRun, NotApplicable}
	type pair struct{ was, is Verdict }
	want := map[pair]Direction{
		{Pass, Note}: Other, {Note, Pass}: Other, {Fail, Blocked}: Other, {Blocked, Fail}: Other,
		{NotRun, NotApplicable}: Other, {NotApplicable, NotRun}: Other,
		{KnownFail, Warn}: Regression, {Warn, KnownFail}: Improvement,
	}
	for _, f := range fine {
		want[pair{f, Warn}], want[pair{Warn, f}] = Regression, Improvement
		want[pair{f, KnownFail}], want[pair{KnownFail, f}] = Other, Improvement
		for _, r := range red {
			want[pair{f, r}], want[pair{r, f}] = Regression, Improvement
		}
	}
	for _, r := range red {
		want[pair{Warn, r}], want[pair{r, Warn}] = Regression, Improvement
		want[pair{KnownFail, r}], want[pair{r, KnownFail}] = Regression, Improvement
	}
	for _, v := range Verdicts {
		want[pair{v, v}] = ""
		for _, u := range unjudged {
			if v != u {
				want[pair{v, u}], want[pair{u, v}] = Other, Other
			}
		}
	}
	if len(want) != len(Verdicts)*len(Verdicts) {
		t.Fatalf("%d pairs of verdicts, want %d", len(want), len(Verdicts)*len(Verdicts))
	}
	for p, d := range want {
		was, is := row("a", 1, p.was), row("a", 1, p.is)
		if got, _ := direction(&was, &is); got != d {
			t.Errorf("%s → %s is %q, want %q", p.was, p.is, got, d)
		}
	}
}

func TestARowOfOneVerdictChangesByWhatItSays(t *testing.T) {
	failed := func(got string, vectors ...string) Result {
		r := row("a", 1, Fail)
		r.Vectors = vectors
		r.Failures = []Failure{{Expected: "status 400", Got: got}}
		return r
	}
	noted := func(text string) Result {
		r := row("a", 1, Note)
		r.Notes = []string{text}
		return r
	}
	levelled := failed("200", "v")
	levelled.Level = Should
	for name, c := range map[string]struct {
		was, is Result
		want    Direction
	}{
		"alike":                         {failed("200", "v"), failed("200", "v"), ""},
		"another input fails":           {failed("200", "v"), failed("200", "v", "w"), Regression},
		"another one instead":           {failed("200", "v"), failed("200", "w"), Regression},
		"fewer inputs fail":             {failed("200", "v", "w"), failed("200", "w"), Improvement},
		"another answer":                {failed("200", "v"), failed("302", "v"), Other},
		"another level":                 {failed("200", "v"), levelled, Other},
		"another port":                  {failed("Location http://127.0.0.1:21000/x"), failed("Location http://127.0.0.1:21907/x"), ""},
		"another number of a secret":    {failed(`200 "‹code 3›"`), failed(`200 "‹code 2›"`), ""},
		"another duration":              {noted("took 12 ms"), noted("took 15.5 ms"), ""},
		"a token that lives for longer": {noted("expires_in 1800"), noted("expires_in 3600"), Other},
	} {
		if got, why := direction(&c.was, &c.is); got != c.want || (got == "") != (why == "") {
			t.Errorf("%s: %q (%s), want %q", name, got, why, c.want)
		}
	}
}

func TestRowsOfOneRunAloneAreNoRegression(t *testing.T) {
	c, err := Compare(setOf(&End{}, row("a", 1, Pass), row("b", 2, Pass)), setOf(&End{}, row("b", 2, Pass), row("c", 3, Fail)))
	if err != nil || c.Regressed() || len(c.OnlyA) != 1 || c.OnlyA[0].ID != "a" || len(c.OnlyB) != 1 || c.Same != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestARunThatDiedIsNoCleanOne: if the server is down in B, its failures are not fixed.
func TestARunThatDiedIsNoCleanOne(t *testing.T) {
	before := setOf(&End{}, row("a", 1, Pass), row("b", 2, Pass), row("n", 3, NotApplicable))
	for name, end := range map[string]*End{
		"killed": nil, "turned away": {Refused: "nobody answers"}, "lost": {Lost: "gone"}, "interrupted": {Interrupt: "SIGINT"},
		"broken": {Broken: []string{"a defect"}},
	} {
		after := setOf(end, row("a", 1, Pass))
		after.Head.Rows = []string{"a", "b", "n"}
		c, err := Compare(before, after)
		if err != nil || !c.Regressed() || len(c.Changes) != 1 || c.Changes[0].A.ID != "b" || c.Changes[0].B != nil {
			t.Errorf("%s: %+v, %v", name, c, err)
			continue
		}
		if !strings.Contains(strings.Join(c.Remarks, "\n"), "B did not finish") {
			t.Errorf("%s: %v", name, c.Remarks)
		}
	}
	if c, err := Compare(before, setOf(&End{Refused: "nobody answers"})); err != nil || len(c.Of(Regression)) != 2 {
		t.Errorf("nothing was judged in B: %+v, %v", c, err)
	}
}

func TestRunsWithoutACommonRowAreNotCompared(t *testing.T) {
	for _, end := range []*End{{}, nil} {
		if _, err := Compare(setOf(end, row("a", 1, NotRun)), setOf(end, row("b", 1, Pass))); !errors.Is(err, ErrNothingInCommon) {
			t.Errorf("%v", err)
		}
	}
}

func TestWhatTwoRunsDoNotShareIsSaid(t *testing.T) {
	a, b := setOf(&End{}, row("a", 1, Pass)), setOf(&End{}, row("a", 1, Pass))
	if c, err := Compare(a, b); err != nil || len(c.Remarks) > 0 {
		t.Errorf("the control: %v, %v", c.Remarks, err)
	}
	b.Head.Target.Profile, b.Head.Catalogue.Revision, b.Head.Tool.Version = "q", "2", "v2"
	b.Head.Selection, b.Head.Shard = "level:must", "1/2"
	c, err := Compare(a, b)
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(c.Remarks, "\n")
	for _, want := range []string{
		"profiles differ: A has p, B has q", "catalogue revisions differ: A has 1, B has 2", "versions of authconform differ",
		"selections differ: A has none, B has level:must", "shards differ",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said in %s", want, said)
		}
	}
}

func TestARunIsNamedByItsFolderOrItsFile(t *testing.T) {
	dir := recorded(t, head("", "a"), &End{}, row("a", 1, Pass))
	file := filepath.Join(dir, FileName)
	elsewhere := filepath.Join(t.TempDir(), "old.jsonl")
	raw, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(elsewhere, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	for path, folder := range map[string]string{dir: dir, file: dir, elsewhere: ""} {
		if s, err := Open(path); err != nil || len(s.Results) != 1 || s.Dir != folder {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := os.Truncate(elsewhere, largestFile+1); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		elsewhere: "the limit is", "/dev/null": "not a regular file", filepath.Join(dir, "none"): "no such folder or file",
		t.TempDir(): "contains no run",
	} {
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
}
