package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// root is the module's folder, relative to the test's.
const root = "../../"

// source is a Go file of the module, unparsed and parsed.
type source struct {
	path   string // from the module's folder
	syntax *ast.File
	fset   *token.FileSet
}

// test reports whether the file is a test file.
func (s source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

// folder returns the folder of the file's package.
func (s source) folder() string { return filepath.ToSlash(filepath.Dir(s.path)) }

// at returns the position of a node.
func (s source) at(n ast.Node) token.Position {
	p := s.fset.Position(n.Pos())
	p.Filename = s.path
	return p
}

// allSources returns all Go files of the module, whatever their build constraints.
func allSources(t *testing.T) []source {
	t.Helper()
	list, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var parsed = sync.OnceValues(func() (list []source, err error) {
	fset := token.NewFileSet()
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		list = append(list, source{filepath.ToSlash(rel), file, fset})
		return err
	})
	return list, err
})
