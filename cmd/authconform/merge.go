package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/reports"
)

// mergeFlags are the options of `merge`.
type mergeFlags struct {
	ReportDir string `flag:"report-dir" value:"DIR" group:"Report" help:"folder for the merged run and its reports"`
	viewFlags
}

func mergeCommand() *cobra.Command {
	var f mergeFlags
	c := &cobra.Command{
		Use: "merge DIR…", Short: "Merge the runs of all shards", Args: folders("which runs? Give the --report-dir of every shard", true),
		Long: `Merge the runs recorded by "run --shard I/N --report-dir DIR" into one run with
all evidence. Give one DIR per shard. It is an error if a shard is missing, is
given twice or belongs to another run. The merged run fails if a shard failed.`,
		Example: "  authconform merge one two three --report-dir all",
	}
	declare(c, &f, &f.Config, func(cmd *cobra.Command, dirs []string) error { return f.run(cmd.OutOrStdout(), dirs) })
	return c
}

func (f *mergeFlags) run(w io.Writer, dirs []string) error {
	var parts []*evidence.Set
	for _, dir := range dirs {
		s, err := evidence.Read(dir)
		if err != nil {
			return exit.With(exit.Usage, err)
		}
		if same(dir, f.ReportDir) {
			return exit.Usagef("--report-dir %s is the folder of shard %s; give the merged run its own folder", f.ReportDir, s.Head.Shard)
		}
		parts = append(parts, s)
	}
	whole, err := evidence.Merge(parts)
	if err != nil {
		return exit.With(exit.Usage, err)
	}
	if f.ReportDir != "" {
		if err := reports.PrepareFolder(f.ReportDir); err != nil {
			return exit.With(exit.Usage, err)
		}
		if err := evidence.Clear(f.ReportDir, reports.Files()); err != nil {
			return exit.With(exit.Usage, err)
		}
		if err := evidence.Write(f.ReportDir, whole, parts); err != nil {
			return exit.With(exit.Broken, err)
		}
	}
	return f.publish(w, whole)
}

// same reports whether two names lead to one folder.
func same(a, b string) bool {
	one, err1 := os.Stat(a)
	other, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(one, other)
}
