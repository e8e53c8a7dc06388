package reports

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/harmless"
)

// later returns the sample as a run against another release.
func later() *evidence.Set {
	s := sample()
	s.Head.Target.Version = "2026.12.0"
	s.Head.Catalogue.Revision = "2026-12"
	for i := range s.Results {
		r := &s.Results[i]
		switch r.ID {
		case "oauth2.code.single-use": // mended
			r.Verdict, r.Failures, r.Reason, r.Fix = evidence.Pass, nil, "", ""
			last := r.Evidence[len(r.Evidence)-1].Exchange
			last.Status, last.ResponseBody = 400, `{"error":"invalid_grant"}`
		case "indieauth.redirect.exact": // worse
			r.Vectors = append(r.Vectors, "RM14 other path")
			r.Failures = append(r.Failures, evidence.Failure{Vector: "RM14 other path", Expected: "status 403", Got: "200 create_entry"})
		case "oauth2.code.entropy":
			r.Verdict, r.Vectors = evidence.Fail, []string{"64 codes"}
			r.Failures = []evidence.Failure{{Vector: "64 codes", Expected: "codes that differ", Got: "the same code 64 times"}}
		case "oauth2.code.expires":
			r.Verdict, r.Need, r.Reason = evidence.Pass, "", ""
		}
	}
	fresh := evidence.Result{ID: "new.row", Section: "code", Level: evidence.Must, Verdict: evidence.Pass}
	s.Results = append(s.Results[1:], s.Results[0], fresh)
	return s
}

func compared(t *testing.T, name string, a, b *evidence.Set, o ConsoleOptions) string {
	t.Helper()
	c, err := evidence.Compare(a, b)
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range Compared {
		if form.Name == name {
			var w bytes.Buffer
			if err := form.Write(&w, c, o); err != nil {
				t.Fatal(err)
			}
			return w.String()
		}
	}
	t.Fatalf("there is no form %s", name)
	return ""
}

func TestEveryFormOfAComparisonIsAsItsGoldenFileShows(t *testing.T) {
	a := sample()
	a.Results = append(a.Results, evidence.Result{ID: "old.row", Section: "code", Level: evidence.Must, Verdict: evidence.Fail})
	for _, form := range ComparerNames() {
		golden(t, "compare-"+form, compared(t, form, a, later(), ConsoleOptions{}))
	}
	golden(t, "compare-verbose", compared(t, "text", a, later(), ConsoleOptions{Verbose: true}))
}

func TestAComparisonFitsTheTerminal(t *testing.T) {
	for _, width := range []int{40, 80} {
		for _, l := range strings.Split(compared(t, "text", sample(), later(), ConsoleOptions{Width: width}), "\n") {
			if n := utf8.RuneCountInString(l); n > width {
				t.Errorf("%d columns: %q has %d", width, l, n)
			}
		}
	}
	if plain := compared(t, "text", sample(), later(), ConsoleOptions{}); strings.Contains(plain, "\x1b") {
		t.Error("there is colour that nobody wants")
	}
	if !strings.Contains(compared(t, "text", sample(), later(), ConsoleOptions{Color: true}), "\x1b[31;1mFAIL\x1b[0m") {
		t.Error("there is no colour")
	}
}

// otherwise returns the hostile set with each verdict changed, so that every row differs.
func otherwise() *evidence.Set {
	s := hostileSet()
	for i := range s.Results {
		s.Results[i].Verdict = evidence.Verdicts[(i+1)%len(evidence.Verdicts)]
	}
	return s
}

func TestHostileWordsHarmNoComparison(t *testing.T) {
	for _, form := range ComparerNames() {
		got := compared(t, form, hostileSet(), otherwise(), ConsoleOptions{Verbose: true})
		for _, r := range got {
			if harmless.Harmful(r) {
				t.Errorf("%s holds %q", form, r)
				break
			}
		}
		if !strings.Contains(got, "alert(1)") {
			t.Errorf("%s drops the words", form)
		}
	}
	if raw := compared(t, "json", hostileSet(), otherwise(), ConsoleOptions{}); !json.Valid([]byte(raw)) {
		t.Error("that is no JSON")
	}
}

func TestTheOtherSideShowsTheSameRequest(t *testing.T) {
	post := func(path, vector, body string) evidence.Item {
		e := &evidence.Exchange{Method: "POST", URL: "http://h" + path, Status: 200, ResponseBody: body}
		return evidence.Item{Vector: vector, Exchange: e}
	}
	passed := evidence.Result{Evidence: []evidence.Item{
		post("/token", "V1", "one"), post("/token", "V2", "two"), post("/revoke", "V2", "three"), post("/token", "V3", "four"),
	}}
	for _, c := range []struct {
		shown        *evidence.Exchange
		vector, want string
	}{
		{post("/token", "", "").Exchange, "V2", "two"},
		{post("/revoke", "", "").Exchange, "V2", "three"},
		{post("/revoke", "", "").Exchange, "V9", "three"},
		{post("/token", "", "").Exchange, "", "four"},
		{nil, "", "four"},
	} {
		if got := counterpart(passed, c.shown, c.vector); got == nil || got.ResponseBody != c.want {
			t.Errorf("%v of %q: %v, want %s", c.shown, c.vector, got, c.want)
		}
	}
}
