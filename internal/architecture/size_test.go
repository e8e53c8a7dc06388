package architecture

import (
	"bufio"
	"bytes"
	"go/ast"
	"os"
	"testing"
	"unicode/utf8"
)

// The size limits of Go files.
const (
	mostLines   = 300
	mostColumns = 140
)

// TestFilesAndLinesCanBeReadAtOnce: every Go file and line keeps to its size limit.
func TestFilesAndLinesCanBeReadAtOnce(t *testing.T) {
	for _, s := range allSources(t) {
		raw, err := os.ReadFile(root + s.path)
		if err != nil {
			t.Fatal(err)
		}
		lines, wide := 0, 0
		for scan := bufio.NewScanner(bytes.NewReader(raw)); scan.Scan(); {
			lines++
			if utf8.RuneCount(scan.Bytes()) > mostColumns {
				wide++
			}
		}
		if lines > mostLines {
			t.Errorf("%s has %d lines; at most %d can be read at once", s.path, lines, mostLines)
		}
		if wide > 0 {
			t.Errorf("%s has %d lines that are wider than %d columns", s.path, wide, mostColumns)
		}
	}
}

// untested are the packages that have code but no test beside it, with the reason.
var untested = map[string]string{
	"harness/home/hometest":       "it is for tests",
	"harness/browser/browsertest": "it is for tests",
	"internal/mutate":             "it measures; its numbers are looked at",
	"mockserver/store/storetest":  "it is the test of every store",
	"proof/stand":                 "the proof stands on it: proof and cmd/authconform open every stand",
	"proof/nulls":                 "cmd/authconform judges each of them",
	"suites/oauth/resource":       "the proof is its test: each row catches the defects that aim at it",
	"testbed/clients/mcp/go":      "it is a client in our hands; script/mcp-clients runs it",
	"testbed/servers/fosite":      "it is a real server in our hands, and is judged as one",
	"testbed/servers/go-oauth2":   "it is a real server in our hands, and is judged as one",
	"testbed/servers/mockoidc":    "it is a real server in our hands, and is judged as one",
	"testbed/servers/pages":       "the pages of those servers",
}

// toBeTested is the reason of packages whose tests are being written. It is temporary: in the end no package may have it.
const toBeTested = "its test is still to be written"

// trivial is how many statements need no test of their own.
const trivial = 15

// TestEveryPackageWithCodeHasATest in its folder.
func TestEveryPackageWithCodeHasATest(t *testing.T) {
	statements, tested := map[string]int{}, map[string]bool{}
	for _, s := range allSources(t) {
		if s.test() {
			tested[s.folder()] = true
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if _, ok := n.(ast.Stmt); ok {
				statements[s.folder()]++
			}
			return true
		})
	}
	for folder, n := range statements {
		why, excused := untested[folder]
		switch {
		case tested[folder] && excused && why == toBeTested:
			t.Logf("%s has a test now; take it from the list", folder)
		case tested[folder] && excused:
			t.Errorf("%s has a test now; take it from the list", folder)
		case !tested[folder] && n > trivial && !excused:
			t.Errorf("%s has %d statements and no test", folder, n)
		case excused && why == "":
			t.Errorf("%s: why has it no test?", folder)
		}
	}
}
