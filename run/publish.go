package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/runner"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/reports"
)

// publish holds the report against the baseline, writes it everywhere it was asked for, and finds the exit code. The
// table is printed first: what was judged is shown even if a file cannot be written.
func (j *job) publish(ctx context.Context, out *runner.Outcome) error {
	var stale []string
	if j.baseline != nil {
		stale = j.baseline.Apply(j.report, time.Now())
	}
	j.report.Summary = reports.Count(j.report.Results)
	entries := exchanges(j.report)
	trim(j.report)
	j.Progress.End()
	werr := j.write(entries)
	reports.Console(j.Stdout, j.report, j.Console)
	said := stale
	if out.Gone == nil { // its one sentence says what is left
		said = slices.Concat(stale, j.report.Run.Cleanup)
	}
	for _, line := range said {
		j.Progress.Say("%s", line)
	}
	var broken []error
	for i, b := range out.Broken {
		if i == fewBroken {
			broken = append(broken, fmt.Errorf("and %d more of them", len(out.Broken)-i))
			break
		}
		broken = append(broken, errors.New("a defect of authconform, please report it: "+b))
	}
	switch {
	case len(broken) > 0 || len(out.Lost) > 0 || werr != nil:
		return &exit.Error{Code: exit.Broken, Err: errors.Join(append(broken, werr)...)}
	case out.Gone != nil && out.Gone.Banned:
		return exit.With(exit.NoTarget, fmt.Errorf("%w; %s", out.Gone, mayBeLeft))
	case ctx.Err() != nil:
		return exit.Interrupt(ctx, "what was judged until then is reported")
	case out.Gone != nil:
		return exit.With(exit.Failed, fmt.Errorf("%w; %s", out.Gone, mayBeLeft))
	case len(stale) > 0:
		return exit.With(exit.Failed, errors.New("the baseline no longer fits"))
	}
	return j.verdict()
}

// fewBroken is how many defects of ours are named: one cause often has many.
const fewBroken = 5

// verdict is the error of a report that is red.
func (j *job) verdict() error {
	red, missing := 0, 0
	for _, r := range j.report.Results {
		if r.Verdict.Red(j.Strict) {
			red++
		}
		if r.Verdict == reports.NotRun && slices.ContainsFunc(j.Require, func(need string) bool { return strings.HasPrefix(r.Reason, "needs "+need+":") }) {
			missing++
		}
	}
	switch {
	case missing > 0:
		return exit.With(exit.Failed, fmt.Errorf("%d rows were not run for want of what --require demands", missing))
	case red > 0:
		return exit.Silent(exit.Failed)
	}
	return nil
}

func (j *job) write(entries []reports.HAREntry) error {
	var errs []error
	if j.WriteBaseline != "" {
		errs = append(errs, reports.WriteBaseline(j.WriteBaseline, j.report, j.baseline))
	}
	if j.ReportDir != "" {
		errs = append(errs, reports.WriteFolder(j.ReportDir, j.report, entries, reports.FolderOptions{Strict: j.Strict}))
	}
	return errors.Join(errs...)
}

// exchanges lists everything that went over the wire, for the HAR.
func exchanges(r *reports.Report) []reports.HAREntry {
	var out []reports.HAREntry
	for _, res := range r.Results {
		for _, e := range res.Evidence {
			if e.Exchange != nil {
				out = append(out, reports.HAREntry{ID: res.ID, Exchange: *e.Exchange})
			}
		}
	}
	return out
}

// trim drops the evidence of rows that nobody will ask about.
func trim(r *reports.Report) {
	for i := range r.Results {
		if v := r.Results[i].Verdict; v == reports.Pass || v == reports.NotApplicable {
			r.Results[i].Evidence = nil
		}
	}
}
