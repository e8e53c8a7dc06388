package all_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/runner"
	_ "github.com/authconform/authconform/suites/all"
	"github.com/authconform/authconform/suites/profiles"
	"github.com/authconform/authconform/suites/requirements"
)

// TestEveryRowHasASpec: a row is judged by a spec or says why nobody can; a spec judges a row.
func TestEveryRowHasASpec(t *testing.T) {
	catalogue, err := requirements.Load()
	if err != nil {
		t.Fatal(err)
	}
	specs := runner.Specs()
	for _, id := range catalogue.IDs() {
		r, _ := catalogue.Lookup(id)
		if _, judged := specs[id]; judged == (r.Untestable != "") {
			t.Errorf("%s: judged %v, untestable %q: exactly one is wanted", id, judged, r.Untestable)
		}
	}
	for id := range specs {
		if _, known := catalogue.Lookup(id); !known {
			t.Errorf("a spec judges %s, which is no row", id)
		}
	}
}

// TestIDsAreStable: an id that was published stays, or is retired on purpose. testdata/ids.txt is all of them; a new one
// is added there.
func TestIDsAreStable(t *testing.T) {
	catalogue, err := requirements.Load()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("testdata/ids.txt")
	if err != nil {
		t.Fatal(err)
	}
	published := strings.Fields(string(raw))
	for _, id := range published {
		if _, there := catalogue.Lookup(id); !there {
			t.Errorf("%s is gone: baselines name it", id)
		}
	}
	for _, id := range catalogue.IDs() {
		if !slices.Contains(published, id) {
			t.Errorf("%s is new: add it to testdata/ids.txt", id)
		}
	}
}

// TestProfiles: every profile loads and takes rows.
func TestProfiles(t *testing.T) {
	catalogue, err := requirements.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range profiles.Names() {
		p, err := profiles.Load(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if len(p.Select(catalogue)) == 0 {
			t.Errorf("profile %s selects no row", name)
		}
	}
}
