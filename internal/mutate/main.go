// Command mutate shows that the proof notices a judge that was weakened. On a copy of the tree it takes one assertion of
// a spec after the other, makes it hold for everything, and lets prove look at the spec's row: prove must complain.
// script/mutate calls it.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/authconform/authconform/proof"
)

// site is one assertion of a spec: where its matcher stands.
type site struct {
	row, file  string
	line       int
	start, end int // of the matcher, in bytes
}

const perMutant = 3 * time.Minute

func main() {
	dir := flag.String("dir", "", "the copy of the tree, which is changed")
	seed := flag.Uint64("seed", 1, "of the draw")
	n := flag.Int("n", 40, "how many specs")
	flag.Parse()
	var specs [][]site
	for _, suite := range suites {
		folder := filepath.Join(*dir, "suites", filepath.FromSlash(suite))
		found, err := find(folder)
		must(err)
		specs = append(specs, found...)
		must(os.WriteFile(filepath.Join(folder, "anything.go"), fmt.Appendf(nil, anything, path.Base(suite)), 0o600))
	}
	random := rand.New(rand.NewPCG(*seed, 0)) //nolint:gosec // a draw, no secret
	random.Shuffle(len(specs), func(i, j int) { specs[i], specs[j] = specs[j], specs[i] })
	noticed := 0
	drawn := specs[:min(*n, len(specs))]
	for _, list := range drawn {
		s := list[random.IntN(len(list))]
		word := "MISSED"
		if ok, err := notices(*dir, s); err != nil {
			word = "broken: " + err.Error()
		} else if ok {
			word = "noticed"
			noticed++
		}
		fmt.Printf("%-8s %s  %s:%d\n", word, s.row, filepath.Base(s.file), s.line)
	}
	fmt.Printf("\n%d of %d weakened assertions noticed (seed %d)\n", noticed, len(drawn), *seed)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// suites hold the specs that judge a home's login.
var suites = []string{"home", "oauth/server", "oauth/resource"}

// anything is the matcher that a weakened assertion has, in a package.
const anything = `package %s

import "github.com/authconform/authconform/harness/judge"

type whatever struct{}

func (whatever) Match(any) (bool, error)          { return true, nil }
func (whatever) FailureMessage(any) string        { return "" }
func (whatever) NegatedFailureMessage(any) string { return "" }

// anything holds for everything.
func anything(...any) judge.Matcher { return whatever{} }
`

// find lists the assertions of each spec: Expect(…).To(matcher) in the body of an It.
func find(dir string) ([][]site, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var specs [][]site
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
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
					at := set.Position(to.Args[0].Pos())
					list = append(list, site{row, file, at.Line, at.Offset, set.Position(to.Args[0].End()).Offset})
				}
				return true
			})
			if len(list) > 0 && len(ofHomes(row)) > 0 {
				specs = append(specs, list)
			}
			return true
		})
	}
	return specs, nil
}

func name(e ast.Expr) string {
	if id, ok := e.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// rowOf is the id in requirement("id").
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

// notices weakens one assertion, lets prove look, and puts the file back.
func notices(dir string, s site) (bool, error) {
	raw, err := os.ReadFile(s.file)
	if err != nil {
		return false, err
	}
	weak := append(append(append([]byte{}, raw[:s.start]...), "anything("...), raw[s.start:s.end]...)
	weak = append(append(weak, ')'), raw[s.end:]...)
	if err := os.WriteFile(s.file, weak, 0o600); err != nil {
		return false, err
	}
	defer func() { must(os.WriteFile(s.file, raw, 0o600)) }()
	ctx, cancel := context.WithTimeout(context.Background(), perMutant)
	defer cancel()
	program := filepath.Join(dir, "mutant")
	if out, err := command(ctx, dir, "go", "build", "-o", program, "./cmd/authconform").CombinedOutput(); err != nil {
		return false, fmt.Errorf("it does not build: %s", bytes.TrimSpace(out))
	}
	args := []string{"prove", "--select", s.row, "--defect", strings.Join(ofHomes(s.row), ",")}
	if strings.Contains(s.file, "loginpage") && s.row != "ha.authorize.path" && s.row != "oauth2.authz.no-http-redirect" {
		args = append(args, "--browser", "auto")
	}
	err = command(ctx, dir, program, args...).Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		return true, nil
	}
	return false, err
}

// ofHomes are the ids of the defects of homes that aim at a row.
func ofHomes(row string) (ids []string) {
	for _, d := range proof.SubjectOf("home").Defects() {
		if slices.Contains(d.Aims, row) {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

func command(ctx context.Context, dir, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // go and what it built
	cmd.Dir = dir
	return cmd
}
