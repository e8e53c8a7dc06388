package requirements

import (
	"strings"
	"testing"
)

func TestARowIsAskedByTheRevisionsOfItsRange(t *testing.T) {
	for name, c := range map[string]struct {
		row      Requirement
		revision string
		why      string // "": it applies
	}{
		"a row without a range": {Requirement{}, "2025-03-26", ""},
		"the newest":            {Requirement{Asked: "2026-07-28"}, "", ""},
		"the first that asks":   {Requirement{Asked: "2025-06-18"}, "2025-06-18", ""},
		"one before":            {Requirement{Asked: "2025-06-18"}, "2025-03-26", "required since MCP 2025-06-18; this run judges by 2025-03-26"},
		"the last that asks":    {Requirement{Dropped: "2025-11-25"}, "2025-06-18", ""},
		"the first that does not": {
			Requirement{Dropped: "2025-11-25"}, "2025-11-25", "required until MCP 2025-11-25; this run judges by 2025-11-25",
		},
		"the newest, which is not": {Requirement{Dropped: "2025-11-25"}, "", "required until MCP 2025-11-25"},
	} {
		ok, why := c.row.AppliesTo(c.revision)
		if ok != (c.why == "") || !ok && why != c.why {
			t.Errorf("%s: %t, %q, want %q", name, ok, why, c.why)
		}
	}
}

func TestARevisionIsOneThatThereIs(t *testing.T) {
	c := &Catalogue{byID: map[string]*Requirement{}}
	r := Requirement{ID: "a.b", Level: "info", Text: "x", Judged: "x", Source: "MCP §authorization", Asked: "2025-06-17"}
	if err := c.admit(&r); err == nil || !strings.Contains(err.Error(), `revision "2025-06-17"; valid: [2025-03-26`) {
		t.Error(err)
	}
}
