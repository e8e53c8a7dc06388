package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// ConsoleOptions shape what a person sees.
type ConsoleOptions struct {
	Color   bool
	Width   int  // columns; 0 is 80
	Verbose bool // notes and passed rows too
	Quiet   bool // only the last line
	Strict  bool // warnings are red
}

// most is how many failures of a row are shown.
const most = 5

// Console prints the verdicts: a table of sections, then every row that is not green, then one line.
func Console(out io.Writer, r *Report, o ConsoleOptions) {
	if o.Width == 0 {
		o.Width = 80
	}
	c := console{out, o}
	if !o.Quiet {
		c.head(r)
		c.sections(r)
		for _, v := range []Verdict{Fail, Blocked, Warn, KnownFail} {
			c.rows(r, v)
		}
		c.missing(r)
		if o.Verbose {
			c.rows(r, Note)
			c.rows(r, NotApplicable)
			c.rows(r, Pass)
		}
	}
	c.last(r)
}

type console struct {
	w io.Writer
	o ConsoleOptions
}

func (c console) print(format string, args ...any) {
	fmt.Fprintf(c.w, format, args...)
}

var colours = map[Verdict]string{Fail: "31;1", Blocked: "35;1", Warn: "33", KnownFail: "33", NotRun: "36", Pass: "32", Note: "2", NotApplicable: "2"}

func (c console) paint(v Verdict, text string) string {
	if !c.o.Color {
		return text
	}
	return "\x1b[" + colours[v] + "m" + text + "\x1b[0m"
}

// Word is the verdict as people read it.
func (v Verdict) Word() string { return strings.ReplaceAll(string(v), "_", " ") }

func (c console) head(r *Report) {
	what := strings.TrimSpace(r.Target.Product + " " + r.Target.Version)
	if what != "" {
		what = " (" + what + ")"
	}
	c.print("%s%s, profile %s\n\n", r.Target.URL, what, r.Target.Profile)
}

// sections prints one line per section; numbers of zero are left out.
func (c console) sections(r *Report) {
	t := tabwriter.NewWriter(c.w, 0, 0, 2, ' ', 0)
	for _, s := range sectionsOf(r) {
		var words []string
		for i, n := range counts(s.results) {
			if v := Verdicts[i]; n > 0 && v != Pass {
				words = append(words, fmt.Sprintf("%d %s", n, v.Word()))
			}
		}
		passed := fmt.Sprintf("%d of %d", counts(s.results)[slices.Index(Verdicts, Pass)], len(s.results))
		line := "  " + s.name + "\t" + passed
		if len(words) > 0 {
			line += "\t" + strings.Join(words, ", ")
		}
		fmt.Fprintln(t, line)
	}
	_ = t.Flush()
}

func (c console) rows(r *Report, v Verdict) {
	for _, res := range r.Results {
		if res.Verdict != v {
			continue
		}
		c.print("\n%s  %s\n", c.paint(v, strings.ToUpper(v.Word())), res.ID)
		c.wrap("  ", res.Title)
		if res.Known != "" {
			c.wrap("    known: ", res.Known)
		}
		switch {
		case v == Pass:
		case v == Note:
			for _, n := range res.Notes {
				c.wrap("    ", n)
			}
		case len(res.Failures) == 0:
			c.wrap("    ", res.Reason)
		}
		for i, f := range res.Failures {
			if i == most {
				c.print("    and %d more\n", len(res.Failures)-most)
				break
			}
			if f.Vector != "" {
				c.wrap("    ", f.Vector)
			}
			c.wrap("      expected ", f.Expected)
			c.wrap("      got      ", f.Got)
		}
		if v != Pass && v != NotApplicable {
			c.print("  %s\n", strings.TrimSpace(res.Spec.Name+" "+mark(res.Spec.Section)+"  "+res.Spec.URL))
		}
	}
}

func mark(section string) string {
	if section == "" || section[0] < '0' || section[0] > '9' {
		return section
	}
	return "§" + section
}

// missing tells, loudly, what was not run and what it would take.
func (c console) missing(r *Report) {
	why := map[string]int{}
	var order []string
	for _, res := range r.Results {
		if res.Verdict == NotRun {
			if why[res.Reason] == 0 {
				order = append(order, res.Reason)
			}
			why[res.Reason]++
		}
	}
	for _, reason := range order {
		c.print("\n%s  %s\n", c.paint(NotRun, "NOT RUN"), plural(why[reason], "row"))
		c.wrap("  ", reason)
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (c console) last(r *Report) {
	if !c.o.Quiet {
		c.print("\n")
	}
	for _, w := range append(r.Run.Warnings, r.Run.Cleanup...) {
		c.wrap("", w)
	}
	if r.Run.Interrupt != "" {
		c.wrap("", "The run ended early: "+r.Run.Interrupt)
	}
	var words []string
	numbers := counts(r.Results)
	for i := range numbers {
		if v, n := Verdicts[len(numbers)-1-i], numbers[len(numbers)-1-i]; v != "" {
			if n > 0 {
				words = append(words, c.paint(v, fmt.Sprintf("%d %s", n, v.Word())))
			}
		}
	}
	c.print("%s: %s\n", plural(len(r.Results), "row"), strings.Join(words, ", "))
	c.print("%.2f s, %s, %s\n", float64(r.Run.DurationMS)/1000, plural(r.Run.Requests, "request"), plural(r.Run.Logins, "login"))
}

// wrap prints a text behind an indent, folded at the width; a word that is longer stays whole.
func (c console) wrap(indent, text string) {
	line := indent
	blank := strings.Repeat(" ", len(indent))
	empty := true
	for _, word := range strings.Fields(clean(text)) {
		if !empty && len([]rune(line))+1+len([]rune(word)) > c.o.Width {
			c.print("%s\n", line)
			line, empty = blank, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	c.print("%s\n", strings.TrimRight(line, " "))
}
