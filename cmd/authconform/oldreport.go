package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/flags"
	"github.com/authconform/authconform/reports"
)

// noOldReport removes the report of an earlier run from the folder of a run that was called wrongly, so that nobody takes it for
// this run's. It leaves a folder alone that the run was to read.
func noOldReport(c *cobra.Command, args []string) error {
	dir := asked(c, args, "report-dir")
	if dir == "" || filepath.Clean(dir) == filepath.Clean(asked(c, args, "rerun")) {
		return nil
	}
	return evidence.Clear(dir, reports.Files())
}

// asked returns the value of a flag, even of one after the error that stopped the parser.
func asked(c *cobra.Command, args []string, name string) string {
	if flag := c.Flags().Lookup(name); flag != nil && flag.Value.String() != "" {
		return flag.Value.String()
	}
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--"+name+"="); ok {
			return value
		}
		if arg == "--"+name && i+1 < len(args) {
			return args[i+1]
		}
	}
	return os.Getenv(flags.Variable(name))
}
