// Package architecture holds the house to its plan: which packages may know which.
package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/authconform/authconform/"

// one is a package as go list shows it.
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

// in reports whether a package is of one of the parts of the house, or below it.
func in(path string, parts ...string) bool {
	rel, ours := strings.CutPrefix(path, module)
	return ours && slices.ContainsFunc(parts, func(part string) bool { return rel == part || strings.HasPrefix(rel, part+"/") })
}

// TestArrows: what a part may not know, by whatever way.
func TestArrows(t *testing.T) {
	mocks := []string{"mock", "mockserver", "mockprovider"}
	judges := []string{"suites", "harness"}
	for _, rule := range []struct {
		who, never []string
		because    string
	}{
		{judges, mocks, "a judge that knows a mock agrees with its author"},
		{mocks, judges, "a mock that knows its judge plays to it; they share no protocol code"},
		{[]string{"harness"}, []string{"suites"}, "the harness knows no requirement"},
		{[]string{"reports"}, slices.Concat(judges, mocks, []string{"run", "proof", "cmd"}), "reports are the model that all others write"},
		{[]string{"proof/defects"}, judges, "a defect is written from the sentence, not from the check"},
		{[]string{"proof/nulls"}, slices.Concat(judges, mocks), "a null target is nobody's"},
		{slices.Concat(judges, mocks, []string{"run", "reports"}), []string{"cmd", "proof"}, "arrows point down"},
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

// TestOnlyImporters: libraries that only one package may know.
func TestOnlyImporters(t *testing.T) {
	for library, only := range map[string][]string{
		"github.com/chromedp/chromedp":            {"harness/browser"},
		"github.com/chromedp/cdproto":             {"harness/browser"},
		"github.com/onsi/ginkgo/v2":               {"harness/runner"},
		"github.com/authconform/authconform/mock": {"mock", "mockserver", "mockprovider", "proof", "cmd", "demo"},
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

// TestOnlyExit: only programs end the process: the product, which is one, the tools that measure it, and the real servers.
func TestOnlyExit(t *testing.T) {
	programs := []string{"cmd/authconform/", "internal/bench/", "internal/mutate/", "testbed/servers/"}
	out, err := exec.Command("git", "grep", "--full-name", "-lE", `\b(os\.Exit|log\.Fatal)`, "--", ":/*.go").Output()
	if err != nil {
		t.Skipf("no git here: %v", err)
	}
	for _, file := range strings.Fields(string(out)) {
		mine := func(folder string) bool { return strings.HasPrefix(file, folder) }
		if !slices.ContainsFunc(programs, mine) && !strings.HasSuffix(file, "_test.go") {
			t.Errorf("%s ends the process; only programs may", file)
		}
	}
}
