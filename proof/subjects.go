package proof

import (
	"github.com/authconform/authconform/proof/defects"
	"github.com/authconform/authconform/proof/stand"
)

// Subjects lists everything that is put to the proof.
func Subjects() []Subject {
	return []Subject{
		Of(stand.Home(), defects.Home()),
		Of(stand.Provider(), defects.Provider()),
		Of(stand.AccountLink(), defects.AccountLink()),
		Of(stand.IndieAuth(), defects.IndieAuth()),
	}
}

// SubjectOf is the subject whose mocks are of a kind; nil: there is none.
func SubjectOf(kind string) Subject {
	for _, s := range Subjects() {
		if s.Kind().Name() == kind {
			return s
		}
	}
	return nil
}

// Find finds a defect by its id, and the subject that it is wrong with; nil: there is none.
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

// DefectIDs lists the defects of all subjects.
func DefectIDs() []string {
	var ids []string
	for _, s := range Subjects() {
		for _, d := range s.Defects() {
			ids = append(ids, d.ID)
		}
	}
	return ids
}
