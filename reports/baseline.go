package reports

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/evidence"
)

// Baseline is the file of known failures:
//
//	apiVersion: authconform/v1
//	known_failures:
//	  - id: oauth2.authz.no-duplicates
//	    reason: the page takes the last one          # required
//	    issue: https://example.org/42                # optional
//	    until: 2027-06-30                            # optional: after that day the entry is an error
//	    vectors: [client_id, state]                  # optional: exactly these fail
type Baseline struct {
	Known   []Known
	file    string
	lenient bool // what no longer fits is no problem
}

// Known is one entry.
type Known struct {
	ID      string
	Reason  string
	Issue   string
	Until   time.Time
	Vectors []string
	line    int
}

// Apply turns failures that the baseline knows into known_fail. What no longer fits of the baseline becomes a problem of the
// set, which makes the run red: an entry that has expired, whose row no longer fails, or that names other vectors than
// those that fail.
func (b *Baseline) Apply(s *evidence.Set, now time.Time) {
	for _, k := range b.Known {
		i := slices.IndexFunc(s.Results, func(r evidence.Result) bool { return r.ID == k.ID })
		known, problem := false, ""
		switch {
		case !k.Until.IsZero() && !now.Before(k.Until.AddDate(0, 0, 1)):
			problem = "expired on " + k.Until.Format(time.DateOnly)
		case i >= 0:
			known, problem = k.fits(s.Results[i])
		}
		if known {
			s.Results[i].Verdict, s.Results[i].Known = evidence.KnownFail, k.because()
		}
		if problem != "" && !b.lenient {
			s.Problems = append(s.Problems, fmt.Sprintf("%s:%d: %s %s", b.file, k.line, k.ID, problem))
		}
	}
}

// because returns the reason why the row is known to fail.
func (k Known) because() string {
	if k.Issue != "" {
		return k.Reason + " (" + k.Issue + ")"
	}
	return k.Reason
}

// fits reports whether the entry explains a row's failure, and which parts of the entry no longer fail.
func (k Known) fits(r evidence.Result) (known bool, problem string) {
	switch {
	case r.Verdict == evidence.Pass || r.Verdict == evidence.Note:
		return false, "no longer fails; remove the entry"
	case !broken(r):
		return false, "" // it was not judged
	case len(k.Vectors) == 0:
		return true, ""
	case r.Verdict == evidence.Blocked:
		return false, "is blocked, but the entry lists vectors that fail: " + strings.Join(k.Vectors, ", ")
	}
	var differ []string
	more := without(r.Vectors, k.Vectors)
	if slices.ContainsFunc(r.Failures, func(f evidence.Failure) bool { return f.Vector == "" }) {
		more = append(more, "a check without a name")
	}
	if len(more) > 0 {
		differ = append(differ, "fails with more vectors than the entry lists: "+strings.Join(more, ", "))
	}
	if gone := without(k.Vectors, r.Vectors); len(gone) > 0 {
		differ = append(differ, "no longer fails with "+strings.Join(gone, ", ")+"; remove it from the entry")
	}
	return len(more) == 0, strings.Join(differ, "; and ")
}

// broken reports whether a baseline can explain a row's verdict.
func broken(r evidence.Result) bool {
	return r.Verdict.Red(true) || r.Verdict == evidence.KnownFail
}

// without returns the words that other does not contain.
func without(words, other []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(other, w) })
}

// Explains reports whether a failure is one that the baseline knows. A nil baseline knows none.
func (b *Baseline) Explains(r evidence.Result, now time.Time) bool {
	k := b.entry(r.ID)
	if k == nil || !k.Until.IsZero() && !now.Before(k.Until.AddDate(0, 0, 1)) {
		return false
	}
	known, _ := k.fits(r)
	return known
}

func (b *Baseline) entry(id string) *Known {
	if b == nil {
		return nil
	}
	for i := range b.Known {
		if b.Known[i].ID == id {
			return &b.Known[i]
		}
	}
	return nil
}
