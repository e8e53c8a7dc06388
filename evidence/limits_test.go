package evidence

import (
	"encoding/json"
	"strings"
	"testing"
)

// flood returns a row's evidence: n answers with a body.
func flood(n int, body string) []Item {
	list := make([]Item, n)
	for i := range list {
		list[i].Exchange = &Exchange{Method: "GET", URL: "http://h/", ResponseBody: body}
	}
	return list
}

func length(t *testing.T, list []Item) int {
	t.Helper()
	raw, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return len(raw)
}

func TestTheEvidenceOfARowIsBoundedAndSaysWhatIsGone(t *testing.T) {
	for name, c := range map[string]struct {
		list []Item
		note string
	}{
		"what is usual":              {flood(20, strings.Repeat("x", 9000)), ""},
		"long bodies":                {flood(100, strings.Repeat("x", BodyLimit)), ""},
		"many of them":               {flood(9000, strings.Repeat("x", BodyLimit)), "cut after 2048 KiB: "},
		"many short ones":            {flood(50000, "x"), "cut after 2048 KiB: "},
		"what JSON writes at length": {flood(3000, strings.Repeat("\x01", briefBody)), "cut after 2048 KiB: "},
	} {
		sent := len(c.list[0].Exchange.ResponseBody)
		c.list[0].Exchange.Method, c.list[len(c.list)-1].Exchange.Method = "FIRST", "LAST"
		got := Fit(c.list)
		if n := length(t, got); n > RowLimit {
			t.Errorf("%s: %d bytes are kept", name, n)
		}
		note := ""
		for _, item := range got {
			note += item.Note
			if e := item.Exchange; e != nil && len(e.ResponseBody)+e.ResponseCut != sent {
				t.Errorf("%s: %d bytes and %d more, of %d", name, len(e.ResponseBody), e.ResponseCut, sent)
			}
		}
		if !strings.HasPrefix(note, c.note) || (note == "") != (c.note == "") {
			t.Errorf("%s: it says %q", name, note)
		}
		if got[0].Exchange.Method != "FIRST" || got[len(got)-1].Exchange.Method != "LAST" {
			t.Errorf("%s: the first or the last exchange is gone", name)
		}
	}
}

func TestTheEvidenceOfARunIsBoundedAndRedRowsHaveALimitOfTheirOwn(t *testing.T) {
	var b Budget
	size := func(v Verdict) int {
		r, _ := b.Keep(Result{Verdict: v, Evidence: flood(16, strings.Repeat("x", BodyLimit))}, nil)
		return length(t, r.Evidence)
	}
	green, red := 0, 0
	for range 20 {
		green += size(Pass)
	}
	for range 20 {
		red += size(Fail)
	}
	if green > RunLimit+20<<10 || green < RunLimit-2<<20 || red > RedLimit+20<<10 || red < RedLimit-2<<20 {
		t.Errorf("green rows keep %d bytes, red ones %d", green, red)
	}
	r, _ := b.Keep(Result{Verdict: Pass, Evidence: flood(1, strings.Repeat("x", RunLimit))}, nil)
	if len(r.Evidence) != 1 || !strings.HasPrefix(r.Evidence[0].Note, "cut after 9 MiB: ") {
		t.Errorf("%+v", r.Evidence)
	}
	b = Budget{}
	shown := Result{Verdict: Pass, Evidence: []Item{{Browser: &BrowserStep{Doing: "d", Screenshot: "screenshots/a-1.png"}}}}
	if _, files := b.Keep(shown, []File{{Content: make([]byte, ShotsLimit)}}); len(files) != 1 {
		t.Error("a picture that fits is not kept")
	}
	r, files := b.Keep(shown, []File{{Content: make([]byte, 1)}})
	if files != nil || r.Evidence[0].Browser.Screenshot != "" || !strings.HasPrefix(r.Evidence[1].Note, "cut after 6 MiB: ") {
		t.Errorf("%+v, %d files", r.Evidence, len(files))
	}
}

// TestTheFailuresOfARunAreBounded: later rows keep the first of each, and the names of the vectors, which baselines compare.
func TestTheFailuresOfARunAreBounded(t *testing.T) {
	var b Budget
	size := 0
	for i := range 400 {
		r := Result{Verdict: Fail, Vectors: []string{"one", "two"}}
		for range 500 {
			r.Failures = append(r.Failures, Failure{Expected: strings.Repeat("e", 2000), Got: strings.Repeat("g", 2000)})
			r.Notes = append(r.Notes, strings.Repeat("n", 2000))
		}
		if i == 0 {
			r.Failures, r.Notes = r.Failures[:20], nil
		}
		r, _ = b.Keep(r, nil)
		for _, f := range r.Failures {
			size += len(f.Expected) + len(f.Got)
		}
		switch {
		case i == 0 && (len(r.Failures) != 20 || len(r.Evidence) > 0):
			t.Errorf("the first row keeps %d failures: %+v", len(r.Failures), r.Evidence)
		case i > 0 && (len(r.Failures) != 1 || len(r.Notes) != 1 || len(r.Vectors) != 2):
			t.Fatalf("row %d keeps %d failures, %d notes, %d vectors", i, len(r.Failures), len(r.Notes), len(r.Vectors))
		case i > 0 && r.Evidence[0].Note != "cut after 1 MiB: the run has kept as much, and 998 more failures and notes of this row are not kept":
			t.Fatal(r.Evidence[0].Note)
		}
	}
	if size > FoundLimit+400*4000 {
		t.Errorf("%d bytes are kept", size)
	}
}
