package reports

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
)

// printed returns what write prints.
func printed(t *testing.T, write func(w *strings.Builder) error) string {
	t.Helper()
	var b strings.Builder
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSARIFForUploadHasOnlyWhatFails(t *testing.T) {
	s := sample()
	o := Options{Place: Place{File: "ci/known.yaml", Lines: map[string]int{"oauth2.code.single-use": 7}}}
	var upload, full sarifLog
	for out, write := range map[*sarifLog]func(*strings.Builder) error{
		&upload: func(b *strings.Builder) error { return SARIF(b, s, o) }, &full: func(b *strings.Builder) error { return FullSARIF(b, s, o) },
	} {
		if err := json.Unmarshal([]byte(printed(t, write)), out); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := len(upload.Runs[0].Results), len(failing(s, false)); got != want || want == 0 {
		t.Errorf("%d results for upload, want %d", got, want)
	}
	for _, r := range upload.Runs[0].Results {
		at := r.Locations[0].Physical
		wantLine := 1
		if r.Rule == "oauth2.code.single-use" {
			wantLine = 7
		}
		if r.Kind != "fail" || r.Level == "none" || at.Artifact.URI != "ci/known.yaml" || at.Region.Line != wantLine {
			t.Errorf("%+v at %+v", r, at)
		}
	}
	if len(full.Runs[0].Results) != len(s.Results) {
		t.Errorf("%d results in full, want %d", len(full.Runs[0].Results), len(s.Results))
	}
	for _, r := range full.Runs[0].Results {
		if (r.Kind == "fail") != (r.Level != "none") {
			t.Errorf("%s: %s, %s", r.Rule, r.Kind, r.Level)
		}
		if r.Rule == "ha.flow.known" && len(r.Suppressions) != 1 {
			t.Errorf("a known failure is not suppressed: %+v", r)
		}
	}
}

func TestAFingerprintStaysWhenTheAddressChanges(t *testing.T) {
	marks := func(url string) string {
		s := sample()
		s.Head.Target.URL = url
		var l sarifLog
		if err := json.Unmarshal([]byte(printed(t, func(b *strings.Builder) error { return SARIF(b, s, Options{}) })), &l); err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, r := range l.Runs[0].Results {
			all = append(all, r.Fingerprints["primaryLocationLineHash"])
		}
		return strings.Join(all, " ")
	}
	if one, other := marks("http://127.0.0.1:1000"), marks("http://127.0.0.1:2000"); one != other || one == "" {
		t.Errorf("%s\n%s", one, other)
	}
}

func TestAnAnswerCannotPrintAWorkflowCommand(t *testing.T) {
	s := sample()
	s.Results[0].Failures[0].Got = "200\n::set-output name=x::y\r\n::error::mine%0A"
	text := printed(t, func(b *strings.Builder) error { return Annotations(b, s, Options{Place: Place{File: "a,b:c.yaml"}}) })
	for l := range strings.Lines(text) {
		if !strings.HasPrefix(l, "::error ") && !strings.HasPrefix(l, "::warning ") && !strings.HasPrefix(l, "::notice ") {
			t.Errorf("%q", l)
		}
		if strings.Contains(l, "file=") && !strings.Contains(l, "file=a%2Cb%3Ac.yaml,line=1,title=") {
			t.Errorf("%q", l)
		}
	}
	if !strings.Contains(text, "mine%250A") {
		t.Errorf("a percent sign is not escaped: %s", text)
	}
}

func TestABadgeSaysWhatTheExitCodeSays(t *testing.T) {
	only := func(v evidence.Verdict) *evidence.Set {
		s := &evidence.Set{Head: evidence.Head{Rows: []string{"a"}}, End: &evidence.End{}, Results: []evidence.Result{{ID: "a", Verdict: v}}}
		return s
	}
	for v, want := range map[evidence.Verdict]string{
		evidence.Pass: "1 passing", evidence.Fail: "1 failing", evidence.Blocked: "1 blocked", evidence.KnownFail: "0 passing, 1 known",
		evidence.NotRun: "not judged", evidence.Warn: "0 passing",
	} {
		if got, _ := badge(only(v), false); got != want {
			t.Errorf("%s: %q, want %q", v, got, want)
		}
	}
	if got, colour := badge(only(evidence.Warn), true); got != "failing" || colour != "red" {
		t.Errorf("a warning of a strict run: %q, %s", got, colour)
	}
	gone := only(evidence.Pass)
	gone.End.Refused = "nobody is there"
	if got, _ := badge(gone, false); got != "not judged" {
		t.Errorf("a target that could not be judged: %q", got)
	}
}

func TestAFileIsNamedAsItsRepositoryDoes(t *testing.T) {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		"known.yaml": "known.yaml", "./ci//known.yaml": "ci/known.yaml", filepath.Join(dir, "ci", "known.yaml"): "ci/known.yaml",
		"../elsewhere/known.yaml": "known.yaml",
	} {
		if got := (Place{File: file}).path(); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
}

func TestACommentEndsInALink(t *testing.T) {
	for to, want := range map[string]string{
		"": "[Full report](<report.html>)\n", "https://ci.example/7": "[Full report](<https://ci.example/7>)\n",
		"javascript:alert(1)": "[Full report](<report.html>)\n",
	} {
		text := printed(t, func(b *strings.Builder) error { return Comment(b, sample(), Options{Link: to}) })
		if !strings.HasSuffix(text, want) {
			t.Errorf("%s", text)
		}
	}
}
