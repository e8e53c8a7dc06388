package main

import (
	"errors"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/reports"
)

// compareFlags are the options of `compare`.
type compareFlags struct {
	Format  string `flag:"format" value:"NAME" group:"Report" help:"text, json or markdown"`
	NoColor bool   `flag:"no-color" help:"no colour (NO_COLOR works too)"`
	Verbose bool   `flag:"verbose,v" help:"print both exchanges of a row in full, and the ids of all rows that only one run has"`
	configFlag
}

func compareCommand() *cobra.Command {
	f := compareFlags{Format: "text"}
	c := &cobra.Command{
		Use: "compare A B", Short: "Show which rows changed between two runs",
		Args: twoRuns,
		Long: `Show which rows changed between two recorded runs: regressions, improvements,
other changes, and rows that only one run has, with what both recorded. A and B
are folders of --report-dir, or their run.jsonl.

A row is a regression if it is worse in B: pass and note are best, then
known fail, warn, and last fail and blocked; or if it fails with an input that
did not fail in A. The exit code is 1 if there is a regression, 0 if there is
none, 2 if a run cannot be read or the runs have no row in common.`,
		Example: "  authconform compare before after\n  authconform compare ha-2025.4.4 ha-2026.11.0 --format markdown",
	}
	declare(c, &f, &f.Config, func(cmd *cobra.Command, runs []string) error { return f.run(cmd.OutOrStdout(), runs[0], runs[1]) })
	complete(c, "format", reports.ComparerNames)
	return c
}

func twoRuns(c *cobra.Command, runs []string) error {
	if len(runs) != 2 {
		return exit.Usagef("compare takes two runs, before and after, and got %d (see %s --help)", len(runs), c.CommandPath())
	}
	return nil
}

func (f *compareFlags) run(w io.Writer, a, b string) error {
	at := slices.IndexFunc(reports.Compared, func(c reports.Comparer) bool { return c.Name == f.Format })
	if at < 0 {
		return exit.Unknown("format", f.Format, reports.ComparerNames())
	}
	before, err1 := evidence.Open(a)
	after, err2 := evidence.Open(b)
	if err := errors.Join(err1, err2); err != nil {
		return exit.With(exit.Usage, err)
	}
	c, err := evidence.Compare(before, after)
	if err != nil {
		return exit.Usagef("%w: %s has the profile %s, %s has %s", err, a, before.Head.Target.Profile, b, after.Head.Target.Profile)
	}
	o := terminal(f.NoColor)
	o.Verbose = f.Verbose
	if err := reports.Compared[at].Write(w, c, o); err != nil {
		return exit.With(exit.Broken, err)
	}
	if c.Regressed() {
		return exit.Silent(exit.Failed)
	}
	return nil
}
