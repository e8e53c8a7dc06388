package run

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/suites/requirements"
)

func rows() []*requirements.Requirement {
	return []*requirements.Requirement{
		{ID: "a.code.one", Section: "code", Level: "must"}, {ID: "a.code.two", Section: "code", Level: "should"},
		{ID: "a.token.one", Section: "token", Level: "must", Alone: true}, {ID: "b.token.two", Section: "token", Level: "info", Alone: true},
	}
}

func ids(list []*requirements.Requirement) string {
	var out []string
	for _, r := range list {
		out = append(out, r.ID)
	}
	return strings.Join(out, " ")
}

func TestChoose(t *testing.T) {
	for expr, want := range map[string]string{
		"":                             "a.code.one a.code.two a.token.one b.token.two",
		"a.code.one":                   "a.code.one",
		"section:token":                "a.token.one b.token.two",
		"level:must":                   "a.code.one a.token.one",
		"a.*":                          "a.code.one a.code.two a.token.one",
		"level:info,a.code.two":        "a.code.two b.token.two",
		"!section:code":                "a.token.one b.token.two",
		"section:code !a.code.one":     "a.code.two",
		"a.*,!level:must,!a.code.two":  "",
		"b.token.two,b.token.two,a.c*": "a.code.one a.code.two b.token.two",
	} {
		if got, err := Choose(rows(), expr); err != nil || ids(got) != want {
			t.Errorf("%q: %s, %v, want %s", expr, ids(got), err, want)
		}
	}
	renamed := append(rows(), &requirements.Requirement{ID: "oauth2.error.status-400", Section: "error"})
	if got, err := Choose(renamed, "provider.token.error-object"); err != nil || ids(got) != "oauth2.error.status-400" {
		t.Errorf("a row by its old name: %s, %v", ids(got), err)
	}
	for expr, want := range map[string]string{
		"a.code.on":    `"a.code.one"`,
		"section:tken": `"token"`,
		"level:musst":  `"must"`,
		"sect:code":    "section",
		"a.[":          "not a valid glob",
		"!a.code.on":   `"a.code.one"`,

		"provider.token.bound-client": "provider.token.bound-client was retired; use oauth2.code.bound-client instead",
		" , ":                         "selects nothing",
	} {
		if _, err := Choose(rows(), expr); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", expr, err, want)
		}
	}
}

// TestShards: whatever the seed, exactly one shard judges each row.
func TestShards(t *testing.T) {
	var many []*requirements.Requirement
	for i := range 23 {
		many = append(many, &requirements.Requirement{ID: fmt.Sprint("row.", i)})
	}
	for _, n := range []int{1, 2, 5, 30} {
		for seed := range int64(3) {
			var all []string
			for i := 1; i <= n; i++ {
				all = append(all, strings.Fields(ids(Shard{I: i, N: n}.part(many, seed)))...)
			}
			slices.Sort(all)
			if len(slices.Compact(slices.Clone(all))) != len(many) || len(all) != len(many) {
				t.Errorf("%d shards, seed %d: %d rows, want each of %d once", n, seed, len(all), len(many))
			}
		}
	}
}

func TestRowsThatRunAloneRunLastInOneWorkerInTheirOrder(t *testing.T) {
	for seed := range int64(5) {
		w := waves(rows(), Options{Seed: seed, Procs: 4, Flags: &home.Flags{}})
		if len(w) != 2 || w[0].Procs != 4 || w[1].Procs != 1 || len(w[0].Rows) != 2 ||
			w[1].Rows[0].ID != "a.token.one" || w[1].Rows[1].ID != "b.token.two" {
			t.Errorf("%+v", w)
		}
	}
}

func TestRowsThatWaitDoSoBesideAllOthers(t *testing.T) {
	waiting := append(rows(), &requirements.Requirement{ID: "c.ws.silence", Waits: true})
	for name, c := range map[string]struct {
		options Options
		beside  int
	}{
		"a home":         {Options{Procs: 4, Flags: &home.Flags{}}, 1},
		"one by one":     {Options{Procs: 1, Flags: &home.Flags{}}, 0},
		"a movable mock": {Options{Procs: 4, Flags: &home.Flags{Timing: kind.Timing{ControlURL: "http://mock"}}}, 0},
		"at a rate":      {Options{Procs: 4, Flags: &home.Flags{Reach: kind.Reach{Rate: 5}}}, 0},
		"named ports":    {Options{Procs: 4, Flags: &home.Flags{Site: kind.Site{ClientSite: "127.0.0.1:21000"}}}, 0},
	} {
		w := waves(waiting, c.options)
		if len(w[0].Rows) != 2 || len(w[0].Beside) != c.beside || len(w[1].Rows) != 3-c.beside {
			t.Errorf("%s: %+v", name, w)
		}
	}
}

func TestDecide(t *testing.T) {
	type row = requirements.Requirement
	without := func(name condition.Name) kind.Facts { return kind.Facts{Lacks: condition.Lacks{name: "there is none"}} }
	of := func(version string) kind.Facts { return kind.Facts{Version: version} }
	for name, c := range map[string]struct {
		row   row
		facts kind.Facts
		want  evidence.Verdict
	}{
		"nothing in the way":            {row{Needs: []condition.Name{condition.Clock}}, kind.Facts{}, ""},
		"nobody can judge it":           {row{Untestable: "it shows inside"}, kind.Facts{}, evidence.NotApplicable},
		"not promised yet":              {row{Since: "2026.11"}, of("2026.10.3"), evidence.NotApplicable},
		"promised from the first patch": {row{Since: "2026.11"}, of("2026.11.0"), ""},
		"no longer promised":            {row{Until: "2026.11"}, of("2026.11.0"), evidence.NotApplicable},
		"a release that is not told":    {row{Since: "2026.11"}, kind.Facts{}, ""},
		"the target has no PKCE":        {row{Needs: []condition.Name{condition.PKCE}}, without(condition.PKCE), evidence.NotApplicable},
		"the target has PKCE":           {row{Needs: []condition.Name{condition.PKCE}}, without(condition.Metadata), ""},
		"we have no browser":            {row{Needs: []condition.Name{condition.Browser}}, without(condition.Browser), evidence.NotRun},
		"the target lacks it, and we lack something": {
			row{Needs: []condition.Name{condition.Browser, condition.PKCE}},
			kind.Facts{Lacks: condition.Lacks{condition.Browser: "there is none", condition.PKCE: "there is none"}}, evidence.NotApplicable,
		},
		"another release, and we lack something": {
			row{Needs: []condition.Name{condition.Browser}, Until: "2020.1"},
			kind.Facts{Version: "2026.1", Lacks: condition.Lacks{condition.Browser: "there is none"}}, evidence.NotApplicable,
		},
	} {
		if got := Decide(&c.row, c.facts); got.Verdict != c.want || (got.Verdict == "") != (got.Reason == "") {
			t.Errorf("%s: %+v, want %q", name, got, c.want)
		}
	}
}
