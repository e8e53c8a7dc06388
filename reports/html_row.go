package reports

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

func sectionOf(s shownSection, dir string) g.Node {
	return h.Details(h.Class("section"), g.If(s.Open, g.Attr("open")),
		h.Summary(h.H2(g.Text(s.Name)), h.Span(h.Class("tally"), g.Map(s.Counts, func(t total) g.Node {
			return g.Group{h.Span(h.Class(string(t.Verdict)), g.Textf("%d %s", t.N, t.Verdict.Word())), g.Text(" ")}
		}))),
		g.Map(s.Results, func(r Result) g.Node { return rowOf(r, dir) }),
	)
}

// rowOf is what became of one requirement; dir holds its screenshots.
func rowOf(r Result, dir string) g.Node {
	return h.Article(h.ID(r.ID), h.Class("row "+string(r.Verdict)), h.Data("verdict", string(r.Verdict)),
		h.H3(h.Span(h.Class("badge"), g.Text(r.Verdict.Word())), g.Text(" "), h.A(h.Href("#"+r.ID), g.Text(r.ID)), g.Text(" "), h.Span(h.Class("level"), g.Text(strings.ToUpper(string(r.Level))))),
		h.P(h.Class("sentence"), g.Text(r.Title)),
		h.P(h.Class("source"), h.A(h.Href(r.Spec.URL), g.Text(strings.TrimSpace(r.Spec.Name+" "+mark(r.Spec.Section))))),
		g.If(r.Known != "", h.P(h.Class("reason"), g.Text("Known: "+r.Known))),
		g.If(r.Reason != "" && len(r.Failures) == 0, h.P(h.Class("reason"), g.Text(r.Reason))),
		g.If(len(r.Failures) > 0, failuresOf(r.Failures)),
		g.If(len(r.Notes) > 1, h.Ul(h.Class("notes"), g.Map(r.Notes, func(n string) g.Node { return h.Li(g.Text(n)) }))),
		againOf(r),
		g.If(len(r.Evidence) > 0, h.Details(h.Class("evidence"), h.Summary(g.Textf("Evidence (%d)", len(r.Evidence))),
			g.Map(r.Evidence, func(e Evidence) g.Node { return evidenceOf(e, dir) }))),
	)
}

// failuresOf is a table of what did not hold; a row without vectors has no inputs to name.
func failuresOf(all []Failure) g.Node {
	named := slices.ContainsFunc(all, func(f Failure) bool { return f.Vector != "" })
	column := func(name string) g.Node { return h.Th(h.Scope("col"), g.Text(name)) }
	return h.Div(h.Class("scroll"), h.Table(
		h.THead(h.Tr(g.If(named, column("Input")), column("Expected"), column("Got"))),
		h.TBody(g.Map(all, func(f Failure) g.Node {
			return h.Tr(g.If(named, h.Td(g.Text(f.Vector))), h.Td(g.Text(f.Expected)), h.Td(g.Text(f.Got)))
		})),
	))
}

// againOf is the command that shows a failure once more, if there is one.
func againOf(r Result) g.Node {
	e := telling(r)
	if len(r.Failures) == 0 || e == nil {
		return nil
	}
	command := Curl(*e)
	if command == "" {
		return nil
	}
	return h.Div(h.Class("again"), h.P(g.Text("Send it again (set the variables first):")), h.Pre(h.TabIndex("0"), h.Code(g.Text(command))))
}

func evidenceOf(e Evidence, dir string) g.Node {
	switch {
	case e.Exchange != nil:
		return exchangeOf(e.Exchange)
	case e.Browser != nil:
		return h.Figure(
			h.FigCaption(g.Text(e.Browser.Step+": "), h.Code(g.Text(e.Browser.URL)), g.If(e.Browser.DOM != "", g.Group{g.Text(" ("), h.A(h.Href(e.Browser.DOM), g.Text("page")), g.Text(")")})),
			g.Iff(e.Browser.Screenshot != "", func() g.Node {
				return h.Img(h.Loading("lazy"), h.Alt("What the browser showed"), h.Src(picture(dir, e.Browser.Screenshot)))
			}),
		)
	default:
		return h.P(g.Text(e.Note))
	}
}

func exchangeOf(e *Exchange) g.Node {
	outcome := e.Error
	if e.Status != 0 {
		outcome = strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, e.Error))
	}
	message := func(first string, headers []Header, body string) g.Node {
		var b strings.Builder
		b.WriteString(first + "\n")
		for _, line := range headers {
			fmt.Fprintf(&b, "%s: %s\n", line.Name, line.Value)
		}
		return h.Pre(h.TabIndex("0"), g.Text(b.String()+"\n"+body))
	}
	return h.Details(h.Class("exchange"),
		h.Summary(h.Code(g.Text(e.Method+" "+e.URL)), g.Text(" "), h.B(g.Text(outcome)), g.Text(" "+e.Label)),
		message(e.Method+" "+e.URL, e.RequestHeaders, e.RequestBody),
		message(outcome, e.ResponseHeaders, e.ResponseBody),
	)
}

// picture is a screenshot as a data URL, or its name if it cannot be read.
func picture(dir, name string) string {
	raw, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return name
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(raw)
}
