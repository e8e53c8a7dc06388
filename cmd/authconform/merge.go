package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/reports"
)

// mergeFlags are the options of `merge`.
type mergeFlags struct {
	ReportDir string `flag:"report-dir" value:"DIR" group:"Report" help:"folder for the joined report"`
	viewFlags
	configFlag
}

func mergeCommand() *cobra.Command {
	var f mergeFlags
	c := &cobra.Command{
		Use: "merge DIR…", Short: "Join the reports of shards", Args: folders,
		Long: `Join the reports that "run --shard I/N --report-dir DIR" wrote, one DIR per
shard. A shard that is missing, or is given twice, is an error.`,
		Example: `  authconform merge one two three --report-dir all`,
	}
	declare(c, &f, &f.Config, f.run)
	return c
}

// folders takes one folder or more.
func folders(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return exit.Usagef("merge wants the report folders of the shards, like %s one two (see %s --help)", c.CommandPath(), c.CommandPath())
	}
	return nil
}

func (f *mergeFlags) run(cmd *cobra.Command, dirs []string) error {
	var parts []*evidence.Set
	for _, dir := range dirs {
		s, err := evidence.Read(dir)
		if err != nil {
			return exit.With(exit.Usage, err)
		}
		parts = append(parts, s)
	}
	whole, err := evidence.Merge(parts)
	if err != nil {
		return exit.Usagef("merge: %v", err)
	}
	if f.ReportDir != "" {
		if err := reports.PrepareFolder(f.ReportDir); err != nil {
			return exit.With(exit.Usage, err)
		}
		if err := evidence.Write(f.ReportDir, whole, parts); err != nil {
			return exit.With(exit.Broken, err)
		}
	}
	if err := f.apply(whole); err != nil {
		return err
	}
	return f.show(cmd, whole, f.ReportDir)
}

// viewFlags are how a recorded run is looked at.
type viewFlags struct {
	Baseline string `flag:"baseline" value:"FILE" group:"Report" help:"known failures, which do not fail the run"`
	Strict   bool   `flag:"strict" group:"Report" help:"a warning fails the run too"`
}

// apply holds a set against the baseline.
func (f *viewFlags) apply(s *evidence.Set) error {
	if f.Baseline == "" {
		return nil
	}
	ids, retired, err := knownRows()
	if err != nil {
		return err
	}
	b, err := reports.ReadBaseline(f.Baseline, ids, retired)
	if err != nil {
		return exit.With(exit.Usage, err)
	}
	b.Apply(s, time.Now())
	return nil
}

// show prints a set, writes its views into a folder unless that is "", and finds the exit code.
func (f *viewFlags) show(cmd *cobra.Command, s *evidence.Set, dir string) error {
	o := reports.Options{Strict: f.Strict, Console: consoleOptions(false, false, false)}
	if err := reports.Console(cmd.OutOrStdout(), s, o); err != nil {
		return exit.With(exit.Broken, err)
	}
	if dir != "" {
		if err := reports.Folder(dir, s, o); err != nil {
			return exit.With(exit.Broken, err)
		}
	}
	return s.Outcome(f.Strict)
}
