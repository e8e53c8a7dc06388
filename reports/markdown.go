package reports

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/authconform/authconform/evidence"
)

const (
	shownVectors = 6       // failed vectors of a row that the Markdown report names
	shownIDs     = 20      // rows of a group that are listed only by id
	shownBody    = 600     // bytes of a body
	longestPage  = 900_000 // bytes: a job's summary at GitHub holds 1 MiB
)

// Markdown writes report.md, for a CI job's summary or a documentation page. Rows that passed are
// only counted.
func Markdown(w io.Writer, s *evidence.Set, _ Options) error {
	var b bytes.Buffer
	title := cmp.Or(product(s.Head.Target), s.Head.Target.URL)
	fmt.Fprintf(&b, "# %s: profile %s\n\n", prose(title), prose(s.Head.Target.Profile))
	for _, n := range notices(s) {
		if n.serious {
			fmt.Fprintf(&b, "> **%s**\n\n", prose(n.text))
		} else {
			fmt.Fprintf(&b, "> %s\n\n", prose(n.text))
		}
	}
	counted(&b, s)
	for _, g := range groups(s.Results, evidence.NotRun) {
		fmt.Fprintf(&b, "\n**Not run, %s**: %s\n", plural(len(g.results), "row"), prose(strings.Join(g.reasons(), "; ")))
	}
	var rows []string
	for _, g := range groups(s.Results, unmet...) {
		if g.verdict == evidence.Blocked && len(g.results) >= alike {
			rows = append(rows, blockedRows(g))
			continue
		}
		for _, r := range g.results {
			rows = append(rows, markdownRow(r))
		}
	}
	for i, row := range rows {
		if b.Len()+len(row) > longestPage {
			fmt.Fprintf(&b, "\n**And %d more**, omitted to keep this page short: see report.html.\n", len(rows)-i)
			break
		}
		b.WriteString(row)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// counted writes the table of verdicts and the run's numbers.
func counted(b *bytes.Buffer, s *evidence.Set) {
	if all := totals(s.Results); len(all) > 0 {
		b.WriteString("|")
		for _, t := range all {
			fmt.Fprintf(b, " %s |", word(t.verdict))
		}
		b.WriteString("\n|" + strings.Repeat("--:|", len(all)) + "\n|")
		for _, t := range all {
			fmt.Fprintf(b, " %d |", t.n)
		}
		b.WriteString("\n\n")
	}
	rows := plural(len(s.Results), "row")
	if numbers := figures(s); numbers != "" {
		rows += " in " + numbers
	}
	fmt.Fprintf(b, "%s; seed %d, catalogue %s, authconform %s.\n",
		rows, s.Head.Seed, prose(s.Head.Catalogue.Revision), prose(s.Head.Tool.Version))
}

// blockedRows describes rows that one cause blocks.
func blockedRows(g group) string {
	var ids []string
	for _, r := range g.results {
		ids = append(ids, code(r.ID))
	}
	more := ""
	if n := len(ids) - shownIDs; n > 0 {
		ids, more = ids[:shownIDs], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("\n## Blocked: %s\n\n%s\n\n%s%s\n", plural(len(g.results), "row"), prose(g.cause), strings.Join(ids, ", "), more)
}

func markdownRow(r evidence.Result) string {
	var b strings.Builder
	name := word(r.Verdict)
	spec := prose(source(r.Spec))
	if to := link(r.Spec.URL); to != "" {
		spec = fmt.Sprintf("[%s](<%s>)", spec, strings.NewReplacer("<", "%3C", ">", "%3E").Replace(to))
	}
	fmt.Fprintf(&b, "\n## %s\n\n%s (%s), %s\n\n> %s\n",
		prose(r.ID), strings.ToUpper(name[:1])+name[1:], prose(string(r.Level)), spec, prose(r.Title))
	if r.Known != "" {
		fmt.Fprintf(&b, "\nKnown: %s\n", prose(r.Known))
	}
	if r.Reason != "" && len(r.Failures) == 0 {
		fmt.Fprintf(&b, "\n%s\n", prose(r.Reason))
	}
	if len(r.Failures) > 0 {
		b.WriteString("\n| input | expected | got |\n|---|---|---|\n")
		for _, f := range r.Failures[:min(len(r.Failures), shownVectors)] {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", code(cut(input(f), shownBody)), prose(f.Expected), code(cut(f.Got, shownBody)))
		}
		if more := len(r.Failures) - shownVectors; more > 0 {
			fmt.Fprintf(&b, "\nand %d more.\n", more)
		}
	}
	if r.Fix != "" {
		fmt.Fprintf(&b, "\nFix: %s\n", prose(r.Fix))
	}
	if e, _ := telling(r); e != nil {
		text := exchangeText(e)
		fence := strings.Repeat("`", max(3, longestRun(text)+1))
		fmt.Fprintf(&b, "\n%shttp\n%s\n%s\n", fence, text, fence)
	}
	return b.String()
}

// exchangeText formats an exchange with the beginnings of its bodies.
func exchangeText(e *evidence.Exchange) string { return exchangeUpTo(e, shownBody) }

// exchangeUpTo formats an exchange with n bytes of each body, without uninformative headers.
func exchangeUpTo(e *evidence.Exchange, most int) string {
	var b strings.Builder
	message := func(headers []evidence.Header, body string, cutBytes int) {
		for _, h := range headers {
			if h.Name != "Date" {
				fmt.Fprintf(&b, "%s: %s\n", h.Name, h.Value)
			}
		}
		if body != "" {
			fmt.Fprintf(&b, "\n%s\n", shortened(body, cutBytes, most))
		}
	}
	fmt.Fprintf(&b, "%s %s\n", e.Method, e.URL)
	message(e.RequestHeaders, e.RequestBody, e.RequestCut)
	fmt.Fprintf(&b, "\n→ %s\n", answer(e))
	message(e.ResponseHeaders, e.ResponseBody, e.ResponseCut)
	return strings.TrimRight(clean(strings.ReplaceAll(b.String(), "\r\n", "\n")), "\n")
}

// shortened returns at most n bytes of a body, and counts the missing ones, including those cut before.
func shortened(body string, lost, most int) string {
	kept := body
	if len(body) > most {
		kept = strings.ToValidUTF8(body[:most], "") + "…"
	}
	if n := len(body) + lost - len(strings.TrimSuffix(kept, "…")); n > 0 {
		return kept + " " + gone(n)
	}
	return kept
}

var meaning = regexp.MustCompile("[\\\\`*_\\[\\]<>|#~&!$@]")

// prose escapes a text for Markdown and puts it on one line.
func prose(s string) string { return meaning.ReplaceAllString(line(s), `\$0`) }

// code formats a text as code on one line, also for a table's cell; "" stays empty.
func code(s string) string {
	s = line(s)
	if s == "" {
		return ""
	}
	fence := strings.Repeat("`", longestRun(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + strings.ReplaceAll(s, "|", `\|`) + fence
}

// longestRun returns the length of the longest run of backticks.
func longestRun(s string) int {
	longest, run := 0, 0
	for _, r := range s {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
