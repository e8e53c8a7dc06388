package reports

import (
	"bytes"
	"embed"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/reports/replay"
)

//go:embed html
var pages embed.FS

// HTML writes report.html: a single self-contained file that starts with the failures, by cause. Screenshots of the set's folder
// are embedded. Everything can be read without script. With script, evidence and rows that need no attention wait as text
// in noscript elements and become elements when opened, which keeps a page of ten thousand rows fast. Pages
// are built from elements, not from a template: a template engine calls methods by their names, which makes the linker keep
// every method of the program, two megabytes of them.
func HTML(w io.Writer, s *evidence.Set, _ Options) error {
	colours, err := pages.ReadFile("html/colours.css")
	if err != nil {
		return err
	}
	css, err := pages.ReadFile("html/report.css")
	if err != nil {
		return err
	}
	script, err := pages.ReadFile("html/report.js")
	if err != nil {
		return err
	}
	p := page{s, replay.FindLogin(s.Results)}
	var b bytes.Buffer
	err = h.Doctype(h.HTML(h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")),
			h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.TitleEl(text(s.Head.Target.URL+": authconform report")),
			h.StyleEl(g.Raw(string(colours)+string(css))),
		),
		h.Body(
			h.A(h.Class("skip"), h.Href("#results"), g.Text("Skip to the results")),
			p.head(), p.summary(), p.filter(),
			h.Main(h.ID("results"), p.unmet(), p.notRun(), p.others()),
			h.Footer(h.P(g.Text("Every verdict cites its requirement, and every failure shows the recorded traffic. "+
				"Secrets were replaced when they were recorded. The evidence of passed rows is in run.jsonl and exchanges.har."))),
			h.Script(g.Raw(string(script))),
		),
	)).Render(&b)
	if err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// page is the page of a set.
type page struct {
	*evidence.Set
	login *replay.Login
}

// text returns a harmless text. Quotes stay as they are, because bodies are full of them.
func text(s string) g.Node { return g.Raw(escape.Replace(clean(s))) }

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func (p page) head() g.Node {
	t := p.Head.Target
	judged := "Judged by"
	if name := product(t); name != "" {
		judged = name + ", judged by"
	}
	numbers := func(of func(*evidence.End) string) string {
		if p.End == nil {
			return "" // a run that was killed has not counted
		}
		return of(p.End)
	}
	fact := func(name, value string) g.Node {
		return g.If(value != "", h.Div(h.Dt(g.Text(name)), h.Dd(text(value))))
	}
	return h.Header(
		h.P(h.Class("brand"), g.Text("authconform")),
		h.H1(text(t.URL)),
		h.P(h.Class("what"), text(judged+" the profile "), h.B(text(t.Profile))),
		h.Dl(
			g.If(!p.Head.Started.IsZero(), h.Div(h.Dt(g.Text("Judged")), h.Dd(h.Time(h.DateTime(p.Head.Started.Format(time.RFC3339)),
				g.Text(p.Head.Started.Format("2 January 2006, 15:04 MST")))))),
			fact("Duration", numbers(func(e *evidence.End) string { return took(e.DurationMS) })),
			fact("Requests", numbers(func(e *evidence.End) string { return strconv.Itoa(e.Requests) })),
			fact("Logins", numbers(func(e *evidence.End) string { return strconv.Itoa(e.Logins) })),
			fact("Seed", strconv.FormatInt(p.Head.Seed, 10)),
			fact("Shard", p.Head.Shard),
			fact("Selection", p.Head.Selection),
			fact("Tool", p.Head.Tool.Version+", catalogue "+p.Head.Catalogue.Revision),
		),
	)
}

func (p page) summary() g.Node {
	all := totals(p.Results)
	share := func(t total) string { return fmt.Sprintf("width:%.2f%%", 100*float64(t.n)/float64(len(p.Results))) }
	return h.Section(h.Class("summary"), h.Aria("labelledby", "summary"),
		h.H2(h.ID("summary"), g.Text(plural(len(p.Results), "requirement"))),
		h.Div(h.Class("bar"), h.Aria("hidden", "true"), g.Map(all, func(t total) g.Node {
			return h.Span(h.Class(string(t.verdict)), h.Style(share(t)))
		})),
		h.Ul(h.Class("counts"), g.Map(all, func(t total) g.Node {
			return h.Li(h.Class(string(t.verdict)), h.B(g.Text(strconv.Itoa(t.n))), g.Text(" "+word(t.verdict)))
		})),
		g.Map(notices(p.Set), func(n notice) g.Node {
			return h.P(g.If(n.serious, h.Class("notice serious")), g.If(!n.serious, h.Class("notice")), text(n.text))
		}),
		p.unfinished(),
	)
}

