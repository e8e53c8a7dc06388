// Package architecture checks which packages may import which.
package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/authconform/authconform/"

// one is a package in go list's output.
type one struct {
	ImportPath string
	Imports    []string
	Deps       []string
	GoFiles    []string
	Dir        string
}

func packages(t *testing.T) []one {
	t.Helper()
	list, err := listed()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var listed = sync.OnceValues(func() ([]one, error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Deps,GoFiles,Dir", module+"...")
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, stderr.String())
	}
	var list []one
	for dec := json.NewDecoder(&out); ; {
		var p one
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
})

// in reports whether a package is one of the parts, or below one.
func in(path string, parts ...string) bool {
	rel, ours := strings.CutPrefix(path, module)
	return ours && slices.ContainsFunc(parts, func(part string) bool { return rel == part || strings.HasPrefix(rel, part+"/") })
}

// The parts of the module.
var (
	mocks   = []string{"mock", "mockserver", "mockprovider"}
	judges  = []string{"suites", "harness"}
	drivers = []string{ // they speak with one kind of target
		"harness/home", "harness/provider", "harness/accountlink", "harness/indieauth", "harness/mcp",
	}
)

// TestArrows: no part depends, even indirectly, on a part that it must not know.
func TestArrows(t *testing.T) {
	for _, rule := range []struct {
		who, never []string
		because    string
	}{
		{judges, mocks, "a judge that knows a mock agrees with its author"},
		{mocks, judges, "a mock that knows its judge plays to it; they share no protocol code"},
		{[]string{"harness"}, []string{"suites"}, "the harness knows no requirement"},
		{[]string{"harness/oauth"}, drivers, "the roles of OAuth are nobody's: drivers play them"},
		{[]string{"harness/kind"}, slices.Concat(drivers, mocks, []string{"suites"}), "what a kind is does not depend on which there are"},
		{[]string{"harness/runner", "harness/judge", "harness/wire"}, drivers, "whoever runs, judges and sends knows no kind of target"},
		{[]string{"suites/oauth", "suites/expect", "suites/tamper"}, drivers, "these judge every authorization server, in its roles"},
		{[]string{"suites/home", "suites/linking"}, []string{"harness/provider", "harness/accountlink"}, "a home is no third party"},
		{[]string{"suites/provider"}, []string{"harness/home", "harness/accountlink"}, "a third party is no home"},
		{[]string{"suites/mcp"}, []string{"harness/accountlink"}, "an endpoint is no proxy"},
		{[]string{"suites/accountlink"}, []string{"harness/home"}, "a proxy is no home"},
		{[]string{"run"}, slices.Concat(drivers, mocks), "a run knows only the interface of a kind"},
		{[]string{"evidence"}, slices.Concat(judges, mocks, []string{"reports", "run", "proof", "cmd"}), "evidence is everybody's model"},
		{[]string{"reports"}, slices.Concat(judges, mocks, []string{"run", "proof", "cmd"}), "a view is made of evidence alone"},
		{[]string{"proof/defects"}, judges, "a defect is written from the sentence, not from the check"},
		{[]string{"proof/nulls"}, slices.Concat(judges, mocks), "a null target is nobody's"},
		{slices.Concat(judges, mocks, []string{"run", "reports", "evidence"}), []string{"cmd", "proof"}, "arrows point down"},
	} {
		for _, p := range packages(t) {
			if !in(p.ImportPath, rule.who...) {
				continue
			}
			for _, dep := range p.Deps {
				if in(dep, rule.never...) {
					t.Errorf("%s knows %s: %s", p.ImportPath, dep, rule.because)
				}
			}
		}
	}
}

// TestWhatLiesAtTheBottomKnowsNothingOfOurs: the bottom packages import no package of this module except each other.
func TestWhatLiesAtTheBottomKnowsNothingOfOurs(t *testing.T) {
	bottom := []string{"internal/exit", "internal/suggest", "internal/address"}
	for _, p := range packages(t) {
		if !in(p.ImportPath, bottom...) {
			continue
		}
		for _, dep := range p.Deps {
			if strings.HasPrefix(dep, module) && !in(dep, bottom...) {
				t.Errorf("%s knows %s", p.ImportPath, dep)
			}
		}
	}
}

// TestMocksAndJudgesShareNoProtocolCode: a bug in shared code would be wrong on both sides at once, and go unseen.
func TestMocksAndJudgesShareNoProtocolCode(t *testing.T) {
	known := map[string][]string{} // packages of this module that mocks or judges import, by side
	for _, p := range packages(t) {
		for side, parts := range map[string][]string{"mocks": mocks, "judges": judges} {
			for _, dep := range p.Deps {
				if in(p.ImportPath, parts...) && strings.HasPrefix(dep, module) && !slices.Contains(known[dep], side) {
					known[dep] = append(known[dep], side)
				}
			}
		}
	}
	for dep, sides := range known { // words, IANA blocks, and the reading of YAML files may be shared
		if len(sides) > 1 && !in(dep, "internal/exit", "internal/suggest", "internal/address", "internal/mapping") {
			t.Errorf("%s is shared by mocks and judges", dep)
		}
	}
}

// TestOnlyImporters: only some packages may import certain libraries.
func TestOnlyImporters(t *testing.T) {
	for library, only := range map[string][]string{
		"github.com/chromedp/chromedp": {"harness/browser"},
		"github.com/chromedp/cdproto":  {"harness/browser"},
		"github.com/onsi/ginkgo/v2":    {"harness/runner"},
		"github.com/spf13/cobra":       {"cmd"},
		"github.com/spf13/pflag":       {"internal/flags"},
		module + "mock":                {"mock", "mockserver", "mockprovider", "proof", "cmd", "demo"},
	} {
		for _, p := range packages(t) {
			for _, dep := range p.Imports {
				if (dep == library || strings.HasPrefix(dep, library+"/") && !strings.HasSuffix(dep, "/dsl/core")) && !in(p.ImportPath, only...) {
					t.Errorf("%s imports %s; only %v may", p.ImportPath, dep, only)
				}
			}
		}
	}
}

// TestOnlyProgramsEndTheProcess: only the product, the tools that measure it, and the real servers may.
func TestOnlyProgramsEndTheProcess(t *testing.T) {
	ends := map[string][]string{"os": {"Exit"}, "log": {"Fatal", "Fatalf", "Fatalln"}}
	for _, s := range allSources(t) {
		if s.test() || s.syntax.Name.Name == "main" {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if f, ok := n.(*ast.SelectorExpr); ok {
				if of, ok := f.X.(*ast.Ident); ok && slices.Contains(ends[of.Name], f.Sel.Name) {
					t.Errorf("%s ends the process; only programs may", s.at(n))
				}
			}
			return true
		})
	}
}
