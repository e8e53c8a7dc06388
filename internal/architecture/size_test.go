package architecture

import (
	"bufio"
	"bytes"
	"go/ast"
	"os"
	"testing"
	"unicode/utf8"
)

// A file, and a line of it, that can be read at once.
const (
	mostLines   = 300
	mostColumns = 140
)

// tooLarge are the files that are still to be split or folded. It is empty when that is done.
var tooLarge = map[string]bool{}

// TestFilesAndLinesCanBeReadAtOnce holds every Go file to its size.
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
		switch good := lines <= mostLines && wide == 0; {
		case good && tooLarge[s.path]:
			t.Errorf("%s is no longer too large; take it from the list", s.path)
		case !good && !tooLarge[s.path]:
			t.Errorf("%s has %d lines, of which %d are wider than %d columns; at most %d lines", s.path, lines, wide, mostColumns, mostLines)
		}
	}
}

// untested are the packages with code and without a test beside it, and why.
var untested = map[string]string{}

// trivial is how many statements need no test of their own.
const trivial = 15

// TestEveryPackageWithCodeHasATest beside it.
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
		case tested[folder] && excused:
			t.Errorf("%s has a test now; take it from the list", folder)
		case !tested[folder] && n > trivial && !excused:
			t.Errorf("%s has %d statements and no test", folder, n)
		case excused && why == "":
			t.Errorf("%s: why has it no test?", folder)
		}
	}
}