// unfinished names all rows without a verdict, if the notice names only some.
func (p page) unfinished() g.Node {
	rows := p.Unfinished()
	return g.If(len(rows) > 0, h.Details(h.Class("section"),
		h.Summary(h.Span(h.Class("name"), g.Text("Rows without a verdict")), h.Span(h.Class("tally"), g.Text(strconv.Itoa(len(rows))))),
		h.P(text(strings.Join(rows, ", "))),
	))
}

// filter is hidden until the script that implements it runs.
func (p page) filter() g.Node {
	return h.Form(h.Class("filter"), h.Role("search"), h.Aria("label", "Filter the results"), g.Attr("hidden"),
		h.Input(h.Type("search"), h.Placeholder("Search ids and texts"), h.Aria("label", "Search ids and texts")),
		h.FieldSet(h.Legend(g.Text("Verdicts")), g.Map(totals(p.Results), func(t total) g.Node {
			return h.Label(h.Class(string(t.verdict)),
				h.Input(h.Type("checkbox"), h.Value(string(t.verdict)), h.Checked()), g.Text(" "+word(t.verdict)))
		})),
		g.El("output", h.Aria("live", "polite")),
	)
}

// closed is the most rows of a group that starts open.
const closed = 10

// unmet shows the failures by cause.
func (p page) unmet() g.Node {
	all := groups(p.Results, unmet...)
	return h.Section(h.Class("part"),
		h.H2(g.Text("Failures")),
		g.If(len(all) == 0, h.P(h.Class("none"), g.Text("No row failed."))),
		g.Map(all, func(gr group) g.Node {
			if len(gr.results) == 1 {
				return p.row(gr.results[0], "")
			}
			return h.Details(h.Class("group "+string(gr.verdict)), g.If(len(gr.results) <= closed, g.Attr("open")),
				h.Summary(
					h.Span(h.Class("badge"), g.Text(word(gr.verdict))), g.Text(" "),
					h.B(g.Text(plural(len(gr.results), "row"))), text(": "+gr.cause),
				),
				g.Map(gr.results, func(r evidence.Result) g.Node { return p.row(r, gr.cause) }),
			)
		}),
	)
}

// notRun shows the rows that were not run, by the missing condition.
func (p page) notRun() g.Node {
	all := groups(p.Results, evidence.NotRun)
	return g.If(len(all) > 0, h.Section(h.Class("part"),
		h.H2(g.Text("Not run")),
		g.Map(all, func(gr group) g.Node {
			why := gr.reasons()
			return h.Details(h.Class("group not_run"),
				h.Summary(h.B(g.Text(plural(len(gr.results), "row"))), text(": "+strings.Join(why, "; "))),
				p.briefly(gr.results, len(why) > 1),
			)
		}),
	))
}

// others shows the rows that need no attention, by section.
func (p page) others() g.Node {
	quiet := slices.DeleteFunc(slices.Clone(p.Results), func(r evidence.Result) bool {
		return r.Verdict == evidence.NotRun || slices.Contains(unmet, r.Verdict)
	})
	return g.If(len(quiet) > 0, h.Section(h.Class("part"),
		h.H2(g.Text("Passed, noted or not applicable")),
		g.Map(sections(quiet), func(s section) g.Node {
			return h.Details(h.Class("section"),
				h.Summary(h.Span(h.Class("name"), text(s.name)), h.Span(h.Class("tally"), g.Map(totals(s.results), func(t total) g.Node {
					return g.Group{h.Span(h.Class(string(t.verdict)), g.Textf("%d %s", t.n, word(t.verdict))), g.Text(" ")}
				}))),
				p.briefly(s.results, true),
			)
		}),
	))
}
