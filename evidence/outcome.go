package evidence

import (
	"errors"
	"fmt"
	"slices"

	"github.com/authconform/authconform/internal/exit"
)

// fewBroken is how many bugs in authconform are named: often they have one cause.
const fewBroken = 5

// Outcome is the error that decides the exit code of run, merge and report. nil means that everything
// judged conforms, or fails only as the baseline says. The error has no message if the reports say everything.
func (s *Set) Outcome(strict bool) error {
	end := s.End
	if end == nil {
		end = &End{Interrupt: "the run was killed"}
	}
	switch {
	case len(end.Broken) > 0:
		return exit.With(exit.Broken, broken(end.Broken))
	case end.Refused != "":
		return exit.With(exit.NoTarget, errors.New(end.Refused))
	case end.Banned:
		return exit.With(exit.NoTarget, errors.New(end.Lost))
	case end.Interrupt != "":
		return exit.With(exit.Interrupted, fmt.Errorf("interrupted: %s; the report covers what was judged before", end.Interrupt))
	case end.Lost != "":
		return exit.With(exit.Failed, errors.New(end.Lost))
	case len(s.Unfinished()) > 0:
		return exit.With(exit.Broken, fmt.Errorf("%d rows have no verdict, %s among them", len(s.Unfinished()), s.Unfinished()[0]))
	case len(s.Problems) > 0:
		return exit.With(exit.Failed, errors.New("the baseline no longer fits"))
	}
	return s.verdict(strict)
}

// verdict returns the error for results that are red or say nothing.
func (s *Set) verdict(strict bool) error {
	missing := 0
	for _, r := range s.Results {
		if s.Misses(r) {
			missing++
		}
	}
	switch {
	case missing > 0:
		return exit.With(exit.Failed, fmt.Errorf("%d rows did not run although --require demands their prerequisites", missing))
	case slices.ContainsFunc(s.Results, func(r Result) bool { return r.Verdict.Red(strict) }):
		return exit.Silent(exit.Failed)
	case s.Judged() == 0 && s.Head.Shard == "": // of a shard only merge can say so
		return exit.With(exit.Empty, errors.New("nothing was judged: none of the selected rows could be run or applies"))
	}
	return nil
}

// Misses reports whether a row was not run although --require demands its prerequisite.
func (s *Set) Misses(r Result) bool {
	return r.Verdict == NotRun && slices.Contains(s.Head.Require, r.Need)
}

// Judged counts the judged rows: those that ran and apply.
func (s *Set) Judged() int {
	n := 0
	for _, r := range s.Results {
		if r.Verdict != NotRun && r.Verdict != NotApplicable {
			n++
		}
	}
	return n
}

func broken(list []string) error {
	var errs []error
	for i, b := range list {
		if i == fewBroken {
			errs = append(errs, fmt.Errorf("and %d more of them", len(list)-i))
			break
		}
		errs = append(errs, errors.New("this is a defect of authconform, please report it: "+b))
	}
	return errors.Join(errs...)
}
