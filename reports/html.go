package reports

import (
	"bytes"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

//go:embed html
var pages embed.FS

// WriteHTML writes report.html: one file without any other, readable without script. Screenshots that stand in the same
// folder are part of it.
func WriteHTML(path string, r *Report) error {
	t, err := template.New("report.html").Funcs(template.FuncMap{
		"word": Verdict.Word, "curl": Curl, "telling": telling, "mark": mark, "picture": func(name string) template.URL { return picture(filepath.Dir(path), name) },
		"upper": func(l Level) string { return strings.ToUpper(string(l)) }, "took": func(ms int64) string { return (time.Duration(ms) * time.Millisecond).String() },
	}).ParseFS(pages, "html/report.html")
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
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{
		"Report": r, "Sections": shown(r), "Counts": totals(r), "Missing": missing(r),
		"CSS": template.CSS(css), "JS": template.JS(script), //nolint:gosec // our own files
	})
	if err != nil {
		return err
	}
	return writeFile(path, b.Bytes())
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

type lack struct {
	Reason string
	N      int
}

func missing(r *Report) []lack {
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

// picture is a screenshot as a data URL, or its name if it cannot be read.
func picture(dir, name string) template.URL {
	raw, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return template.URL(name) //nolint:gosec // our own name
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(raw)) //nolint:gosec // our own picture
}
