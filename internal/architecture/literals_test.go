package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// protocolWords are strings that suites and defects share because they are public: names of headers, parameters, error codes,
// media types, elements and files. Strings in a mock's own source need no entry here.
var protocolWords = []string{
	"Access-Control-Allow-Credentials", "Content-Encoding", "gzip", "If-Modified-Since", "Range", "Referer", "Refresh", "X-Forwarded-Host",
	"X-HA-Access", "X-Powered-By", "X-Requested-With", "unsafe-url", // headers, and a header's value
	"api_password", "token_type_hint", "code token", // parameters and response types
	"temporarily_unavailable", "unauthorized_client", "unsupported_token_type", // error codes
	"initialize", "tools/list", "server/discover", "offline_access", // of MCP
	"HS512", "ftp", "textarea", "unsafe-url",
	"configuration.yaml", "default_config:", "https://my.home-assistant.io/redirect/oauth", // of Home Assistant
}

// TestNoDefectKnowsAWordOfTheSuites: a defect is written from the cited sentence and triggered by what any client does. A defect
// that knew the names of a suite's pages, vectors or users would show to that suite alone.
func TestNoDefectKnowsAWordOfTheSuites(t *testing.T) {
	suites := map[string]string{}
	literals(t, "suites", func(at, s string) { suites[s] = at })
	said := spoken(t, "mock", "mockserver", "mockprovider")
	used := map[string]bool{}
	literals(t, "proof/defects", func(at, s string) {
		where, shared := suites[s]
		method, place, _ := strings.Cut(s, " ")
		switch {
		case !shared || letters(s) < 3 || said(s) || method == strings.ToUpper(method) && strings.HasPrefix(place, "/") && said(place):
		case slices.Contains(protocolWords, s):
			used[s] = true
		default:
			t.Errorf("%s: %q is a word of the suites (%s); key the defect on what any client would do", at, s, where)
		}
	})
	for _, w := range protocolWords {
		if !used[w] {
			t.Errorf("no defect shares %q with a suite any more; take it off the list", w)
		}
	}
}

// letters counts letters and digits: a text with fewer than three is punctuation.
func letters(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// literals finds the string literals of the packages below a folder, except in tests, and except the ids and aims of defects.
func literals(t *testing.T, folder string, each func(at, s string)) {
	t.Helper()
	files(t, folder, ".go", func(name string) {
		if strings.HasSuffix(name, "_test.go") {
			return
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.KeyValueExpr:
				key, ok := n.Key.(*ast.Ident)
				return !ok || !slices.Contains([]string{"ID", "Story", "Aims"}, key.Name)
			case *ast.BasicLit:
				if s, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					each(set.Position(n.Pos()).String(), s)
				}
			}
			return true
		})
	})
}

// spoken reports whether a text occurs in the source of some folders: in a literal or in a page.
func spoken(t *testing.T, folders ...string) func(string) bool {
	t.Helper()
	var all strings.Builder
	for _, folder := range folders {
		literals(t, folder, func(_, s string) { all.WriteString(s + "\x00") })
		files(t, folder, "", func(name string) {
			if raw, err := os.ReadFile(name); err == nil && !strings.HasSuffix(name, ".go") {
				all.Write(raw)
			}
		})
	}
	text := all.String()
	return func(s string) bool { return strings.Contains(text, s) }
}

// files walks over the files of a folder of the module whose names have an ending.
func files(t *testing.T, folder, ending string, each func(name string)) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join("..", "..", folder), func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(name, ending) {
			each(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
