package run

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/runner"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/reports"
	"github.com/authconform/authconform/suites/requirements"
)

// Run judges a target and returns the report, whatever came of it, and the error that decides the exit code.
func Run(ctx context.Context, o Options) (*reports.Report, error) {
	if o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, o.Timeout, fmt.Errorf("--timeout %s has passed", o.Timeout))
		defer cancel()
	}
	j, err := prepare(o)
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() {
		o.Progress.Say("%v: giving everything back to the target; a second Ctrl-C ends at once, and may leave tokens there", context.Cause(ctx))
	})()
	if err := j.look(ctx); err != nil {
		return nil, err
	}
	defer j.visit.close()
	outcome, err := j.judge(ctx)
	if err != nil {
		j.visit.retreat()
		return nil, exit.With(exit.Broken, err)
	}
	j.finish(ctx, outcome)
	return j.report, j.publish(ctx, outcome)
}

// job is one run on its way.
type job struct {
	Options
	catalogue *requirements.Catalogue
	rows      []*requirements.Requirement
	baseline  *reports.Baseline
	setup     kind.Setup
	visit     *visit
	report    *reports.Report
	started   time.Time
	decided   map[string]reports.Result
}

// prepare checks everything that can be checked before the target hears of us.
func prepare(o Options) (*job, error) {
	j := &job{Options: o, started: time.Now(), decided: map[string]reports.Result{}}
	var err error
	if j.catalogue, err = requirements.Load(); err != nil {
		return nil, exit.With(exit.Broken, err)
	}
	all := o.Profile.Select(j.catalogue)
	if j.rows, err = Choose(all, o.Select); err != nil {
		return nil, err
	}
	j.rows = o.Shard.part(j.rows, o.Seed)
	if len(j.rows) == 0 {
		return nil, exit.With(exit.Empty, fmt.Errorf("nothing to judge: --select %q takes no row of profile %s", o.Select, o.Profile.Name))
	}
	for _, need := range o.Require {
		if !condition.Name(need).Known() {
			return nil, exit.Unknown("need", need, condition.Words())
		}
	}
	if o.Baseline != "" {
		if j.baseline, err = reports.ReadBaseline(o.Baseline, requirementIDs(all)); err != nil {
			return nil, exit.With(exit.Usage, err)
		}
	}
	if o.ReportDir != "" {
		if err := reports.PrepareFolder(o.ReportDir); err != nil {
			return nil, exit.With(exit.Usage, err)
		}
	}
	return j, nil
}

func requirementIDs(rows []*requirements.Requirement) []string {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids
}

// look visits the target, learns what it is, and decides what this run can judge.
func (j *job) look(ctx context.Context) error {
	j.setup = kind.Setup{Target: j.Target, Mark: strings.ToLower(rand.Text()[:8]), Flags: kind.Encode(j.Flags)}
	v, err := pay(ctx, j.Kind, j.setup, j.Flags.Tools())
	switch {
	case ctx.Err() != nil:
		if err == nil {
			v.retreat()
			v.close()
		}
		return exit.Interrupt(ctx, "nothing was judged")
	case err != nil:
		return err
	}
	j.visit, j.setup.Found = v, kind.Encode(v.Found())
	j.report = &reports.Report{
		APIVersion: reports.APIVersion, Tool: j.Tool,
		Target: reports.Target{
			URL: j.Target, Profile: j.Profile.Name, Product: v.facts.Product, Version: v.facts.Version, BuiltIn: j.BuiltIn,
		},
		Run:       reports.Run{Started: j.started, Seed: j.Seed, Procs: j.Procs, Selection: j.Select},
		Catalogue: reports.Catalogue{Revision: requirements.Revision, SHA256: j.catalogue.SHA256},
	}
	if j.Shard.N > 0 {
		j.report.Run.Shard = fmt.Sprintf("%d/%d", j.Shard.I, j.Shard.N)
	}
	return nil
}

// judge runs the specs of the rows that need one.
func (j *job) judge(ctx context.Context) (*runner.Outcome, error) {
	var open []*requirements.Requirement
	for _, r := range j.rows {
		if v, why := Decide(r, j.visit.facts); v != "" {
			j.decided[r.ID] = reports.Result{Verdict: v, Reason: why}
		} else {
			open = append(open, r)
		}
	}
	done := 0
	return runner.Run(ctx, runner.Plan{
		Waves: waves(open, j.Options), Seed: j.Seed, Evidence: j.ReportDir != "", Command: j.Worker,
		Setup: func(worker int) (json.RawMessage, error) {
			return json.Marshal(WorkerSetup{Session: j.setup, Profile: j.Profile, Number: worker + 1})
		},
		Progress: func(e runner.Event) {
			switch {
			case e.Result != nil:
				done++
				j.Progress.Row(done, len(open), e.Result.ID, e.Result.Verdict)
			case e.Wait != "":
				j.Progress.Wait(e.Wait)
			}
		},
	})
}

// finish merges what was decided and what was judged, one result per row, in catalogue order.
func (j *job) finish(ctx context.Context, out *runner.Outcome) {
	judged := map[string]reports.Result{}
	for _, r := range out.Results {
		judged[r.ID] = r
	}
	ids := j.catalogue.IDs()
	for _, row := range j.rows {
		r, ok := judged[row.ID]
		if !ok {
			if r, ok = j.decided[row.ID]; !ok {
				r = unfinished(ctx, out, row.ID)
			}
		}
		r.ID, r.Profile, r.Section, r.Level = row.ID, j.Profile.Name, row.Section, row.Level
		r.Title, r.Spec, r.Place = row.Text, row.Spec, slices.Index(ids, row.ID)
		j.report.Results = append(j.report.Results, r)
	}
	own := kind.Totals{}
	j.report.Run.Cleanup, own = j.visit.leave(j.started, out.Traces, out.Gone)
	j.report.Run.Warnings = out.Warnings
	j.report.Run.Logins, j.report.Run.Requests = out.Totals.Logins+own.Logins, out.Totals.Requests+own.Requests
	j.report.Run.DurationMS = time.Since(j.started).Milliseconds()
	if ctx.Err() != nil {
		j.report.Run.Interrupt = context.Cause(ctx).Error()
	} else if out.Gone != nil {
		j.report.Run.Interrupt = out.Gone.Reason
	}
}

func unfinished(ctx context.Context, out *runner.Outcome, id string) reports.Result {
	switch {
	case slices.Contains(out.Lost, id):
		return reports.Result{Verdict: reports.Blocked, Reason: "the harness broke on this row; see the end of the run"}
	case out.Gone != nil:
		return reports.Result{Verdict: reports.Blocked, Reason: out.Gone.Reason}
	case ctx.Err() != nil:
		return reports.Result{Verdict: reports.NotRun, Reason: "interrupted before it was judged"}
	}
	return reports.Result{Verdict: reports.Blocked, Reason: "no worker judged it"}
}
