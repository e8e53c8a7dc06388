package reports

import (
	"net/url"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/reports/replay"
)

// row shows the result of a requirement that is not met; it omits the reason if the group has given it.
func (p page) row(r evidence.Result, said string) g.Node {
	return h.Article(h.ID(clean(r.ID)), h.Class("row "+string(r.Verdict)),
		h.H3(h.Span(h.Class("badge"), g.Text(word(r.Verdict))), g.Text(" "), self(r), g.Text(" "), level(r)),
		h.P(h.Class("sentence"), text(r.Title)),
		h.P(h.Class("source"), specLink(r.Spec)),
		g.If(r.Known != "" && r.Known != said, h.P(h.Class("reason"), text("Known: "+r.Known))),
		g.If(r.Reason != "" && r.Reason != said && len(r.Failures) == 0, h.P(h.Class("reason"), text(r.Reason))),
		failures(r.Failures),
		g.If(r.Fix != "", h.P(h.Class("fix"), h.B(g.Text("Fix: ")), text(r.Fix))),
		notes(r),
		p.again(r),
		p.evidence(r, true),
	)
}

// briefly lists rows that need no attention. The script builds the list when somebody opens it.
func (p page) briefly(rows []evidence.Result, reason bool) g.Node {
	return h.NoScript(h.Ul(h.Class("rows"), g.Map(rows, func(r evidence.Result) g.Node { return p.brief(r, reason) })))
}

// brief shows a row that needs no attention, with as few elements as possible.
func (p page) brief(r evidence.Result, reason bool) g.Node {
	return h.Li(h.ID(clean(r.ID)), h.Class("row "+string(r.Verdict)),
		h.B(h.Class("badge"), g.Text(word(r.Verdict))), g.Text(" "), self(r), g.Text(" "), level(r),
		h.P(h.Class("sentence"), text(r.Title+" "), specLink(r.Spec)),
		g.If(reason && r.Reason != "" && len(r.Notes) == 0, h.P(h.Class("reason"), text(r.Reason))),
		notes(r),
		g.Iff(r.Verdict == evidence.Note || r.Verdict == evidence.NotRun, func() g.Node { return p.evidence(r, false) }),
	)
}

// self links to the row, with its id.
func self(r evidence.Result) g.Node {
	id := clean(r.ID)
	return h.A(h.Class("id"), h.Href("#"+(&url.URL{Path: id}).EscapedPath()), g.Text(id))
}

func level(r evidence.Result) g.Node {
	return h.Span(h.Class("level"), text(strings.ToUpper(string(r.Level))))
}

// specLink links to the cited sentence, if its address is a web address.
func specLink(s evidence.Spec) g.Node {
	if to := link(s.URL); to != "" {
		return h.A(h.Href(to), h.Rel("noreferrer"), text(source(s)))
	}
	return h.Span(text(strings.TrimSpace(source(s) + " " + s.URL)))
}

// failures is a table of the failed checks; for a row without vectors it omits the inputs.
func failures(all []evidence.Failure) g.Node {
	if len(all) == 0 {
		return nil
	}
	named := slices.ContainsFunc(all, func(f evidence.Failure) bool { return input(f) != "" })
	column := func(name string) g.Node { return h.Th(h.Scope("col"), g.Text(name)) }
	return h.Table(h.Class("failures"),
		h.THead(h.Tr(g.If(named, column("Input")), column("Expected"), column("Got"))),
		h.TBody(g.Map(all, func(f evidence.Failure) g.Node {
			return h.Tr(
				g.If(named, h.Td(h.Data("label", "Input"), text(f.Vector),
					g.If(f.Value != "" && f.Value != f.Vector, h.Code(h.Class("value"), text(f.Value))))),
				h.Td(h.Data("label", "Expected"), text(f.Expected)),
				h.Td(h.Data("label", "Got"), text(f.Got)),
			)
		})),
	)
}

func notes(r evidence.Result) g.Node {
	return g.If(len(r.Notes) > 0, h.Ul(h.Class("notes"), g.Map(r.Notes, func(n string) g.Node { return h.Li(text(n)) })))
}

// again shows the script that reproduces a failure, if there is one.
func (p page) again(r evidence.Result) g.Node {
	_, at := telling(r)
	if at < 0 || len(r.Failures) == 0 {
		return nil
	}
	script := replay.Script(r, at, p.login)
	if script == "" {
		return nil
	}
	return h.Details(h.Class("again"), h.Summary(g.Text("Reproduce")), h.Pre(h.TabIndex("0"), h.Code(text(script))))
}
