package reports

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"regexp"
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/authconform/authconform/evidence"
)

// matrixHTML writes a self-contained page: a table of words, which needs no script, and the content of each cell, which a script
// shows when the cell is opened. The content is compressed, in a block for each row, because it is repetitive and seldom opened.
func matrixHTML(w io.Writer, m *evidence.Matrix) error {
	colours, err1 := pages.ReadFile("html/colours.css")
	css, err2 := pages.ReadFile("html/matrix.css")
	script, err3 := pages.ReadFile("html/matrix.js")
	if err := firstOf(err1, err2, err3); err != nil {
		return err
	}
	style := append(colours, css...)
	const policyOf = "default-src 'none'; script-src '%s'; style-src '%s'; base-uri 'none'; form-action 'none'"
	policy := fmt.Sprintf(policyOf, hash(script), hash(style))
	blocks, err := blocks(m)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	err = h.Doctype(h.HTML(h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")),
			h.Meta(g.Attr("http-equiv", "Content-Security-Policy"), h.Content(policy)),
			h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.TitleEl(g.Text("Servers and requirements: authconform matrix")),
			h.StyleEl(g.Raw(string(style))),
		),
		h.Body(
			h.A(h.Class("skip"), h.Href("#matrix"), g.Text("Skip to the table")),
			matrixHead(m), matrixFilter(m),
			h.Main(matrixTable(m)),
			h.Dialog(h.Aria("labelledby", "cell-title"), h.Div(h.Class("cell"))),
			blocks,
			h.Script(g.Raw(string(script))),
		),
	)).Render(&b)
	if err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func matrixHead(m *evidence.Matrix) g.Node {
	return h.Header(
		h.P(h.Class("brand"), g.Text("authconform")),
		h.H1(g.Textf("%s, %s", plural(len(m.Columns), "server"), plural(len(m.Rows), "requirement"))),
		h.P(g.Text("A cell says what a server did with a requirement. "+
			"Open it to see the recorded traffic: arrow keys move between cells, Enter opens one. This is not a ranking.")),
		h.NoScript(h.P(h.Class("notice"), g.Text("Without script the table can be read, but no cell opens. "+
			"The traffic is in the run.jsonl of each run."))),
		g.Map(matrixRemarks(m), func(r string) g.Node { return h.P(h.Class("notice"), text(r)) }),
		h.Details(
			h.Summary(g.Text("The servers")),
			h.Ul(h.Class("servers"), g.Map(m.Columns, func(c evidence.Column) g.Node {
				about := c.Target.URL
				if p := product(c.Target); p != "" && p != c.Name {
					about = p + ", " + about
				}
				return h.Li(h.B(text(c.Name)), text(fmt.Sprintf(": %s; profile %s; judged %s by authconform %s, catalogue %s",
					about, c.Target.Profile, c.Date, c.Tool.Version, c.Catalogue.Revision)))
			})),
		),
	)
}

func matrixFilter(m *evidence.Matrix) g.Node {
	box := func(name, value, class, words string) g.Node {
		return h.Label(h.Class(class), h.Input(h.Type("checkbox"), h.Name(name), h.Value(value), h.Checked()), g.Text(" "+words))
	}
	have := map[evidence.Verdict]bool{}
	levels := map[evidence.Level]bool{}
	for _, r := range m.Rows {
		levels[r.Level] = true
		for _, c := range r.Cells {
			if c != nil {
				have[c.Verdict] = true
			}
		}
	}
	return h.Form(h.Class("filter"), h.Role("search"), h.Aria("label", "Filter the rows"), g.Attr("hidden"),
		h.Input(h.Type("search"), h.Placeholder("Search ids and texts"), h.Aria("label", "Search ids and texts")),
		h.Select(h.Name("section"), h.Aria("label", "Section"), h.Option(h.Value(""), g.Text("all sections")),
			g.Map(matrixSections(m), func(rows []evidence.MatrixRow) g.Node { return h.Option(text(rows[0].Section)) })),
		h.Details(h.Summary(g.Text("More filters")),
			h.FieldSet(h.Legend(g.Text("Rows with a cell that is")), g.Map(evidence.Verdicts, func(v evidence.Verdict) g.Node {
				return g.If(have[v], box("verdict", string(v), string(v), word(v)))
			})),
			h.FieldSet(h.Legend(g.Text("Level")), g.Map([]evidence.Level{evidence.Must, evidence.Should, evidence.May, evidence.Info},
				func(l evidence.Level) g.Node { return g.If(levels[l], box("level", string(l), "", string(l))) })),
			h.Label(h.Input(h.Type("checkbox"), h.Name("differ")), g.Text(" only rows that differ")),
		),
		g.El("output", h.Aria("live", "polite")),
	)
}

