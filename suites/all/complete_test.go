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

// TestEveryRowHasASpec: each row has a spec or says why it cannot be judged, and each spec has a row.
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

// TestIDsAreStable: a published id stays, or is retired on purpose. testdata/ids.txt lists all ids; add a new one there.
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

// TestProfiles: every profile loads and has rows.
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
