package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
)

// goWords are words of Go and its library that no message may contain.
var goWords = regexp.MustCompile(`\bEOF\b|context (deadline|canceled)|dial tcp|net/(http|url)|Status[A-Z]|strconv\.|` +
	`<nil>|map\[|i/o timeout|%!\w|interface ?\{|\[\]string|Go (value|struct)|json: cannot|goroutine|0x[0-9a-f]{8}|(^|\s)&?\{\S+ \S+ [^"]*\}$`)

// plainWords fails where a message of a run contains words of Go.
func plainWords(t *testing.T, o outcome, set *evidence.Set) {
	t.Helper()
	said := strings.Split(o.all(), "\n")
	if set != nil {
		for _, r := range set.Results {
			said = append(append(said, r.Reason, r.Cause), r.Notes...)
			for _, f := range r.Failures {
				said = append(said, f.Vector, f.Expected, f.Got)
			}
		}
		if set.End != nil {
			said = append(append(append(said, set.End.Lost, set.End.Refused), set.End.Cleanup...), set.End.Warnings...)
		}
	}
	told := map[string]bool{}
	for _, text := range said {
		if word := goWords.FindString(text); word != "" && !told[word] {
			told[word] = true
			t.Errorf("%q is no word for people: %s", word, text)
		}
	}
}
