package docs

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	inlineLink = regexp.MustCompile(`\[[^\]]*\]\(<?([^)\s>]+)>?\)`)
	codeSpan   = regexp.MustCompile("`[^`\n]*`")
	heading    = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *$`)
)

// TestLinksResolve: every link from a Markdown file to another file has a target, and so has its anchor.
func TestLinksResolve(t *testing.T) {
	t.Parallel()
	var pages []string
	for _, glob := range []string{"*.md", "docs/*.md", "docs/*/*.md", "docs/*/*/*.md"} {
		found, err := filepath.Glob(root + glob)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	links := 0
	for _, page := range pages {
		for _, target := range linksOf(t, page) {
			links++
			if problem := dead(t, page, target); problem != "" {
				t.Errorf("%s: %s: %s", strings.TrimPrefix(page, root), target, problem)
			}
		}
	}
	if links < 50 {
		t.Errorf("only %d links found; is the pattern right?", links)
	}
}

// dead returns the fault of a page's link; "" for a good link or a web address.
func dead(t *testing.T, page, target string) string {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		return err.Error()
	}
	if to.Scheme != "" {
		return ""
	}
	file := page
	if to.Path != "" {
		file = filepath.Join(filepath.Dir(page), filepath.FromSlash(to.Path))
	}
	if _, err := os.Stat(file); err != nil {
		return "no such file"
	}
	if to.Fragment != "" && strings.HasSuffix(file, ".md") && !anchors(read(t, file))[to.Fragment] {
		return "no such heading"
	}
	return ""
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// linksOf lists the targets of a page's links, except in code.
func linksOf(t *testing.T, page string) (targets []string) {
	t.Helper()
	for _, m := range inlineLink.FindAllStringSubmatch(codeSpan.ReplaceAllString(prose(read(t, page)), ""), -1) {
		targets = append(targets, m[1])
	}
	return targets
}

// prose returns a page without its fenced blocks.
func prose(page string) string {
	var b strings.Builder
	fence := ""
	for line := range strings.SplitSeq(page, "\n") {
		marks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence == "" && len(marks) >= 3:
			fence = marks
		case fence != "" && len(marks) >= len(fence) && strings.TrimLeft(line, "`") == "":
			fence = ""
		case fence == "":
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// anchors returns the fragments that GitHub gives the headings of a page.
func anchors(page string) map[string]bool {
	all := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(prose(page), -1) {
		all[anchor(m[1])] = true
	}
	return all
}

// anchor returns the fragment that GitHub makes of a heading: letters, digits, "-" and "_" stay, a space becomes "-", the rest
// goes.
func anchor(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, inlineLink.ReplaceAllStringFunc(title, func(link string) string { return link[1:strings.Index(link, "]")] }))
}

func TestADeadLinkIsFound(t *testing.T) {
	t.Parallel()
	page := filepath.Join(t.TempDir(), "page.md")
	text := "# A: title, *and* `code`\n[a](#a-title-and-code) `[no](link)`\n" +
		"```\n[no](link)\n# no heading\n```\n[b](page.md#none) [c](gone.md)\n"
	if err := os.WriteFile(page, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, target := range linksOf(t, page) {
		got[target] = dead(t, page, target)
	}
	want := map[string]string{"#a-title-and-code": "", "page.md#none": "no such heading", "gone.md": "no such file"}
	if len(got) != len(want) {
		t.Errorf("links %v", got)
	}
	for target, problem := range want {
		if got[target] != problem {
			t.Errorf("%s: %q, want %q", target, got[target], problem)
		}
	}
}
