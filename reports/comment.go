package reports

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/authconform/authconform/evidence"
)

// mostInComment is how many failing rows a comment names.
const mostInComment = 8

// Comment writes comment.md, a short text for a pull request: what was judged, what fails, and where to read more.
func Comment(w io.Writer, s *evidence.Set, o Options) error {
	var b strings.Builder
	text, _ := badge(s, o.Strict)
	title := cmp.Or(product(s.Head.Target), s.Head.Target.URL)
	fmt.Fprintf(&b, "**authconform: %s**: %s, profile %s\n", prose(text), prose(title), prose(s.Head.Target.Profile))
	for _, n := range notices(s) {
		fmt.Fprintf(&b, "\n> %s\n", prose(n.text))
	}
	rows := failing(s, o.Strict)
	if len(rows) > 0 {
		b.WriteString("\n")
	}
	for _, r := range rows[:min(len(rows), mostInComment)] {
		fmt.Fprintf(&b, "- %s %s: %s\n", prose(word(r.Verdict)), code(r.ID), prose(r.Title))
	}
	if more := len(rows) - mostInComment; more > 0 {
		fmt.Fprintf(&b, "- and %d more\n", more)
	}
	fmt.Fprintf(&b, "\n[Full report](<%s>)\n", cmp.Or(link(o.Link), "report.html"))
	_, err := io.WriteString(w, b.String())
	return err
}
