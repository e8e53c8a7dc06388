package runner_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"
	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/runner"
)

// TestMain lets the test binary act as a worker, as parts say.
func TestMain(m *testing.M) {
	if os.Getenv("BE_WORKER") == "" {
		os.Exit(m.Run())
	}
	if err := play(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// part is the behaviour of a worker, as its setup.
type part struct {
	Does string // judges, dies, dies once, loses, waits, or works: runs the specs below
	Mark string // a file that says that it has died
}

func play() error {
	in := bufio.NewReader(os.Stdin)
	line, err := in.ReadBytes('\n')
	if err != nil {
		return err
	}
	var job runner.Job
	var p part
	if err := errors.Join(json.Unmarshal(line, &job), json.Unmarshal(job.Setup, &p)); err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	_, died := os.Stat(p.Mark)
	switch first := job.Rows[0].ID; {
	case p.Does == "works":
		return runner.Work(io.MultiReader(strings.NewReader(string(line)), in), os.Stdout, newWorld)
	case p.Does == "dies", p.Does == "dies once" && died != nil:
		_ = os.WriteFile(p.Mark, nil, 0o600)
		_ = out.Encode(runner.Event{Traces: []string{"http://worker"}})
		_ = out.Encode(runner.Event{Result: &evidence.Result{ID: first, Verdict: evidence.Pass}})
		return errors.New("the sky has fallen\nand more of it")
	case p.Does == "leaves":
		return out.Encode(runner.Event{Totals: &runner.Totals{Totals: kind.Totals{Left: "the clock stays ahead"}}})
	case p.Does == "loses":
		return out.Encode(runner.Event{Totals: &runner.Totals{Lost: &kind.Loss{Reason: "gone"}}})
	case p.Does == "waits":
		_, _ = io.Copy(io.Discard, in) // until it is asked to stop
	default:
		for _, r := range job.Rows {
			_ = out.Encode(runner.Event{Result: &evidence.Result{ID: r.ID, Verdict: evidence.Pass}})
		}
	}
	return out.Encode(runner.Event{Totals: &runner.Totals{Totals: kind.Totals{Logins: 1, Requests: 10}}})
}

// plan is a run of waves of rows. The workers play parts by their number; all others play the last one.
func plan(t *testing.T, waves [][]string, parts ...part) runner.Plan {
	t.Helper()
	t.Setenv("BE_WORKER", "1")
	p := runner.Plan{Command: []string{os.Args[0]}, Setup: func(worker int) (json.RawMessage, error) {
		return json.Marshal(parts[min(worker, len(parts)-1)])
	}}
	for _, ids := range waves {
		w := runner.Wave{Procs: 2}
		for _, id := range ids {
			w.Rows = append(w.Rows, runner.Row{ID: id, Level: evidence.Must})
		}
		p.Waves = append(p.Waves, w)
	}
	return p
}

func TestARowThatWaitsHasAWorkerOfItsOwn(t *testing.T) {
	p := plan(t, [][]string{{"a", "b", "c"}}, part{Does: "judges"})
	p.Waves[0].Beside = []runner.Row{{ID: "waits"}, {ID: "waits too"}}
	out, err := runner.Run(t.Context(), p)
	if err != nil || judged(out) != "a b c waits waits too" || out.Totals.Logins != 4 {
		t.Errorf("%+v %v", out, err)
	}
}

func judged(out *runner.Outcome) string {
	var ids []string
	for _, r := range out.Results {
		ids = append(ids, r.ID)
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

func TestEveryRowIsJudgedOnce(t *testing.T) {
	out, err := runner.Run(t.Context(), plan(t, [][]string{{"a", "b", "c"}, {"d"}, nil}, part{Does: "judges"}))
	if err != nil || judged(out) != "a b c d" || out.Totals != (kind.Totals{Logins: 3, Requests: 30}) || len(out.Lost)+len(out.Broken) > 0 {
		t.Errorf("%+v %v", out, err)
	}
}

func TestTheRowsOfADeadWorkerAreJudgedByAnother(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "died")
	out, err := runner.Run(t.Context(), plan(t, [][]string{{"a", "b", "c", "d"}}, part{"dies once", mark}, part{Does: "judges"}))
	if err != nil || judged(out) != "a b c d" || len(out.Lost)+len(out.Broken) > 0 {
		t.Errorf("%+v %v", out, err)
	}
	if w := []string{"worker 0 ended early: the sky has fallen"}; !slices.Equal(out.Warnings, w) ||
		!slices.Equal(out.Traces, []string{"http://worker"}) {
		t.Errorf("%q, traces %q", out.Warnings, out.Traces)
	}
}

func TestWhatADeadWorkerLeftIsMendedBeforeAnotherTakesItsRows(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "died")
	p := plan(t, [][]string{{"a", "b", "c", "d"}}, part{"dies once", mark}, part{Does: "judges"})
	var order []string
	p.Mend = func() error {
		order = append(order, "mended")
		return errors.New("the clock stays ahead")
	}
	p.Progress = func(e runner.Event) {
		if e.Result != nil && e.Result.ID == "c" { // the dead worker's second row
			order = append(order, "judged")
		}
	}
	out, err := runner.Run(t.Context(), p)
	if err != nil || !slices.Equal(order, []string{"mended", "judged"}) || !slices.Equal(out.Left, []string{"the clock stays ahead"}) {
		t.Errorf("%q, %+v %v", order, out, err)
	}
}

func TestNothingIsMendedWhereNoWorkerDied(t *testing.T) {
	p := plan(t, [][]string{{"a"}, {"b"}}, part{Does: "judges"})
	p.Mend = func() error { return errors.New("nothing was broken") }
	if out, err := runner.Run(t.Context(), p); err != nil || len(out.Left) > 0 {
		t.Errorf("%+v %v", out, err)
	}
}

func TestRowsWhoseWorkerDiesTwiceAreLost(t *testing.T) {
	out, err := runner.Run(t.Context(), plan(t, [][]string{{"a", "b", "c", "d"}}, part{Does: "dies"}, part{Does: "judges"}))
	if err != nil || judged(out) != "a b c d" && len(out.Lost) == 0 || len(out.Broken) == 0 && len(out.Warnings) == 0 {
		t.Errorf("%+v %v", out, err)
	}
	out, err = runner.Run(t.Context(), plan(t, [][]string{{"a", "b", "c", "d", "e", "f"}}, part{Does: "dies"}))
	if err != nil || judged(out) != "a b c d" || len(out.Broken) != 2 || !slices.Equal(out.Lost, []string{"e", "f"}) {
		t.Errorf("all die: %+v %v", out, err)
	}
}

func TestWhatAWorkerCouldNotPutBackIsTold(t *testing.T) {
	out, err := runner.Run(t.Context(), plan(t, [][]string{{"a"}}, part{Does: "leaves"}))
	if err != nil || len(out.Left) == 0 || out.Left[0] != "the clock stays ahead" {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestWhatOneWorkerLostIsLostToAll(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // shorter than the wait for a worker that does not stop
	defer cancel()
	out, err := runner.Run(ctx, plan(t, [][]string{{"a", "b"}, {"c"}}, part{Does: "loses"}, part{Does: "waits"}))
	if err != nil || ctx.Err() != nil || out.Gone == nil || out.Gone.Reason != "gone" || judged(out) != "" {
		t.Errorf("%+v %v %v", out, err, ctx.Err())
	}
}

func TestWorkersAreAskedToStop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := plan(t, [][]string{{"a", "b"}, {"c"}}, part{Does: "dies"}, part{Does: "waits"})
	p.Progress = func(e runner.Event) {
		if e.Result != nil {
			cancel()
		}
	}
	out, err := runner.Run(ctx, p)
	if err != nil || judged(out) != "a" || len(out.Lost)+len(out.Broken) > 0 {
		t.Errorf("%+v %v", out, err)
	}
}

// world is the environment of the specs below.
type world struct{ suspected, resolved int }

func newWorld(context.Context, runner.Job, func(string)) (runner.Environment, error) {
	return &world{}, nil
}

func (w *world) Traces() []string                         { return []string{"http://site"} }
func (w *world) With(ctx context.Context) context.Context { return ctx }
func (w *world) GiveBack(context.Context)                 {}
func (w *world) Leave(context.Context) kind.Totals        { return kind.Totals{Requests: w.resolved} }
func (w *world) Suspect()                                 { w.suspected++ }
func (w *world) Lost(context.Context) error {
	if w.resolved++; w.suspected > 3 { // by the rows that fail, are blocked, break, and take too long
		return &kind.Loss{Reason: "suspected too often"}
	}
	return nil
}

var _ = Describe("rows", ginkgo.Ordered, func() {
	It("passes", func(ctx SpecContext) { judge.Held(ctx) })
	It("fails", func(ctx SpecContext) { judge.Violated(ctx, "yes", "no") })
	It("is blocked", func(ctx SpecContext) { judge.Block(ctx, "no answer") })
	It("panics", func(SpecContext) { panic("oh") })
	It("takes too long", func(ctx SpecContext) { <-ctx.Done(); judge.Held(ctx) })
	It("is not reached", func(ctx SpecContext) { judge.Held(ctx) })
})

func TestAWorkerJudgesItsRowsUntilTheTargetIsLost(t *testing.T) {
	p := plan(t, [][]string{{"passes", "fails", "is blocked", "panics", "takes too long", "is not reached"}}, part{Does: "works"})
	p.Waves[0].Procs = 1
	for i := range p.Waves[0].Rows {
		p.Waves[0].Rows[i].Timeout = time.Second
	}
	out, err := runner.Run(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]evidence.Verdict{}
	for _, r := range out.Results {
		verdicts[r.ID] = r.Verdict
	}
	for id, want := range map[string]evidence.Verdict{
		"passes": evidence.Pass, "fails": evidence.Fail, "is blocked": evidence.Blocked, "takes too long": "", "is not reached": "",
	} {
		if verdicts[id] != want {
			t.Errorf("%s: %q, want %q", id, verdicts[id], want)
		}
	}
	if len(out.Broken) != 1 || !strings.HasPrefix(out.Broken[0], "panics: panic: oh at ") {
		t.Errorf("%q", out.Broken)
	}
	if out.Gone == nil || out.Gone.Reason != "suspected too often" || out.Totals.Requests != 5 ||
		!slices.Equal(out.Traces, []string{"http://site"}) {
		t.Errorf("%+v", out)
	}
}

func TestARowWithoutASpecIsADefectOfOurs(t *testing.T) {
	p := plan(t, [][]string{{"passes", "nobody judges it"}}, part{Does: "works"})
	p.Waves[0].Procs = 1
	out, err := runner.Run(t.Context(), p)
	if err != nil || judged(out) != "passes" || !slices.Equal(out.Broken, []string{"nobody judges it: no spec ran for it"}) {
		t.Errorf("%+v %v", out, err)
	}
}
