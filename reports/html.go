package reports

import (
	"bytes"
	"embed"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

//go:embed html
var pages embed.FS

// WriteHTML writes report.html: one file without any other, readable without script. Screenshots that stand in the same
// folder are part of it. Pages are built from elements, not from a template: a template engine calls methods by their
// names, which makes the linker keep every method of the program, two megabytes of them.
func WriteHTML(path string, r *Report) error {
	css, err := pages.ReadFile("html/report.css")
	if err != nil {
		return err
	}
	script, err := pages.ReadFile("html/report.js")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	err = h.Doctype(h.HTML(h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")),
			h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.TitleEl(g.Text(r.Target.URL+": authconform report")),
			h.StyleEl(g.Raw(string(css))),
		),
		h.Body(
			h.A(h.Class("skip"), h.Href("#results"), g.Text("Skip to the results")),
			headOf(r),
			summaryOf(r),
			filterOf(totals(r)),
			h.Main(h.ID("results"), g.Map(shown(r), func(s shownSection) g.Node { return sectionOf(s, filepath.Dir(path)) })),
			h.Footer(h.P(g.Text("Every verdict names its sentence; every failure shows its bytes. Secrets were replaced when they were captured."))),
			h.Script(g.Raw(string(script))),
		),
	)).Render(&b)
	if err != nil {
		return err
	}
	return writeFile(path, b.Bytes())
}

func headOf(r *Report) g.Node {
	fact := func(name string, value g.Node) g.Node { return h.Div(h.Dt(g.Text(name)), h.Dd(value)) }
	return h.Header(
		h.P(h.Class("brand"), g.Text("authconform")),
		h.H1(g.Text(r.Target.URL)),
		h.P(h.Class("what"), g.Text(r.Target.Product+" "+r.Target.Version+" held against the profile "), h.B(g.Text(r.Target.Profile))),
		h.Dl(
			fact("Judged", h.Time(h.DateTime(r.Run.Started.Format(time.RFC3339)), g.Text(r.Run.Started.Format("2 January 2006, 15:04 MST")))),
			fact("Took", g.Text((time.Duration(r.Run.DurationMS)*time.Millisecond).String())),
			fact("Requests", g.Text(strconv.Itoa(r.Run.Requests))),
			fact("Logins", g.Text(strconv.Itoa(r.Run.Logins))),
			fact("Seed", g.Text(strconv.FormatInt(r.Run.Seed, 10))),
			fact("Tool", g.Text(r.Tool.Version+", catalogue "+r.Catalogue.Revision)),
		),
	)
}

func summaryOf(r *Report) g.Node {
	all := totals(r)
	notice := func(children ...g.Node) g.Node { return h.P(append([]g.Node{h.Class("notice")}, children...)...) }
	return h.Section(h.Class("summary"), h.Aria("labelledby", "summary"),
		h.H2(h.ID("summary"), g.Textf("%d requirements", len(r.Results))),
		h.Div(h.Class("bar"), h.Aria("hidden", "true"), g.Map(all, func(t total) g.Node { return h.Span(h.Class(string(t.Verdict)), h.Style("width:"+t.Percent+"%")) })),
		h.Ul(h.Class("counts"), g.Map(all, func(t total) g.Node {
			return h.Li(h.Class(string(t.Verdict)), h.B(g.Text(strconv.Itoa(t.N))), g.Text(" "+t.Verdict.Word()))
		})),
		g.If(r.Run.Interrupt != "", notice(g.Text("The run ended early: "+r.Run.Interrupt))),
		g.Map(r.Run.Cleanup, func(s string) g.Node { return notice(g.Text(s)) }),
		g.Map(lacking(r), func(l lack) g.Node { return notice(h.B(g.Textf("%d not run", l.N)), g.Text(" "+l.Reason)) }),
	)
}

// filterOf is shown by the script that makes it work.
func filterOf(all []total) g.Node {
	return h.Form(h.Class("filter"), h.Role("search"), h.Aria("label", "Filter the results"), g.Attr("hidden"),
		h.Input(h.Type("search"), h.Placeholder("Search ids and sentences"), h.Aria("label", "Search ids and sentences")),
		h.Div(h.Role("group"), h.Aria("label", "Verdicts"), g.Map(all, func(t total) g.Node {
			return h.Label(h.Class(string(t.Verdict)), h.Input(h.Type("checkbox"), h.Value(string(t.Verdict)), h.Checked()), g.Text(" "+t.Verdict.Word()))
		})),
		g.El("output", h.Aria("live", "polite")),
	)
}

type total struct {
	Verdict Verdict
	N       int
	Percent string // of the bar
}

func totals(r *Report) []total {
	var out []total
	for i, n := range counts(r.Results) {
		if n > 0 {
			out = append(out, total{Verdicts[i], n, fmt.Sprintf("%.2f", 100*float64(n)/float64(len(r.Results)))})
		}
	}
	return out
}

type shownSection struct {
	Name    string
	Results []Result
	Counts  []total
	Open    bool
}

// shown is the sections with their worst rows first.
func shown(r *Report) []shownSection {
	var out []shownSection
	for _, s := range sectionsOf(r) {
		sorted := slices.Clone(s.results)
		slices.SortStableFunc(sorted, func(a, b Result) int { return slices.Index(Verdicts, a.Verdict) - slices.Index(Verdicts, b.Verdict) })
		part := shownSection{Name: s.name, Results: sorted, Counts: totals(&Report{Results: s.results})}
		part.Open = slices.ContainsFunc(sorted, func(r Result) bool { return r.Verdict.Red(true) })
		out = append(out, part)
	}
	return out
}

// lack is how many rows could not be judged for one reason.
type lack struct {
	Reason string
	N      int
}

func lacking(r *Report) []lack {
	var out []lack
	for _, res := range r.Results {
		if res.Verdict != NotRun {
			continue
		}
		if i := slices.IndexFunc(out, func(l lack) bool { return l.Reason == res.Reason }); i >= 0 {
			out[i].N++
		} else {
			out = append(out, lack{res.Reason, 1})
		}
	}
	return out
}
