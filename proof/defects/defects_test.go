package defects

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
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

// TestADefectFileStandsAlone: what a file of defects declares is used by no other, so that any one of them can be taken
// away; and each takes away the proof of some row.
func TestADefectFileStandsAlone(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	uses := map[string]map[string]bool{} // identifier -> files
	declares := map[string][]string{}    // file of defects -> identifiers
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		listing := false
		var mine []string
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					mine = append(mine, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						mine = append(mine, spec.Name.Name)
					case *ast.ValueSpec:
						for _, n := range spec.Names {
							listing = listing || n.Name == "_"
							mine = append(mine, n.Name)
						}
					}
				}
			}
		}
		if listing {
			declares[name] = mine
		}
		var use func(ast.Node) bool
		use = func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr: // what is selected is no name of ours
				ast.Inspect(n.X, use)
				return false
			case *ast.Ident:
				if uses[n.Name] == nil {
					uses[n.Name] = map[string]bool{}
				}
				uses[n.Name][name] = true
			}
			return true
		}
		ast.Inspect(file, use)
	}
	for file, list := range declares {
		for _, id := range list {
			for user := range uses[id] {
				if id != "_" && user != file && !strings.HasSuffix(user, "_test.go") {
					t.Errorf("%s uses %s of %s, which then cannot be taken away", user, id, file)
				}
			}
		}
	}
}

// TestEveryFileProves: without the defects of any one file some row of a role has none left.
func TestEveryFileProves(t *testing.T) {
	for i, section := range sections {
		lost := false
		for _, driver := range []string{"login-flow", "provider", "account-link"} {
			rest := map[string]bool{}
			for j, other := range sections {
				for _, d := range other {
					for _, id := range d.Breaks {
						if j != i && d.Of(driver) && d.Aimed() {
							rest[id] = true
						}
					}
				}
			}
			for _, d := range section {
				for _, id := range d.Breaks {
					lost = lost || d.Of(driver) && d.Aimed() && !rest[id]
				}
			}
		}
		if !lost {
			t.Errorf("the file of %s proves nothing that others do not", section[0].ID)
		}
	}
}