// breaks are where a name in a narrow column may wrap: after a slash, or after a dot that is not within a number.
var breaks = regexp.MustCompile(`/|\.[^0-9]`)

// breakable lets a name wrap there instead of within a word.
func breakable(name string) g.Node {
	var parts g.Group
	for {
		at := breaks.FindStringIndex(name)
		if at == nil || at[0]+1 == len(name) {
			return append(parts, text(name))
		}
		parts = append(parts, text(name[:at[0]+1]), h.Wbr())
		name = name[at[0]+1:]
	}
}

// matrixTable has a body for each section.
func matrixTable(m *evidence.Matrix) g.Node {
	n := -1
	return h.Div(h.Class("scroll"), h.TabIndex("-1"), h.ID("matrix"), h.Table(h.Role("grid"), h.Aria("label", "Servers and requirements"),
		h.ColGroup(h.Col(h.Class("first")), g.Map(m.Columns, func(evidence.Column) g.Node { return h.Col() })),
		h.THead(h.Tr(h.Th(h.Scope("col"), g.Text("Requirement")), g.Map(m.Columns, func(c evidence.Column) g.Node {
			return h.Th(h.Scope("col"), breakable(c.Name))
		}))),
		g.Map(matrixSections(m), func(rows []evidence.MatrixRow) g.Node {
			return h.TBody(
				h.Tr(h.Class("section"), h.Th(h.Scope("rowgroup"), h.ColSpan(strconv.Itoa(len(m.Columns)+1)), h.Span(text(rows[0].Section)))),
				g.Map(rows, func(r evidence.MatrixRow) g.Node {
					n++
					return matrixRow(r, n)
				}),
			)
		}),
	))
}

func matrixRow(r evidence.MatrixRow, n int) g.Node {
	return h.Tr(h.Data("row", strconv.Itoa(n)), h.Data("level", clean(string(r.Level))), g.If(r.Differs(), h.Data("differ", "")),
		h.Th(h.Scope("row"), h.Code(breakable(r.ID)), g.Text(" "), h.Small(text(string(r.Level))), h.P(text(r.Title))),
		g.Map(r.Cells, func(c *evidence.Cell) g.Node {
			if c == nil {
				return h.Td()
			}
			return h.Td(h.Class(string(c.Verdict)), g.Text(cellWord(c.Verdict)))
		}),
	)
}

// block is the content of a row that the script shows.
type block struct {
	Spec  string           `json:"spec"`
	Link  string           `json:"link,omitempty"`
	Cells []*evidence.Cell `json:"cells"`
}

// blocks returns the rows as JSON, compressed (RFC 1951), in base64: no text in it can end an element.
func blocks(m *evidence.Matrix) (g.Node, error) {
	var all g.Group
	var packed bytes.Buffer
	deflate, err := flate.NewWriter(&packed, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	for _, r := range m.Rows {
		packed.Reset()
		deflate.Reset(&packed)
		if err := compact(deflate, block{source(r.Spec), link(r.Spec.URL), r.Cells}); err != nil {
			return nil, err
		}
		if err := deflate.Close(); err != nil {
			return nil, err
		}
		all = append(all, h.Script(h.Type("text/plain"), h.Class("block"), g.Raw(base64.StdEncoding.EncodeToString(packed.Bytes()))))
	}
	return all, nil
}
