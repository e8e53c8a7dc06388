package profiles

import (
	"fmt"
	"maps"
	"slices"

	"github.com/authconform/authconform/internal/suggest"
	"github.com/authconform/authconform/suites/requirements"
)

// include loads the included profiles, and takes those answers and inputs from them that this one does not name. Only built-in
// profiles can be included; TestTheBuiltInProfilesHold makes sure that they do not include each other in a circle.
func (p *Profile) include(at string) error {
	answers, inputs := map[string]Answer{}, map[string][]string{}
	for _, name := range p.Include {
		if name == p.Name || !slices.Contains(Names(), name) {
			return fmt.Errorf("%s: include: there is no other built-in profile %q%s", at, name, suggest.Hint(name, Names()))
		}
		i, err := Load(name)
		if err != nil {
			return err
		}
		if i.Kind != p.Kind {
			return fmt.Errorf("%s: include: profile %s is of kind %s, not %s", at, name, i.Kind, p.Kind)
		}
		p.included = append(p.included, i)
		maps.Copy(answers, i.Answers)
		maps.Copy(inputs, i.Inputs)
	}
	maps.Copy(answers, p.Answers)
	maps.Copy(inputs, p.Inputs)
	p.Answers, p.Inputs = answers, inputs
	return nil
}

// takes reports whether the profile has a row, by itself or through an included profile.
func (p *Profile) takes(r *requirements.Requirement) bool {
	own := slices.Contains(p.Sections, r.Section) || lists(p.Rows, r.ID)
	included := func(i *Profile) bool { return i.takes(r) }
	return (own || slices.ContainsFunc(p.included, included)) && !lists(p.Without, r.ID)
}
