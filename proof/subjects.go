package proof

import (
	"slices"

	"github.com/authconform/authconform/proof/defects"
	"github.com/authconform/authconform/proof/stand"
)

// Subjects lists everything that prove judges.
func Subjects() []Subject {
	return []Subject{
		Of(stand.Home(), defects.Home()),
		Of(stand.Provider(), defects.Provider()),
		Of(stand.AccountLink(), defects.AccountLink()),
		Of(stand.IndieAuth(), defects.IndieAuth()),
		Of(stand.MCP(), defects.MCP()),
	}
}

// SubjectOf returns the subject for a kind, or nil.
func SubjectOf(kind string) Subject {
	for _, s := range Subjects() {
		if s.Kind().Name() == kind {
			return s
		}
	}
	return nil
}

// Find finds a defect by its id, with its subject; a nil subject means that there is none.
func Find(id string) (Subject, Defect) {
	for _, s := range Subjects() {
		for _, d := range s.Defects() {
			if d.ID == id {
				return s, d
			}
		}
	}
	return nil, Defect{}
}

// Own lists the defects of a subject that no earlier subject has: an MCP endpoint belongs to a home and shares its defects.
func Own(s Subject) []Defect {
	own := s.Defects()
	for _, other := range Subjects() {
		if other.Kind().Name() == s.Kind().Name() {
			break
		}
		theirs := other.Defects()
		own = slices.DeleteFunc(own, func(d Defect) bool {
			return slices.ContainsFunc(theirs, func(t Defect) bool { return t.ID == d.ID })
		})
	}
	return own
}

// DefectIDs lists the defects of all subjects.
func DefectIDs() []string {
	var ids []string
	for _, s := range Subjects() {
		for _, d := range Own(s) {
			ids = append(ids, d.ID)
		}
	}
	return ids
}
