package requirements

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/condition"
)

// ranges reads docs/real-home/ranges.tsv: how real releases meet the rows that have a range, inside and outside of it.
func ranges(t *testing.T) (releases []string, kept map[string]map[string]string) {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "docs", "real-home", "ranges.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	read := csv.NewReader(file)
	read.Comma = '\t'
	lines, err := read.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	releases, kept = lines[0][1:], map[string]map[string]string{}
	for _, line := range lines[1:] {
		kept[line[0]] = map[string]string{}
		for i, word := range line[1:] {
			kept[line[0]][releases[i]] = word
		}
	}
	return releases, kept
}

// known reports whether a release's baseline names the row, because the release breaks it within its range.
func known(t *testing.T, release, id string) bool {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "real-home", release, "known.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(raw), "- id: "+id+"\n")
}

// early are rows that a release meets although it is outside of their range, and why it need not.
var early = map[string]string{
	"ha.advisory.callback-inert": "2021.12 has no callback that could repeat anything",
	"ha.page.no-store-token":     "before 2024.2 no page sends storeToken to foreign clients, and then every page does until 2025.12",
	"ha.refresh.sliding":         "before 2024.2 no session ends by itself",
}

func TestTheRangesOfRowsAreThoseOfRealReleases(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	releases, kept := ranges(t)
	excused := map[string]bool{}
	for id := range kept {
		if r, ok := c.Lookup(id); !ok || r.Since == "" && r.Until == "" {
			t.Errorf("%s is in the table and has no range", id)
		}
	}
	for _, s := range c.Sections {
		for _, r := range s.Rows {
			if r.Since == "" && r.Until == "" || r.Untestable != "" || slices.Contains(r.Needs, condition.Testbed) {
				continue
			}
			if kept[r.ID] == nil {
				t.Errorf("%s has a range and is not in the table", r.ID)
				continue
			}
			for _, release := range releases {
				inside, _ := r.Applies(release)
				switch word := kept[r.ID][release]; {
				case inside && word == "breaks" && !known(t, release, r.ID):
					t.Errorf("%s (since %q, until %q) holds %s to what it breaks", r.ID, r.Since, r.Until, release)
				case !inside && word == "keeps" && early[r.ID] != "":
					excused[r.ID] = true
				case !inside && word == "keeps":
					t.Errorf("%s (since %q, until %q) leaves out %s, which keeps it", r.ID, r.Since, r.Until, release)
				}
			}
		}
	}
	for id := range early {
		if !excused[id] {
			t.Errorf("%s needs no excuse", id)
		}
	}
}
