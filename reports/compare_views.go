package reports

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/authconform/authconform/evidence"
)

// CompareVersion names the format of `compare --format json`.
const CompareVersion = "authconform/compare/v1"

// comparison is the JSON form of a comparison.
type comparison struct {
	Version string        `json:"version"`
	A       comparedRun   `json:"a"`
	B       comparedRun   `json:"b"`
	Remarks []string      `json:"remarks"`
	Summary compareTotals `json:"summary"`
	Changes []change      `json:"changes"`
	OnlyA   []loneRow     `json:"only_a"`
	OnlyB   []loneRow     `json:"only_b"`
}

type comparedRun struct {
	Folder    string             `json:"folder,omitempty"`
	Target    evidence.Target    `json:"target"`
	Tool      evidence.Tool      `json:"tool"`
	Catalogue evidence.Catalogue `json:"catalogue"`
	Started   string             `json:"started,omitempty"`
	Selection string             `json:"selection,omitempty"`
}

type compareTotals struct {
	Regressions  int `json:"regressions"`
	Improvements int `json:"improvements"`
	Others       int `json:"others"`
	Same         int `json:"same"`
	OnlyA        int `json:"only_a"`
	OnlyB        int `json:"only_b"`
}

type change struct {
	ID        string             `json:"id"`
	Section   string             `json:"section"`
	Title     string             `json:"title"`
	Spec      evidence.Spec      `json:"spec"`
	Direction evidence.Direction `json:"direction"`
	Why       string             `json:"why,omitempty"`
	A         side               `json:"a"`
	B         side               `json:"b"`
}

type loneRow struct {
	ID      string           `json:"id"`
	Section string           `json:"section"`
	Verdict evidence.Verdict `json:"verdict"`
}

func compareJSON(w io.Writer, c *evidence.Comparison, _ ConsoleOptions) error {
	run := func(s *evidence.Set) comparedRun {
		h := s.Head
		r := comparedRun{Folder: s.Dir, Target: h.Target, Tool: h.Tool, Catalogue: h.Catalogue, Selection: h.Selection}
		if !h.Started.IsZero() {
			r.Started = h.Started.UTC().Format("2006-01-02T15:04:05Z")
		}
		return r
	}
	lone := func(results []evidence.Result) []loneRow {
		out := []loneRow{}
		for _, r := range results {
			out = append(out, loneRow{r.ID, r.Section, r.Verdict})
		}
		return out
	}
	n := func(d evidence.Direction) int { return len(c.Of(d)) }
	all := comparison{
		Version: CompareVersion, A: run(c.A), B: run(c.B), Remarks: append([]string{}, c.Remarks...), Changes: []change{},
		Summary: compareTotals{n(evidence.Regression), n(evidence.Improvement), n(evidence.Other), c.Same, len(c.OnlyA), len(c.OnlyB)},
		OnlyA:   lone(c.OnlyA), OnlyB: lone(c.OnlyB),
	}
	for _, d := range evidence.Directions {
		for _, ch := range c.Of(d) {
			a, b := sides(ch)
			all.Changes = append(all.Changes, change{ch.A.ID, ch.A.Section, ch.A.Title, ch.A.Spec, ch.Direction, ch.Why, a, b})
		}
	}
	return encode(w, all)
}

func compareMarkdown(w io.Writer, c *evidence.Comparison, _ ConsoleOptions) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Two runs compared\n\n- A: %s\n- B: %s\n\n", prose(named(c.A)), prose(named(c.B)))
	for _, r := range c.Remarks {
		fmt.Fprintf(&b, "> %s\n\n", prose(r))
	}
	fmt.Fprintf(&b, "%s.\n", outcome(c))
	for _, d := range evidence.Directions {
		all := c.Of(d)
		if len(all) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n", headings[d])
		for i, ch := range all {
			row := markdownChange(ch)
			if b.Len()+len(row) > longestPage {
				fmt.Fprintf(&b, "\n**And %d more**, omitted to keep this page short: use --format json.\n", len(all)-i)
				break
			}
			b.WriteString(row)
		}
	}
	for _, lone := range []struct {
		title string
		rows  []evidence.Result
	}{{"Only in A", c.OnlyA}, {"Only in B", c.OnlyB}} {
		if len(lone.rows) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n", lone.title)
		for _, g := range alone(lone.rows) {
			var ids []string
			for _, r := range g.results[:min(len(g.results), shownIDs)] {
				ids = append(ids, code(r.ID))
			}
			text := strings.Join(ids, ", ")
			if more := len(g.results) - shownIDs; more > 0 {
				text += fmt.Sprintf(" and %d more", more)
			}
			fmt.Fprintf(&b, "- %s: %s\n", word(g.verdict), text)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

const comparedBody = 4 << 10 // bytes of a body in the Markdown view

func markdownChange(ch evidence.Change) string {
	var b strings.Builder
	was, is := sides(ch)
	before, after := verdictWords(was, is)
	fmt.Fprintf(&b, "\n### %s: %s → %s\n\n> %s\n", prose(ch.A.ID), before, after, prose(ch.A.Title))
	if ch.Why != "" && ch.B != nil {
		fmt.Fprintf(&b, "\n%s\n", prose(ch.Why))
	}
	for _, s := range []struct {
		name string
		side side
	}{{"A", was}, {"B", is}} {
		message := "nothing to remark"
		if s.side.Message != "" {
			message = code(cut(s.side.Message, comparedBody))
		}
		fmt.Fprintf(&b, "\n**%s**: %s\n", s.name, message)
		if s.side.Browser != "" {
			fmt.Fprintf(&b, "\n%s\n", code(s.side.Browser))
		}
		if s.side.Exchange != nil {
			text := exchangeUpTo(s.side.Exchange, comparedBody)
			fence := strings.Repeat("`", max(3, longestRun(text)+1))
			fmt.Fprintf(&b, "\n%shttp\n%s\n%s\n", fence, text, fence)
		}
	}
	return b.String()
}
