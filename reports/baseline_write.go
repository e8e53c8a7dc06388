package reports

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/authconform/authconform/evidence"
)

// longestReason is how many bytes of a failure are copied into an entry's reason.
const longestReason = 300

// written is an entry as it is written to the file.
type written struct {
	ID      string   `yaml:"id"`
	Reason  string   `yaml:"reason"`
	Issue   string   `yaml:"issue,omitempty"`
	Until   string   `yaml:"until,omitempty"`
	Vectors []string `yaml:"vectors,omitempty"`
}

// WriteBaseline writes a file that knows every failure of a run and its vectors, and returns how many. The reason, issue and
// date of an older entry are kept; the reason of a new one is what was seen. Older entries of rows that the run did not
// judge stay as they are.
func WriteBaseline(path string, s *evidence.Set, older *Baseline) (int, error) {
	out := struct {
		APIVersion string    `yaml:"apiVersion"`
		Known      []written `yaml:"known_failures"`
	}{APIVersion, []written{}}
	settled := map[string]bool{}
	for _, r := range s.Results {
		settled[r.ID] = r.Verdict == evidence.Pass || r.Verdict == evidence.Note
		if !broken(r) || lost(s, r) {
			continue
		}
		settled[r.ID] = true
		e := written{ID: r.ID, Vectors: vectors(r)}
		seen := s.Head.Started.Format(time.DateOnly)
		e.Reason = cut(line(fmt.Sprintf("%s %s, seen %s: %s", word(r.Verdict), product(s.Head.Target), seen, r.Reason)), longestReason)
		if k := older.entry(r.ID); k != nil {
			e = k.written()
			e.Vectors = vectors(r)
		}
		out.Known = append(out.Known, e)
	}
	if older != nil {
		for _, k := range older.Known {
			if !settled[k.ID] {
				out.Known = append(out.Known, k.written())
			}
		}
	}
	slices.SortFunc(out.Known, func(a, b written) int { return strings.Compare(a.ID, b.ID) })
	raw, err := yaml.Marshal(out)
	if err == nil {
		err = WriteFile(path, raw)
	}
	if err != nil {
		return 0, fmt.Errorf("%s could not be written: %w", path, err)
	}
	return len(out.Known), nil
}

func (k Known) written() written {
	e := written{ID: k.ID, Reason: k.Reason, Issue: k.Issue, Vectors: k.Vectors}
	if !k.Until.IsZero() {
		e.Until = k.Until.Format(time.DateOnly)
	}
	return e
}

// lost reports whether a row is blocked only because the target was lost or the harness broke: a baseline must not explain that.
func lost(s *evidence.Set, r evidence.Result) bool {
	e := end(s)
	return r.Verdict == evidence.Blocked && (e.Lost != "" && r.Cause == e.Lost || len(e.Broken) > 0 && len(r.Evidence) == 0)
}

// vectors returns the names of the failed vectors; nil if a failure has none.
func vectors(r evidence.Result) []string {
	if slices.ContainsFunc(r.Failures, func(f evidence.Failure) bool { return f.Vector == "" }) {
		return nil
	}
	return r.Vectors
}
