package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/joshdk/go-junit"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

// builtIn judges the built-in mock into a folder.
func builtIn(t *testing.T, args ...string) (dir string, o outcome) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "out")
	return dir, invoke(t, append([]string{"run", "--browser", "off", "--report-dir", dir}, args...)...)
}

// TestSameSeedSameReport: two runs with the same seed differ only in times and in values that the home generated at random.
func TestSameSeedSameReport(t *testing.T) {
	t.Parallel()
	slow(t)
	first, _ := builtIn(t, "--seed", "7")
	second, _ := builtIn(t, "--seed", "7")
	if a, b := timeless(t, first), timeless(t, second); a != b {
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				t.Fatalf("they differ at byte %d:\n%s\n%s", i, a[max(0, i-200):min(len(a), i+200)], b[max(0, i-200):min(len(b), i+200)])
			}
		}
		t.Fatalf("one is longer: %d and %d bytes", len(a), len(b))
	}
}

var (
	times = regexp.MustCompile(`"(started|duration_ms|wall_ms)": ?("[^"]*"|[0-9.]+)`)
	hexes = regexp.MustCompile(`[0-9a-f]{16,}`)
	ports = regexp.MustCompile(`127\.0\.0\.1(:|%3A)[0-9]+`)
	dates = regexp.MustCompile(`"name": ?"Date",\s*"value": ?"[^"]*"`)
	sizes = regexp.MustCompile(`"name": ?"Content-Length",\s*"value": ?"[^"]*"`)
	// A home signs two access tokens within one second identically, and then they share one name: that depends on time too.
	tokens = regexp.MustCompile(`‹(access_)?token [0-9]+›`)
)

// timeless returns a report without its times, the addresses that the run got, and ids that are not secret.
func timeless(t *testing.T, dir string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, strip := range []*regexp.Regexp{times, dates, sizes, ports, hexes, tokens} {
		raw = strip.ReplaceAll(raw, []byte("~"))
	}
	return string(raw)
}

// TestShardsJoin: merged shards report the same as one run; gaps and duplicates are refused.
func TestShardsJoin(t *testing.T) {
	t.Parallel()
	slow(t)
	whole, _ := builtIn(t, "--procs", "1")
	var parts []string
	for _, shard := range []string{"1/3", "2/3", "3/3"} {
		dir, _ := builtIn(t, "--shard", shard)
		parts = append(parts, dir)
	}
	joined := filepath.Join(t.TempDir(), "joined")
	if o := invoke(t, append([]string{"merge", "--report-dir", joined}, parts...)...); o.code != exit.OK {
		t.Fatalf("merge: exit %d\n%s", o.code, o.all())
	}
	a, err1 := recorded(whole)
	b, err2 := recorded(joined)
	if err1 != nil || err2 != nil || len(a.Results) != len(b.Results) {
		t.Fatal(err1, err2)
	}
	for i := range a.Results {
		if a.Results[i].ID != b.Results[i].ID || a.Results[i].Verdict != b.Results[i].Verdict {
			t.Errorf("%s %s, and %s %s in shards", a.Results[i].ID, a.Results[i].Verdict, b.Results[i].ID, b.Results[i].Verdict)
		}
	}
	for name, dirs := range map[string][]string{
		"a gap": parts[:2], "a duplicate": {parts[0], parts[1], parts[1]}, "four of three": append(parts, parts[0]),
	} {
		if o := invoke(t, append([]string{"merge"}, dirs...)...); o.code != exit.Usage {
			t.Errorf("%s: exit %d\n%s", name, o.code, o.all())
		}
	}
}

// broken is a home that breaks some rows.
func broken(t *testing.T) (*mockserver.Server, string, string) {
	t.Helper()
	return mockHome(t, func(o *mockserver.Options) {
		o.Policy = mockserver.Strict()
		o.Policy.SingleUse = mock.Is(false)
		o.Policy.Headers = mock.Is(http.Header{"Server": {"server/1.0"}})
	})
}

// TestReportsOfAFailure: report.json meets its schema, and a third-party parser counts the same in junit.xml.
func TestReportsOfAFailure(t *testing.T) {
	t.Parallel()
	s, user, password := broken(t)
	dir := filepath.Join(t.TempDir(), "out")
	cmd := program(t.Context(), t, "run", "--target", s.URL, "--user", user, "--browser", "off", "--report-dir", dir, "--control-url", s.URL)
	cmd.Env = append(cmd.Env, "AUTHCONFORM_PASSWORD="+password, "AUTHCONFORM_CONTROL_TOKEN="+s.ControlToken)
	if o := finish(t, cmd); o.code != exit.Failed {
		t.Fatalf("exit %d\n%s", o.code, o.all())
	}
	schema, err := jsonschema.NewCompiler().Compile("../../reports/schema/report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(document); err != nil {
		t.Error(err)
	}
	r, err := recorded(dir)
	if err != nil {
		t.Fatal(err)
	}
	suites, err := junit.IngestFile(filepath.Join(dir, "junit.xml"))
	if err != nil {
		t.Fatal(err)
	}
	var total junit.Totals
	for _, suite := range suites {
		suite.Aggregate()
		total.Tests += suite.Totals.Tests
		total.Failed += suite.Totals.Failed
		total.Error += suite.Totals.Error
		total.Skipped += suite.Totals.Skipped
		total.Passed += suite.Totals.Passed
	}
	sum := evidence.Count(r.Results)
	if total.Tests != len(r.Results) || total.Failed+total.Error != sum.Fail+sum.Blocked ||
		total.Skipped != sum.NotRun+sum.NotApplicable+sum.KnownFail || total.Passed != sum.Pass+sum.Note+sum.Warn {
		t.Errorf("junit.xml counts %+v, the summary %+v", total, sum)
	}
	if sum.Fail == 0 {
		t.Error("a home with defects fails nothing")
	}
}
