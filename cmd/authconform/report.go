package main

import (
	"bufio"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/reports"
)

// reportFlags are the options of `report`.
type reportFlags struct {
	Format string `flag:"format" value:"NAME" group:"Report" help:"print one view: console, json, junit, html, markdown or har"`
	viewFlags
	configFlag
}

func reportCommand() *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use: "report DIR", Short: "Make the reports of a recorded run again", Args: oneFolder,
		Long: `Make every report of a run again from what was recorded in its folder, or print
one of them.`,
		Example: `  authconform report out
  authconform report out --format markdown`,
	}
	declare(c, &f, &f.Config, func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) })
	complete(c, "format", reports.Names)
	return c
}

func oneFolder(c *cobra.Command, args []string) error {
	if len(args) != 1 {
		return exit.Usagef("%s wants one report folder, like %s out (see %s --help)", c.Name(), c.CommandPath(), c.CommandPath())
	}
	return nil
}

func (f *reportFlags) run(cmd *cobra.Command, dir string) error {
	if f.Format != "" && !slices.Contains(reports.Names(), f.Format) {
		return exit.Unknown("format", f.Format, reports.Names())
	}
	s, err := evidence.Read(dir)
	if err != nil {
		return exit.With(exit.Usage, err)
	}
	if err := f.apply(s); err != nil {
		return err
	}
	if f.Format == "" {
		return f.show(cmd, s, dir)
	}
	w, _ := reports.Find(f.Format)
	out := bufio.NewWriter(cmd.OutOrStdout())
	o := reports.Options{Strict: f.Strict, Console: consoleOptions(false, false, false)}
	if err := errors.Join(w.Write(out, s, o), out.Flush()); err != nil {
		return exit.With(exit.Broken, err)
	}
	return s.Outcome(f.Strict)
}
