package runner

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/formatter"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/authconform/authconform/evidence/redact"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/wire"
)

// Environment surrounds a worker's specs: a session with the target, and the tools.
type Environment interface {
	// Traces are the prefixes of client ids by which the target identifies what the environment did.
	Traces() []string
	// With makes the target available to the spec under ctx.
	With(ctx context.Context) context.Context
	// GiveBack removes what the last spec created at the target.
	GiveBack(ctx context.Context)
	// Leave removes everything, and returns the totals.
	Leave(ctx context.Context) kind.Totals
	// Suspect tells the session that a row ended as if the target were gone.
	Suspect()
	// Lost says why the run cannot continue, as a *kind.Loss. The remaining rows are then not judged.
	Lost(ctx context.Context) error
}

// Work runs a worker: it reads a Job from in, sets up its environment, runs the registered specs of the
// job's rows, and writes Events to out.
func Work(in io.Reader, out io.Writer, setup func(context.Context, Job, func(wait string)) (Environment, error)) error {
	reader := bufio.NewReaderSize(in, 1<<20)
	line, err := reader.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("worker: no job on standard input: %w", err)
	}
	var job Job
	if err := json.Unmarshal(line, &job); err != nil {
		return fmt.Errorf("worker: the job: %w", err)
	}
	stopped, stop := context.WithCancel(context.Background())
	defer stop()
	last, end := context.WithCancel(context.Background())
	defer end()
	parent := os.Getppid()
	go func() { // the parent asks the worker to stop, or has died
		_, _ = io.Copy(io.Discard, reader)
		stop()
		time.AfterFunc(lastTimeout, func() {
			if os.Getppid() == parent {
				end() // it waits
			}
		})
	}()
	w := &worker{
		last: last,
		job:  job, rows: map[string]Row{}, done: map[string]bool{}, out: json.NewEncoder(out), stopped: stopped, secrets: redact.New(nil),
	}
	for _, r := range job.Rows {
		w.rows[r.ID] = r
	}
	w.env, err = setup(stopped, job, func(what string) { w.emit(Event{Wait: what}) })
	if err != nil {
		return err
	}
	w.emit(Event{Traces: w.env.Traces()})
	w.run()
	leave, cancel := wire.After(wire.WithEnd(context.Background(), last), leaveTimeout)
	defer cancel()
	var totals Totals
	judge.Run(func() { totals.Totals = w.env.Leave(w.env.With(judge.With(leave, judge.NewRecord()))) })
	totals.Lost = w.lost
	if stopped.Err() == nil && w.lost == nil {
		for _, r := range job.Rows {
			if !w.done[r.ID] {
				w.emit(Event{Broken: &Broken{r.ID, "no spec ran for it"}})
			}
		}
	}
	w.emit(Event{Totals: &totals})
	return nil
}

type worker struct {
	job     Job
	rows    map[string]Row
	done    map[string]bool
	env     Environment
	stopped context.Context // the parent wants the end
	last    context.Context // ends a while later: nothing more is sent
	secrets *redact.Table   // of the rows so far
	lost    *kind.Loss      // why the remaining rows are not judged

	mu  sync.Mutex
	out *json.Encoder
}

func (w *worker) emit(e Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.out.Encode(e) // if the parent is gone, the input is closed too
}

const mine = "assigned"

// run runs the specs in Ginkgo. It silences Ginkgo's report; the results are our own.
func (w *worker) run() {
	formatter.ColorableStdOut = io.Discard
	formatter.ColorableStdErr = io.Discard
	ginkgo.AddTreeConstructionNodeArgsTransformer(w.adopt)
	suite, reporter := ginkgo.GinkgoConfiguration()
	suite.LabelFilter = mine
	suite.RandomSeed = w.job.Seed
	suite.RandomizeAllSpecs = true
	suite.GracePeriod = gracePeriod
	suite.Timeout = 24 * time.Hour
	reporter.Succinct, reporter.NoColor = true, true
	ginkgo.RunSpecs(ignored{}, "authconform", suite, reporter)
}

// ignored is the testing.T of a run, which reports by its results.
type ignored struct{}

func (ignored) Fail() {}

// adopt labels the specs of this worker's rows, wraps them in a record, and sets a time limit for specs that ignore their own,
// whose rows then get no verdict.
func (w *worker) adopt(kind types.NodeType, _ ginkgo.Offset, text string, args []any) (string, []any, []error) {
	if !kind.Is(types.NodeTypeIt) {
		return text, args, nil
	}
	row, ok := w.rows[text]
	if !ok {
		return text, args, nil
	}
	for i, arg := range args {
		if body, ok := arg.(func(ginkgo.SpecContext)); ok {
			args[i] = func(ctx ginkgo.SpecContext) { w.judge(ctx, row, Spec{body}) }
		}
	}
	limit := row.limit() + leaveTimeout + askTimeout + 2*gracePeriod
	return text, append(args, ginkgo.Label(mine), ginkgo.NodeTimeout(limit)), nil
}

func (w *worker) judge(ctx context.Context, row Row, spec Spec) {
	if w.stopped.Err() != nil || w.lost != nil {
		return
	}
	w.emit(Event{Started: row.ID})
	ctx = wire.WithEnd(ctx, w.last)
	under, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(w.stopped, cancel)()
	seen := spec.see(judge.InRun(under, w.secrets), row, w.env, !w.job.Evidence)
	if seen.result.Verdict.Red(true) { // the target may be gone rather than wrong
		w.env.Suspect()
	}
	after, done := wire.After(ctx, askTimeout)
	defer done()
	_ = guarded(func() { errors.As(w.env.Lost(w.env.With(judge.With(after, judge.NewRecord()))), &w.lost) })
	if w.stopped.Err() != nil || w.lost != nil {
		return // cut off: no verdict is better than a false one
	}
	w.done[row.ID] = true
	if seen.broken != "" {
		w.emit(Event{Broken: &Broken{row.ID, w.secrets.Hide(seen.broken)}})
		return
	}
	w.emit(Event{Result: &seen.result, Files: seen.files})
}
