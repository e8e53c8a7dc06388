package reports

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/authconform/authconform/evidence"
)

// MatrixWriter is an output format of a matrix.
type MatrixWriter struct {
	Name   string // of --format
	Ending string // of a file that asks for it
	Write  func(io.Writer, *evidence.Matrix) error
	Cells  func(evidence.Result) ([]evidence.Item, int) // the evidence that a cell shows
}

// Matrices are all output formats of a matrix.
var Matrices = []MatrixWriter{
	{"html", ".html", matrixHTML, someEvidence},
	{"markdown", ".md", matrixMarkdown, noEvidence},
	{"csv", ".csv", matrixCSV, noEvidence},
	{"json", ".json", matrixJSON, oneExchange},
}

// MatrixNames are the names of all matrix formats.
func MatrixNames() []string {
	var names []string
	for _, m := range Matrices {
		names = append(names, m.Name)
	}
	return names
}

func noEvidence(evidence.Result) ([]evidence.Item, int) { return nil, 0 }

// oneExchange returns the exchange that shows a row best.
func oneExchange(r evidence.Result) ([]evidence.Item, int) {
	_, at := telling(r)
	if at < 0 {
		return nil, exchanges(r.Evidence)
	}
	return r.Evidence[at : at+1 : at+1], exchanges(r.Evidence) - 1
}

const (
	shownOfPassed = 6       // items of evidence in a cell of the page
	shownOfFailed = 16      // the same for a row that is not met
	cellBody      = 2 << 10 // bytes of a body there
)

// someEvidence returns the evidence that leads up to the exchange that shows a row best.
func someEvidence(r evidence.Result) ([]evidence.Item, int) {
	most := shownOfPassed
	if r.Verdict.Red(true) || r.Verdict == evidence.KnownFail {
		most = shownOfFailed
	}
	_, at := telling(r)
	end := len(r.Evidence)
	if len(r.Failures) > 0 && at >= 0 {
		end = min(end, at+2)
	}
	kept := r.Evidence[max(0, end-most):end]
	var items []evidence.Item
	for _, i := range kept {
		if e := i.Exchange; e != nil {
			short := *e
			short.RequestBody, short.RequestCut = upTo(e.RequestBody, e.RequestCut)
			short.ResponseBody, short.ResponseCut = upTo(e.ResponseBody, e.ResponseCut)
			i.Exchange = &short
		}
		items = append(items, i)
	}
	return items, exchanges(r.Evidence) - exchanges(items)
}

func upTo(body string, lost int) (string, int) {
	kept := evidence.Start(body, cellBody)
	return kept, lost + len(body) - len(kept)
}

// MatrixVersion names the format of `matrix --format json`.
const MatrixVersion = "authconform/matrix/v1"

func matrixJSON(w io.Writer, m *evidence.Matrix) error {
	return encode(w, struct {
		Version string `json:"version"`
		*evidence.Matrix
	}{MatrixVersion, m})
}

// matrixCSV has a row for each requirement and a column for each server.
func matrixCSV(w io.Writer, m *evidence.Matrix) error {
	c := csv.NewWriter(w)
	head := []string{"id", "section", "level", "requirement", "source"}
	for _, col := range m.Columns {
		head = append(head, noFormula(col.Name))
	}
	rows := [][]string{head}
	for _, r := range m.Rows {
		row := []string{r.ID, r.Section, string(r.Level), r.Title, r.Spec.URL}
		for i := range row {
			row[i] = noFormula(row[i])
		}
		for _, cell := range r.Cells {
			if cell == nil {
				row = append(row, "")
			} else {
				row = append(row, string(cell.Verdict))
			}
		}
		rows = append(rows, row)
	}
	return c.WriteAll(rows)
}

// noFormula puts a text on one line that no spreadsheet computes.
func noFormula(s string) string {
	s = line(s)
	if strings.HasPrefix(s, "=") || strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-") || strings.HasPrefix(s, "@") {
		return "'" + s
	}
	return s
}

// cellWord returns the text of a verdict in a cell.
func cellWord(v evidence.Verdict) string {
	switch v {
	case evidence.NotApplicable:
		return "n/a"
	case evidence.KnownFail:
		return "known"
	}
	return word(v)
}

// matrixRemarks returns the notices about the runs.
func matrixRemarks(m *evidence.Matrix) (list []string) {
	differ := func(what string, of func(evidence.Column) string) {
		seen := map[string]bool{}
		var values []string
		for _, c := range m.Columns {
			if v := of(c); !seen[v] {
				seen[v] = true
				values = append(values, v)
			}
		}
		if len(values) > 1 {
			list = append(list, fmt.Sprintf("The runs have different %s: %s.", what, few(values)))
		}
	}
	differ("profiles", func(c evidence.Column) string { return c.Target.Profile })
	differ("catalogue revisions", func(c evidence.Column) string { return c.Catalogue.Revision })
	differ("versions of authconform", func(c evidence.Column) string { return c.Tool.Version })
	for _, c := range m.Columns {
		if c.Ended != "" {
			list = append(list, c.Name+" was not judged to the end: "+c.Ended)
		}
	}
	return list
}

// matrixSections returns the rows by section, in order.
func matrixSections(m *evidence.Matrix) [][]evidence.MatrixRow {
	var out [][]evidence.MatrixRow
	for _, r := range m.Rows {
		if n := len(out); n > 0 && out[n-1][0].Section == r.Section {
			out[n-1] = append(out[n-1], r)
		} else {
			out = append(out, []evidence.MatrixRow{r})
		}
	}
	return out
}
