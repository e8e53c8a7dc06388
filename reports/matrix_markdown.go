package reports

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/authconform/authconform/evidence"
)

// matrixMarkdown writes a table for each section and the failures below it.
func matrixMarkdown(w io.Writer, m *evidence.Matrix) error {
	var b bytes.Buffer
	b.WriteString("# Servers and requirements\n\n| server | judged | profile | by |\n|---|---|---|---|\n")
	for _, c := range m.Columns {
		fmt.Fprintf(&b, "| %s | %s, %s | %s | authconform %s, catalogue %s |\n", prose(c.Name), prose(c.Target.URL), prose(c.Date),
			prose(c.Target.Profile), prose(c.Tool.Version), prose(c.Catalogue.Revision))
	}
	for _, r := range matrixRemarks(m) {
		fmt.Fprintf(&b, "\n> %s\n", prose(r))
	}
	for _, rows := range matrixSections(m) {
		fmt.Fprintf(&b, "\n## %s\n\n| requirement | level |", prose(rows[0].Section))
		for _, c := range m.Columns {
			fmt.Fprintf(&b, " %s |", prose(c.Name))
		}
		b.WriteString("\n|---|---|" + strings.Repeat("---|", len(m.Columns)) + "\n")
		for _, r := range rows {
			fmt.Fprintf(&b, "| %s %s | %s |", code(r.ID), prose(r.Title), prose(string(r.Level)))
			for _, c := range r.Cells {
				b.WriteString(markdownCell(c))
			}
			b.WriteString("\n")
		}
		markdownBroken(&b, m, rows)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func markdownCell(c *evidence.Cell) string {
	switch {
	case c == nil:
		return "  |"
	case slices.Contains(unmet, c.Verdict):
		return " **" + cellWord(c.Verdict) + "** |"
	}
	return " " + cellWord(c.Verdict) + " |"
}

// markdownBroken lists the failures row by row.
func markdownBroken(b *bytes.Buffer, m *evidence.Matrix, rows []evidence.MatrixRow) {
	first := true
	for _, r := range rows {
		for i, c := range r.Cells {
			if c == nil || !slices.Contains(unmet, c.Verdict) {
				continue
			}
			if first {
				b.WriteString("\n")
				first = false
			}
			reason := c.Reason
			if len(c.Failures) > 0 {
				reason = said(evidence.Result{Failures: c.Failures})
			}
			fmt.Fprintf(b, "- %s, %s: %s\n", code(r.ID), prose(m.Columns[i].Name), code(cut(reason, shownBody)))
		}
	}
}
