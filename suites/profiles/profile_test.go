package profiles

import (
	"errors"
	"path"
	"slices"
	"testing"

	"github.com/authconform/authconform/suites/requirements"
)

// TestProfilesHold: every profile is read, and every section and glob in it finds rows.
func TestProfilesHold(t *testing.T) {
	catalogue, err := requirements.Load()
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, name := range Names() {
		p, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if p.Name != name || p.Title == "" || p.Product == "" || p.Driver == "" {
			t.Errorf("%s: %+v", name, p)
		}
		for _, s := range p.Sections {
			if !slices.ContainsFunc(catalogue.Sections, func(c requirements.Section) bool { return c.Name == s }) {
				t.Errorf("%s: no section is called %s", name, s)
			}
		}
		for _, glob := range p.Rows {
			if !slices.ContainsFunc(catalogue.IDs(), func(id string) bool { ok, err := path.Match(glob, id); return ok && err == nil }) {
				t.Errorf("%s: no row is called %s", name, glob)
			}
		}
		for word, a := range p.Answers {
			if len(a.Status) == 0 {
				t.Errorf("%s: %s allows no status", name, word)
			}
		}
		for _, r := range p.Select(catalogue) {
			listed[r.ID] = true
		}
	}
	for _, id := range catalogue.IDs() {
		if !listed[id] {
			t.Errorf("%s is in no profile: nobody is judged by it", id)
		}
	}
}

func TestAnUnknownProfileIsAnError(t *testing.T) {
	if _, err := Load("home-asistant"); !errors.Is(err, ErrUnknown) {
		t.Errorf("%v", err)
	}
}
