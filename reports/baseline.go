package reports

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/authconform/authconform/internal/suggest"
)

// Baseline is the file of known failures:
//
//	apiVersion: authconform/v1
//	known_failures:
//	  - id: oauth2.authz.no-duplicates
//	    reason: the page takes the last one          # wanted
//	    issue: https://example.org/42                # may be left out
//	    until: 2027-06-30                            # may be left out: after it the entry is an error
//	    vectors: [client_id, state]                  # may be left out: only these may fail
type Baseline struct {
	Known []Known
	file  string
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

// ReadBaseline reads a file of rows that have these ids. It is strict: an unknown key or id, a missing reason, a bad date or
// an entry that stands twice is an error that names the line and the nearest right word. gone tells what became of an id
// that was a row once; "" for any other.
func ReadBaseline(path string, ids []string, gone func(id string) string) (*Baseline, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("baseline: %w", err)
	}
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(raw)).Decode(&doc); err != nil || len(doc.Content) != 1 {
		return nil, fmt.Errorf("baseline %s: no YAML document: %w", path, orEmpty(err))
	}
	b := &Baseline{file: path}
	versioned := false
	err = EachKey(doc.Content[0], path, []string{"apiVersion", "known_failures"}, func(key string, value *yaml.Node) error {
		if key == "apiVersion" {
			versioned = value.Value == APIVersion
			return nil
		}
		for _, entry := range value.Content {
			k, err := readKnown(entry, path, ids, gone)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(b.Known, func(o Known) bool { return o.ID == k.ID }) {
				return fmt.Errorf("%s:%d: %s stands twice", path, entry.Line, k.ID)
			}
			b.Known = append(b.Known, k)
		}
		return nil
	})
	if err == nil && !versioned {
		err = fmt.Errorf("%s: apiVersion: %s is wanted", path, APIVersion)
	}
	if err != nil {
		return nil, fmt.Errorf("baseline: %w", err)
	}
	return b, nil
}

func orEmpty(err error) error {
	if err == nil {
		return fmt.Errorf("it is empty")
	}
	return err
}

// EachKey walks a YAML mapping whose keys are known. The error of another names file, line and the nearest right key.
func EachKey(n *yaml.Node, path string, keys []string, do func(string, *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("%s:%d: a mapping with %s is wanted", path, n.Line, strings.Join(keys, ", "))
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if !slices.Contains(keys, key.Value) {
			return fmt.Errorf("%s:%d: unknown key %q%s", path, key.Line, key.Value, suggest.Hint(key.Value, keys))
		}
		if err := do(key.Value, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func readKnown(n *yaml.Node, path string, ids []string, gone func(string) string) (Known, error) {
	k := Known{line: n.Line}
	err := EachKey(n, path, []string{"id", "reason", "issue", "until", "vectors"}, func(key string, v *yaml.Node) (err error) {
		switch key {
		case "id":
			k.ID = v.Value
		case "reason":
			k.Reason = v.Value
		case "issue":
			k.Issue = v.Value
		case "until":
			if k.Until, err = time.Parse(time.DateOnly, v.Value); err != nil {
				return fmt.Errorf("%s:%d: until: %q is no date like 2027-06-30", path, v.Line, v.Value)
			}
		case "vectors":
			if v.Decode(&k.Vectors) != nil {
				return fmt.Errorf("%s:%d: vectors: a list of words is wanted", path, v.Line)
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return k, err
	case !slices.Contains(ids, k.ID) && gone(k.ID) != "":
		return k, fmt.Errorf("%s:%d: %s", path, n.Line, gone(k.ID))
	case !slices.Contains(ids, k.ID):
		return k, fmt.Errorf("%s:%d: unknown requirement %q%s", path, n.Line, k.ID, suggest.Hint(k.ID, ids))
	case k.Reason == "":
		return k, fmt.Errorf("%s:%d: %s has no reason", path, n.Line, k.ID)
	}
	return k, nil
}

// Apply turns failures that the baseline knows into known_fail, and returns what is wrong with the baseline itself: an
// entry that has expired, or whose row does not fail any more. Each such problem makes the run exit with 1.
func (b *Baseline) Apply(r *Report, now time.Time) []string {
	var problems []string
	for _, k := range b.Known {
		at := fmt.Sprintf("%s:%d: %s", b.file, k.line, k.ID)
		if !k.Until.IsZero() && now.After(k.Until.AddDate(0, 0, 1)) {
			problems = append(problems, at+" expired on "+k.Until.Format(time.DateOnly))
			continue
		}
		for i := range r.Results {
			res := &r.Results[i]
			if res.ID != k.ID {
				continue
			}
			switch {
			case (res.Verdict == Fail || res.Verdict == Blocked || res.Verdict == Warn) && k.covers(*res):
				res.Verdict, res.Known = KnownFail, k.Reason
			case res.Verdict == Pass || res.Verdict == Note:
				problems = append(problems, at+" no longer fails; remove the entry")
			}
		}
	}
	return problems
}

// covers tells whether nothing fails beyond the vectors that the entry names.
func (k Known) covers(r Result) bool {
	return len(k.Vectors) == 0 || !slices.ContainsFunc(r.Failures, func(f Failure) bool {
		return !slices.ContainsFunc(k.Vectors, func(v string) bool { return v == f.Vector || strings.HasPrefix(f.Vector, v+" ") })
	})
}

// WriteBaseline writes a file that knows every failure of a report and its vectors. What an older baseline says of a row
// is kept; the reason of a new entry is what was seen.
func WriteBaseline(path string, r *Report, older *Baseline) error {
	type entry struct {
		ID      string   `yaml:"id"`
		Reason  string   `yaml:"reason"`
		Issue   string   `yaml:"issue,omitempty"`
		Until   string   `yaml:"until,omitempty"`
		Vectors []string `yaml:"vectors,omitempty"`
	}
	out := struct {
		APIVersion string  `yaml:"apiVersion"`
		Known      []entry `yaml:"known_failures"`
	}{APIVersion, []entry{}}
	for _, res := range r.Results {
		if res.Verdict != Fail && res.Verdict != Blocked && res.Verdict != Warn && res.Verdict != KnownFail {
			continue
		}
		e := entry{ID: res.ID, Vectors: vectors(res)}
		e.Reason = fmt.Sprintf("%s %s, seen %s: %s", res.Verdict.Word(), strings.TrimSpace(r.Target.Product+" "+r.Target.Version), r.Run.Started.Format(time.DateOnly), res.Reason)
		if k := older.entry(res.ID); k != nil {
			e.Reason, e.Issue = k.Reason, k.Issue
			if !k.Until.IsZero() {
				e.Until = k.Until.Format(time.DateOnly)
			}
		}
		out.Known = append(out.Known, e)
	}
	slices.SortFunc(out.Known, func(a, b entry) int { return strings.Compare(a.ID, b.ID) })
	raw, err := yaml.Marshal(out)
	if err != nil {
		return err
	}
	return writeFile(path, raw)
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

// vectors names what failed; nil where a failure has no vector.
func vectors(r Result) []string {
	var out []string
	for _, f := range r.Failures {
		if f.Vector == "" {
			return nil
		}
		if !slices.Contains(out, f.Vector) {
			out = append(out, f.Vector)
		}
	}
	return out
}
