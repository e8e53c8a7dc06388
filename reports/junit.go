package reports

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// How verdicts count in JUnit, which knows three: fail and blocked are failures (warn too in a strict run); not_run,
// not_applicable and known_fail are skipped, with their reason; pass, note and warn pass, the latter two with their
// words in system-out. So failures = fail + blocked (+ warn), skipped = not_run + not_applicable + known_fail.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
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
		Timestamp  string          `xml:"timestamp,attr"`
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
		Failure *junitFailure `xml:"failure,omitempty"`
		Skipped *junitSkipped `xml:"skipped,omitempty"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
)

// WriteJUnit writes junit.xml: a suite per section, a case per row.
func WriteJUnit(path string, r *Report, strict bool) error {
	all := junitSuites{Name: "authconform " + r.Target.Profile, Time: seconds(float64(r.Run.DurationMS))}
	for _, section := range sectionsOf(r) {
		s := junitSuite{Name: r.Target.Profile + "." + section.name, Timestamp: r.Run.Started.UTC().Format("2006-01-02T15:04:05")}
		var took float64
		for _, res := range section.results {
			c := junitCase{Class: res.Profile + "." + res.Section, Name: res.ID, Time: seconds(res.DurationMS)}
			took += res.DurationMS
			c.judge(res, strict)
			s.Tests++
			if c.Failure != nil {
				s.Failures++
			}
			if c.Skipped != nil {
				s.Skipped++
			}
			s.Cases = append(s.Cases, c)
		}
		for verdict, n := range counts(section.results) {
			s.Properties = append(s.Properties, junitProperty{string(Verdicts[verdict]), fmt.Sprint(n)})
		}
		s.Time = seconds(took)
		all.Tests, all.Failures, all.Skipped = all.Tests+s.Tests, all.Failures+s.Failures, all.Skipped+s.Skipped
		all.Suites = append(all.Suites, s)
	}
	raw, err := xml.MarshalIndent(all, "", " ")
	if err != nil {
		return err
	}
	return writeFile(path, append([]byte(xml.Header), raw...))
}

func (c *junitCase) judge(r Result, strict bool) {
	switch {
	case r.Verdict.Red(strict):
		c.Failure = &junitFailure{Type: string(r.Verdict), Message: clean(r.Reason), Text: clean(story(r))}
	case r.Verdict == NotRun, r.Verdict == NotApplicable:
		c.Skipped = &junitSkipped{clean(string(r.Verdict) + ": " + r.Reason)}
	case r.Verdict == KnownFail:
		c.Skipped = &junitSkipped{clean("known failure: " + r.Known + ": " + r.Reason)}
	case r.Verdict == Warn, r.Verdict == Note:
		c.Out = clean(string(r.Verdict) + ": " + r.Reason + "\n" + strings.Join(r.Notes, "\n"))
	}
}

// story is a failure for a reader without the report: sentence, source, every failure, how to send it again.
func story(r Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s %s %s\n", r.Title, r.Spec.Name, r.Spec.Section, r.Spec.URL)
	if r.Verdict == Blocked {
		fmt.Fprintf(&b, "%s\n", r.Reason)
	}
	for _, f := range r.Failures {
		fmt.Fprintf(&b, "%s\n  expected %s\n  got %s\n", f.Vector, f.Expected, f.Got)
	}
	if e := telling(r); e != nil && Curl(*e) != "" {
		fmt.Fprintf(&b, "%s\n", Curl(*e))
	}
	return b.String()
}

// telling is the exchange that shows the first failure: the last of its vector, or the last of all.
func telling(r Result) *Exchange {
	var ofVector, last *Exchange
	for i := range r.Evidence {
		e := r.Evidence[i].Exchange
		if e == nil || e.Method == "WS" {
			continue
		}
		last = e
		if len(r.Failures) > 0 && r.Failures[0].Vector != "" && strings.HasPrefix(e.Label, r.Failures[0].Vector) {
			ofVector = e
		}
	}
	if ofVector != nil {
		return ofVector
	}
	return last
}

func counts(results []Result) []int {
	n := make([]int, len(Verdicts))
	for _, r := range results {
		for i, v := range Verdicts {
			if r.Verdict == v {
				n[i]++
			}
		}
	}
	return n
}

func seconds(ms float64) string { return fmt.Sprintf("%.3f", ms/1000) }

// clean drops what XML cannot hold.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || (r >= 0x20 && r != 0xFFFE && r != 0xFFFF) {
			return r
		}
		return '\uFFFD'
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// section is the results of one section, in order.
type section struct {
	name    string
	results []Result
}

func sectionsOf(r *Report) []section {
	var out []section
	at := map[string]int{}
	for _, res := range r.Results {
		i, ok := at[res.Section]
		if !ok {
			i = len(out)
			at[res.Section] = i
			out = append(out, section{name: res.Section})
		}
		out[i].results = append(out[i].results, res)
	}
	return out
}
