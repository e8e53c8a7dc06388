// Package docs checks the documents against the program: generated pages are up to date, and the commands that pages show run.
package docs

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/suites/requirements"
)

const root = "../../"

// TestRequirementsPage: docs/requirements.md matches the catalogue. UPDATE_DOCS=1 writes it.
func TestRequirementsPage(t *testing.T) {
	c, err := requirements.Load()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(
		"# Requirements\n\nGenerated from `suites/requirements/` by `UPDATE_DOCS=1 go test ./internal/docs`. " +
			"`authconform explain ID` shows how a requirement is judged and how to fix it.\n\n",
	)
	b.WriteString("| section | rows | must | should | may, info | untestable |\n|---|--:|--:|--:|--:|--:|\n")
	for _, s := range c.Sections {
		n := map[string]int{}
		for _, r := range s.Rows {
			n[string(r.Level)]++
			if r.Untestable != "" {
				n["untestable"]++
			}
		}
		fmt.Fprintf(
			&b,
			"| [%s](#%s) | %d | %d | %d | %d | %d |\n",
			s.Title,
			anchor(s.Title),
			len(s.Rows),
			n["must"],
			n["should"],
			n["may"]+n["info"],
			n["untestable"],
		)
	}
	for _, s := range c.Sections {
		fmt.Fprintf(&b, "\n## %s\n\n| id | level | requirement | source |\n|---|---|---|---|\n", s.Title)
		for _, r := range s.Rows {
			text := strings.NewReplacer("|", "\\|", "<", "&lt;").Replace(r.Text)
			if r.Untestable != "" {
				text += " *Untestable: " + r.Untestable + ".*"
			}
			fmt.Fprintf(
				&b,
				"| `%s` | %s | %s | [%s](%s) |\n",
				r.ID,
				r.Level,
				text,
				strings.TrimSpace(r.Spec.Name+" "+section(r.Spec.Section)),
				r.Spec.URL,
			)
		}
	}
	same(t, "docs/requirements.md", b.String())
}

func section(s string) string {
	if s == "" {
		return ""
	}
	return "§" + s
}

func same(t *testing.T, path, want string) {
	t.Helper()
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(root+path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(root + path)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what the program says now; make it again with UPDATE_DOCS=1 go test ./internal/docs (%v)", path, err)
	}
}

// TestCommandsRun: every line "$ authconform …" in a console block of the documents runs, in one folder per page, and exits with
// 0. Servers are stopped after a moment.
func TestCommandsRun(t *testing.T) {
	program := filepath.Join(t.TempDir(), "authconform")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./cmd/authconform")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	pages, err := filepath.Glob(root + "docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, root+"README.md") {
		raw, err := os.ReadFile(page)
		if err != nil {
			t.Error(err)
			continue
		}
		t.Run(filepath.Base(page), func(t *testing.T) {
			dir := t.TempDir()
			for _, line := range commands(string(raw)) {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				if strings.HasPrefix(line, "authconform serve") {
					ctx, cancel = context.WithTimeout(t.Context(), time.Second)
				}
				cmd := exec.CommandContext(ctx, "sh", "-c", "exec "+line)
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(program)+":"+os.Getenv("PATH"))
				cmd.WaitDelay = 5 * time.Second
				cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
				var out bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &out
				err := cmd.Run()
				if err != nil && ctx.Err() == nil {
					t.Errorf("%s: %v\n%s", line, err, out.String())
				}
				cancel()
			}
		})
	}
}

// commands returns the command lines of a page's console blocks.
func commands(page string) []string {
	var lines []string
	inside := false
	for line := range strings.SplitSeq(page, "\n") {
		if strings.HasPrefix(line, "```") {
			inside = line == "```console"
			continue
		}
		if command, ok := strings.CutPrefix(line, "$ "); ok && inside && strings.HasPrefix(command, "authconform ") {
			lines = append(lines, command)
		}
	}
	return lines
}
