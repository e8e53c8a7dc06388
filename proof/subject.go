package proof

import (
	"slices"

	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/proof/defects"
	"github.com/authconform/authconform/proof/shadow"
	"github.com/authconform/authconform/proof/stand"
)

// Subject is what prove judges: the mocks of a kind of target, and their possible defects.
type Subject interface {
	// Kind is the kind of the mocks.
	Kind() kind.Kind
	// Defects lists the possible defects.
	Defects() []Defect
	// Spoil applies a defect to a policy of the mocks. It leaves other policies alone and returns false for them.
	Spoil(defect string, policy any) bool

	decisions(defect int) []string // those that it changes
	conforming() variant
	flavoured(seed uint64) variant
	spoiled(defects ...int) variant
	watched(by []bool) (variant, shadowed)
}

// Defect describes a defect of any policy.
type Defect struct {
	ID    string   `json:"id"`
	Story string   `json:"story"`
	Aims  []string `json:"aims"` // the requirements whose sentence it breaks
}

// variant starts one mock, at prefer if that address is free, and adapts the kind's options to it.
type variant func(f kind.Flags, prefer string) (*stand.Server, error)

// shadowed is a conforming mock that defects watch.
type shadowed interface {
	Hits() []bool    // by defect: it would have changed a decision
	Edits() []string // decisions in which one changed a value in place
}

// Of returns the subject of a stand and its defects.
func Of[P any](s stand.Stand[P], list []defects.Defect[P]) Subject { return &subject[P]{s, list} }

type subject[P any] struct {
	stand stand.Stand[P]
	list  []defects.Defect[P]
}

// Kind implements Subject.
func (s *subject[P]) Kind() kind.Kind { return s.stand.Kind }

// Defects implements Subject.
func (s *subject[P]) Defects() []Defect {
	out := make([]Defect, len(s.list))
	for i, d := range s.list {
		out[i] = Defect{d.ID, d.Story, d.Aims}
	}
	return out
}

// Spoil implements Subject.
func (s *subject[P]) Spoil(defect string, policy any) bool {
	p, ours := policy.(*P)
	i := slices.IndexFunc(s.list, func(d defects.Defect[P]) bool { return d.ID == defect })
	if !ours || i < 0 {
		return false
	}
	s.list[i].Change(p)
	return true
}

func (s *subject[P]) start(p *P) variant {
	return func(f kind.Flags, prefer string) (*stand.Server, error) { return s.stand.Start(p, f, prefer) }
}

func (s *subject[P]) conforming() variant { return s.start(s.stand.Strict()) }

func (s *subject[P]) flavoured(seed uint64) variant {
	p := s.stand.Strict()
	s.stand.Flavour(p, seed)
	return s.start(p)
}

func (s *subject[P]) spoiled(defects ...int) variant {
	p := s.stand.Strict()
	for _, d := range defects {
		s.list[d].Change(p)
	}
	return s.start(p)
}

func (s *subject[P]) decisions(defect int) []string {
	return shadow.Decisions(s.stand.Strict(), s.list[defect].Change)
}

func (s *subject[P]) watched(by []bool) (variant, shadowed) {
	changes := make([]func(*P), len(s.list))
	for i, d := range s.list {
		if by[i] {
			changes[i] = d.Change
		}
	}
	cast := shadow.Cast(s.stand.Strict(), changes, s.stand.Tees...)
	return s.start(cast.Policy), cast
}
