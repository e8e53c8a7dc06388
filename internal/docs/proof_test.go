package docs

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/authconform/authconform/proof"
	"github.com/authconform/authconform/proof/nulls"
	"github.com/authconform/authconform/suites/requirements"
)

// TestProofPage: docs/proof.md lists the defects as they are declared; prove checks the declarations. UPDATE_DOCS=1 writes it.
func TestProofPage(t *testing.T) {
	c, err := requirements.Load()
	if err != nil {
		t.Fatal(err)
	}
	head, err := os.ReadFile("proof.md.in")
	if err != nil {
		t.Fatal(err)
	}
	mutation, err := os.ReadFile("mutation.txt")
	if err != nil {
		t.Fatal(err)
	}
	aims := map[string]int{} // defects by the row that they aim at
	for _, s := range proof.Subjects() {
		for _, d := range proof.Own(s) {
			for _, id := range d.Aims {
				aims[id]++
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n## The matrix in numbers\n\n%d defects. A row without one is untestable, or does not apply to the release "+
		"that the mock home implements.\n\n", head, len(proof.DefectIDs()))
	b.WriteString("| section | rows | proven | catches | fewest per row |\n|---|--:|--:|--:|--:|\n")
	for _, s := range c.Sections {
		proven, catches, least := 0, 0, -1
		for _, r := range s.Rows {
			if n := aims[r.ID]; n > 0 {
				proven++
				catches += n
				if least < 0 || n < least {
					least = n
				}
			}
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d |\n", s.Name, len(s.Rows), proven, catches, max(least, 0))
	}
	b.WriteString("\n## Null targets\n\n| target | what it does |\n|---|---|\n")
	for _, n := range nulls.All() {
		fmt.Fprintf(&b, "| %s | %s |\n", n.Name, n.Story)
	}
	fmt.Fprintf(&b, "\n## Mutation of the judge\n\n`script/mutate` weakens every assertion of every spec, one at a time, so that it accepts "+
		"everything, and then proves the row. The proof must notice. An assertion is implied if others of its row catch the same defects. "+
		"The last run missed these, and no defect needs them yet. `script/mutate -browser` looks at the rows that need a browser.\n\n"+
		"```text\n%s```\n", mutation)
	same(t, "docs/proof.md", b.String())
}
