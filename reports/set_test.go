package reports

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/evidence"
)

var update = flag.Bool("update", false, "write the golden files again")

var began = time.Date(2026, 11, 27, 9, 30, 0, 0, time.UTC)

// sample returns a run with a row of each verdict and every kind of evidence.
func sample() *evidence.Set {
	s := &evidence.Set{
		Head: evidence.Head{
			Version: evidence.Version, Tool: evidence.Tool{Version: "v1.2.0"}, Started: began, Seed: 1, Procs: 4,
			Target: evidence.Target{
				URL: "http://home.example:8123", Profile: "home-assistant", Product: "Home Assistant", Version: "2026.11.0",
			},
			Catalogue: evidence.Catalogue{Revision: "2026-11", SHA256: "0f"},
		},
		End: &evidence.End{
			DurationMS: 83_400, Logins: 481, Requests: 4906,
			Cleanup: []string{"a token of ada could not be revoked"}, Warnings: []string{"a worker ended early; its rows were judged again"},
		},
	}
	add := func(id, section string, level evidence.Level, v evidence.Verdict, change func(*evidence.Result)) {
		r := evidence.Result{
			ID: id, Profile: "home-assistant", Section: section, Level: level, Verdict: v, Place: len(s.Results), DurationMS: 12.5,
			Title: "A sentence about " + id + ".",
			Spec:  evidence.Spec{Name: "RFC 6749", Section: "4.1.2", URL: "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2"},
		}
		if change != nil {
			change(&r)
		}
		s.Results = append(s.Results, r)
		s.Head.Rows = append(s.Head.Rows, id)
	}
	add("oauth2.code.single-use", "code", evidence.Must, evidence.Fail, func(r *evidence.Result) {
		r.Title = "A code works once; every later use is refused."
		r.Failures = []evidence.Failure{{
			Expected: "status 400, nothing granted", Got: `200 {"access_token": "‹access_token 2›", "expires_in": 1800}`,
		}}
		r.Reason = "expected status 400, nothing granted, got 200"
		r.Fix = "Delete the code when it is redeemed, in the same transaction that issues the tokens."
		r.Evidence = codeTwice("http://home.example:8123")
	})
	for _, id := range []string{"indieauth.redirect.exact", "indieauth.redirect.other-host"} {
		add(id, "redirect-uri", evidence.Must, evidence.Fail, func(r *evidence.Result) {
			r.Failures = []evidence.Failure{
				{Vector: "RM12 other port", Value: "http://127.0.0.1:21036/callback", Expected: "status 403", Got: "200 create_entry"},
				{
					Vector: "RM13 other scheme", Value: "https://127.0.0.1:21036/callback", Expected: "status 403",
					Got: "no answer: the connection was closed",
				},
			}
			r.Vectors = []string{"RM12 other port", "RM13 other scheme"}
			r.Reason = "RM12 other port: expected status 403, got 200 create_entry (and 1 more)"
			r.Evidence = []evidence.Item{
				{
					Rank: 1, Vector: "RM12 other port",
					Exchange: get("http://home.example:8123/auth/authorize?redirect_uri=http%3A%2F%2F127.0.0.1", 200, "ok", 0),
				},
				{Rank: 2, Vector: "RM13 other scheme", Step: "again", Exchange: &evidence.Exchange{
					Method: "GET", URL: "http://home.example:8123/", Error: "the connection was closed", Started: began.Add(3 * time.Millisecond),
				}},
			}
		})
	}
	for n := range 3 {
		add(fmt.Sprintf("ha.flow.blocked-%d", n), "login-flow", evidence.Must, evidence.Blocked, func(r *evidence.Result) {
			r.Cause = "the login flow does not start: 503"
			r.Reason = fmt.Sprintf("V%d: %s", n, r.Cause)
		})
	}
	add("ha.page.labelled", "login-page", evidence.Should, evidence.Warn, func(r *evidence.Result) {
		r.Failures = []evidence.Failure{{Expected: "fields with labels", Got: "a field without one"}}
		r.Reason = "expected fields with labels, got a field without one"
		r.Fix = "Give each input a label."
		r.Evidence = []evidence.Item{
			{Browser: &evidence.BrowserStep{
				Doing: "the login page", URL: "http://home.example:8123/auth/authorize",
				Screenshot: "screenshots/ha.page.labelled-1.png", DOM: "screenshots/ha.page.labelled-1.html.txt",
			}},
			{Note: "the page was looked at with 200 % zoom"},
			{Exchange: &evidence.Exchange{
				Method: "WS", URL: "ws://home.example:8123/api/websocket", RequestBody: `{"type":"auth"}`, Started: began,
			}},
		}
	})
	add("ha.flow.known", "login-flow", evidence.Must, evidence.KnownFail, func(r *evidence.Result) {
		r.Known = "True of this release (https://example.org/42)"
		r.Failures = []evidence.Failure{{Vector: "no handler", Expected: "status 400", Got: "500"}}
		r.Vectors = []string{"no handler"}
	})
	for _, id := range []string{"ha.page.login", "ha.page.keyboard"} {
		add(id, "login-page", evidence.Must, evidence.NotRun, func(r *evidence.Result) {
			r.Need, r.Reason = "browser", "needs browser: no browser: switched off (--browser off)"
		})
	}
	add("oauth2.code.expires", "code", evidence.Must, evidence.NotRun, func(r *evidence.Result) {
		r.Need, r.Reason = "clock", "needs clock: nothing can move the target's clock"
	})
	add("ha.redirect.spelling", "redirect-uri", evidence.Info, evidence.Note, func(r *evidence.Result) {
		r.Notes = []string{"RM04 upper case: 200 create_entry", "RM05 a dot: 403"}
		r.Reason = r.Notes[0]
		r.Evidence = []evidence.Item{{Exchange: get("http://home.example:8123/auth/providers", 200, `{"cut":true`, 12_345)}}
	})
	add("ha.link.local-only", "link-user", evidence.Must, evidence.NotApplicable, func(r *evidence.Result) { r.Reason = "since 2027.1" })
	add("oauth2.code.entropy", "code", evidence.Must, evidence.Pass, func(r *evidence.Result) {
		r.Evidence = []evidence.Item{{Exchange: get("http://home.example:8123/auth/providers", 200, "[]", 0)}}
	})
	return s
}

