package reports

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/reports/replay"
)

// JUnit knows four verdicts: fail and blocked are failures, and so are warn in a strict run and not_run where --require demands
// the condition; not_run, not_applicable and known_fail are skipped, with their reason; pass, note and warn pass, the latter two
// with their text in system-out. A row without a verdict is an error. A problem of the whole run is a case of the first suite:
// the file is red whenever the run is.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr,omitempty"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Time    string        `xml:"time,attr"`
		Error   *junitFault   `xml:"error,omitempty"`
		Failure *junitFault   `xml:"failure,omitempty"`
		Skipped *junitSkipped `xml:"skipped,omitempty"`
		Out     *junitOut     `xml:"system-out,omitempty"`
	}
	junitFault struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",cdata"`
	}
	junitOut struct {
		Text string `xml:",cdata"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
)

// JUnit writes junit.xml: a suite about the run, then one per section, with a case per row.
func JUnit(w io.Writer, s *evidence.Set, o Options) error {
	profile := s.Head.Target.Profile
	all := junitSuites{Name: clean("authconform " + profile), Time: seconds(float64(end(s).DurationMS))}
	all.add(runSuite(s))
	login := replay.FindLogin(s.Results)
	for _, part := range sections(s.Results) {
		suite := junitSuite{Name: profile + "." + part.name}
		var ms float64
		for _, r := range part.results {
			suite.Cases = append(suite.Cases, rowCase(s, r, o.Strict, login))
			ms += r.DurationMS
		}
		for _, t := range totals(part.results) {
			suite.Properties = append(suite.Properties, junitProperty{string(t.verdict), fmt.Sprint(t.n)})
		}
		suite.Time = seconds(ms)
		all.add(suite)
	}
	for i := range all.Suites {
		all.Suites[i].Name = clean(all.Suites[i].Name)
		if !s.Head.Started.IsZero() {
			all.Suites[i].Timestamp = s.Head.Started.UTC().Format("2006-01-02T15:04:05")
		}
	}
	raw, err := xml.MarshalIndent(all, "", " ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(raw)+"\n")
	return err
}

// add counts the cases of a suite.
func (all *junitSuites) add(s junitSuite) {
	for _, c := range s.Cases {
		s.Tests++
		switch {
		case c.Error != nil:
			s.Errors++
		case c.Failure != nil:
			s.Failures++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
	all.Tests, all.Failures, all.Errors = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors
	all.Suites = append(all.Suites, s)
}

// runSuite holds the problems of the whole run.
func runSuite(s *evidence.Set) junitSuite {
	h := s.Head
	class := h.Target.Profile + ".run"
	suite := junitSuite{Name: class, Time: seconds(float64(end(s).DurationMS))}
	for _, p := range []junitProperty{
		{"target", h.Target.URL}, {"product", product(h.Target)}, {"tool", h.Tool.Version}, {"catalogue", h.Catalogue.Revision},
		{"seed", fmt.Sprint(h.Seed)}, {"shard", h.Shard}, {"selection", h.Selection},
	} {
		if p.Value != "" {
			suite.Properties = append(suite.Properties, junitProperty{p.Name, clean(p.Value)})
		}
	}
	for _, n := range notices(s) {
		c := junitCase{Class: clean(class), Name: n.kind, Time: seconds(0)}
		text := clean(n.text)
		switch {
		case slices.Contains([]string{"unfinished", "require"}, n.kind): // their rows say so
			continue
		case n.kind == "baseline":
			c.Name, c.Failure = "baseline: "+text, &junitFault{n.kind, text, text}
		case n.serious:
			c.Error = &junitFault{n.kind, text, text}
		case n.kind == "empty":
			c.Skipped = &junitSkipped{text}
		default:
			suite.Properties = append(suite.Properties, junitProperty{n.kind, text})
			continue
		}
		suite.Cases = append(suite.Cases, c)
	}
	if end(s).Refused == "" {
		for _, id := range s.Unfinished() {
			const text = "the run ended before it was judged"
			suite.Cases = append(suite.Cases, junitCase{
				Class: clean(h.Target.Profile + ".unfinished"), Name: clean(id), Time: seconds(0), Error: &junitFault{"unfinished", text, text},
			})
		}
	}
	return suite
}

func rowCase(s *evidence.Set, r evidence.Result, strict bool, login *replay.Login) junitCase {
	c := junitCase{Class: clean(r.Profile + "." + r.Section), Name: clean(r.ID), Time: seconds(r.DurationMS)}
	reason := clean(r.Reason)
	switch {
	case r.Verdict.Red(strict), s.Misses(r):
		c.Failure = &junitFault{string(r.Verdict), reason, clean(story(r, login))}
	case r.Verdict == evidence.NotRun, r.Verdict == evidence.NotApplicable:
		c.Skipped = &junitSkipped{word(r.Verdict) + ": " + reason}
	case r.Verdict == evidence.KnownFail:
		c.Skipped = &junitSkipped{clean(strings.TrimSuffix("known failure: "+r.Known+": "+r.Reason, ": "))}
	case r.Verdict == evidence.Warn:
		c.Out = &junitOut{clean(story(r, login))}
	case r.Verdict == evidence.Note:
		c.Out = &junitOut{clean(cmp.Or(strings.Join(r.Notes, "\n"), r.Reason))}
	}
	return c
}

// story explains a failure to a reader without the report: sentence, source, every failure, and how to reproduce it.
func story(r evidence.Result, login *replay.Login) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", r.Title, line(source(r.Spec)+" "+r.Spec.URL))
	if len(r.Failures) == 0 {
		fmt.Fprintf(&b, "%s\n", r.Reason)
	}
	for _, f := range r.Failures {
		if in := input(f); in != "" {
			fmt.Fprintf(&b, "%s\n", in)
		}
		fmt.Fprintf(&b, "  expected %s\n  got %s\n", f.Expected, f.Got)
	}
	if r.Fix != "" {
		fmt.Fprintf(&b, "fix: %s\n", r.Fix)
	}
	if _, at := telling(r); at >= 0 && len(r.Failures) > 0 {
		if script := replay.Script(r, at, login); script != "" {
			fmt.Fprintf(&b, "\n%s\n", script)
		}
	}
	return b.String()
}

func seconds(ms float64) string { return fmt.Sprintf("%.3f", ms/1000) }
