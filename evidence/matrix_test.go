package evidence

import (
	"strings"
	"testing"
)

func matrixOf(sets map[string]*Set, order ...string) *Matrix {
	m := &Matrix{}
	for _, name := range order {
		given := name
		if strings.HasPrefix(name, "_") {
			given = ""
		}
		m.Add(given, sets[name], func(r Result) ([]Item, int) { return r.Evidence, 0 })
	}
	return m
}

func TestAMatrixHasACellForEachRunThatHasTheRow(t *testing.T) {
	one, two := row("x", 1, Pass), row("y", 9, Fail)
	one.Section, two.Section = "s", "t"
	strict := row("x", 1, Fail)
	strict.Section, strict.Level = "s", Must
	one.Level = Should
	between := row("z", 5, Note)
	between.Section = "s"
	m := matrixOf(map[string]*Set{
		"a": setOf(&End{}, one, two), "b": setOf(nil, strict, between),
	}, "a", "b")
	var got []string
	for _, r := range m.Rows {
		text := r.ID + "/" + string(r.Level)
		for _, c := range r.Cells {
			if c == nil {
				text += " -"
			} else {
				text += " " + string(c.Verdict)
			}
		}
		got = append(got, text)
	}
	if want := "x/must pass fail; z/must - note; y/must fail -"; strings.Join(got, "; ") != want {
		t.Errorf("%s, want %s", strings.Join(got, "; "), want)
	}
	if !m.Rows[0].Differs() || m.Rows[1].Differs() {
		t.Error("the first row alone differs")
	}
	if m.Columns[0].Ended != "" || m.Columns[1].Ended != "the run was killed" {
		t.Errorf("%+v", m.Columns)
	}
}

func TestColumnsAreNamedByWhatTellsThemApart(t *testing.T) {
	run := func(product, version, profile, url, dir string) *Set {
		s := setOf(&End{}, row("a", 1, Pass))
		s.Head.Target, s.Dir = Target{Product: product, Version: version, Profile: profile, URL: url}, dir
		return s
	}
	sets := map[string]*Set{
		"_1": run("Home", "1", "home", "http://a", "x/1"), "_2": run("Home", "2", "home", "http://a", "x/2"),
		"_3": run("Home", "1", "linking", "http://a", "x/3"), "_4": run("", "", "home", "http://b", "x/4"),
		"_5": run("Home", "2", "home", "http://a", "x/5"), "_6": run("Home", "2", "home", "http://a", "y/5"), "mine": run("", "", "", "", ""),
	}
	for want, order := range map[string][]string{
		"Home 1|Home 2":                       {"_1", "_2"},
		"Home 1, home|Home 1, linking":        {"_1", "_3"},
		"http://b|mine|mine (2)":              {"_4", "mine", "mine"},
		"Home 2, 2|Home 2, 5|Home 1":          {"_2", "_5", "_1"},
		"Home 2, 2|Home 2, 5|Home 2, 5 (2)":   {"_2", "_5", "_6"},
		"Home 1, home|Home 1, linking|Home 2": {"_1", "_3", "_2"},
		"Home 1|Home 1 (2)":                   {"_1", "_1"},
	} {
		var names []string
		for _, c := range matrixOf(sets, order...).Columns {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, "|"); got != want {
			t.Errorf("%v are named %s, want %s", order, got, want)
		}
	}
}
