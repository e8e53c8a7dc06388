package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/reports"
	"github.com/authconform/authconform/run"
)

func mergeCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "merge DIR…", Short: "Join the reports of shards", Args: cobra.MinimumNArgs(1),
		Long: "Join the reports that `run --shard I/N --report-dir DIR` wrote, one DIR per shard. Gaps and duplicates are errors.",
		RunE: func(cmd *cobra.Command, dirs []string) error {
			var parts []*reports.Report
			for _, d := range dirs {
				r, err := reports.Read(filepath.Join(d, "report.json"))
				if err != nil {
					return run.Usage("%v", err)
				}
				parts = append(parts, r)
			}
			whole, err := reports.Merge(parts)
			if err != nil {
				return run.Usage("%v", err)
			}
			if dir != "" {
				if err := reports.PrepareFolder(dir); err != nil {
					return run.Usage("%v", err)
				}
				if err := reports.WriteFolder(dir, whole, nil, reports.FolderOptions{}); err != nil {
					return &run.Error{Code: run.ExitBroken, Err: err}
				}
			}
			reports.Console(cmd.OutOrStdout(), whole, reports.ConsoleOptions{Width: 80})
			for _, r := range whole.Results {
				if r.Verdict.Red(false) {
					return &run.Error{Code: run.ExitFailed, Err: errSilent}
				}
			}
			return nil
		},
	}
	c.Flags().StringVar(&dir, "report-dir", "", "`DIR` for the joined report")
	return c
}
