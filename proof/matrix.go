//go:build ignore

package proof

import (
	"slices"
	"time"

	"github.com/authconform/authconform/proof/defects"
	"github.com/authconform/authconform/reports"
	"github.com/authconform/authconform/suites/requirements"
)

// Matrix is what a proof found: which requirement is broken by which defects, and everything that is not as declared.
type Matrix struct {
	Profile  string        `json:"profile"`
	Rows     []RowProof    `json:"rows"`     // those with a verdict on the home that conforms
	Unjudged []Unjudged    `json:"unjudged"` // the others, and why
	Defects  []DefectProof `json:"defects"`
	Unwell   []Unwell      `json:"unwell"`   // rows that the home that conforms fails: a defect of ours
	Unearned []Unearned    `json:"unearned"` // passes of null targets
	Broken   []string      `json:"broken"`   // specs that panicked: a defect of ours
	Specs    int           `json:"specs"`    // that were run
	Took     time.Duration `json:"took_ns"`
}

// RowProof is a requirement and the defects that it catches.
type RowProof struct {
	ID      string        `json:"id"`
	Section string        `json:"section"`
	Level   reports.Level `json:"level"`
	Caught  []string      `json:"caught"` // defects that declare it and break it
	Aimed   int           `json:"aimed"`  // how many of these break few requirements, and so prove this one
}

// Unjudged is a requirement without a verdict on the home that conforms.
type Unjudged struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// Unwell is a requirement that a home that conforms does not meet.
type Unwell struct {
	ID      string          `json:"id"`
	Flavour uint64          `json:"flavour,omitempty"` // of the home; 0: none
	Verdict reports.Verdict `json:"verdict"`
	Reason  string          `json:"reason"`
}

// DefectProof is a defect and what came of it.
type DefectProof struct {
	ID      string   `json:"id"`
	Broke   []string `json:"broke"`   // requirements that it broke, declared or not
	Missed  []string `json:"missed"`  // declared and not broken
	Surplus []string `json:"surplus"` // broken or blocked and not declared
	// Why says for each surprise what was seen.
	Why map[string]string `json:"why,omitempty"`
}

// Holes are the requirements that no defect proves.
func (m *Matrix) Holes() []string {
	var out []string
	for _, r := range m.Rows {
		if r.Aimed == 0 {
			out = append(out, r.ID)
		}
	}
	return out
}

// Surprises are the defects that break less or more than they declare.
func (m *Matrix) Surprises() []DefectProof {
	return slices.DeleteFunc(slices.Clone(m.Defects), func(d DefectProof) bool { return len(d.Missed)+len(d.Surplus) == 0 })
}

// Sound reports whether everything is as declared and nothing is unproven.
func (m *Matrix) Sound() bool {
	return len(m.Holes())+len(m.Surprises())+len(m.Unwell)+len(m.Unearned)+len(m.Broken) == 0
}

func (p *prover) matrix() *Matrix {
	m := &Matrix{Profile: p.Profile.Name, Rows: []RowProof{}, Unjudged: []Unjudged{}, Defects: []DefectProof{}, Unwell: []Unwell{}, Broken: p.broken}
	m.Specs, m.Took = p.specsNo, time.Since(p.started)
	caught, aimed := map[string][]string{}, map[string]int{}
	for i, d := range p.Defects {
		proof, concerned := p.outcome(i, d)
		if !concerned {
			continue
		}
		m.Defects = append(m.Defects, proof)
		for _, id := range proof.Broke {
			if slices.Contains(d.Breaks, id) {
				caught[id] = append(caught[id], d.ID)
				if d.Aimed() {
					aimed[id]++
				}
			}
		}
	}
	for _, r := range p.Rows {
		if why, idle := p.idle[r.ID]; idle {
			m.Unjudged = append(m.Unjudged, Unjudged{r.ID, why})
			continue
		}
		m.Rows = append(m.Rows, RowProof{r.ID, r.Section, r.Level, append([]string{}, caught[r.ID]...), aimed[r.ID]})
		if w := p.whole[r.ID]; red(w) {
			m.Unwell = append(m.Unwell, Unwell{r.ID, 0, w.Verdict, w.Reason})
		}
	}
	m.Unwell = append(m.Unwell, p.unwell...)
	m.Unearned = append([]Unearned{}, p.unearned...)
	return m
}

// red reports whether a row is not met, or could not be judged.
func red(r reports.Result) bool {
	return r.Verdict.Red(true) || r.Verdict == reports.NotRun || len(r.Failures) > 0
}

// outcome holds what a defect did against what it declares. A defect that declares none of the rows of this proof and
// does nothing to them is no concern of it.
func (p *prover) outcome(i int, d defects.Defect) (DefectProof, bool) {
	out := DefectProof{ID: d.ID, Broke: []string{}, Missed: []string{}, Surplus: []string{}, Why: map[string]string{}}
	concerned := false
	for _, r := range p.judged {
		declared := slices.Contains(d.Breaks, r.ID)
		concerned = concerned || declared
		got, ran := p.results[i][r.ID]
		broke := ran && breaks(r, p.whole[r.ID], got)
		blocked := ran && (got.Verdict == reports.Blocked || got.Verdict == reports.NotRun)
		if broke {
			out.Broke = append(out.Broke, r.ID)
		}
		switch {
		case declared && !broke:
			out.Missed = append(out.Missed, r.ID)
			out.Why[r.ID] = "declared, but " + saw(ran, got)
		case !declared && broke, blocked && !declared && !d.May(r.ID):
			out.Surplus = append(out.Surplus, r.ID)
			out.Why[r.ID] = "not declared, but " + saw(ran, got)
		}
	}
	return out, concerned || len(out.Surplus) > 0
}

func saw(ran bool, got reports.Result) string {
	if !ran {
		return "the defect shows nowhere on the row's way"
	}
	return string(got.Verdict) + ": " + got.Reason
}

// breaks reports whether a row tells the defect from the home that conforms: by a failure, or, where the text leaves
// everything open, by a different observation.
func breaks(r *requirements.Requirement, whole, got reports.Result) bool {
	if got.Verdict == reports.Fail || got.Verdict == reports.Warn {
		return true
	}
	open := r.Level == reports.Info || r.Level == reports.May
	return open && got.Verdict != reports.Blocked && (len(got.Failures) > 0 || !slices.Equal(got.Notes, whole.Notes))
}

// SectionProof is a section in numbers.
type SectionProof struct {
	Name    string
	Rows    int
	Catches int // pairs of a row and a defect that it catches
	Least   int // the smallest number of defects of a row
}

// Sections sums the matrix up.
func (m *Matrix) Sections() []SectionProof {
	var out []SectionProof
	for _, r := range m.Rows {
		if len(out) == 0 || out[len(out)-1].Name != r.Section {
			out = append(out, SectionProof{Name: r.Section, Least: len(r.Caught)})
		}
		s := &out[len(out)-1]
		s.Rows++
		s.Catches += len(r.Caught)
		s.Least = min(s.Least, len(r.Caught))
	}
	return out
}
