package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/authconform/authconform/evidence"
)

// total is the number of rows with a verdict.
type total struct {
	verdict evidence.Verdict
	n       int
}

// totals counts the rows by verdict, worst first.
func totals(results []evidence.Result) []total {
	n := map[evidence.Verdict]int{}
	for _, r := range results {
		n[r.Verdict]++
	}
	var out []total
	for _, v := range evidence.Verdicts {
		if n[v] > 0 {
			out = append(out, total{v, n[v]})
		}
	}
	return out
}

// section is the results of one section, in order.
type section struct {
	name    string
	results []evidence.Result
}

func sections(results []evidence.Result) []section {
	var out []section
	at := map[string]int{}
	for _, r := range results {
		i, ok := at[r.Section]
		if !ok {
			i = len(out)
			at[r.Section] = i
			out = append(out, section{name: r.Section})
		}
		out[i].results = append(out[i].results, r)
	}
	return out
}

// group is rows of one verdict with one cause.
type group struct {
	verdict evidence.Verdict
	cause   string
	results []evidence.Result
}

// groups returns the rows of the verdicts by cause: in the order of the verdicts, then of the first row.
func groups(results []evidence.Result, verdicts ...evidence.Verdict) []group {
	type key struct {
		verdict evidence.Verdict
		cause   string
	}
	var out []group
	at := map[key]int{}
	for _, r := range results {
		if !slices.Contains(verdicts, r.Verdict) {
			continue
		}
		k := key{r.Verdict, cause(r)}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, group{verdict: k.verdict, cause: k.cause})
		}
		out[i].results = append(out[i].results, r)
	}
	slices.SortStableFunc(out, func(a, b group) int {
		return slices.Index(verdicts, a.verdict) - slices.Index(verdicts, b.verdict)
	})
	return out
}

// cause returns the text by which similar failures are grouped.
func cause(r evidence.Result) string {
	switch {
	case r.Verdict == evidence.NotRun:
		return cmp.Or(r.Need, r.Reason)
	case r.Verdict == evidence.KnownFail:
		return r.Known
	case r.Verdict == evidence.Blocked:
		return cmp.Or(r.Cause, r.Reason)
	case len(r.Failures) > 0:
		return "expected " + r.Failures[0].Expected
	}
	return r.Reason
}

// reasons returns the different reasons of a group's rows.
func (g group) reasons() []string {
	var out []string
	for _, r := range g.results {
		if r.Reason != "" && !slices.Contains(out, r.Reason) {
			out = append(out, r.Reason)
		}
	}
	return out
}

// unmet are the verdicts that need attention, worst first.
var unmet = []evidence.Verdict{evidence.Fail, evidence.Blocked, evidence.Warn, evidence.KnownFail}

// telling returns the exchange that shows a row's first failure and its index in the evidence, or -1. It is the last exchange of
// the failed vector, if possible one with the status in the failure's text.
func telling(r evidence.Result) (*evidence.Exchange, int) {
	best, rank := -1, 0
	for i, item := range r.Evidence {
		e := item.Exchange
		if e == nil || e.Method == webSocket {
			continue
		}
		if points := fit(r, item); points >= rank {
			best, rank = i, points
		}
	}
	if best < 0 {
		return nil, -1
	}
	return r.Evidence[best].Exchange, best
}

// webSocket is the method of WebSocket messages.
const webSocket = "WS"

// fit rates how well an item shows the first failure of its row.
func fit(r evidence.Result, item evidence.Item) int {
	if len(r.Failures) == 0 {
		return 0
	}
	points := 0
	f := r.Failures[0]
	if f.Vector != "" && (place(item) == f.Vector || item.Vector == f.Vector) {
		points += 2
	}
	if got, _, _ := strings.Cut(f.Got, " "); got == strconv.Itoa(item.Exchange.Status) {
		points++
	}
	return points
}

// notice is a remark about the whole run that the reader must see.
type notice struct {
	kind    string
	text    string
	serious bool // it makes the run red
}

// notices returns the remarks about a run, the most serious first. If a run is red for a reason that no row shows, one of them is
// serious.
func notices(s *evidence.Set) []notice {
	var out []notice
	grave := func(kind, text string) {
		if text != "" {
			out = append(out, notice{kind, text, true})
		}
	}
	end := s.End
	if end == nil {
		grave("killed", "The run was killed before it finished.")
		end = &evidence.End{}
	}
	for _, b := range end.Broken {
		grave("harness", "This is a defect of authconform, please report it: "+b)
	}
	grave("door", end.Refused)
	grave("target", end.Lost)
	if end.Interrupt != "" {
		grave("interrupted", "The run ended early: "+end.Interrupt)
	}
	if rows := s.Unfinished(); len(rows) > 0 && end.Refused == "" {
		grave("unfinished", plural(len(rows), "row")+" without a verdict: "+few(rows))
	}
	for _, p := range s.Problems {
		grave("baseline", p)
	}
	if n := missing(s); n > 0 {
		grave("require", plural(n, "row")+" not run although --require demands what they need")
	}
	if len(out) == 0 && s.Judged() == 0 {
		if s.Head.Shard == "" {
			grave("empty", "Nothing was judged: none of the selected rows could be run or applies.")
		} else {
			out = append(out, notice{"empty", "This shard judged no row.", false})
		}
	}
	for _, c := range end.Cleanup {
		out = append(out, notice{"cleanup", c, false})
	}
	for _, w := range end.Warnings {
		out = append(out, notice{"warning", w, false})
	}
	return out
}

// few shortens a long list to its first names.
func few(names []string) string {
	const most = 10
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// missing counts the rows that were not run although --require demands their needs.
func missing(s *evidence.Set) (n int) {
	for _, r := range s.Results {
		if s.Misses(r) {
			n++
		}
	}
	return n
}

// end returns the end of the run, even of a killed one.
func end(s *evidence.Set) evidence.End {
	if s.End == nil {
		return evidence.End{}
	}
	return *s.End
}

// figures returns the run's numbers in a line; "" for a killed run, which did not count them.
func figures(s *evidence.Set) string {
	if s.End == nil {
		return ""
	}
	return fmt.Sprintf("%s, %s, %s", took(s.End.DurationMS), plural(s.End.Requests, "request"), plural(s.End.Logins, "login"))
}
