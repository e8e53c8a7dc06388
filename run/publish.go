package run

import (
	"errors"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/reports"
)

// publish compares the run with the baseline, writes every requested report, and returns the exit code as an error. It prints the
// table first: the verdicts are shown even if a file cannot be written.
func (j *job) publish(end evidence.End) error {
	recorded := j.recorder.End(end)
	j.set.End = &end
	if j.known != nil {
		j.known.Apply(j.set, time.Now())
	}
	if j.baseline != nil {
		j.baseline.Apply(j.set, time.Now())
	}
	o := reports.Options{Strict: j.Strict, Place: reports.At(j.Locate, j.baseline), Link: j.Link, Console: j.Console}
	j.Progress.End()
	werr := reports.Console(j.Stdout, j.set, o)
	if j.ReportDir != "" {
		werr = errors.Join(werr, recorded, reports.Folder(j.ReportDir, j.set, o))
	}
	outcome := j.set.Outcome(j.Strict)
	if j.WriteBaseline != "" {
		n, err := reports.WriteBaseline(j.WriteBaseline, j.set, j.baseline)
		werr = errors.Join(werr, err)
		if err == nil {
			j.Progress.Say("wrote %d known failures to %s", n, j.WriteBaseline)
			if exit.Code(outcome) == exit.Failed {
				outcome = nil // it did what it was asked for
			}
		}
	}
	if werr != nil {
		return exit.With(exit.Broken, errors.Join(outcome, werr))
	}
	return outcome
}
