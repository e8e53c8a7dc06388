package reports

import (
	"bytes"
	"embed"
	"fmt"
	"path/filepath"
	"strings"
	"text/template"
)

//go:embed markdown
var markdown embed.FS

// shownVectors is how many failed vectors of a row the Markdown report names.
const shownVectors = 6

// WriteMarkdown writes report.md: what a person must know, for a CI job's summary or a page of documents. Rows that
// passed are only counted.
func WriteMarkdown(path string, r *Report) error {
	t, err := template.New("report.md.tmpl").Funcs(template.FuncMap{
		"verdicts": markdownVerdicts, "missing": markdownMissing, "telling": markdownRows, "exchange": httpText, "cell": cell,
		"seconds": func(ms int64) string { return fmt.Sprintf("%.1f", float64(ms)/1000) },
		"first":   func(f []Failure) []Failure { return f[:min(len(f), shownVectors)] },
		"more":    func(f []Failure) int { return max(0, len(f)-shownVectors) },
	}).ParseFS(markdown, "markdown/report.md.tmpl")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, r); err != nil {
		return err
	}
	return writeFile(filepath.Clean(path), b.Bytes())
}

type markdownCount struct {
	Name   string
	Reason string
	N      int
}

func markdownVerdicts(r *Report) []markdownCount {
	var out []markdownCount
	for i, n := range counts(r.Results) {
		out = append(out, markdownCount{Name: Verdicts[i].Word(), N: n})
	}
	return out
}

func markdownMissing(r *Report) []markdownCount {
	var out []markdownCount
	for _, res := range r.Results {
		if res.Verdict != NotRun {
			continue
		}
		if n := len(out); n > 0 && out[n-1].Reason == res.Reason {
			out[n-1].N++
		} else {
			out = append(out, markdownCount{Reason: res.Reason, N: 1})
		}
	}
	return out
}

type markdownRow struct {
	Result
	Word string
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
