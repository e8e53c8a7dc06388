package person

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/authconform/authconform/internal/mapping"
	"github.com/authconform/authconform/internal/suggest"
)

// A Step is an action on a provider's page: fill in fields, tick boxes, press a button. It is due when all elements
// that it names, including See, are visible; it is taken once. Selectors are CSS, or text=REGEXP: a button or link by
// its words.
type Step struct {
	When  string   `json:"when,omitempty"` // allow, deny: only by a person who says so; "": by both
	See   string   `json:"see,omitempty"`
	Type  []Typing `json:"type,omitempty"`
	Tick  string   `json:"tick,omitempty"` // all check boxes of it
	Press string   `json:"press,omitempty"`

	Name string `json:"name"` // for messages: steps.yaml:7
}

// Typing is a text for a field. {username}, {password} and {totp} stand for the user's.
type Typing struct {
	Into string `json:"into"`
	Text string `json:"text"`
}

// signs returns the selectors that show that the step is due.
func (s Step) signs() []string {
	if s.See != "" {
		return []string{s.See}
	}
	return s.acts()
}

// acts returns the selectors that the step acts on.
func (s Step) acts() []string {
	var all []string
	for _, t := range s.Type {
		all = append(all, t.Into)
	}
	for _, which := range []string{s.Tick, s.Press} {
		if which != "" {
			all = append(all, which)
		}
	}
	return all
}

// AutoSteps fit pages with a user name field, a password field, and buttons with the usual English labels.
//
//go:embed steps.yaml
var AutoSteps []byte

var (
	whens       = []string{"allow", "deny"}
	keys        = []string{"when", "see", "type", "tick", "press"}
	marks       = []string{"username", "password", "totp"}
	placeholder = regexp.MustCompile(`\{(\w+)\}`)
)

// ReadSteps reads the steps from a file, a YAML list. An error names the line and suggests the nearest known word.
func ReadSteps(file string, raw []byte) ([]Step, error) {
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(raw)).Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.SequenceNode || len(doc.Content[0].Content) == 0 {
		return nil, fmt.Errorf("%s: must be a list of steps like `- press: text=Allow`", file)
	}
	var steps []Step
	for _, n := range doc.Content[0].Content {
		s := Step{Name: fmt.Sprintf("%s:%d", file, n.Line)}
		if err := mapping.Each(n, file, keys, s.set); err != nil {
			return nil, err
		}
		if len(s.Type) == 0 && s.Tick+s.Press == "" {
			return nil, fmt.Errorf("%s: the step does nothing; give it type, tick or press", s.Name)
		}
		steps = append(steps, s)
	}
	return steps, nil
}

// set sets a key of a step.
func (s *Step) set(key string, v *yaml.Node) error {
	file := s.Name[:strings.LastIndex(s.Name, ":")]
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("%s:%d: %s: %s", file, v.Line, key, fmt.Sprintf(format, args...))
	}
	if key == "type" {
		if v.Kind != yaml.MappingNode || len(v.Content) == 0 {
			return wrong(`must be fields with their texts, like {"#password": "{password}"}`)
		}
		for pairs := v.Content; len(pairs) > 1; pairs = pairs[2:] {
			s.Type = append(s.Type, Typing{pairs[0].Value, pairs[1].Value})
			for _, m := range placeholder.FindAllStringSubmatch(pairs[1].Value, -1) {
				if !slices.Contains(marks, m[1]) {
					return wrong("unknown placeholder %s%s", m[0], suggest.Hint(m[1], marks))
				}
			}
		}
		return nil
	}
	if v.Kind != yaml.ScalarNode || v.Value == "" {
		return wrong("a text is wanted")
	}
	if words, ok := strings.CutPrefix(v.Value, "text="); ok {
		if _, err := regexp.Compile(words); err != nil {
			return wrong("%q is not a valid regular expression", words)
		}
	}
	switch key {
	case "when":
		if s.When = v.Value; !slices.Contains(whens, v.Value) {
			return wrong("%q is not an answer a user can give%s", v.Value, suggest.Hint(v.Value, whens))
		}
	case "see":
		s.See = v.Value
	case "tick":
		s.Tick = v.Value
	case "press":
		s.Press = v.Value
	}
	return nil
}
