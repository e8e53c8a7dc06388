package reports

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/harmless"
)

// hostile is text that tries to break a page, a terminal, a table, or a parser.
const hostile = "\"><script>alert(1)</script></noscript><img src=x onerror=alert(1)>|``` ]]> <!-- \x1b]0;title\x07\x00\u202e\r\n# h\xff"

// hostileSet has one row of each verdict, with hostile words wherever a target or a file can put some.
func hostileSet() *evidence.Set {
	s := &evidence.Set{
		Head: evidence.Head{
			Version: evidence.Version, Started: began, Shard: hostile, Selection: hostile, Require: []string{hostile}, Rows: []string{hostile},
			Tool:   evidence.Tool{Version: hostile},
			Target: evidence.Target{URL: "http://home.example/" + hostile, Profile: "p" + hostile, Product: hostile, Version: hostile},
		},
		End: &evidence.End{
			Cleanup: []string{hostile}, Warnings: []string{hostile}, Interrupt: hostile, Lost: hostile, Broken: []string{hostile},
		},
		Problems: []string{hostile},
	}
	for _, v := range evidence.Verdicts {
		s.Results = append(s.Results, evidence.Result{
			ID: "row." + string(v) + hostile, Section: "section" + hostile, Level: evidence.Must, Title: "A sentence " + hostile, Verdict: v,
			Reason: hostile, Known: hostile, Cause: hostile, Need: hostile, Notes: []string{hostile},
			Spec:     evidence.Spec{Name: "RFC " + hostile, Section: hostile, URL: "javascript:alert(1)//" + hostile},
			Failures: []evidence.Failure{{Vector: hostile, Value: hostile, Expected: hostile, Got: hostile}, {Expected: hostile, Got: hostile}},
			Evidence: []evidence.Item{
				{Vector: hostile, Step: hostile, Exchange: &evidence.Exchange{
					Method: "GET", URL: "http://home.example/?" + hostile, Status: 200, Started: began, RequestBody: hostile,
					RequestHeaders:  []evidence.Header{{Name: hostile, Value: hostile}},
					ResponseHeaders: []evidence.Header{{Name: hostile, Value: hostile}}, ResponseBody: hostile,
				}},
				{Exchange: &evidence.Exchange{Method: hostile, URL: hostile, Error: hostile, Started: began}},
				{Browser: &evidence.BrowserStep{Doing: hostile, URL: hostile, Screenshot: "screenshots/a.png", DOM: "screenshots/a.html.txt"}},
				{Note: hostile},
			},
		})
	}
	return s
}

var folded = regexp.MustCompile(`(?s)<noscript>(.*?)</noscript>`)

