package reports

import (
	"io"
	"slices"
	"strings"

	"github.com/authconform/authconform/evidence"
)

// compareText prints a comparison for a terminal.
func compareText(w io.Writer, cmp *evidence.Comparison, o ConsoleOptions) error {
	c := console{o: o}
	if c.o.Width == 0 {
		c.o.Width = 80
	}
	c.wrap("A  ", named(cmp.A))
	c.wrap("B  ", named(cmp.B))
	for i, r := range cmp.Remarks {
		if i == 0 {
			c.print("\n")
		}
		c.wrap("", r)
	}
	for _, d := range evidence.Directions {
		if all := cmp.Of(d); len(all) > 0 {
			c.print("\n%s: %s\n", strings.ToUpper(headings[d]), plural(len(all), "row"))
			for _, ch := range all {
				c.change(cmp, ch)
			}
		}
	}
	c.alone("ONLY IN A", cmp.OnlyA)
	c.alone("ONLY IN B", cmp.OnlyB)
	c.print("\n")
	c.wrap("", outcome(cmp))
	_, err := w.Write(c.b.Bytes())
	return err
}

func (c *console) change(cmp *evidence.Comparison, ch evidence.Change) {
	a, b := sides(ch)
	was, is := verdictWords(a, b)
	c.print("\n%s → %s  %s\n", c.paint(a.Verdict, was), c.paint(b.Verdict, is), line(ch.A.ID))
	c.wrap("  ", ch.A.Title)
	if ch.Why != "" && ch.B != nil {
		c.wrap("  ", ch.Why)
	}
	c.side("  A  ", a, cmp.A)
	c.side("  B  ", b, cmp.B)
}

func (c *console) side(mark string, s side, of *evidence.Set) {
	indent := strings.Repeat(" ", len(mark))
	text := s.Message
	if !c.o.Verbose {
		text = shortTo(text, longMessage)
	}
	if text != "" {
		c.wrap(mark, chopped(clean(text), c.o.Width-len(mark)))
		mark = indent
	}
	switch {
	case s.Browser != "":
		c.wrap(mark, chopped(clean(s.Browser), c.o.Width-len(mark)))
	case s.Exchange == nil && mark != indent:
		c.wrap(mark, "nothing was recorded")
	case s.Exchange == nil:
	case !c.o.Verbose:
		c.wrap(mark, chopped(inALine(s.Exchange, of.Head.Target.URL), c.o.Width-len(mark)))
	default:
		for _, l := range strings.Split(exchangeUpTo(s.Exchange, evidence.BodyLimit), "\n") {
			c.print("%s%s\n", mark, l)
			mark = indent
		}
	}
}

// chopped breaks words longer than n characters.
func chopped(s string, n int) string {
	words := strings.Fields(s)
	for i, w := range words {
		if r := []rune(w); len(r) > n {
			var parts []string
			for part := range slices.Chunk(r, n) {
				parts = append(parts, string(part))
			}
			words[i] = strings.Join(parts, " ")
		}
	}
	return strings.Join(words, " ")
}

const longMessage = 400 // bytes of a message that are shown without --verbose

func (c *console) alone(title string, results []evidence.Result) {
	if len(results) == 0 {
		return
	}
	c.print("\n%s: %s\n", title, plural(len(results), "row"))
	for _, g := range alone(results) {
		var ids []string
		for _, r := range g.results {
			ids = append(ids, r.ID)
		}
		text := strings.Join(ids, ", ")
		if !c.o.Verbose {
			text = few(ids)
		}
		c.wrap("  "+word(g.verdict)+"  ", text)
	}
}
