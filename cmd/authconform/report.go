package main

import (
	"errors"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/reports"
	"github.com/authconform/authconform/suites/requirements"
)

// viewFlags are the options of commands that look at runs which were recorded.
type viewFlags struct {
	Baseline string `flag:"baseline" value:"FILE" group:"Report" help:"known failures, which do not make it red"`
	Strict   bool   `flag:"strict" help:"a warning is red too"`
	NoColor  bool   `flag:"no-color" help:"no colour (also: NO_COLOR)"`
	configFlag
}

// reportFlags are the options of `report`.
type reportFlags struct {
	Format string `flag:"format" value:"NAME" group:"Report" help:"print one report: console, json, junit, html, markdown or har"`
	viewFlags
}

func reportCommand() *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use: "report DIR", Short: "Make the reports of a run again",
		Args: folders("which run? Name one folder, the --report-dir of the run", false),
		Long: `Make every report of a run again, from the run.jsonl in the folder of its
--report-dir, and print the verdicts; or print one of the reports. So a run that
was killed gets its reports. The exit code is that of the run.`,
		Example: "  authconform report out\n  authconform report out --format markdown >> \"$GITHUB_STEP_SUMMARY\"",
	}
	declare(c, &f, &f.Config, func(cmd *cobra.Command, dirs []string) error { return f.run(cmd.OutOrStdout(), dirs[0]) })
	complete(c, "format", reports.Names)
	return c
}

func (f *reportFlags) run(w io.Writer, dir string) error {
	s, err := evidence.Read(dir)
	if err != nil {
		return exit.With(exit.Usage, err)
	}
	if f.Format == "" {
		return f.publish(w, s)
	}
	writer, known := reports.Find(f.Format)
	if !known {
		return exit.Unknown("format", f.Format, reports.Names())
	}
	if err := f.apply(s); err != nil {
		return err
	}
	return verdict(s, f.Strict, writer.Write(w, s, f.options()))
}

func (f *viewFlags) options() reports.Options {
	return reports.Options{Strict: f.Strict, Console: terminal(f.NoColor)}
}

// apply holds a run against the baseline.
func (f *viewFlags) apply(s *evidence.Set) error {
	if f.Baseline == "" {
		return nil
	}
	catalogue, err := requirements.Load()
	if err != nil {
		return exit.With(exit.Broken, err)
	}
	b, err := reports.ReadBaseline(f.Baseline, catalogue.IDs(), requirements.Retired)
	if err != nil {
		return exit.With(exit.Usage, err)
	}
	b.Apply(s, time.Now())
	return nil
}

// publish prints the verdicts, writes every report into the run's folder, if it has one, and finds the exit code.
func (f *viewFlags) publish(w io.Writer, s *evidence.Set) error {
	if err := f.apply(s); err != nil {
		return err
	}
	err := reports.Console(w, s, f.options())
	if s.Dir != "" {
		err = errors.Join(err, reports.Folder(s.Dir, s, f.options()))
	}
	return verdict(s, f.Strict, err)
}

// verdict is the error that decides the exit code: a report that cannot be written outweighs what it says.
func verdict(s *evidence.Set, strict bool, err error) error {
	out := s.Outcome(strict)
	if err != nil {
		return exit.With(exit.Broken, errors.Join(err, out))
	}
	return out
}

// folders wants one folder, or more of them where many may be named, and says in plain words where there is none.
func folders(why string, many bool) cobra.PositionalArgs {
	return func(c *cobra.Command, dirs []string) error {
		if len(dirs) == 0 || len(dirs) > 1 && !many {
			return exit.Usagef("%s (see %s --help)", why, c.CommandPath())
		}
		return nil
	}
}

// terminal is what the console view may use where standard output goes.
func terminal(noColor bool) reports.ConsoleOptions {
	o := reports.ConsoleOptions{Width: 80}
	if term.IsTerminal(int(os.Stdout.Fd())) {
		_, none := os.LookupEnv("NO_COLOR")
		o.Color = !none && !noColor && os.Getenv("TERM") != "dumb"
		if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && w >= 40 {
			o.Width = min(w, 120)
		}
	}
	return o
}
