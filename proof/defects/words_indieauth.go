package defects

import (
	"slices"
	"strings"

	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/indieauth"
)

// people is one change of the policy of a server for people's own URLs.
type people = func(*indieauth.Policy)

// alsoOf are defects of providers, as those of a server that is one too.
func alsoOf(list []Defect[mockprovider.Policy], without ...string) []Defect[indieauth.Policy] {
	var out []Defect[indieauth.Policy]
	for _, d := range list {
		_, name, _ := strings.Cut(d.ID, ".")
		if slices.Contains(without, name) {
			continue
		}
		out = append(out, Defect[indieauth.Policy]{
			ID: "people." + name, Story: d.Story, Aims: d.Aims, Change: func(p *indieauth.Policy) { d.Change(&p.Policy) },
		})
	}
	return out
}
