package run

import (
	"path"
	"slices"
	"strings"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/suites/requirements"
)

// Choose filters rows by an expression: terms separated by commas or spaces, each an id, a glob, level:L or section:S; a leading
// ! excludes. Without a positive term every row is selected. An unknown id, level or section is an error.
func Choose(rows []*requirements.Requirement, expr string) ([]*requirements.Requirement, error) {
	var take, drop []func(*requirements.Requirement) bool
	for _, term := range strings.FieldsFunc(expr, func(r rune) bool { return r == ',' || r == ' ' }) {
		word, negative := strings.CutPrefix(term, "!")
		match, err := selector(rows, word)
		if err != nil {
			return nil, err
		}
		if negative {
			drop = append(drop, match)
		} else {
			take = append(take, match)
		}
	}
	if expr != "" && len(take)+len(drop) == 0 {
		return nil, exit.Usagef("--select %q selects nothing", expr)
	}
	any := func(list []func(*requirements.Requirement) bool, r *requirements.Requirement) bool {
		return slices.ContainsFunc(list, func(m func(*requirements.Requirement) bool) bool { return m(r) })
	}
	var out []*requirements.Requirement
	for _, r := range rows {
		if (len(take) == 0 || any(take, r)) && !any(drop, r) {
			out = append(out, r)
		}
	}
	return out, nil
}

func selector(rows []*requirements.Requirement, word string) (func(*requirements.Requirement) bool, error) {
	kind, name, labelled := strings.Cut(word, ":")
	switch {
	case labelled && kind == "level":
		known := []string{"must", "should", "may", "info"}
		if !slices.Contains(known, name) {
			return nil, exit.Unknown("level", name, known)
		}
		return func(r *requirements.Requirement) bool { return string(r.Level) == name }, nil
	case labelled && kind == "section":
		known := values(rows, func(r *requirements.Requirement) string { return r.Section })
		if !slices.Contains(known, name) {
			return nil, exit.Unknown("section", name, known)
		}
		return func(r *requirements.Requirement) bool { return r.Section == name }, nil
	case labelled:
		return nil, exit.Unknown("selector", kind, []string{"level", "section"})
	case strings.ContainsAny(word, "*?["):
		if _, err := path.Match(word, ""); err != nil {
			return nil, exit.Usagef("--select: %q is not a valid glob: %v", word, err)
		}
		return func(r *requirements.Requirement) bool { ok, _ := path.Match(word, r.ID); return ok }, nil
	}
	known := values(rows, func(r *requirements.Requirement) string { return r.ID })
	if !slices.Contains(known, word) {
		by := requirements.Retired(word)
		if slices.ContainsFunc(by, func(id string) bool { return slices.Contains(known, id) }) { // the id was renamed
			return func(r *requirements.Requirement) bool { return slices.Contains(by, r.ID) }, nil
		}
		if gone := requirements.Gone(word); gone != "" {
			return nil, exit.Usagef("--select: %s", gone)
		}
		return nil, exit.Unknown("requirement", word, known)
	}
	return func(r *requirements.Requirement) bool { return r.ID == word }, nil
}

func values(rows []*requirements.Requirement, of func(*requirements.Requirement) string) []string {
	var out []string
	for _, r := range rows {
		if v := of(r); !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
