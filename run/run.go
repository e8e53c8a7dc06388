package run

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/runner"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/internal/rlimit"
	"github.com/authconform/authconform/reports"
	"github.com/authconform/authconform/suites/requirements"
)

// Run judges a target. It always returns the record of the run, and the error that decides the exit code.
func Run(ctx context.Context, o Options) (*evidence.Set, error) {
	if o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, o.Timeout, fmt.Errorf("--timeout %s has passed", o.Timeout))
		defer cancel()
	}
	j, err := prepare(o)
	if j == nil { // also for a shard without rows, which has been reported
		return nil, err
	}
	defer context.AfterFunc(ctx, func() {
		o.Progress.Say("%v: cleaning up at the target; a second Ctrl-C stops immediately and may leave tokens there", context.Cause(ctx))
	})()
	if err := j.enough(allowed{rlimit.Descriptors(), rlimit.AddressSpace()}); err != nil {
		return j.turnedAway(ctx, err)
	}
	if err := j.look(ctx); err != nil {
		return j.turnedAway(ctx, err)
	}
	defer j.visit.close()
	outcome, err := j.judge(ctx)
	if err != nil {
		j.visit.retreat(ctx)
		return nil, exit.With(exit.Broken, err)
	}
	return j.set, j.publish(j.finish(ctx, outcome))
}

// job is a run in progress.
type job struct {
	Options
	catalogue *requirements.Catalogue
	rows      []*requirements.Requirement
	baseline  *reports.Baseline
	known     *reports.Baseline // of the product
	setup     kind.Setup
	visit     *visit
	failed    string // the row whose failure ended the run early
	set       *evidence.Set
	recorder  *evidence.Recorder // nil: no report is wanted
	budget    evidence.Budget
}

// record begins the record of the run.
func (j *job) record() (err error) {
	if j.ReportDir != "" {
		j.recorder, err = evidence.Record(j.ReportDir, j.set.Head)
	}
	return exit.With(exit.Broken, err)
}

// turnedAway reports a run that ended before the first row. A usage error leaves no report.
func (j *job) turnedAway(ctx context.Context, err error) (*evidence.Set, error) {
	if exit.Code(err) == exit.Usage {
		return nil, err
	}
	if err := j.record(); err != nil {
		return nil, err
	}
	end := evidence.End{DurationMS: time.Since(j.set.Head.Started).Milliseconds()}
	switch {
	case ctx.Err() != nil:
		end.Interrupt = context.Cause(ctx).Error()
	case exit.Code(err) == exit.NoTarget:
		end.Refused = err.Error()
	default:
		end.Broken = []string{err.Error()}
	}
	if perr := j.publish(end); exit.Code(perr) == exit.Broken {
		return j.set, errors.Join(perr, err)
	}
	return j.set, err
}

// look visits the target, identifies it, and decides what this run can judge.
func (j *job) look(ctx context.Context) error {
	j.setup = kind.Setup{Target: j.Target, Mark: strings.ToLower(rand.Text()[:8]), Flags: kind.Encode(j.Flags), Procs: j.Procs}
	v, err := j.await(ctx)
	switch {
	case ctx.Err() != nil:
		if err == nil {
			v.retreat(ctx)
			v.close()
		}
		return exit.Interrupt(ctx, "nothing was judged")
	case err != nil:
		return err
	}
	j.visit, j.setup.Found = v, kind.Encode(v.Found())
	j.set.Head.Target.Product, j.set.Head.Target.Version = v.facts.Product, v.facts.Version
	j.makeRoom()
	return j.record()
}

// makeRoom lets the rows run one after the other if they would disturb each other.
func (j *job) makeRoom() {
	if why := j.visit.facts.Crowded; why != "" && j.Procs > 1 {
		j.Procs, j.set.Head.Procs = 1, 1
		j.visit.warnings = append(j.visit.warnings, "the rows ran one after the other: "+why)
	}
}

// retryPause is the wait between attempts to reach a target that does not answer yet.
const retryPause = 500 * time.Millisecond

// await opens the visit; with --wait, it retries until the target answers.
func (j *job) await(ctx context.Context) (*visit, error) {
	end := time.Now().Add(j.Patience)
	for {
		v, err := pay(ctx, j.Kind, j.setup, j.Flags.Tools())
		if !errors.Is(err, kind.ErrUnreachable) || ctx.Err() != nil || !time.Now().Before(end) {
			return v, err
		}
		j.Progress.Wait("waiting for " + j.Target)
		select {
		case <-ctx.Done():
		case <-time.After(retryPause):
		}
	}
}

