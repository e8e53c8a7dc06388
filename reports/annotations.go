package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/authconform/authconform/evidence"
)

// mostAnnotations is how many annotations of a kind GitHub shows for one step.
const mostAnnotations = 10

// Annotations prints workflow commands of GitHub Actions, which show failures at a job and in a pull request. Nothing that a
// target sent can be a command of its own: every line end is escaped.
func Annotations(w io.Writer, s *evidence.Set, o Options) error {
	var b strings.Builder
	for _, n := range notices(s) {
		level := "notice"
		if n.serious {
			level = "error"
		}
		o.Place.command(&b, level, "", "authconform", n.text)
	}
	rows := failing(s, o.Strict)
	for _, r := range rows[:min(len(rows), mostAnnotations)] {
		level := "error"
		if r.Verdict == evidence.Warn {
			level = "warning"
		}
		o.Place.command(&b, level, r.ID, r.ID, summary(r))
	}
	if more := len(rows) - mostAnnotations; more > 0 {
		o.Place.command(&b, "notice", "", "authconform", plural(more, "more row")+" failed: see the report")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// command writes one workflow command about a row; "" stands for the whole run.
func (p Place) command(b *strings.Builder, level, id, title, text string) {
	at := ""
	if p.File != "" {
		at = fmt.Sprintf("file=%s,line=%d,", escapedProperty.Replace(p.path()), p.line(id))
	}
	fmt.Fprintf(b, "::%s %stitle=%s::%s\n", level, at, escapedProperty.Replace(line(title)), escapedText.Replace(clean(text)))
}

// The escapes of workflow commands (github.com/actions/toolkit, packages/core).
var (
	escapedText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	escapedProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
