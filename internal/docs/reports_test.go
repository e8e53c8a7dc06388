package docs

import (
	"os"
	"strings"
	"testing"

	"github.com/authconform/authconform/reports"
)

// TestTheReportsPageNamesEveryView: docs/report.md names every file of the folder and every name of --format.
func TestTheReportsPageNamesEveryView(t *testing.T) {
	page, err := os.ReadFile(root + "docs/report.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(reports.Names(), reports.Files()...) {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("docs/report.md does not name %s", name)
		}
	}
}
