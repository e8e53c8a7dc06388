package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/proof"
	"github.com/authconform/authconform/suites/profiles"
	"github.com/authconform/authconform/suites/requirements"
)

const perMutant = 5 * time.Minute

// judge lets prove look at copies of the tree with weakened assertions.
type judge struct {
	dir   string // the copy of the tree
	rows  map[string]*requirements.Requirement
	owned map[string][]string // by row: the profiles that it is proven in
}

func newJudge(dir string) (*judge, error) {
	catalogue, err := requirements.Load()
	if err != nil {
		return nil, err
	}
	j := &judge{dir, map[string]*requirements.Requirement{}, map[string][]string{}}
	for _, name := range profiles.Names() {
		p, err := profiles.Load(name)
		if err != nil {
			return nil, err
		}
		aimed := map[string]bool{}
		for _, d := range proof.SubjectOf(p.Kind).Defects() {
			for _, id := range d.Aims {
				aimed[id] = true
			}
		}
		for _, r := range p.Select(catalogue) {
			if j.rows[r.ID] = r; aimed[r.ID] {
				j.owned[r.ID] = append(j.owned[r.ID], name)
			}
		}
	}
	return j, nil
}

func (j *judge) profiles(row string) []string { return j.owned[row] }

// look weakens an assertion of a spec and tells whether prove notices. All are the assertions of the spec.
func (j *judge) look(s site, all []site) (outcome, error) {
	found, err := j.prove(s.row, s)
	switch {
	case err != nil:
		return "", err
	case !sound(found):
		return noticed, nil
	}
	others := slices.DeleteFunc(slices.Clone(all), func(o site) bool { return o == s })
	if len(others) == 0 {
		return missed, nil
	}
	if found, err = j.prove(s.row, others...); err != nil {
		return "", err
	}
	for _, m := range found {
		for _, r := range m.Rows {
			if len(r.Caught) > 0 {
				return implied, nil
			}
		}
	}
	return missed, nil
}

func sound(found []proof.Matrix) bool {
	return !slices.ContainsFunc(found, func(m proof.Matrix) bool { return !m.Sound() })
}

// prove weakens assertions, proves their row in each of its profiles, and puts the file back.
func (j *judge) prove(row string, weak ...site) ([]proof.Matrix, error) {
	undo, err := weaken(weak)
	if err != nil {
		return nil, err
	}
	defer undo()
	ctx, cancel := context.WithTimeout(context.Background(), perMutant)
	defer cancel()
	program := filepath.Join(j.dir, "mutant")
	if _, err := j.command(ctx, "go", "build", "-o", program, "./cmd/authconform"); err != nil {
		return nil, fmt.Errorf("it does not build: %w", err)
	}
	var found []proof.Matrix
	for _, profile := range j.owned[row] {
		args := []string{"prove", "--json", "--profile", profile, "--select", row}
		if slices.Contains(j.rows[row].Needs, condition.Browser) {
			args = append(args, "--browser", "auto")
		}
		out, err := j.command(ctx, program, args...)
		if err != nil {
			return nil, err
		}
		var m proof.Matrix
		if err := json.Unmarshal(out, &m); err != nil {
			return nil, fmt.Errorf("prove printed no matrix: %w", err)
		}
		found = append(found, m)
	}
	return found, nil
}

// command runs go, or what it built, in the copy. That a proof finds something (exit code 1) is no error.
func (j *judge) command(ctx context.Context, program string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // go and what it built
	var errs bytes.Buffer
	cmd.Dir, cmd.Stderr = j.dir, &errs
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 && len(out) > 0 {
		return out, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, bytes.TrimSpace(errs.Bytes()))
	}
	return out, nil
}

// weaken makes the assertions of one spec hold for everything. What it returns puts the file back.
func weaken(sites []site) (undo func(), err error) {
	file := sites[0].file
	whole, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	raw := slices.Clone(whole)
	slices.SortFunc(sites, site.compare)
	for _, s := range slices.Backward(sites) { // from the last, for the places of the others to stay
		raw = slices.Concat(raw[:s.start], []byte("anything("), raw[s.start:s.end], []byte(")"), raw[s.end:])
	}
	matcher := filepath.Join(filepath.Dir(file), "anything.go")
	if err := os.WriteFile(matcher, fmt.Appendf(nil, anything, packageOf(raw)), 0o600); err != nil {
		return nil, err
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		return nil, err
	}
	return func() {
		_ = os.Remove(matcher)
		_ = os.WriteFile(file, whole, 0o600)
	}, nil
}

// anything is the matcher that a weakened assertion has, in a package.
const anything = `package %s

import "github.com/authconform/authconform/harness/judge"

type whatever struct{}

func (whatever) Match(any) (bool, error)          { return true, nil }
func (whatever) FailureMessage(any) string        { return "" }
func (whatever) NegatedFailureMessage(any) string { return "" }

// anything holds for everything.
func anything(...any) judge.Matcher { return whatever{} }
`
