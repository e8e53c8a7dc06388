package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// policies are the structs whose fields are the mocks' decisions.
var policies = [][2]string{
	{module + "mock", "Rules"},
	{module + "mockserver", "Policy"},
	{module + "mockserver/linking", "Policy"},
	{module + "mockserver/linking", "AgentPolicy"},
	{module + "mockprovider", "Policy"},
	{module + "mockprovider/accountlink", "Policy"},
}

// TestEveryDecisionIsAFunctionThatTheMockAsks: the prover watches the decisions of a policy, and it can only watch functions. If
// the mock never asks a field, a defect that changes it changes nothing. A field that Strict leaves out is nil.
func TestEveryDecisionIsAFunctionThatTheMockAsks(t *testing.T) {
	s := newSources(t)
	for _, policy := range policies {
		if _, err := s.Import(policy[0]); err != nil {
			t.Fatal(err)
		}
	}
	for _, policy := range policies {
		for field := range s.structOf(t, policy[0], policy[1]).Fields() {
			name := strings.TrimPrefix(policy[0], module) + "." + policy[1] + "." + field.Name()
			if _, isFunc := field.Type().Underlying().(*types.Signature); !isFunc && !s.isPolicy(field.Type()) {
				t.Errorf("%s is a %s, and must be a function: mock.Is makes one of a constant", name, field.Type())
			}
			if !s.read[field] {
				t.Errorf("%s: no mock reads it; remove it", name)
			}
			if !s.set[field] {
				t.Errorf("%s: no strict policy sets it", name)
			}
		}
	}
}

// sources type-checks this module's packages from source, so that a field is the same object wherever it is used, and takes the
// other packages from the compiler. It implements types.Importer.
type sources struct {
	fset   *token.FileSet
	listed map[string]exported
	other  types.Importer
	done   map[string]*types.Package
	read   map[*types.Var]bool // fields that some function reads, other than those that make policies
	set    map[*types.Var]bool // fields that some function sets, other than Flavour
}

// exported is a package in the output of go list -export.
type exported struct {
	ImportPath, Export, Dir string
	GoFiles                 []string
}

func newSources(t *testing.T) *sources {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Export,Dir,GoFiles")
	for _, policy := range policies {
		cmd.Args = append(cmd.Args, policy[0])
	}
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	s := &sources{
		fset: token.NewFileSet(), listed: map[string]exported{}, done: map[string]*types.Package{},
		read: map[*types.Var]bool{}, set: map[*types.Var]bool{},
	}
	for dec := json.NewDecoder(&out); ; {
		var p exported
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		s.listed[p.ImportPath] = p
	}
	s.other = importer.ForCompiler(s.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(s.listed[path].Export) })
	return s
}

// Import implements types.Importer.
func (s *sources) Import(path string) (*types.Package, error) {
	if !in(path, "mock", "mockserver", "mockprovider") {
		return s.other.Import(path)
	}
	if p := s.done[path]; p != nil {
		return p, nil
	}
	var files []*ast.File
	for _, name := range s.listed[path].GoFiles {
		file, err := parser.ParseFile(s.fset, filepath.Join(s.listed[path].Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	p, err := (&types.Config{Importer: s}).Check(path, s.fset, files, info)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s.done[path] = p
	for _, file := range files {
		s.note(file, info)
	}
	return p, nil
}

// note finds the fields that a file sets and those that it reads. Functions that build a policy do not count as readers: they
// wrap.
func (s *sources) note(file *ast.File, info *types.Info) {
	for _, declared := range file.Decls {
		made := false
		if f, ok := declared.(*ast.FuncDecl); ok {
			if f.Name.Name == "Flavour" {
				continue
			}
			made = strings.HasPrefix(strings.ToLower(f.Name.Name), "strict")
		}
		set := map[*ast.Ident]bool{}
		ast.Inspect(declared, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, left := range n.Lhs {
					if x, ok := left.(*ast.SelectorExpr); ok {
						set[x.Sel] = true
					}
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok {
					set[key] = true
				}
			case *ast.Ident:
				field, ok := info.Uses[n].(*types.Var)
				switch {
				case !ok || !field.IsField():
				case set[n]:
					s.set[field] = true
				case !made:
					s.read[field] = true
				}
			}
			return true
		})
	}
}

func (s *sources) isPolicy(t types.Type) bool {
	named, ok := t.(*types.Named)
	return ok && slices.Contains(policies, [2]string{named.Obj().Pkg().Path(), named.Obj().Name()})
}

func (s *sources) structOf(t *testing.T, path, name string) *types.Struct {
	t.Helper()
	if object := s.done[path].Scope().Lookup(name); object != nil {
		if found, ok := object.Type().Underlying().(*types.Struct); ok {
			return found
		}
	}
	t.Fatalf("%s has no struct %s", path, name)
	return nil
}
