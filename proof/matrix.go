package proof

import (
	"slices"
	"time"

	"github.com/authconform/authconform/evidence"
)

// Matrix is the result of a proof: the defects that break each requirement, and every deviation from the known effects.
type Matrix struct {
	Profile   string        `json:"profile"`
	Kind      string        `json:"kind"`
	Rows      []RowProof    `json:"rows"`                // those with a verdict on the conforming mock
	Unjudged  []Unjudged    `json:"unjudged"`            // the others, and why
	Elsewhere int           `json:"elsewhere,omitempty"` // rows of the profile that the proof of another profile covers
	Defects   []DefectProof `json:"defects"`
	Unwell    []Unwell      `json:"unwell"`   // rows that a conforming mock fails: a bug in authconform
	Unearned  []Unearned    `json:"unearned"` // passes of null targets
	Broken    []string      `json:"broken"`   // specs that panicked: a bug in authconform
	Fickle    []string      `json:"fickle"`   // results that were surprising only until they were judged again
	Specs     int           `json:"specs"`    // how many were run
	Took      time.Duration `json:"took_ns"`
}

// RowProof is a requirement and the defects that break it.
type RowProof struct {
	ID      string         `json:"id"`
	Section string         `json:"section"`
	Level   evidence.Level `json:"level"`
	Caught  []string       `json:"caught"`
	Proven  []string       `json:"proven"` // those of them that aim at it and so prove it
}

// Unjudged is a requirement without a verdict on the conforming mock.
type Unjudged struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// Unwell is a requirement that a conforming mock fails.
type Unwell struct {
	ID      string           `json:"id"`
	Flavour uint64           `json:"flavour,omitempty"` // of the mock; 0: none
	Verdict evidence.Verdict `json:"verdict"`
	Reason  string           `json:"reason"`
}

// DefectProof is the results of a defect.
type DefectProof struct {
	Defect
	Door      string     `json:"door,omitempty"` // why a run rejects the mock before its first row, if it does
	Broke     []string   `json:"broke"`          // requirements
	Blocked   []string   `json:"blocked"`
	Surprises []Surprise `json:"surprises"`

	judged []string // requirements of which it is known now what the defect does
}

// Surprise is an effect of a defect that differs from the known one.
type Surprise struct {
	Row  string `json:"row"` // "": before the first row
	Was  Effect `json:"was"` // the aim or the known effect
	Is   Effect `json:"is"`
	Why  string `json:"why"`
	Aims bool   `json:"aims"` // the defect aims at the row
}

// Holes are the requirements that no defect proves.
func (m *Matrix) Holes() []string {
	var out []string
	for _, r := range m.Rows {
		if len(r.Proven) == 0 {
			out = append(out, r.ID)
		}
	}
	return out
}

// Doors returns the defects that a run rejects before its first row.
func (m *Matrix) Doors() []DefectProof {
	return slices.DeleteFunc(slices.Clone(m.Defects), func(d DefectProof) bool { return d.Door == "" })
}

// Surprises counts the effects that differ from the known ones.
func (m *Matrix) Surprises() (n int) {
	for _, d := range m.Defects {
		n += len(d.Surprises)
	}
	return n
}

// Sound reports whether there are no surprises and no holes.
func (m *Matrix) Sound() bool {
	return len(m.Holes())+m.Surprises()+len(m.Unwell)+len(m.Unearned)+len(m.Broken) == 0
}

// Update records the results as the known effects.
func (m *Matrix) Update(g *Golden) {
	for _, d := range m.Defects {
		if g.Set(d.ID, "", Nothing); d.Door != "" {
			for _, e := range []Effect{Breaks, Blocks} {
				for _, row := range g.Of(d.ID, e) {
					g.Set(d.ID, row, Nothing)
				}
			}
			g.Set(d.ID, "", AtDoor)
		}
		for _, row := range d.judged {
			switch {
			case slices.Contains(d.Aims, row):
				g.Set(d.ID, row, Nothing)
			case slices.Contains(d.Broke, row):
				g.Set(d.ID, row, Breaks)
			case slices.Contains(d.Blocked, row):
				g.Set(d.ID, row, Blocks)
			default:
				g.Set(d.ID, row, Nothing)
			}
		}
	}
}

