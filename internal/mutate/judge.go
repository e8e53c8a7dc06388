package main

import (
	"context"
	"slices"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/proof"
	"github.com/authconform/authconform/suites/profiles"
	"github.com/authconform/authconform/suites/requirements"
)

const (
	perMutant = 5 * time.Minute
	procs     = 4 // specs that run at once
)

// prover proves rows whose specs have weakened assertions.
type prover struct {
	rows   map[string]*requirements.Requirement
	owned  map[string][]*profiles.Profile // by row: those that it is proven in
	golden map[string]*proof.Golden       // by kind
}

func newProver() (*prover, error) {
	catalogue, err := requirements.Load()
	if err != nil {
		return nil, err
	}
	p := &prover{map[string]*requirements.Requirement{}, map[string][]*profiles.Profile{}, map[string]*proof.Golden{}}
	for _, name := range profiles.Names() {
		profile, err := profiles.Load(name)
		if err != nil {
			return nil, err
		}
		if p.golden[profile.Kind], err = proof.GoldenOf(profile.Kind); err != nil {
			return nil, err
		}
		aimed := map[string]bool{}
		for _, d := range proof.SubjectOf(profile.Kind).Defects() {
			for _, id := range d.Aims {
				aimed[id] = true
			}
		}
		for _, r := range profile.Select(catalogue) {
			if p.rows[r.ID] = r; aimed[r.ID] {
				p.owned[r.ID] = append(p.owned[r.ID], profile)
			}
		}
	}
	return p, nil
}

// provable reports whether a row is proven in any profile. browser selects the rows that need one.
func (p *prover) provable(row string, browser bool) bool {
	return len(p.owned[row]) > 0 && slices.Contains(p.rows[row].Needs, condition.Browser) == browser
}

// look weakens an assertion of a spec and reports whether the proof notices. All are the assertions of the spec.
func (p *prover) look(ctx context.Context, s site, all []site) (outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, perMutant)
	defer cancel()
	for _, nulls := range []bool{false, true} { // null targets take long and are seldom needed
		found, err := p.prove(ctx, s.row, nulls, s)
		if err != nil {
			return "", err
		}
		if slices.ContainsFunc(found, func(m *proof.Matrix) bool { return !m.Sound() }) {
			return noticed, nil
		}
	}
	others := slices.DeleteFunc(slices.Clone(all), func(o site) bool { return o == s })
	if noted := p.rows[s.row].Level == evidence.Info || p.rows[s.row].Level == evidence.May; noted {
		others = all // what a defect changes shows in the row's notes, whatever is asserted
	}
	if len(others) == 0 {
		return missed, nil
	}
	found, err := p.prove(ctx, s.row, false, others...)
	if err != nil {
		return "", err
	}
	for _, m := range found {
		if slices.ContainsFunc(m.Rows, func(r proof.RowProof) bool { return len(r.Caught) > 0 }) {
			return implied, nil
		}
	}
	return missed, nil
}

// prove proves a row in each of its profiles, with some of its assertions weakened.
func (p *prover) prove(ctx context.Context, row string, nulls bool, weak ...site) ([]*proof.Matrix, error) {
	ctx = judge.Weaken(ctx, func(file string, line int) bool {
		return slices.ContainsFunc(weak, func(s site) bool { return s.at(file, line) })
	})
	var found []*proof.Matrix
	for _, profile := range p.owned[row] {
		o := proof.Options{
			Subject: proof.SubjectOf(profile.Kind), Profile: profile, Rows: []*requirements.Requirement{p.rows[row]},
			Golden: p.golden[profile.Kind], Nulls: nulls, Procs: procs,
		}
		for _, d := range o.Subject.Defects() {
			if slices.Contains(d.Aims, row) || o.Golden.Effect(d.ID, row) != proof.Nothing {
				o.Defects = append(o.Defects, d.ID)
			}
		}
		if slices.Contains(p.rows[row].Needs, condition.Browser) {
			o.Browser, o.Procs = "auto", 1
		}
		m, err := proof.Prove(ctx, o)
		if err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	return found, nil
}
