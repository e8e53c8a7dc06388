package reports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/authconform/authconform/internal/mapping"
	"github.com/authconform/authconform/internal/suggest"
)

// ReadBaseline reads a file. It is strict: an unknown key or id, a missing reason, a bad date or an entry that stands
// twice is an error that names the line and the nearest right word. ids are the requirements that there are; retired names
// those that took the place of one that is gone, and none for any other.
func ReadBaseline(path string, ids []string, retired func(id string) []string) (*Baseline, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("baseline: %w", err)
	}
	b, err := parseBaseline(path, raw, ids, retired)
	if err != nil {
		return nil, fmt.Errorf("baseline: %w", err)
	}
	return b, nil
}

func parseBaseline(path string, raw []byte, ids []string, retired func(id string) []string) (*Baseline, error) {
	var doc yaml.Node
	err := yaml.NewDecoder(bytes.NewReader(raw)).Decode(&doc)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s is not YAML: %w", path, err)
	}
	if len(doc.Content) != 1 {
		return nil, fmt.Errorf("%s is empty", path)
	}
	b := &Baseline{file: path}
	versioned := false
	err = mapping.Each(doc.Content[0], path, []string{"apiVersion", "known_failures"}, func(key string, value *yaml.Node) error {
		if key == "apiVersion" {
			versioned = value.Value == APIVersion
			return nil
		}
		if value.Kind != yaml.SequenceNode && value.Tag != "!!null" {
			return fmt.Errorf("%s:%d: known_failures: must be a list of entries", path, value.Line)
		}
		return b.take(value.Content, ids, retired)
	})
	if err == nil && !versioned {
		err = fmt.Errorf("%s: apiVersion: must be %s", path, APIVersion)
	}
	return b, err
}

func (b *Baseline) take(entries []*yaml.Node, ids []string, retired func(id string) []string) error {
	for _, n := range entries {
		k, err := readKnown(n, b.file)
		if err != nil {
			return err
		}
		at := fmt.Sprintf("%s:%d", b.file, n.Line)
		switch {
		case k.ID == "":
			return fmt.Errorf("%s: an entry has no id", at)
		case slices.Contains(ids, k.ID):
		case len(retired(k.ID)) > 0:
			return fmt.Errorf("%s: %s was retired; use %s instead", at, k.ID, strings.Join(retired(k.ID), " and "))
		default:
			return fmt.Errorf("%s: unknown requirement %q%s", at, k.ID, suggest.Hint(k.ID, ids))
		}
		if b.entry(k.ID) != nil {
			return fmt.Errorf("%s: %s is listed twice", at, k.ID)
		}
		if k.Reason == "" {
			return fmt.Errorf("%s: %s has no reason", at, k.ID)
		}
		b.Known = append(b.Known, k)
	}
	return nil
}

func readKnown(n *yaml.Node, path string) (Known, error) {
	k := Known{line: n.Line}
	err := mapping.Each(n, path, []string{"id", "reason", "issue", "until", "vectors"}, func(key string, v *yaml.Node) (err error) {
		at := fmt.Sprintf("%s:%d: %s", path, v.Line, key)
		switch key {
		case "vectors":
			if v.Kind != yaml.SequenceNode || v.Decode(&k.Vectors) != nil || slices.Contains(k.Vectors, "") {
				return fmt.Errorf("%s: must be a list of names", at)
			}
			return nil
		case "until":
			if k.Until, err = time.Parse(time.DateOnly, v.Value); err != nil {
				return fmt.Errorf("%s: %q is not a date like 2027-06-30", at, v.Value)
			}
			return nil
		}
		if v.Kind != yaml.ScalarNode {
			return fmt.Errorf("%s: must be a string", at)
		}
		*map[string]*string{"id": &k.ID, "reason": &k.Reason, "issue": &k.Issue}[key] = v.Value
		return nil
	})
	return k, err
}
