package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/reports"
)

// mergeFlags are the options of `merge`.
type mergeFlags struct {
	ReportDir string `flag:"report-dir" value:"DIR" group:"Report" help:"folder for the joined report"`
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
	var parts []*reports.Report
	for _, d := range dirs {
		r, err := reports.Read(filepath.Join(d, "report.json"))
		if err != nil {
			return exit.With(exit.Usage, err)
		}
		parts = append(parts, r)
	}
	whole, err := reports.Merge(parts)
	if err != nil {
		return exit.With(exit.Usage, err)
	}
	if f.ReportDir != "" {
		if err := reports.PrepareFolder(f.ReportDir); err != nil {
			return exit.With(exit.Usage, err)
		}
		if err := reports.WriteFolder(f.ReportDir, whole, nil, reports.FolderOptions{}); err != nil {
			return exit.With(exit.Broken, err)
		}
	}
	reports.Console(cmd.OutOrStdout(), whole, reports.ConsoleOptions{Width: 80})
	for _, r := range whole.Results {
		if r.Verdict.Red(false) {
			return exit.Silent(exit.Failed)
		}
	}
	return nil
}
