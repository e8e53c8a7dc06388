// Package profiles says which rows of the catalogue a kind of target must meet, and what differs for it: the answers
// that its documents allow where a specification says something else, and the driver that logs in to it.
package profiles

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/authconform/authconform/suites/requirements"
)

//go:embed *.yaml
var files embed.FS

// Profile is one YAML file.
type Profile struct {
	Name     string            `yaml:"name"`
	Title    string            `yaml:"title"`   // the product or role, for people
	Product  string            `yaml:"product"` // what since/until of the rows count
	Driver   string            `yaml:"driver"`  // how a code is obtained: login-flow
	Sections []string          `yaml:"sections"`
	Rows     []string          `yaml:"rows"`    // more rows, by id or glob
	Answers  map[string]Answer `yaml:"answers"` // the refusals that are right here, by the name that specs use
}

// Answer is a set of right refusals: any of the statuses with any of the error codes.
type Answer struct {
	Status []int    `yaml:"status"`
	Error  []string `yaml:"error"` // empty: the code is not judged
}

// Names lists the profiles.
func Names() []string {
	entries, _ := files.ReadDir(".")
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// Load reads one profile. The error of an unknown name is ErrUnknown.
func Load(name string) (*Profile, error) {
	if !slices.Contains(Names(), name) {
		return nil, ErrUnknown
	}
	raw, err := files.ReadFile(name + ".yaml")
	if err != nil {
		return nil, err
	}
	var p Profile
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&p); err != nil {
		return nil, fmt.Errorf("profile %s: %w", name, err)
	}
	return &p, nil
}

// ErrUnknown is the error of a name that no profile has.
var ErrUnknown = fmt.Errorf("no such profile")

// Select lists the profile's rows in catalogue order.
func (p *Profile) Select(c *requirements.Catalogue) []*requirements.Requirement {
	var rows []*requirements.Requirement
	for i := range c.Sections {
		s := &c.Sections[i]
		for j := range s.Rows {
			if r := &s.Rows[j]; slices.Contains(p.Sections, s.Name) || p.lists(r.ID) {
				rows = append(rows, r)
			}
		}
	}
	return rows
}

func (p *Profile) lists(id string) bool {
	return slices.ContainsFunc(p.Rows, func(glob string) bool {
		ok, err := path.Match(glob, id)
		return err == nil && ok
	})
}
