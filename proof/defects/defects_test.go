package defects

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/accountlink"
	"github.com/authconform/authconform/mockprovider/indieauth"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/proof/shadow"
	"github.com/authconform/authconform/suites/requirements"
)

// TestEveryDefectIsWellDeclared: it has a unique id, a story, a change, and known aims.
func TestEveryDefectIsWellDeclared(t *testing.T) {
	c, err := requirements.Load()
	if err != nil {
		t.Fatal(err)
	}
	known := func(id string) bool { _, ok := c.Lookup(id); return ok }
	for kind, err := range map[string]error{
		"home": Check(Home(), known), "provider": Check(Provider(), known), "account-link": Check(AccountLink(), known),
		"indieauth": Check(IndieAuth(), known),
	} {
		if err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// TestABadListSaysWhatIsWrong, and names the defect by its id.
func TestABadListSaysWhatIsWrong(t *testing.T) {
	good := Defect[struct{}]{"code.good", "Nothing is wrong.", []string{"a.b"}, func(*struct{}) {}}
	for _, c := range []struct {
		want   string
		change func(*Defect[struct{}])
	}{
		{"", func(*Defect[struct{}]) {}},
		{"a dotted id and a story", func(d *Defect[struct{}]) { d.ID = "good" }},
		{"a dotted id and a story", func(d *Defect[struct{}]) { d.Story = "" }},
		{"it changes nothing", func(d *Defect[struct{}]) { d.Change = nil }},
		{"it aims at 0 requirements", func(d *Defect[struct{}]) { d.Aims = nil }},
		{"it aims at 4 requirements", func(d *Defect[struct{}]) { d.Aims = []string{"a.b", "a.b", "a.b", "a.b"} }},
		{"a.c, which is no requirement", func(d *Defect[struct{}]) { d.Aims = []string{"a.c"} }},
	} {
		d := good
		c.change(&d)
		err := Check([]Defect[struct{}]{d}, func(id string) bool { return id == "a.b" })
		said := fmt.Sprint(err)
		if (err == nil) != (c.want == "") || err != nil && (!strings.Contains(said, d.ID+": ") || !strings.Contains(said, c.want)) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	if err := Check([]Defect[struct{}]{good, good}, func(string) bool { return true }); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("%v", err)
	}
}

// TestEveryChangeChangesADecision of a conforming policy, and finds the texts of the login page that it changes.
func TestEveryChangeChangesADecision(t *testing.T) {
	changes(t, Home(), mockserver.Strict)
	changes(t, Provider(), mockprovider.Strict)
	changes(t, AccountLink(), accountlink.Strict)
	changes(t, IndieAuth(), indieauth.Strict)
}

func changes[P any](t *testing.T, list []Defect[P], strict func() *P) {
	t.Helper()
	for _, d := range list {
		if len(shadow.Decisions(strict(), d.Change)) == 0 {
			t.Errorf("%s leaves every decision as it was", d.ID)
		}
	}
}

// TestADefectFileStandsAlone: only the list uses the declarations of a file of defects, so that any file can be removed. Shared
// declarations stand in the files of words.
func TestADefectFileStandsAlone(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	uses := map[string][]string{}     // identifier -> files
	declares := map[string][]string{} // file of defects -> identifiers
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || name == "list.go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if ids := declared(file); slices.ContainsFunc(ids, func(id string) bool { return strings.HasSuffix(id, "Defects") }) {
			declares[name] = ids
		} else if name != "defect.go" && !strings.HasPrefix(name, "words") {
			t.Errorf("%s has no defects; words stand in words_*.go", name)
		}
		for id := range used(file) {
			uses[id] = append(uses[id], name)
		}
	}
	for file, list := range declares {
		for _, id := range list {
			for _, user := range uses[id] {
				if user != file {
					t.Errorf("%s uses %s of %s, which then cannot be taken away", user, id, file)
				}
			}
		}
	}
}

// declared returns the names that a file declares at top level.
func declared(file *ast.File) (ids []string) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				ids = append(ids, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					ids = append(ids, spec.Name.Name)
				case *ast.ValueSpec:
					for _, n := range spec.Names {
						ids = append(ids, n.Name)
					}
				}
			}
		}
	}
	return ids
}

// used returns the names that a file uses, except selectors.
func used(file *ast.File) map[string]bool {
	ids := map[string]bool{}
	var use func(ast.Node) bool
	use = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			ast.Inspect(n.X, use)
			return false
		case *ast.KeyValueExpr: // a member's name is no name of ours
			ast.Inspect(n.Value, use)
			return false
		case *ast.Ident:
			ids[n.Name] = true
		}
		return true
	}
	ast.Inspect(file, use)
	return ids
}
