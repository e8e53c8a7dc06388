package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/internal/flags"
	"github.com/authconform/authconform/proof/stand"
	"github.com/authconform/authconform/suites/profiles"
)

// manual reads docs/cli.md.
func manual(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// documented compares words of the program with those of the manual, both ways.
func documented(t *testing.T, what string, have, told []string) {
	t.Helper()
	for _, word := range have {
		if !slices.Contains(told, word) {
			t.Errorf("docs/cli.md does not tell of the %s %s", what, word)
		}
	}
	for _, word := range told {
		if !slices.Contains(have, word) {
			t.Errorf("docs/cli.md tells of the %s %s, which there is not", what, word)
		}
	}
}

// found returns the first groups of all matches, without duplicates.
func found(text, form string) []string {
	var words []string
	for _, m := range regexp.MustCompile(form).FindAllStringSubmatch(text, -1) {
		words = append(words, m[1])
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// eachFlag visits the flags of every command, in the manual's notation: --procs N.
func eachFlag(visit func(c *cobra.Command, f *pflag.Flag, shown string)) {
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Hidden || f.Name == "help" {
				return
			}
			shown := "--" + f.Name
			if f.NoOptDefVal == "" {
				shown += " " + f.Value.Type()
			}
			visit(c, f, shown)
		})
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root())
}

func TestTheManualHasEveryFlagAndNoOther(t *testing.T) {
	text := manual(t)
	var have []string
	eachFlag(func(c *cobra.Command, f *pflag.Flag, shown string) {
		have = append(have, f.Name)
		if !strings.Contains(text, "`"+shown+"`") {
			t.Errorf("docs/cli.md does not show `%s` of %s", shown, c.CommandPath())
		}
		if d := f.DefValue; f.NoOptDefVal == "" && !slices.Contains([]string{"", "0", "0s", "[]"}, d) && f.Name != "procs" {
			if d = strings.Trim(d, "[]"); !strings.Contains(text, "default `"+d+"`") {
				t.Errorf("docs/cli.md does not say that --%s is %s where nothing else is said", f.Name, d)
			}
		}
	})
	slices.Sort(have)
	documented(t, "flag", append(slices.Compact(have), "help"), found(text+"--help", "--([a-z][a-z-]+)"))
}

func TestTheManualHasEveryCommandAndNoOther(t *testing.T) {
	text := manual(t)
	var have []string
	for _, c := range root().Commands() {
		if !c.Hidden {
			have = append(have, c.Name())
		}
	}
	slices.Sort(have)
	documented(t, "command", slices.Compact(append(have, "help")), found(text, "\\| `authconform ([a-z]+)"))
}

func TestTheManualHasEverySecretAndNoOther(t *testing.T) {
	have := append(flags.Secrets(&serveFlags{}), flags.Secrets(&runFlags{})...)
	for _, k := range stand.Kinds() {
		have = append(have, flags.Secrets(k.Flags())...)
	}
	slices.Sort(have)
	documented(t, "secret", slices.Compact(have), found(manual(t), "\\| `(AUTHCONFORM_[A-Z_]+)` \\|"))
	var variables []string
	eachFlag(func(_ *cobra.Command, f *pflag.Flag, _ string) { variables = append(variables, flags.Variable(f.Name)) })
	for _, name := range found(manual(t), "(AUTHCONFORM_[A-Z_]+)") {
		if !slices.Contains(variables, name) && !slices.Contains(have, name) {
			t.Errorf("docs/cli.md tells of %s, which nothing reads", name)
		}
	}
}

func TestTheManualHasEveryProfileKindAndNeedAndNoOther(t *testing.T) {
	text := manual(t)
	var rows []string
	for _, name := range profiles.Names() {
		p, err := profiles.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, fmt.Sprintf("%s` | `%s", p.Name, p.Kind))
	}
	documented(t, "profile", rows, found(text, "\\| `([a-z][a-z0-9-]+` \\| `[a-z-]+)` \\| "))
	var needs []string
	for _, n := range condition.All() {
		if !n.Offered() {
			needs = append(needs, string(n))
		} else if !strings.Contains(text, "`"+string(n)+"`") {
			t.Errorf("docs/cli.md does not tell of %s", n)
		}
	}
	_, section, _ := strings.Cut(text, "## What a run needs")
	section, _, _ = strings.Cut(section, "\n## ")
	documented(t, "need", needs, found(section, "\\| `([a-z-]+)` \\|"))
}

func TestTheManualHasEveryExitCodeAndNoOther(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../internal/exit/exit.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if number, ok := spec.Values[0].(*ast.BasicLit); ok && number.Kind == token.INT {
				codes = append(codes, number.Value)
			}
		}
		return true
	})
	documented(t, "exit code", codes, found(manual(t), "\n\\| ([0-9]+) \\|"))
	if told := found(manualTail, `\\fB([0-9]+)\\fP`); !slices.Equal(told, found(manual(t), "\n\\| ([0-9]+) \\|")) {
		t.Errorf("the manual pages tell of the exit codes %v", told)
	}
}
