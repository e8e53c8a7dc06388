package defects

import (
	"testing"

	"github.com/authconform/authconform/suites/requirements"
)

// TestList: every defect has a name of its own, a story, a change, and breaks requirements that there are.
func TestList(t *testing.T) {
	c, err := requirements.Load()
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(All(), func(id string) bool { _, ok := c.Lookup(id); return ok }); err != nil {
		t.Error(err)
	}
}

// TestPageTexts: a change of the login page's text finds the text that it changes.
func TestPageTexts(t *testing.T) {
	for _, lost := range lostTexts {
		t.Errorf("no such text in the page: %s", lost)
	}
}
