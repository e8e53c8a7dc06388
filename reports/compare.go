package reports

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/evidence"
)

// Compared are the forms in which a comparison of two runs is shown.
var Compared = []Comparer{
	{"text", compareText},
	{"json", compareJSON},
	{"markdown", compareMarkdown},
}

// Comparer shows a comparison.
type Comparer struct {
	Name  string // of --format
	Write func(io.Writer, *evidence.Comparison, ConsoleOptions) error
}

// ComparerNames are the names of all forms.
func ComparerNames() []string {
	var names []string
	for _, c := range Compared {
		names = append(names, c.Name)
	}
	return names
}

// side is the result of a row in one of two runs.
type side struct {
	Verdict  evidence.Verdict   `json:"verdict,omitempty"` // "": the run ended before
	Level    evidence.Level     `json:"level,omitempty"`
	Message  string             `json:"message,omitempty"`
	Failures []evidence.Failure `json:"failures,omitempty"`
	Notes    []string           `json:"notes,omitempty"`
	Exchange *evidence.Exchange `json:"exchange,omitempty"` // the one that shows the difference best
	Browser  string             `json:"browser,omitempty"`  // the last thing the browser did, if there is no exchange
	Of       int                `json:"exchanges"`          // how many the run has recorded of the row
}

// sides returns both, each with the exchange that shows the difference: of a failed result, the exchange of its first failure; of
// the other result, the most similar exchange.
func sides(c evidence.Change) (a, b side) {
	c = leading(c)
	first := c.A
	if c.B != nil && len(c.B.Failures) > 0 {
		first = c.B
	}
	shown, at := telling(*first)
	vector := ""
	if at >= 0 {
		vector = first.Evidence[at].Vector
	}
	of := func(r *evidence.Result) side {
		if r == nil {
			return side{Message: c.Why}
		}
		s := side{
			Verdict: r.Verdict, Level: r.Level, Message: said(*r), Failures: r.Failures, Notes: r.Notes,
			Exchange: shown, Of: exchanges(r.Evidence),
		}
		if r != first {
			s.Exchange = counterpart(*r, shown, vector)
		}
		if s.Exchange == nil {
			s.Browser = seen(r.Evidence)
		}
		return s
	}
	return of(c.A), of(c.B)
}

// leading puts the failure of an input that failed in one run only first, if that is the change.
func leading(c evidence.Change) evidence.Change {
	if c.B == nil || c.A.Verdict != c.B.Verdict {
		return c
	}
	lead := func(r, other *evidence.Result) *evidence.Result {
		at := slices.IndexFunc(r.Failures, func(f evidence.Failure) bool {
			return slices.Contains(r.Vectors, f.Vector) && !slices.Contains(other.Vectors, f.Vector)
		})
		if at <= 0 {
			return r
		}
		led := *r
		led.Failures = slices.Concat(r.Failures[at:at+1], r.Failures[:at], r.Failures[at+1:])
		return &led
	}
	c.A, c.B = lead(c.A, c.B), lead(c.B, c.A)
	return c
}

// said describes a result in a line.
func said(r evidence.Result) string {
	switch {
	case len(r.Failures) > 0:
		f := r.Failures[0]
		text := fmt.Sprintf("expected %s, got %s", f.Expected, f.Got)
		if in := input(f); in != "" {
			text = in + ": " + text
		}
		if more := len(r.Failures) - 1; more > 0 {
			text += fmt.Sprintf(" (and %d more)", more)
		}
		return text
	case r.Verdict == evidence.Note && len(r.Notes) > 0:
		return strings.Join(r.Notes, "; ")
	}
	return cmp.Or(r.Reason, strings.Join(r.Notes, "; "))
}

// seen returns the last page that the browser showed.
func seen(items []evidence.Item) (text string) {
	for _, i := range items {
		if b := i.Browser; b != nil {
			text = "browser: " + b.Doing + " at " + b.URL
		}
	}
	return text
}

func exchanges(items []evidence.Item) (n int) {
	for _, i := range items {
		if i.Exchange != nil {
			n++
		}
	}
	return n
}

// counterpart returns the exchange of a result that is most similar to one of another run: of the same vector, with the same
// request.
func counterpart(r evidence.Result, shown *evidence.Exchange, vector string) *evidence.Exchange {
	var best *evidence.Exchange
	most := -1
	for _, item := range r.Evidence {
		e := item.Exchange
		if e == nil || e.Method == webSocket && (shown == nil || shown.Method != webSocket) {
			continue
		}
		points := 0
		if item.Vector == vector {
			points += 2
		}
		if shown != nil && e.Method == shown.Method && pathOf(e.URL) == pathOf(shown.URL) {
			points++
		}
		if points >= most {
			best, most = e, points
		}
	}
	return best
}

func pathOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Path
}

// inALine describes an exchange in a line: the request, and the beginning of the answer.
func inALine(e *evidence.Exchange, origin string) string {
	if e == nil {
		return ""
	}
	address := strings.TrimPrefix(e.URL, strings.TrimRight(origin, "/"))
	text := e.Method + " " + address
	if e.Method == webSocket {
		return text + " " + cut(line(e.RequestBody+e.ResponseBody), briefBody)
	}
	text += " → " + answer(e)
	for _, h := range e.ResponseHeaders {
		if strings.EqualFold(h.Name, "Location") {
			text += " Location: " + h.Value
		}
	}
	if body := line(e.ResponseBody); body != "" {
		text += " " + shortTo(body, briefBody)
	}
	return text
}

const briefBody = 160 // bytes of a body that a line shows

func shortTo(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return evidence.Start(s, n) + "…"
}

// headings are the headings of the groups of changes.
var headings = map[evidence.Direction]string{
	evidence.Regression: "Regressions", evidence.Improvement: "Improvements", evidence.Other: "Other changes",
}

// verdictWords returns the verdicts of both sides, in capitals.
func verdictWords(a, b side) (was, is string) {
	name := func(s side) string { return strings.ToUpper(word(cmp.Or(s.Verdict, "no verdict"))) }
	return name(a), name(b)
}

// named describes a run in a line.
func named(s *evidence.Set) string {
	t := s.Head.Target
	text := t.URL
	if p := product(t); p != "" {
		text += " (" + p + ")"
	}
	text += ", profile " + t.Profile
	if !s.Head.Started.IsZero() {
		text += ", " + s.Head.Started.UTC().Format("2 January 2006 15:04 UTC")
	}
	return text
}

// outcome sums up a comparison.
func outcome(c *evidence.Comparison) string {
	words := []string{}
	for _, d := range evidence.Directions {
		words = append(words, plural(len(c.Of(d)), strings.TrimSuffix(strings.ToLower(headings[d]), "s")))
	}
	return strings.Join(words, ", ") + fmt.Sprintf("; %s unchanged", plural(c.Same, "row"))
}

// alone groups the rows that only one run has by verdict.
func alone(results []evidence.Result) []group {
	var out []group
	for _, v := range evidence.Verdicts {
		rows := slices.DeleteFunc(slices.Clone(results), func(r evidence.Result) bool { return r.Verdict != v })
		if len(rows) > 0 {
			out = append(out, group{verdict: v, results: rows})
		}
	}
	return out
}
