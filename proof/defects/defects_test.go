package defects

import (
	"testing"

	"github.com/authconform/authconform/suites/requirements"
)

// TestEveryDefectIsWellDeclared: a name of its own, a story, a change, and aims that there are.
func TestEveryDefectIsWellDeclared(t *testing.T) {
	c, err := requirements.Load()
	if err != nil {
		t.Fatal(err)
	}
	known := func(id string) bool { _, ok := c.Lookup(id); return ok }
	for kind, err := range map[string]error{
		"home": Check(Home(), known), "provider": Check(Provider(), known), "account-link": Check(AccountLink(), known),
	} {
		if err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