// pageOf parses a page as a browser with scripting does; opened turns all evidence into elements.
func pageOf(t *testing.T, s *evidence.Set, opened bool) *html.Node {
	t.Helper()
	raw := shown(t, Writer{Name: "html", Write: HTML}, s, Options{})
	if opened {
		raw = folded.ReplaceAllString(raw, "$1")
	}
	page, err := html.ParseWithOptions(strings.NewReader(raw), html.ParseOptionEnableScripting(true))
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func TestThePageShowsWordsAndRunsNone(t *testing.T) {
	for _, opened := range []bool{false, true} {
		page := pageOf(t, hostileSet(), opened)
		scripts, rows := 0, map[string]int{}
		for n := range page.Descendants() {
			switch n.Data {
			case "script":
				scripts++
			case "link", "iframe", "object", "base", "form":
				if n.Data != "form" {
					t.Errorf("there is a %s", n.Data)
				}
			}
			for _, a := range n.Attr {
				switch {
				case strings.HasPrefix(a.Key, "on"):
					t.Errorf("an element has %s", a.Key)
				case a.Key == "href" && !regexp.MustCompile("^(#|https://|screenshots/)").MatchString(a.Val):
					t.Errorf("a link leads to %q", a.Val)
				case a.Key == "class" && strings.HasPrefix(a.Val, "row "):
					rows[attribute(n, "id")]++
				}
			}
		}
		want := len(unmet) // the others are not built yet
		if opened {
			want = len(evidence.Verdicts)
		}
		if scripts != 1 || len(rows) != want {
			t.Errorf("opened %v: %d scripts, want 1; %d rows, want %d", opened, scripts, len(rows), want)
		}
		for id, n := range rows {
			if n != 1 {
				t.Errorf("%s stands %d times", id, n)
			}
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

// TestNoViewHoldsACharacterThatHarms, or invalid UTF-8.
func TestNoViewHoldsACharacterThatHarms(t *testing.T) {
	for _, w := range Writers {
		got := shown(t, w, hostileSet(), Options{Console: ConsoleOptions{Verbose: true}})
		for i, r := range got {
			if harmless.Harmful(r) {
				t.Errorf("%s holds %q: …%q…", w.Name, r, got[max(0, i-40):min(len(got), i+40)])
				break
			}
		}
		if !w.Brief && !strings.Contains(got, "alert(1)") {
			t.Errorf("%s drops the words", w.Name)
		}
	}
}

func TestHostileWordsLeaveTheFormatsWhole(t *testing.T) {
	set := hostileSet()
	for _, name := range []string{"json", "har"} {
		w, _ := Find(name)
		if raw := shown(t, w, set, Options{}); !json.Valid([]byte(raw)) {
			t.Errorf("%s is no JSON", name)
		}
	}
	w, _ := Find("junit")
	dec := xml.NewDecoder(strings.NewReader(shown(t, w, set, Options{})))
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("junit: %v", err)
		}
	}
}

func TestMarkdownKeepsItsTablesAndFences(t *testing.T) {
	w, _ := Find("markdown")
	text := shown(t, w, hostileSet(), Options{})
	if !strings.Contains(text, "| 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1 |") {
		t.Error("the verdicts are not counted")
	}
	fence := ""
	for _, l := range strings.Split(text, "\n") {
		switch {
		case fence != "" && l == fence:
			fence = ""
		case fence != "":
		case strings.HasPrefix(l, "```"):
			fence = l[:len(l)-len(strings.TrimLeft(l, "`"))]
		case strings.HasPrefix(l, "| ") && !strings.HasPrefix(l, "| fail"):
			if bare := strings.ReplaceAll(l, `\|`, ""); strings.Count(bare, "|") != 4 && strings.Count(bare, "|") != 9 {
				t.Errorf("a row of a table has %d bars: %s", strings.Count(bare, "|"), l)
			}
		case regexp.MustCompile("(^|[^\\\\`])<[a-z!]").MatchString(strings.ReplaceAll(l, "(<", "(")) && !strings.Contains(l, "`"):
			t.Errorf("markup stands in %q", l)
		}
	}
	if fence != "" {
		t.Error("a fence is left open")
	}
}

// TestNoViewSpeaksGo: no view for people prints a value in Go syntax.
func TestNoViewSpeaksGo(t *testing.T) {
	odd := regexp.MustCompile(`<nil>|map\[|%!|\bevidence\.|\*?errors\.|0001-01-01|\[\]string|0x[0-9a-f]{6,}|\d(µs|ns)\b|\d+m\d+(\.\d+)?s\b`)
	sets := runs()
	sets["full"] = full()
	sets["empty"] = &evidence.Set{}
	sets["bare results"] = &evidence.Set{End: &evidence.End{}, Results: []evidence.Result{{}, {Verdict: evidence.Fail}, {
		Verdict: evidence.Blocked, Evidence: []evidence.Item{{}, {Exchange: &evidence.Exchange{}}, {Browser: &evidence.BrowserStep{}}},
	}}}
	for name, s := range sets {
		for _, w := range Writers {
			got := shown(t, w, s, Options{Strict: true, Console: ConsoleOptions{Verbose: true}})
			if at := odd.FindStringIndex(got); at != nil && !slices.Contains([]string{"json", "har"}, w.Name) {
				t.Errorf("%s: %s says …%s…", name, w.Name, got[max(0, at[0]-60):min(len(got), at[1]+20)])
			}
		}
	}
}

func TestATimelinePlacesEveryExchange(t *testing.T) {
	r := evidence.Result{Evidence: []evidence.Item{
		{Exchange: &evidence.Exchange{Started: began.Add(50 * time.Millisecond), DurationMS: 50}},
		{Exchange: &evidence.Exchange{Started: began, DurationMS: 25}}, {Note: "x"},
	}}
	line := timelineOf(r)
	if got := line.title(3); got != "Evidence: 2 exchanges in 100 ms and 1 more" {
		t.Error(got)
	}
	var b strings.Builder
	if err := line.bar(r.Evidence[0].Exchange).Render(&b); err != nil || !strings.Contains(b.String(), "--at:50.0%;--for:50.0%") {
		t.Error(b.String(), err)
	}
	if got := line.times(r.Evidence[1].Exchange); got != "at 0.0 ms, took 25 ms" {
		t.Error(got)
	}
}
