package evidence

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/internal/exit"
)

func head(shard string, rows ...string) Head {
	return Head{
		Target:    Target{URL: "http://h", Profile: "p"},
		Catalogue: Catalogue{Revision: "1"},
		Started:   time.Unix(1e9, 0).UTC(),
		Shard:     shard,
		Rows:      rows,
	}
}

func row(id string, place int, v Verdict) Result {
	return Result{ID: id, Place: place, Verdict: v, Level: Must}
}

// recorded returns a folder with a run in it.
func recorded(t *testing.T, h Head, end *End, results ...Result) string {
	t.Helper()
	dir := t.TempDir()
	r, err := Record(dir, h)
	if err != nil {
		t.Fatal(err)
	}
	for _, res := range results {
		r.Result(res, nil)
	}
	if end != nil {
		if err := r.End(*end); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t *testing.T, dir string) *Set {
	t.Helper()
	s, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatWasRecordedIsReadInCatalogueOrder(t *testing.T) {
	shown := row("b", 2, Fail)
	shown.Evidence = []Item{{Rank: 1, Vector: "v", Exchange: &Exchange{Method: "GET", URL: "http://h/<&>", Started: time.Unix(1, 0).UTC()}}}
	shown.Evidence = append(shown.Evidence, Item{Browser: &BrowserStep{Doing: "d", Screenshot: Shot("b", 1, ".png")}})
	dir := t.TempDir()
	r, err := Record(dir, head("", "a", "b"))
	if err != nil {
		t.Fatal(err)
	}
	r.Result(shown, []File{{Name: Shot("b", 1, ".png"), Content: []byte("png")}})
	r.Result(row("a", 1, Pass), nil)
	if err := r.End(End{Requests: 7}); err != nil {
		t.Fatal(err)
	}
	s := read(t, dir)
	if len(s.Results) != 2 || s.Results[0].ID != "a" || s.Results[1].Evidence[0].Exchange.URL != "http://h/<&>" || s.End.Requests != 7 {
		t.Errorf("%+v", s)
	}
	if string(s.Picture(s.Results[1].Evidence[1].Browser.Screenshot)) != "png" {
		t.Error("the picture is gone")
	}
	if s.Picture("../x.png") != nil || s.Picture("screenshots/../../x") != nil {
		t.Error("a file outside of the folder is read")
	}
}

func TestAKilledRunKeepsAllButItsUnfinishedRows(t *testing.T) {
	dir := recorded(t, head("", "a", "b", "c"), nil, row("a", 1, Pass), row("b", 2, Pass))
	path := filepath.Join(dir, FileName)
	raw, _ := os.ReadFile(path)
	for _, cut := range []int{0, 5, 40} { // bytes missing from the last line
		if err := os.WriteFile(path, raw[:len(raw)-cut], 0o600); err != nil {
			t.Fatal(err)
		}
		s := read(t, dir)
		want := "b c"
		if cut == 0 {
			want = "c"
		}
		if got := strings.Join(s.Unfinished(), " "); got != want || s.End != nil {
			t.Errorf("without its last %d bytes: %q, want %q", cut, got, want)
		}
		if code := exit.Code(s.Outcome(false)); code != exit.Interrupted {
			t.Errorf("exit %d", code)
		}
	}
}

func TestWhatIsNoRecordIsRefused(t *testing.T) {
	good, _ := os.ReadFile(filepath.Join(recorded(t, head("", "a"), &End{}, row("a", 1, Pass)), FileName))
	lines := strings.SplitAfter(string(good), "\n")
	for name, c := range map[string]struct{ text, want string }{
		"nothing": {"", "it is empty"},
		"another format": {strings.Replace(string(good), Version, "authconform/run/v9", 1),
			`version is "authconform/run/v9"; this program reads ` + Version},
		"a member of tomorrow": {strings.Replace(string(good), `"result":{`, `"result":{"tomorrow":1,`, 1), `:2: json: unknown field "tomorrow"`},
		"no head":              {lines[1] + lines[2], "the first line has no head"},
		"a row twice":          {lines[0] + lines[1] + lines[1], "a appears twice"},
		"more behind the end":  {string(good) + lines[1], "there is extra text after the end"},
		"no JSON":              {"x" + string(good), ":1: "},
		"a file elsewhere": {strings.Replace(string(good), `"place":1`,
			`"place":1,"evidence":[{"browser":{"doing":"","url":"","screenshot":"../../etc/passwd"}}]`, 1),
			`refers to the file "../../etc/passwd"`},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, FileName), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	dir := t.TempDir()
	if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "contains no run") {
		t.Errorf("an empty folder: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "report.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir); !errors.Is(err, ErrOld) {
		t.Errorf("an old folder: %v", err)
	}
}

func TestTheOutcomeOfASetDecidesTheExitCode(t *testing.T) {
	for name, c := range map[string]struct {
		end      *End
		results  []Result
		strict   bool
		problems []string
		want     int
	}{
		"all is well":               {&End{}, []Result{row("a", 1, Pass)}, false, nil, exit.OK},
		"a failure":                 {&End{}, []Result{row("a", 1, Fail)}, false, nil, exit.Failed},
		"a known one":               {&End{}, []Result{row("a", 1, KnownFail)}, false, nil, exit.OK},
		"a blocked row":             {&End{}, []Result{row("a", 1, Blocked)}, false, nil, exit.Failed},
		"a warning":                 {&End{}, []Result{row("a", 1, Warn)}, false, nil, exit.OK},
		"a warning, strictly":       {&End{}, []Result{row("a", 1, Warn)}, true, nil, exit.Failed},
		"a stale baseline":          {&End{}, []Result{row("a", 1, Pass)}, false, []string{"stale"}, exit.Failed},
		"nothing was judged":        {&End{}, []Result{row("a", 1, NotRun)}, false, nil, exit.Empty},
		"nothing applies":           {&End{}, []Result{row("a", 1, NotApplicable)}, false, nil, exit.Empty},
		"turned away at the door":   {&End{Refused: "no"}, nil, false, nil, exit.NoTarget},
		"banned in mid-run":         {&End{Lost: "banned", Banned: true}, []Result{row("a", 1, Pass)}, false, nil, exit.NoTarget},
		"gone in mid-run":           {&End{Lost: "gone"}, []Result{row("a", 1, Pass)}, false, nil, exit.Failed},
		"interrupted":               {&End{Interrupt: "SIGINT"}, []Result{row("a", 1, Fail)}, false, nil, exit.Interrupted},
		"killed":                    {nil, []Result{row("a", 1, Pass)}, false, nil, exit.Interrupted},
		"broken, whatever else":     {&End{Broken: []string{"b"}, Interrupt: "SIGINT"}, []Result{row("a", 1, Pass)}, false, nil, exit.Broken},
		"a row without its verdict": {&End{}, nil, false, nil, exit.Broken},
	} {
		s := &Set{Head: head("", "a"), Results: c.results, End: c.end, Problems: c.problems}
		if got := exit.Code(s.Outcome(c.strict)); got != c.want {
			t.Errorf("%s: exit %d, want %d", name, got, c.want)
		}
	}
	s := &Set{Head: head("", "a"), Results: []Result{{ID: "a", Verdict: NotRun, Need: "clock"}, row("b", 2, Pass)}, End: &End{}}
	s.Head.Require = []string{"clock"}
	if exit.Code(s.Outcome(false)) != exit.Failed {
		t.Error("a condition that --require demands is lacking, and the run is green")
	}
}

func TestShardsAreOneRun(t *testing.T) {
	one := recorded(t, head("1/2", "a", "c"), &End{Requests: 1, Warnings: []string{"w"}, DurationMS: 5}, row("c", 3, Pass), row("a", 1, Fail))
	two := recorded(t, head("2/2", "b"), &End{Requests: 2, DurationMS: 9}, row("b", 2, Pass))
	whole, err := Merge([]*Set{read(t, two), read(t, one)})
	if err != nil {
		t.Fatal(err)
	}
	var order string
	for _, r := range whole.Results {
		order += r.ID
	}
	if order != "abc" || strings.Join(whole.Head.Rows, "") != "abc" || whole.End.Requests != 3 || whole.End.DurationMS != 9 ||
		len(whole.End.Warnings) != 1 {
		t.Errorf("%s %+v %+v", order, whole.Head, whole.End)
	}
	if exit.Code(whole.Outcome(false)) != exit.Failed {
		t.Error("a failure of one shard is lost")
	}
}

func TestATroubleOfAShardIsOneOfTheWhole(t *testing.T) {
	for name, c := range map[string]struct {
		end  *End
		want int
		said string
	}{
		"killed":      {nil, exit.Interrupted, "shard 2/2: the run was killed"},
		"interrupted": {&End{Interrupt: "SIGINT"}, exit.Interrupted, "shard 2/2: SIGINT"},
		"lost":        {&End{Lost: "gone"}, exit.Failed, "shard 2/2: gone"},
		"broken":      {&End{Broken: []string{"b"}}, exit.Broken, "b"},
		"refused":     {&End{Refused: "no"}, exit.NoTarget, "shard 2/2: no"},
	} {
		one := recorded(t, head("1/2", "a"), &End{}, row("a", 1, Pass))
		two := recorded(t, head("2/2", "b"), c.end, row("b", 2, Pass))
		whole, err := Merge([]*Set{read(t, one), read(t, two)})
		if err != nil {
			t.Fatal(err)
		}
		if out := whole.Outcome(false); exit.Code(out) != c.want || !strings.Contains(out.Error(), c.said) {
			t.Errorf("%s: %v (exit %d), want %q (%d)", name, out, exit.Code(out), c.said, c.want)
		}
	}
}

// TestAShardThatHasNotSeenTheTargetIsPartOfItsRun, because it had no rows or was rejected.
func TestAShardThatHasNotSeenTheTargetIsPartOfItsRun(t *testing.T) {
	blind, seeing := head("1/2"), head("2/2", "a")
	seeing.Target.Product, seeing.Target.Version = "Home Assistant", "2026.11.0"
	whole, err := Merge([]*Set{{Head: blind, End: &End{}}, {Head: seeing, Results: []Result{row("a", 1, Pass)}, End: &End{}}})
	if err != nil {
		t.Fatal(err)
	}
	if whole.Head.Target != seeing.Target || whole.Outcome(false) != nil {
		t.Errorf("%+v, %v", whole.Head.Target, whole.Outcome(false))
	}
	other := seeing
	other.Shard, other.Target.Version = "1/2", "2025.1.0"
	if _, err := Merge([]*Set{{Head: other, End: &End{}}, {Head: seeing, End: &End{}}}); err == nil {
		t.Error("shards of two releases are joined")
	}
}

func TestShardsThatAreNotOneRunAreRefused(t *testing.T) {
	set := func(shard string, change func(*Head)) *Set {
		h := head(shard, "a"+shard)
		if change != nil {
			change(&h)
		}
		return &Set{Head: h, Results: []Result{row("a"+shard, 1, Pass)}, End: &End{}, Dir: "dir-" + shard[:1]}
	}
	for name, c := range map[string]struct {
		parts []*Set
		want  string
	}{
		"none":              {nil, "no run was given"},
		"a whole run":       {[]*Set{{Head: head("", "a"), Dir: "d"}}, "d is not a shard"},
		"one is missing":    {[]*Set{set("1/2", nil)}, "shard 2/2 is missing"},
		"one stands twice":  {[]*Set{set("1/2", nil), set("1/2", nil)}, "shard 1/2 is given twice"},
		"of another number": {[]*Set{set("1/2", nil), set("2/3", nil)}, "does not belong to a run of 2"},
		"beyond the number": {[]*Set{set("3/2", nil)}, "there is no shard 3/2"},
		"another seed":      {[]*Set{set("1/2", nil), set("2/2", func(h *Head) { h.Seed = 5 })}, "has another seed"},
		"another target":    {[]*Set{set("1/2", nil), set("2/2", func(h *Head) { h.Target.URL = "http://x" })}, "has another target"},
		"another catalogue": {[]*Set{set("1/2", nil), set("2/2", func(h *Head) { h.Catalogue.Revision = "2" })}, "has another catalogue"},
	} {
		if _, err := Merge(c.parts); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestNothingOfAnEarlierRunIsLeft(t *testing.T) {
	dir := recorded(t, head("", "a"), &End{}, row("a", 1, Pass))
	for _, name := range []string{"junit.xml", "screenshots/a-1.png", "notes.txt", "screenshots/My Holiday.PNG"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Clear(dir, []string{"junit.xml", "report.html"}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		FileName: false, "junit.xml": false, "screenshots/a-1.png": false, "notes.txt": true, "screenshots/My Holiday.PNG": true,
	} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != want {
			t.Errorf("%s: there %v, want %v", name, err == nil, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"head":{"version":"authconform/run/v1"}}` + "\n" + `{"result":{"id":"a"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if s, err := parse(strings.NewReader(string(raw))); err == nil {
			_ = s.Outcome(true)
			_ = s.Unfinished()
		}
	})
}