func get(url string, status int, body string, lost int) *evidence.Exchange {
	return &evidence.Exchange{
		Method: "GET", URL: url, Status: status, ResponseHeaders: []evidence.Header{{Name: "Content-Type", Value: "text/plain"}},
		ResponseBody: body, ResponseCut: lost, Started: began, DurationMS: 1.25,
	}
}

// codeTwice is a login at a home whose code is redeemed twice.
func codeTwice(home string) []evidence.Item {
	const client = "http://127.0.0.1:21036/"
	const flow = "82feb88632a9f56b3540c1ef600429bb"
	n := 0
	post := func(path, kind, body string, answer string) evidence.Item {
		n++
		return evidence.Item{Exchange: &evidence.Exchange{
			Method: "POST", URL: home + path, RequestHeaders: []evidence.Header{{Name: "Content-Type", Value: kind}}, RequestBody: body,
			Status: 200, ResponseHeaders: []evidence.Header{{Name: "Content-Type", Value: "application/json"}}, ResponseBody: answer,
			Started: began.Add(time.Duration(n) * 5 * time.Millisecond), DurationMS: 2,
		}}
	}
	const form, json = "application/x-www-form-urlencoded", "application/json"
	const redeem = "grant_type=authorization_code&code=‹code 1›&client_id=http%3A%2F%2F127.0.0.1%3A21036%2F"
	return []evidence.Item{
		post("/auth/login_flow", json, `{"client_id":"`+client+`","handler":["homeassistant",null],"redirect_uri":"`+client+`callback"}`,
			`{"data_schema":[{"name":"username","type":"string"}],"flow_id":"`+flow+`","handler":["homeassistant",null],"type":"form"}`),
		post("/auth/login_flow/"+flow, json, `{"client_id":"`+client+`","password":"‹password 1›","username":"owner"}`,
			`{"flow_id":"`+flow+`","result":"‹code 1›","type":"create_entry"}`),
		post("/auth/token", form, redeem, `{"access_token":"‹access_token 1›","expires_in":1800,"refresh_token":"‹refresh_token 1›"}`),
		post("/auth/token", form, redeem, `{"access_token":"‹access_token 2›","expires_in":1800,"refresh_token":"‹refresh_token 2›"}`),
	}
}

// shown returns what a writer prints of a set.
func shown(t *testing.T, w Writer, s *evidence.Set, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := w.Write(&b, s, o); err != nil {
		t.Fatalf("%s: %v", w.Name, err)
	}
	return b.String()
}

// golden compares a text with a file of testdata; -update writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s is not what is written now; look at it, and make it again with -update (%v)", path, err)
	}
}

func TestEveryWriterWritesWhatItsGoldenFileShows(t *testing.T) {
	for _, w := range Writers {
		text := shown(t, w, sample(), Options{Console: ConsoleOptions{Verbose: true}})
		for _, name := range []string{"html/colours.css", "html/report.css", "html/report.js"} { // they have their own files
			raw, err := pages.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			text = strings.ReplaceAll(text, string(raw), name)
		}
		golden(t, w.Name, text)
	}
}
