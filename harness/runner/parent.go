package runner

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/kind"
)

// Wave is rows that run side by side in up to Procs workers; the next wave waits for it.
type Wave struct {
	Rows   []Row
	Procs  int
	Beside []Row // rows that wait rather than work: each has a worker more, of its own
}

// Plan is a run.
type Plan struct {
	Waves    []Wave
	Seed     int64
	Evidence bool
	Setup    func(worker int) (json.RawMessage, error) // the setup of a worker's Environment
	Command  []string                                  // the command line of a worker: this program and a hidden word
	Progress func(Event)                               // sees every event, one at a time

	// Mend puts right what workers that died may have left at the target, before others take their rows: its time may still
	// be moved. The error says what is left. nil: nothing can be left.
	Mend func() error
}

func (p Plan) mend(out *Outcome) {
	if p.Mend == nil {
		return
	}
	if err := p.Mend(); err != nil {
		out.Left = append(out.Left, err.Error())
	}
}

// Outcome is what the workers found.
type Outcome struct {
	Results  []evidence.Result
	Totals   kind.Totals
	Traces   []string   // how the target identifies the run's traces, including those of dead workers
	Warnings []string   // workers that died; other workers judged their rows
	Broken   []string   // bugs in authconform: panics, workers that died again
	Left     []string   // what workers could not restore at the target
	Lost     []string   // rows that no worker finished
	Gone     *kind.Loss // why the target could not be judged to the end; nil: it could
}

// Run runs the plan. When ctx ends, the workers give back what they took and stop; what was judged until then is kept.
func Run(ctx context.Context, p Plan) (*Outcome, error) {
	out := &Outcome{}
	for _, wave := range p.Waves {
		if ctx.Err() != nil || out.Gone != nil {
			break
		}
		if len(wave.Rows)+len(wave.Beside) == 0 {
			continue
		}
		if err := wave.run(ctx, p, out); err != nil {
			return out, err
		}
	}
	return out, nil //nolint:nilerr // a run that was cut off keeps what it has
}

// run runs a wave. The unfinished rows of a worker that died get a second chance.
func (w Wave) run(ctx context.Context, p Plan, out *Outcome) error {
	stopped := func() bool { return ctx.Err() != nil || out.Gone != nil }
	rest, died, err := runWave(ctx, p, w, out)
	if err != nil || stopped() {
		return err
	}
	out.Warnings = append(out.Warnings, died...)
	if len(rest) == 0 {
		return nil
	}
	if rest, died, err = runWave(ctx, p, Wave{Rows: rest, Procs: w.Procs}, out); err != nil || stopped() {
		return err
	}
	out.Broken = append(out.Broken, died...)
	for _, r := range rest {
		out.Lost = append(out.Lost, r.ID)
	}
	return nil
}

