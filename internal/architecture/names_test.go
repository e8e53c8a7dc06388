package architecture

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/authconform/authconform/suites/profiles"
)

// TestNobodyAsksForAKindOrAProfileByName: a difference between kinds is a method of the kind, and a difference between profiles
// stands in their files. Code that compares with a name would need a change for every new one.
func TestNobodyAsksForAKindOrAProfileByName(t *testing.T) {
	sources := allSources(t)
	words := names(t, sources)
	for _, s := range sources {
		if s.test() || s.folder() == "harness/kind" {
			continue
		}
		held := constants(sources, s.folder(), words)
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			for _, e := range compared(n) {
				if word := wordOf(e, held); slices.Contains(words, word) {
					t.Errorf("%s compares with %q; ask the kind, or the profile, for what it says of itself", s.at(e), word)
				}
			}
			return true
		})
	}
}

// names returns the names of the kinds, from their definitions, and of the built-in profiles.
func names(t *testing.T, sources []source) []string {
	t.Helper()
	words := profiles.Names()
	kinds := 0
	for _, s := range sources {
		if ok, _ := path.Match("harness/*/kind.go", s.path); !ok {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Define" {
				words = append(words, wordOf(call.Args[0], nil))
				kinds++
			}
			return true
		})
	}
	if kinds < 3 {
		t.Fatalf("only %d kinds are defined by a literal name", kinds)
	}
	return words
}

// constants returns the names of a package's constants that have one of some values.
func constants(sources []source, folder string, words []string) map[string]string {
	held := map[string]string{}
	for _, s := range sources {
		if s.folder() != folder {
			continue
		}
		for _, d := range s.syntax.Decls {
			declared, ok := d.(*ast.GenDecl)
			if !ok || declared.Tok != token.CONST {
				continue
			}
			for _, spec := range declared.Specs {
				value := spec.(*ast.ValueSpec)
				for i, name := range value.Names {
					if i < len(value.Values) {
						if word := wordOf(value.Values[i], nil); slices.Contains(words, word) {
							held[name.Name] = word
						}
					}
				}
			}
		}
	}
	return held
}

// compared returns the expressions that a node compares something with: operands, cases, keys.
func compared(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if n.Op == token.EQL || n.Op == token.NEQ {
			return []ast.Expr{n.X, n.Y}
		}
	case *ast.CaseClause:
		return n.List
	case *ast.IndexExpr:
		return []ast.Expr{n.Index}
	case *ast.CallExpr: // slices.Contains, strings.HasPrefix and their like
		if f, ok := n.Fun.(*ast.SelectorExpr); ok && len(n.Args) > 1 {
			if in, ok := f.X.(*ast.Ident); ok && (in.Name == "slices" || in.Name == "strings") {
				return n.Args
			}
		}
	}
	return nil
}

// wordOf returns the text of a literal, or of a constant by its name; "" for anything else.
func wordOf(e ast.Expr, constants map[string]string) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return text
		}
	case *ast.Ident:
		return constants[e.Name]
	}
	return ""
}

// TestNoPackageIsCalledByWhatAnythingCouldBe: package names must be specific. A home is called a home, because every kind is a
// target and most are servers. In the OAuth suites the authorization server has that name.
func TestNoPackageIsCalledByWhatAnythingCouldBe(t *testing.T) {
	for _, p := range packages(t) {
		name := path.Base(p.ImportPath)
		vague := slices.Contains([]string{"target", "server", "util", "utils", "common", "helpers"}, name)
		if vague && !in(p.ImportPath, "suites/oauth/server") {
			t.Errorf("%s: say what it is", strings.TrimPrefix(p.ImportPath, module))
		}
	}
}
