// Package defects is the list of what developers of servers get wrong: each defect is a home with one thing changed. It
// is written from the requirements' sentences and knows nothing of the checks.
package defects

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/accountlink"
	"github.com/authconform/authconform/mockserver"
)

// Defect is one thing that a server gets wrong.
type Defect struct {
	ID     string   // "code.reusable": section and name, in the words of the field
	Story  string   // one sentence: what a developer of a server got wrong
	Breaks []string // the requirements that it must break, all of them
	Blocks []string // ids or globs of further ones whose positive control it takes away, if any

	// Change makes the one change, to the policy of a home that conforms. It replaces fields; it changes no map or slice
	// in place.
	Change func(*mockserver.Policy)
	// Provider makes the one change where the server is a third party, and Proxy where it is an account-link proxy.
	Provider func(*mockprovider.Policy)
	Proxy    func(*accountlink.Policy)
}

// Of tells whether the defect is one of the servers that a driver drives.
func (d Defect) Of(driver string) bool {
	switch driver {
	case "provider":
		return d.Provider != nil
	case "account-link":
		return d.Proxy != nil
	}
	return d.Change != nil
}

// Few is the most requirements that a defect may break to prove one of them: what breaks more is a broken server, and
// says nothing of the check that means it.
const Few = 20

// Aimed tells whether the defect proves the requirements that it breaks.
func (d Defect) Aimed() bool { return len(d.Breaks) <= Few }

// Options is a home that has the defect.
func (d Defect) Options(o mockserver.Options) mockserver.Options {
	if o.Policy == nil {
		o.Policy = mockserver.Strict()
	}
	if d.Change != nil {
		d.Change(o.Policy)
	}
	return o
}

// ThirdParty is the policy of a provider that has the defect.
func (d Defect) ThirdParty() *mockprovider.Policy {
	p := mockprovider.Strict()
	if d.Provider != nil {
		d.Provider(p)
	}
	return p
}

// LinkProxy is the policy of an account-link proxy that has the defect.
func (d Defect) LinkProxy() *accountlink.Policy {
	p := accountlink.Strict()
	if d.Proxy != nil {
		d.Proxy(p)
	}
	return p
}

// May reports whether the defect may block a requirement.
func (d Defect) May(block string) bool {
	return slices.ContainsFunc(d.Blocks, func(glob string) bool {
		ok, err := path.Match(glob, block)
		return err == nil && ok
	})
}

// sections is what the files of this package list, each its section.
var sections [][]Defect

// listed puts a file's defects on the list: a file that is taken away takes its defects with it, and nothing else.
func listed(section []Defect) bool {
	sections = append(sections, section)
	return true
}

// All lists every defect, by section.
func All() []Defect { return slices.Concat(sections...) }

// Find finds a defect by its id.
func Find(id string) (Defect, bool) {
	for _, d := range All() {
		if d.ID == id {
			return d, true
		}
	}
	return Defect{}, false
}

// Of lists the defects that break a requirement.
func Of(requirement string) []Defect {
	return slices.DeleteFunc(All(), func(d Defect) bool { return !slices.Contains(d.Breaks, requirement) })
}

// Check tells what is wrong with the list itself: names twice, no story, requirements that nobody has.
func Check(list []Defect, known func(requirement string) bool) error {
	seen := map[string]bool{}
	for _, d := range list {
		switch {
		case seen[d.ID]:
			return fmt.Errorf("defect %s stands twice", d.ID)
		case d.Story == "" || !strings.Contains(d.ID, "."):
			return fmt.Errorf("defect %s: a dotted id and a story are wanted", d.ID)
		case d.Change == nil && d.Provider == nil && d.Proxy == nil:
			return fmt.Errorf("defect %s changes nothing", d.ID)
		case len(d.Breaks) == 0:
			return fmt.Errorf("defect %s breaks nothing", d.ID)
		}
		seen[d.ID] = true
		for _, id := range d.Breaks {
			if !known(id) {
				return fmt.Errorf("defect %s breaks %s, which is no requirement", d.ID, id)
			}
		}
	}
	return nil
}