// runWave runs a wave. It returns the rows without a verdict and the errors of workers that died.
func runWave(ctx context.Context, p Plan, w Wave, out *Outcome) (rest []Row, died []string, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	rows, shares := slices.Concat(w.Rows, w.Beside), w.shares()
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		errs []error
		done = map[string]bool{}
	)
	for i, share := range shares {
		if len(share) == 0 {
			continue
		}
		wg.Go(func() {
			err := runWorker(ctx, p, i, share, func(e Event) {
				mu.Lock()
				defer mu.Unlock()
				out.take(e, done)
				if out.Gone != nil {
					stop() // if one worker loses the target, all have lost it
				}
				if p.Progress != nil {
					p.Progress(e)
				}
			})
			if err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	var setup *setupError
	if errors.As(errors.Join(errs...), &setup) {
		return nil, nil, setup
	}
	if len(errs) > 0 {
		p.mend(out)
	}
	for _, r := range rows {
		if !done[r.ID] {
			rest = append(rest, r)
		}
	}
	for _, err := range errs {
		died = append(died, err.Error())
	}
	return rest, died, nil
}

// shares distributes the rows among the workers.
func (w Wave) shares() [][]Row {
	n := max(1, min(w.Procs, len(w.Rows)))
	shares := make([][]Row, n, n+len(w.Beside))
	for i, r := range w.Rows {
		shares[i%n] = append(shares[i%n], r)
	}
	for _, r := range w.Beside {
		shares = append(shares, []Row{r})
	}
	return shares
}

func (o *Outcome) take(e Event, done map[string]bool) {
	switch {
	case e.Result != nil:
		o.Results = append(o.Results, *e.Result)
		done[e.Result.ID] = true
	case e.Traces != nil:
		o.Traces = append(o.Traces, e.Traces...)
	case e.Broken != nil:
		o.Broken = append(o.Broken, e.Broken.String())
		done[e.Broken.ID] = true
		o.Lost = append(o.Lost, e.Broken.ID)
	case e.Totals != nil:
		o.Totals.Logins += e.Totals.Logins
		o.Totals.Requests += e.Totals.Requests
		if e.Totals.Left != "" {
			o.Left = append(o.Left, e.Totals.Left)
		}
		if e.Totals.Slowed != "" && !slices.Contains(o.Warnings, e.Totals.Slowed) {
			o.Warnings = append(o.Warnings, e.Totals.Slowed)
		}
		if e.Totals.Lost != nil {
			o.Gone = e.Totals.Lost
		}
	}
}

// setupError is an error before the first spec. It is the same for every worker, and the caller explains it.
type setupError struct{ error }

func runWorker(ctx context.Context, p Plan, i int, rows []Row, take func(Event)) error {
	setup, err := p.Setup(i)
	if err != nil {
		return &setupError{err}
	}
	job, err := json.Marshal(Job{Worker: i, Rows: rows, Seed: p.Seed, Evidence: p.Evidence, Setup: setup})
	if err != nil {
		return &setupError{err}
	}
	// Cancelling a context would kill the worker; closing its input lets it give everything back.
	cmd := exec.Command(p.Command[0], p.Command[1:]...) //nolint:gosec,noctx // this program itself
	cmd.SysProcAttr = ownGroup()
	own := newScratch()
	defer own.remove()
	cmd.Env = own.environment()
	if _, err := os.Getwd(); err != nil {
		cmd.Dir = "/" // ours was removed, and ginkgo ends a worker that has none
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return &setupError{err}
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return &setupError{err}
	}
	var why complaint
	cmd.Stderr = &why
	if err := cmd.Start(); err != nil {
		return &setupError{fmt.Errorf("a worker could not be started: %w", err)}
	}
	stop := context.AfterFunc(ctx, func() {
		_ = stdin.Close()
		time.AfterFunc(killTimeout, func() { _ = cmd.Process.Kill() })
	})
	defer stop()
	if _, err := stdin.Write(append(job, '\n')); err != nil {
		_ = cmd.Process.Kill()
	}
	ended := readEvents(stdout, take)
	_ = stdin.Close()
	err = cmd.Wait()
	if err != nil || !ended {
		if text := why.String(); text != "" {
			return fmt.Errorf("worker %d ended early: %s", i, text)
		}
		return fmt.Errorf("worker %d ended early: %w", i, errors.Join(err, errUnfinished))
	}
	return nil
}

var errUnfinished = errors.New("it did not finish")

func readEvents(r io.Reader, take func(Event)) (ended bool) {
	lines := bufio.NewReaderSize(r, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		var e Event
		if len(line) > 0 && json.Unmarshal(line, &e) == nil {
			take(e)
			ended = ended || e.Totals != nil
		}
		if err != nil {
			return ended
		}
	}
}

// complaint is a worker's standard error; its first line says why the worker ended.
type complaint struct {
	mu   sync.Mutex
	text strings.Builder
}

func (c *complaint) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.text.Len() < 64<<10 {
		c.text.Write(b)
	}
	if os.Getenv("AUTHCONFORM_DEBUG") != "" {
		_, _ = os.Stderr.Write(b)
	}
	return len(b), nil
}

func (c *complaint) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	line, _, _ := strings.Cut(strings.TrimSpace(c.text.String()), "\n")
	return line
}
