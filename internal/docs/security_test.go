package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	promiseRow = regexp.MustCompile(`(?m)^\| .* \| (.*Test.*) \|$`)
	heldBy     = regexp.MustCompile("((?:`Test\\w+`(?:, )?)+) in `([\\w/]+)`")
	testName   = regexp.MustCompile(`Test\w+`)
)

// TestEveryPromiseIsHeldByATest: docs/security.md names the test of each promise, and that test exists.
func TestEveryPromiseIsHeldByATest(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs/security.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, promises, found := strings.Cut(string(page), "## Guarantees ")
	if !found {
		t.Fatal("the page promises nothing")
	}
	rows := promiseRow.FindAllStringSubmatch(promises, -1)
	if all := strings.Count(promises, "\n| ") - strings.Count(promises, "\n| guarantee |"); len(rows) < 15 || len(rows) < all {
		t.Errorf("%d promises name a test, of %d", len(rows), all)
	}
	for _, row := range rows {
		named := 0
		for _, held := range heldBy.FindAllStringSubmatch(row[1], -1) {
			tests := sources(t, filepath.Join(root, held[2]))
			for _, name := range testName.FindAllString(held[1], -1) {
				if named++; !strings.Contains(tests, "func "+name+"(t *testing.T)") {
					t.Errorf("there is no %s in %s", name, held[2])
				}
			}
		}
		if all := len(testName.FindAllString(row[1], -1)); named != all || named == 0 {
			t.Errorf("%q: of %d tests, %d are named with their package", row[1], all, named)
		}
	}
}

// sources concatenates the test files of a folder.
func sources(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Errorf("there are no tests in %s: %v", folder, err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}
