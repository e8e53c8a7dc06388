package reports

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
)

// shownVectors is how many failed vectors of a row the Markdown report names.
const shownVectors = 6

// WriteMarkdown writes report.md: what a person must know, for a CI job's summary or a page of documents. Rows that
// passed are only counted.
func WriteMarkdown(path string, r *Report) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s %s: profile %s\n\n", r.Target.Product, r.Target.Version, r.Target.Profile)
	n := counts(r.Results)
	b.WriteString("|")
	for _, v := range Verdicts {
		fmt.Fprintf(&b, " %s |", v.Word())
	}
	b.WriteString("\n|" + strings.Repeat("--:|", len(n)) + "\n|")
	for _, of := range n {
		fmt.Fprintf(&b, " %d |", of)
	}
	fmt.Fprintf(&b, "\n\n%d rows in %.1f s, %d requests, %d logins, seed %d; catalogue %s.\n",
		len(r.Results), float64(r.Run.DurationMS)/1000, r.Run.Requests, r.Run.Logins, r.Run.Seed, r.Catalogue.Revision)
	for _, l := range lacking(r) {
		fmt.Fprintf(&b, "\n**Not run, %d rows**: %s\n", l.N, l.Reason)
	}
	for _, row := range markdownRows(r) {
		row.write(&b)
	}
	return writeFile(filepath.Clean(path), b.Bytes())
}

type markdownRow struct {
	Result
	Word string
}

func (r markdownRow) write(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n## %s\n\n%s (%s), %s: <%s>\n\n> %s\n", r.ID, r.Word, r.Level, strings.TrimSpace(r.Spec.Name+" "+mark(r.Spec.Section)), r.Spec.URL, r.Title)
	if r.Known != "" {
		fmt.Fprintf(b, "\n%s\n", r.Known)
	} else if r.Reason != "" && len(r.Failures) == 0 {
		fmt.Fprintf(b, "\n%s\n", r.Reason)
	}
	if len(r.Failures) > 0 {
		b.WriteString("\n| input | expected | got |\n|---|---|---|\n")
		for _, f := range r.Failures[:min(len(r.Failures), shownVectors)] {
			fmt.Fprintf(b, "| %s | %s | %s |\n", cell(f.Vector), cell(f.Expected), cell(f.Got))
		}
		if more := len(r.Failures) - shownVectors; more > 0 {
			fmt.Fprintf(b, "\nand %d more.\n", more)
		}
	}
	if text := httpText(r); text != "" {
		fmt.Fprintf(b, "\n```http\n%s\n```\n", text)
	}
}

// markdownRows are the rows that are not met, worst first.
func markdownRows(r *Report) []markdownRow {
	var out []markdownRow
	for _, v := range []Verdict{Fail, Blocked, Warn, KnownFail} {
		for _, res := range r.Results {
			if res.Verdict == v {
				out = append(out, markdownRow{res, strings.ToUpper(v.Word()[:1]) + v.Word()[1:]})
			}
		}
	}
	return out
}

// cell is text in a table's cell.
func cell(s string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ", "<", "&lt;").Replace(s)
}

const httpBody = 600 // bytes of a body

// httpText is a row's telling exchange as it went over the wire, without the headers that say nothing.
func httpText(r markdownRow) string {
	e := telling(r.Result)
	if e == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", e.Method, e.URL)
	for _, h := range e.RequestHeaders {
		fmt.Fprintf(&b, "%s: %s\n", h.Name, h.Value)
	}
	if e.RequestBody != "" {
		fmt.Fprintf(&b, "\n%s\n", shortened(e.RequestBody))
	}
	fmt.Fprintf(&b, "\n→ %d %s\n", e.Status, e.Error)
	for _, h := range e.ResponseHeaders {
		if h.Name != "Date" {
			fmt.Fprintf(&b, "%s: %s\n", h.Name, h.Value)
		}
	}
	if e.ResponseBody != "" {
		fmt.Fprintf(&b, "\n%s", shortened(e.ResponseBody))
	}
	return strings.TrimRight(clean(strings.ReplaceAll(b.String(), "```", "` ` `")), "\n")
}

func shortened(s string) string {
	if len(s) > httpBody {
		return strings.ToValidUTF8(s[:httpBody], "") + "…"
	}
	return s
}
