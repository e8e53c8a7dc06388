package reports

import (
	"cmp"
	"path/filepath"
	"strings"

	"github.com/authconform/authconform/evidence"
)

// Place is the file of the user's repository at which code scanning and pull requests show failures.
type Place struct {
	File  string         // as the user wrote it; "": nowhere
	Lines map[string]int // of rows that have a line of their own there
}

// At returns the place given by the user, else the baseline.
func At(file string, b *Baseline) Place {
	if b == nil {
		return Place{File: file}
	}
	p := Place{File: cmp.Or(file, b.file)}
	if p.File == b.file {
		p.Lines = map[string]int{}
		for _, k := range b.Known {
			p.Lines[k.ID] = k.line
		}
	}
	return p
}

// path returns the file relative to the working folder, as repositories write it; of a file elsewhere it returns only the name.
func (p Place) path() string {
	path := filepath.Clean(p.File)
	if abs, err := filepath.Abs("."); err == nil && filepath.IsAbs(path) {
		if below, err := filepath.Rel(abs, path); err == nil {
			path = below
		}
	}
	if path = filepath.ToSlash(path); strings.HasPrefix(path, "../") || filepath.IsAbs(path) {
		return filepath.Base(p.File)
	}
	return path
}

// line returns the line of a row, from 1.
func (p Place) line(id string) int { return cmp.Or(p.Lines[id], 1) }

// failing returns the rows that make a run red, worst first.
func failing(s *evidence.Set, strict bool) []evidence.Result {
	var out []evidence.Result
	for _, g := range groups(s.Results, evidence.Fail, evidence.Blocked, evidence.Warn) {
		if g.verdict.Red(strict) {
			out = append(out, g.results...)
		}
	}
	return out
}

// summary describes the result of a row in a few lines of plain text.
func summary(r evidence.Result) string {
	lines := []string{line(r.Title)}
	if len(r.Failures) == 0 {
		lines = append(lines, line(r.Reason))
	}
	for i, f := range r.Failures {
		if i == most {
			lines = append(lines, "and "+plural(len(r.Failures)-most, "more failure"))
			break
		}
		what := "expected " + f.Expected + ", got " + cut(f.Got, shownBody)
		if in := input(f); in != "" {
			what = in + ": " + what
		}
		lines = append(lines, line(what))
	}
	if r.Fix != "" {
		lines = append(lines, "Fix: "+line(r.Fix))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
