package reports

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/authconform/authconform/evidence"
)

// ConsoleOptions shape what a person sees at a terminal.
type ConsoleOptions struct {
	Color   bool
	Width   int  // columns; 0 means 80
	Verbose bool // notes and passed rows too
	Quiet   bool // only what is said of the whole run
}

// Console prints the verdicts: a table of sections, then every row that is not green, then what is said of the whole run.
// Known failures are only listed.
func Console(w io.Writer, s *evidence.Set, o Options) error {
	c := console{o: o.Console}
	if c.o.Width == 0 {
		c.o.Width = 80
	}
	if !c.o.Quiet {
		c.head(s)
		c.sections(s.Results)
		for _, g := range groups(s.Results, evidence.Fail, evidence.Blocked, evidence.Warn) {
			c.group(g)
		}
		c.known(s.Results)
		for _, g := range groups(s.Results, evidence.NotRun) {
			c.notRun(g)
		}
		if c.o.Verbose {
			for _, v := range []evidence.Verdict{evidence.Note, evidence.NotApplicable, evidence.Pass} {
				c.rows(s.Results, v)
			}
		}
		c.print("\n")
	}
	c.last(s)
	_, err := w.Write(c.b.Bytes())
	return err
}

type console struct {
	b bytes.Buffer
	o ConsoleOptions
}

func (c *console) print(format string, args ...any) { fmt.Fprintf(&c.b, format, args...) }

var colours = map[evidence.Verdict]string{
	evidence.Fail: "31;1", evidence.Blocked: "35;1", evidence.Warn: "33", evidence.KnownFail: "33",
	evidence.NotRun: "36", evidence.Pass: "32", evidence.Note: "2", evidence.NotApplicable: "2",
}

func (c *console) paint(v evidence.Verdict, text string) string {
	if !c.o.Color {
		return text
	}
	return "\x1b[" + colours[v] + "m" + text + "\x1b[0m"
}

// title returns a verdict as a heading.
func (c *console) title(v evidence.Verdict) string { return c.paint(v, strings.ToUpper(word(v))) }

func (c *console) head(s *evidence.Set) {
	what := product(s.Head.Target)
	if what != "" {
		what = " (" + what + ")"
	}
	c.print("%s\n", line(s.Head.Target.URL+what+", profile "+s.Head.Target.Profile))
	if len(s.Results) > 0 {
		c.print("\n")
	}
}

// sections prints one line per section, without numbers of zero.
func (c *console) sections(results []evidence.Result) {
	t := tabwriter.NewWriter(&c.b, 0, 0, 2, ' ', 0)
	for _, s := range sections(results) {
		var words []string
		passed := 0
		for _, n := range totals(s.results) {
			if n.verdict == evidence.Pass {
				passed = n.n
			} else {
				words = append(words, fmt.Sprintf("%d %s", n.n, word(n.verdict)))
			}
		}
		row := fmt.Sprintf("  %s\t%d of %d", line(s.name), passed, len(s.results))
		if len(words) > 0 {
			row += "\t" + strings.Join(words, ", ")
		}
		fmt.Fprintln(t, row)
	}
	_ = t.Flush()
}

// alike is the least number of rows with one cause that are printed as a group.
const alike = 3

// group prints the rows of a verdict and a cause; of rows blocked by the same cause it prints only the ids.
func (c *console) group(g group) {
	if g.verdict != evidence.Blocked || len(g.results) < alike {
		c.rows(g.results, g.verdict)
		return
	}
	var ids []string
	for _, r := range g.results {
		ids = append(ids, r.ID)
	}
	c.print("\n%s  %s\n", c.title(g.verdict), plural(len(ids), "row"))
	c.wrap("  ", g.cause)
	c.wrap("    ", strings.Join(ids, ", "))
}

// known lists the rows that fail as the baseline expects, with its reasons. The report, or Verbose, shows the answers they got.
func (c *console) known(results []evidence.Result) {
	if c.o.Verbose {
		c.rows(results, evidence.KnownFail)
		return
	}
	n := 0
	for _, r := range results {
		if r.Verdict == evidence.KnownFail {
			n++
		}
	}
	if n > 0 {
		c.print("\n%s  %s, listed in the baseline\n", c.title(evidence.KnownFail), plural(n, "row"))
	}
	for _, g := range groups(results, evidence.KnownFail) {
		for _, r := range g.results {
			c.print("  %s\n", line(r.ID))
		}
		c.wrap("    ", g.cause)
	}
}

// notRun prints prominently how many rows were not run, and what they need.
func (c *console) notRun(g group) {
	c.print("\n%s  %s\n", c.title(g.verdict), plural(len(g.results), "row"))
	for _, reason := range g.reasons() {
		c.wrap("  ", reason)
	}
}

func (c *console) rows(results []evidence.Result, v evidence.Verdict) {
	for _, r := range results {
		if r.Verdict == v {
			c.row(r)
		}
	}
}

// most is how many failures of a row are printed.
const most = 5

func (c *console) row(r evidence.Result) {
	c.print("\n%s  %s\n", c.title(r.Verdict), line(r.ID))
	c.wrap("  ", r.Title)
	if r.Known != "" {
		c.wrap("    known: ", r.Known)
	}
	switch {
	case r.Verdict == evidence.Note:
		for _, n := range r.Notes {
			c.wrap("    ", n)
		}
	case len(r.Failures) == 0 && r.Reason != "":
		c.wrap("    ", r.Reason)
	}
	for i, f := range r.Failures {
		if i == most {
			c.print("    and %d more\n", len(r.Failures)-most)
			break
		}
		if in := input(f); in != "" {
			c.wrap("    ", in)
		}
		c.wrap("      expected ", f.Expected)
		c.wrap("      got      ", f.Got)
	}
	if r.Fix != "" {
		c.wrap("    fix: ", r.Fix)
	}
	if r.Verdict != evidence.Pass && r.Verdict != evidence.NotApplicable {
		c.print("  %s\n", line(source(r.Spec)+"  "+r.Spec.URL))
	}
}

// last prints the notices about the whole run, and its numbers.
func (c *console) last(s *evidence.Set) {
	for _, n := range notices(s) {
		c.wrap("", n.text)
	}
	var words []string
	all := totals(s.Results)
	for i := range all {
		t := all[len(all)-1-i]
		words = append(words, c.paint(t.verdict, fmt.Sprintf("%d %s", t.n, word(t.verdict))))
	}
	c.print("%s\n", strings.TrimSuffix(plural(len(s.Results), "row")+": "+strings.Join(words, ", "), ": "))
	if numbers := figures(s); numbers != "" {
		c.print("%s\n", numbers)
	}
}

// wrap prints a text after an indent, folded at the width; longer words stay whole.
func (c *console) wrap(indent, text string) {
	row, empty := indent, true
	for word := range strings.FieldsSeq(clean(text)) {
		if !empty && utf8.RuneCountInString(row)+1+utf8.RuneCountInString(word) > c.o.Width {
			c.print("%s\n", row)
			row, empty = strings.Repeat(" ", len(indent)), true
		}
		if !empty {
			row += " "
		}
		row, empty = row+word, false
	}
	c.print("%s\n", strings.TrimRight(row, " "))
}