// judge runs the specs of the rows that need one, and records each result as it arrives.
func (j *job) judge(ctx context.Context) (*runner.Outcome, error) {
	var open []*requirements.Requirement
	for _, r := range j.rows {
		d := Decide(r, j.visit.facts)
		if d.Verdict == "" {
			open = append(open, r)
			continue
		}
		j.take(evidence.Result{ID: r.ID, Verdict: d.Verdict, Reason: d.Reason, Need: string(d.Need)}, nil)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	done, pairs := 0, among(open, j.visit.facts.Version)
	defer func() {
		for _, r := range pairs.rest() {
			j.take(r.Result, r.files)
		}
	}()
	return runner.Run(ctx, runner.Plan{
		Waves: waves(open, j.Options), Seed: j.Seed, Evidence: j.ReportDir != "", Command: j.Worker,
		Setup: func(worker int) (json.RawMessage, error) {
			return json.Marshal(WorkerSetup{Session: j.setup, Profile: j.Profile, Procs: j.Procs, Number: worker + 1, OneByOne: j.Procs == 1})
		},
		Mend: func() error { return j.visit.resetClock(ctx) },
		Progress: func(e runner.Event) {
			switch {
			case e.Result != nil:
				done++
				for _, r := range pairs.settle(found{*e.Result, e.Files}) {
					j.take(r.Result, r.files)
					if j.failed == "" && j.FailFast && j.unexpected(r.Result) {
						j.failed = r.ID
						j.Progress.Say("--fail-fast: %s failed; stopping and cleaning up at the target", r.ID)
						stop(nil)
					}
				}
				j.Progress.Row(done, len(open), e.Result.ID, e.Result.Verdict)
			case e.Wait != "":
				j.Progress.Wait(e.Wait)
			}
		},
	})
}

// unexpected reports whether a result is a failure that the baseline does not explain.
func (j *job) unexpected(r evidence.Result) bool {
	return r.Verdict.Red(j.Strict) && r.Verdict != evidence.Blocked && !j.baseline.Explains(r, time.Now()) && !j.known.Explains(r, time.Now())
}

// take records a result, with the catalogue's data of its row.
func (j *job) take(r evidence.Result, files []evidence.File) {
	i := slices.IndexFunc(j.rows, func(row *requirements.Requirement) bool { return row.ID == r.ID })
	if i < 0 {
		return // no row of this run
	}
	row := j.rows[i]
	r.Profile, r.Section, r.Level, r.Title, r.Spec = j.Profile.Name, row.Section, row.Level, row.Text, row.Spec
	if r.Verdict == evidence.Fail || r.Verdict == evidence.Warn {
		r.Fix = row.Fix
	}
	r.Place = slices.Index(j.catalogue.IDs(), row.ID)
	r, files = j.budget.Keep(r, files)
	j.recorder.Result(r, files)
	j.set.Results = append(j.set.Results, r)
}

// each returns the texts of all lists, without duplicates.
func each(lists ...[]string) (all []string) {
	for _, s := range slices.Concat(lists...) {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// finish gives the remaining rows their verdicts, cleans up at the target, and sums up.
func (j *job) finish(ctx context.Context, out *runner.Outcome) evidence.End {
	for _, id := range j.set.Unfinished() {
		j.take(j.unfinished(ctx, out, id), nil)
	}
	evidence.Sort(j.set.Results)
	cleanup, own := j.visit.leave(ctx, j.set.Head.Started, out.Traces, out.Gone)
	end := evidence.End{
		DurationMS: time.Since(j.set.Head.Started).Milliseconds(),
		Cleanup:    append(cleanup, out.Left...), Warnings: each(j.visit.warnings, out.Warnings), Broken: out.Broken,
		Logins: out.Totals.Logins + own.Logins, Requests: out.Totals.Requests + own.Requests,
	}
	if ctx.Err() != nil {
		end.Interrupt = context.Cause(ctx).Error()
	}
	if out.Gone != nil {
		end.Lost, end.Banned = out.Gone.Reason+"; "+mayBeLeft, out.Gone.Banned
	}
	return end
}

func (j *job) unfinished(ctx context.Context, out *runner.Outcome, id string) evidence.Result {
	r := evidence.Result{ID: id, Verdict: evidence.Blocked}
	switch {
	case j.failed != "":
		r.Verdict, r.Reason = evidence.NotRun, "--fail-fast: the run stopped when "+j.failed+" failed"
	case slices.Contains(out.Lost, id):
		r.Reason = "authconform broke on this row; see the end of the run"
	case out.Gone != nil:
		r.Reason = out.Gone.Reason
	case ctx.Err() != nil:
		r.Verdict, r.Reason = evidence.NotRun, "interrupted before it was judged"
	default:
		r.Reason = "no worker judged it"
	}
	r.Cause = r.Reason
	return r
}