func (p *prover) matrix() *Matrix {
	m := &Matrix{
		Profile: p.Profile.Name, Kind: p.Subject.Kind().Name(), Rows: []RowProof{}, Unjudged: []Unjudged{}, Defects: []DefectProof{},
		Unwell: []Unwell{}, Unearned: append([]Unearned{}, p.unearned...), Broken: p.broken, Fickle: p.fickle,
		Specs: p.ran, Took: time.Since(p.started),
	}
	for i := range p.list {
		if p.concerned[i] {
			m.Defects = append(m.Defects, p.outcome(i))
		}
	}
	for _, r := range p.Rows {
		if why, idle := p.idle[r.ID]; idle {
			m.Unjudged = append(m.Unjudged, Unjudged{r.ID, why})
			continue
		}
		row := RowProof{r.ID, r.Section, r.Level, []string{}, []string{}}
		for _, d := range m.Defects {
			if !slices.Contains(d.Broke, r.ID) {
				continue
			}
			if row.Caught = append(row.Caught, d.ID); slices.Contains(d.Aims, r.ID) {
				row.Proven = append(row.Proven, d.ID)
			}
		}
		m.Rows = append(m.Rows, row)
		if w := p.whole[r.ID]; red(w) {
			m.Unwell = append(m.Unwell, Unwell{r.ID, 0, w.Verdict, w.Reason})
		}
	}
	m.Unwell = append(m.Unwell, p.unwell...)
	return m
}

// outcome compares the effects of a defect with the known ones.
func (p *prover) outcome(i int) DefectProof {
	out := DefectProof{Defect: p.list[i], Door: p.refused[i], Broke: []string{}, Blocked: []string{}, Surprises: []Surprise{}}
	was := p.Golden.Effect(out.ID, "")
	switch {
	case out.Door != "" && was == Nothing:
		out.Surprises = append(out.Surprises, Surprise{"", was, AtDoor, out.Door, false})
	case out.Door == "" && was == AtDoor:
		out.Surprises = append(out.Surprises, Surprise{"", was, Nothing, "a run goes on from there", false})
	}
	for _, r := range p.judged {
		if p.skipped[i][r.ID] || !p.aimedPastDoor(i, r.ID) {
			continue
		}
		out.judged = append(out.judged, r.ID)
		got, ran := p.results[i][r.ID]
		is := Nothing
		if ran {
			is = p.effect(r, got)
		}
		switch is {
		case Breaks:
			out.Broke = append(out.Broke, r.ID)
		case Blocks:
			out.Blocked = append(out.Blocked, r.ID)
		}
		if known := p.known(i, r.ID); is != known && out.Door == "" { // such a defect was noticed before the rows
			out.Surprises = append(out.Surprises, Surprise{r.ID, known, is, saw(ran, got), slices.Contains(out.Aims, r.ID)})
		}
	}
	return out
}

func saw(ran bool, got evidence.Result) string {
	if !ran {
		return "the defect shows nowhere on the row's way"
	}
	return string(got.Verdict) + ": " + got.Reason
}

// SectionProof sums up a section.
type SectionProof struct {
	Name    string
	Rows    int
	Catches int // pairs of a row and a defect that breaks it
	Least   int // the smallest number of defects that prove a row
}

// Sections sums the matrix up by section.
func (m *Matrix) Sections() []SectionProof {
	var out []SectionProof
	for _, r := range m.Rows {
		if len(out) == 0 || out[len(out)-1].Name != r.Section {
			out = append(out, SectionProof{Name: r.Section, Least: len(r.Proven)})
		}
		s := &out[len(out)-1]
		s.Rows++
		s.Catches += len(r.Caught)
		s.Least = min(s.Least, len(r.Proven))
	}
	return out
}
