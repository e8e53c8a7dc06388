package main

import (
	"slices"
	"testing"

	"github.com/authconform/authconform/suites/requirements"
)

func TestARowOfTwoProfilesIsProvenOnce(t *testing.T) {
	f := proveFlags{Profile: []string{"oauth2", "provider"}}
	parts, err := f.parts()
	if err != nil {
		t.Fatal(err)
	}
	holds := func(p part, id string) bool {
		return slices.ContainsFunc(p.rows, func(r *requirements.Requirement) bool { return r.ID == id })
	}
	first, second := parts[0], parts[1]
	for id, want := range map[string][2]bool{
		"oauth2.code.single-use":        {true, false},
		"provider.token.refresh-token":  {false, true},
		"oauth2.token.expires-in":       {true, true}, // its level differs
		"oauth2.metadata.path-inserted": {true, false},
	} {
		if got := [2]bool{holds(first, id), holds(second, id)}; got != want {
			t.Errorf("%s: %v, want %v", id, got, want)
		}
	}
	if all, err := rowsOf("provider"); err != nil || second.elsewhere+len(second.rows) != len(all) {
		t.Errorf("%d rows and %d elsewhere of %d; %v", len(second.rows), second.elsewhere, len(all), err)
	}
}
