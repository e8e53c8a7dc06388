package reports

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

const hostile = `"><script>alert(1)</script>|` + "```"

// hostileReport has one row of each verdict, and words in it that would break a page.
func hostileReport() *Report {
	r := &Report{APIVersion: APIVersion, Target: Target{URL: "http://home.example/" + hostile, Profile: "p", Product: hostile}, Run: Run{Started: time.Unix(0, 0).UTC(), Cleanup: []string{hostile}, Interrupt: hostile}}
	for _, v := range Verdicts {
		r.Results = append(r.Results, Result{
			ID: "row." + string(v), Section: "section", Level: Must, Title: "A sentence " + hostile, Verdict: v, Reason: hostile,
			Spec: Spec{Name: "RFC 6749", Section: "4.1", URL: "https://example.org/#4.1"},
		})
	}
	r.Results[0].Failures = []Failure{{Vector: hostile, Expected: hostile, Got: hostile}}
	r.Results[0].Evidence = []Evidence{
		{Exchange: &Exchange{Label: hostile, Method: "GET", URL: "http://home.example/?" + hostile, Status: 200, ResponseHeaders: []Header{{hostile, hostile}}, ResponseBody: hostile}},
		{Exchange: &Exchange{Method: "GET", URL: "http://home.example/", Error: "no answer"}},
		{Browser: &BrowserStep{Step: hostile, URL: hostile, Screenshot: "gone.png", DOM: "page.html"}},
		{Note: hostile},
	}
	return r
}

func TestHTMLShowsWordsAndRunsNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.html")
	if err := WriteHTML(path, hostileReport()); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	page, err := html.Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	scripts, rows, outside := 0, map[string]int{}, 0
	for n := range page.Descendants() {
		switch n.Data {
		case "script":
			scripts++
		case "article":
			rows[attribute(n, "id")]++
		case "link":
			outside++
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") {
				t.Errorf("an element has %s", a.Key)
			}
		}
	}
	if scripts != 1 || outside != 0 || len(rows) != len(Verdicts) {
		t.Errorf("%d scripts (want 1), %d links to other files, rows %v", scripts, outside, rows)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"curl -i", "no answer", "https://example.org/#4.1", "§4.1", "gone.png"} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("the page does not show %q", want)
		}
	}
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func TestMarkdownKeepsItsTables(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.md")
	if err := WriteMarkdown(path, hostileReport()); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	if !strings.Contains(text, "| 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1 |") {
		t.Error("the verdicts are not counted")
	}
	if strings.Contains(text, "| \"><script>") {
		t.Error("a cell holds markup")
	}
	if n := strings.Count(text, "\n```"); n != 2 {
		t.Errorf("%d fences, want one block", n)
	}
}
