// Package profiles says which rows of the catalogue a kind of target must meet, and the differences for it: exempt rows, other
// levels, and answers that its documents allow although a specification says otherwise.
package profiles

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/suggest"
	"github.com/authconform/authconform/suites/requirements"
)

//go:embed *.yaml
var files embed.FS

// Profile is one YAML file.
type Profile struct {
	Name     string              `yaml:"name" json:"name"`
	Kind     string              `yaml:"kind" json:"kind"`         // of the targets: a name of harness/kind
	Include  []string            `yaml:"include" json:"include"`   // built-in profiles of the kind, whose rows and answers are this one's too
	Sections []string            `yaml:"sections" json:"sections"` // of the catalogue, whole
	Rows     []string            `yaml:"rows" json:"rows"`         // more rows, by id or glob
	Without  []string            `yaml:"without" json:"without"`   // fewer, by id or glob
	Core     []string            `yaml:"core" json:"core"`         // those that matter most, by id or glob
	Levels   []Level             `yaml:"levels" json:"levels"`     // of rows that bind these targets more or less
	Answers  map[string]Answer   `yaml:"answers" json:"answers"`   // refusals that are right here, by the name that specs use
	Inputs   map[string][]string `yaml:"inputs" json:"inputs"`     // additional inputs of specs, by the name that they use

	included []*Profile
}

// Level is a level that differs from the catalogue's.
type Level struct {
	Row    string         `yaml:"row" json:"row"` // an id or a glob
	Level  evidence.Level `yaml:"level" json:"level"`
	Reason string         `yaml:"reason" json:"reason"` // why: reports show it
}

// Answer is a set of right refusals: any of the statuses with any of the error codes.
type Answer struct {
	Status []int    `yaml:"status" json:"status"`
	Error  []string `yaml:"error" json:"error"` // empty: the code is not judged
	Any    bool     `yaml:"any" json:"any"`     // any answer below 500 that grants nothing: another row judges status and code
}

// Names lists the built-in profiles.
func Names() []string {
	entries, _ := files.ReadDir(".")
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// ErrUnknown is the error for a name that is neither a built-in profile nor a file.
var ErrUnknown = errors.New("no such profile")

// Load reads a built-in profile by its name, or a user's own from a file: a path, or a name that ends in .yaml or .yml.
func Load(name string) (*Profile, error) {
	if slices.Contains(Names(), name) {
		raw, err := files.ReadFile(name + ".yaml")
		if err != nil {
			return nil, err
		}
		return read("profile "+name, raw)
	}
	if ext := filepath.Ext(name); !strings.ContainsRune(name, filepath.Separator) && ext != ".yaml" && ext != ".yml" {
		return nil, ErrUnknown
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	p, err := read(name, raw)
	if err != nil {
		return nil, err
	}
	if err := p.check(name); err != nil {
		return nil, err
	}
	return p, p.inherit()
}

// inherit takes the answers and inputs that a user's own profile does not name from the built-in profiles of its kind.
func (p *Profile) inherit() error {
	answers, inputs := p.Answers, p.Inputs
	p.Answers, p.Inputs = map[string]Answer{}, map[string][]string{}
	for _, name := range Names() {
		built, err := Load(name)
		if err != nil {
			return err
		}
		if built.Kind == p.Kind {
			maps.Copy(p.Answers, built.Answers)
			maps.Copy(p.Inputs, built.Inputs)
		}
	}
	maps.Copy(p.Answers, answers)
	maps.Copy(p.Inputs, inputs)
	return nil
}

// read reads a profile and the profiles that it includes.
func read(at string, raw []byte) (*Profile, error) {
	p, err := parse(at, raw)
	if err != nil {
		return nil, err
	}
	return p, p.include(at)
}

func parse(at string, raw []byte) (*Profile, error) {
	var p Profile
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&p); err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	return &p, nil
}

// check checks a profile against the catalogue: every word of it must have a meaning.
func (p *Profile) check(at string) error {
	c, err := requirements.Load()
	if err != nil {
		return err
	}
	var sections []string
	for _, s := range c.Sections {
		sections = append(sections, s.Name)
	}
	switch {
	case p.Name == "":
		return fmt.Errorf("%s: the name is missing", at)
	case p.Kind == "":
		return fmt.Errorf("%s: kind is missing", at)
	}
	for _, s := range p.Sections {
		if !slices.Contains(sections, s) {
			return fmt.Errorf("%s: unknown section %q%s", at, s, suggest.Hint(s, sections))
		}
	}
	globs := slices.Concat(p.Rows, p.Without, p.Core)
	for _, l := range p.Levels {
		globs = append(globs, l.Row)
		if !slices.Contains(requirements.Levels(), l.Level) {
			return fmt.Errorf("%s: %s: unknown level %q; valid: must, should, may and info", at, l.Row, l.Level)
		}
		if l.Reason == "" {
			return fmt.Errorf("%s: %s: a changed level needs a reason", at, l.Row)
		}
	}
	for _, glob := range globs {
		if !slices.ContainsFunc(c.IDs(), func(id string) bool { return matches(glob, id) }) {
			if gone := requirements.Gone(glob); gone != "" {
				return fmt.Errorf("%s: %s", at, gone)
			}
			return fmt.Errorf("%s: no row is called %q%s", at, glob, suggest.Hint(glob, c.IDs()))
		}
	}
	for name, a := range p.Answers {
		if len(a.Status) == 0 && !a.Any {
			return fmt.Errorf("%s: answer %s allows no status", at, name)
		}
	}
	if len(p.Select(c)) == 0 {
		return fmt.Errorf("%s: it selects no row; name sections or rows", at)
	}
	return nil
}

// Select lists the profile's rows in catalogue order, with the profile's levels.
func (p *Profile) Select(c *requirements.Catalogue) []*requirements.Requirement {
	var rows []*requirements.Requirement
	for i := range c.Sections {
		s := &c.Sections[i]
		for j := range s.Rows {
			r := &s.Rows[j]
			if p.takes(r) {
				rows = append(rows, p.levelled(r))
			}
		}
	}
	return rows
}

// IsCore reports whether a row is one of those that matter most.
func (p *Profile) IsCore(r *requirements.Requirement) bool {
	return lists(p.Core, r.ID) || slices.ContainsFunc(p.included, func(i *Profile) bool { return i.IsCore(r) })
}

// levelled returns a row at the level of the profile or of an included profile.
func (p *Profile) levelled(r *requirements.Requirement) *requirements.Requirement {
	for _, i := range p.included {
		if i.takes(r) {
			r = i.levelled(r)
		}
	}
	for _, l := range p.Levels {
		if matches(l.Row, r.ID) {
			own := *r
			own.Level, own.LevelReason = l.Level, l.Reason
			r = &own
		}
	}
	return r
}

func lists(globs []string, id string) bool {
	return slices.ContainsFunc(globs, func(glob string) bool { return matches(glob, id) })
}

func matches(glob, id string) bool {
	ok, err := path.Match(glob, id)
	return err == nil && ok
}
