package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
)

// site is one assertion of a spec: Expect(…).To(…).
type site struct {
	row         string
	file        string // slashes, from the root of the tree
	first, last int    // line numbers
}

func (s site) String() string { return fmt.Sprintf("%s:%d", s.file, s.first) }

// at reports whether the assertion is on a line of a file; path may lead to the tree from anywhere.
func (s site) at(path string, line int) bool {
	return strings.HasSuffix(path, s.file) && s.first <= line && line <= s.last
}

// find lists the assertions of each spec below a folder, which are those in the body of an It.
func find(dir string) (specs [][]site, err error) {
	err = filepath.WalkDir(dir, func(file string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		found, err := inFile(file)
		specs = append(specs, found...)
		return err
	})
	return specs, err
}

func inFile(file string) (specs [][]site, err error) {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, nil, 0)
	if err != nil {
		return nil, err
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || name(call.Fun) != "It" || len(call.Args) != 2 {
			return true
		}
		row := rowOf(call.Args[0])
		var list []site
		ast.Inspect(call.Args[1], func(n ast.Node) bool {
			if to, ok := n.(*ast.CallExpr); ok && asserts(to) {
				list = append(list, site{row, filepath.ToSlash(file), set.Position(to.Pos()).Line, set.Position(to.End()).Line})
			}
			return true
		})
		if len(list) > 0 {
			specs = append(specs, list)
		}
		return true
	})
	return specs, nil
}

func name(e ast.Expr) string {
	if id, ok := e.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// rowOf returns the id in requirement("id").
func rowOf(e ast.Expr) string {
	if call, ok := e.(*ast.CallExpr); ok && len(call.Args) == 1 {
		if lit, ok := call.Args[0].(*ast.BasicLit); ok {
			s, _ := strconv.Unquote(lit.Value)
			return s
		}
	}
	return ""
}

func asserts(to *ast.CallExpr) bool {
	method, ok := to.Fun.(*ast.SelectorExpr)
	if !ok || method.Sel.Name != "To" || len(to.Args) != 1 {
		return false
	}
	expect, ok := method.X.(*ast.CallExpr)
	return ok && name(expect.Fun) == "Expect"
}
