package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/reports"
)

const (
	pageRows   = 10_000
	pageLoads  = 5
	loadLimit  = 1000.0 // milliseconds
	findLimit  = 100.0
	everyFails = 20 // each such row fails
)

// page measures how fast a browser shows and searches report.html with very many rows.
func (b *bench) page() {
	options, err := browser.Find("auto")
	if err != nil {
		fmt.Fprintf(b.out, "report.html of %d rows\tNOT MEASURED: %v\t\t\n", pageRows, err)
		return
	}
	var html bytes.Buffer
	must(reports.HTML(&html, manyRows(), reports.Options{}))
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(html.Bytes())
	}))
	defer site.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	options.Origins = []string{site.URL}
	chromium, err := browser.Start(ctx, options)
	must(err)
	defer func() { must(chromium.Close()) }()
	var loads, finds []float64
	for range pageLoads {
		page, err := chromium.NewPage(ctx)
		must(err)
		must(page.Open(ctx, site.URL))
		load, err := browser.Eval[float64](ctx, page, loaded)
		must(err)
		longest, err := browser.Eval[float64](ctx, page, searched, []string{"s", "sentence", "row.77", "nothing has this", ""})
		must(err)
		loads, finds = append(loads, load), append(finds, longest)
		page.Close()
	}
	slices.Sort(loads)
	slices.Sort(finds)
	load, find := loads[pageLoads/2], finds[pageLoads/2]
	what := fmt.Sprintf("report.html of %d rows (%.1f MB)", pageRows, float64(html.Len())/1e6)
	b.say(what+": shown, median of 5", fmt.Sprintf("%.0f ms", load), "≤ 1000 ms", load <= loadLimit)
	b.say(what+": slowest search, median of 5", fmt.Sprintf("%.0f ms", find), "≤ 100 ms", find <= findLimit)
}

// loaded returns the time from the navigation until the page is laid out and its script has run. It waits until the page is idle,
// because the remaining rows become elements until then.
const loaded = `() => new Promise((done) => {
	const settled = () => requestAnimationFrame(() => setTimeout(() => {
		const shown = performance.now();
		const rest = () => document.querySelector(".section > noscript") ? setTimeout(rest, 10) : requestIdleCallback(() => done(shown));
		rest();
	}, 0));
	if (document.readyState === "complete") settled(); else addEventListener("load", settled);
})`

// searched returns the longest time from a key press until the page is laid out again.
const searched = `(deep, words) => {
	const field = document.querySelector("input[type=search]");
	field.focus();
	let longest = 0;
	for (const word of words) {
		const start = performance.now();
		field.value = word;
		field.dispatchEvent(new Event("input", { bubbles: true }));
		document.body.offsetHeight;
		longest = Math.max(longest, performance.now() - start);
	}
	return longest;
}`

// manyRows returns a run of very many rows with evidence: every twentieth failed, every other one was noted, not run, or blocked.
func manyRows() *evidence.Set {
	target := evidence.Target{URL: "http://home.example", Profile: "bench"}
	s := &evidence.Set{Head: evidence.Head{Target: target, Started: time.Now()}, End: &evidence.End{}}
	verdicts := map[int]evidence.Verdict{1: evidence.Note, 2: evidence.NotRun, 3: evidence.Blocked}
	for n := range pageRows {
		r := evidence.Result{
			ID: fmt.Sprintf("bench.row.%d", n), Section: fmt.Sprintf("section %d", n/250), Level: evidence.Must,
			Verdict: cmp.Or(verdicts[n%20], evidence.Pass),
			Title:   fmt.Sprintf("The sentence of row %d says what a server must do, and what it must not do.", n), Reason: "needs something",
			Spec: evidence.Spec{Name: "RFC 6749", Section: "4.1", URL: "https://www.rfc-editor.org/rfc/rfc6749#section-4.1"},
		}
		if n%everyFails == 0 {
			r.Verdict = evidence.Fail
			expected := fmt.Sprintf("status %d", 400+n%9)
			r.Failures = []evidence.Failure{{Vector: "V1", Value: "https://app.example/", Expected: expected, Got: "200 and tokens"}}
		}
		for i := range 4 {
			r.Evidence = append(r.Evidence, evidence.Item{Exchange: &evidence.Exchange{
				Method: "POST", URL: "http://home.example/auth/token", Status: 200, RequestBody: "grant_type=authorization_code",
				ResponseHeaders: []evidence.Header{{Name: "Content-Type", Value: "application/json"}}, ResponseBody: strings.Repeat(`{"a":1}`, 50),
				Started: s.Head.Started.Add(time.Duration(i) * time.Millisecond), DurationMS: 1,
			}})
		}
		s.Results = append(s.Results, r)
		s.Head.Rows = append(s.Head.Rows, r.ID)
	}
	return s
}
