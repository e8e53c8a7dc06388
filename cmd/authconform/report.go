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

// viewFlags are the options of commands that show recorded runs.
type viewFlags struct {
	Baseline string `flag:"baseline" value:"FILE" group:"Report" help:"known failures, which do not fail the run"`
	Known    string `flag:"known" value:"PRODUCT" help:"a product whose deliberate deviations do not fail the run: home-assistant"`
	showFlags
	Strict  bool `flag:"strict" help:"a warning fails the run too"`
	NoColor bool `flag:"no-color" help:"no colour (NO_COLOR works too)"`
	configFlag
}

// showFlags choose where else to show failures, besides the reports.
type showFlags struct {
	Locate string `flag:"locate" value:"FILE" group:"Report" help:"file that SARIF and annotations point to (default: the baseline)"`
	Link   string `flag:"link" value:"URL" help:"where the reports are published (default: the current run, on GitHub)"`
}

// link returns the URL of the published reports. GitHub Actions gives it in variables.
func (f *showFlags) link() string {
	server, repository, id := os.Getenv("GITHUB_SERVER_URL"), os.Getenv("GITHUB_REPOSITORY"), os.Getenv("GITHUB_RUN_ID")
	if f.Link != "" || server == "" || repository == "" || id == "" {
		return f.Link
	}
	return server + "/" + repository + "/actions/runs/" + id
}

// reportFlags are the options of `report`.
type reportFlags struct {
	Format string `flag:"format" value:"NAME" group:"Report" help:"print one report: console, json, junit, markdown, sarif, annotations, …"`
	viewFlags
}

func reportCommand() *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use: "report DIR", Short: "Recreate the reports of a run",
		Args: folders("which run? Give one folder, the --report-dir of the run", false),
		Long: `Recreate every report of a run from the run.jsonl in its --report-dir, and print
the verdicts; with --format, print one report instead. This also works for a run
that was killed. The exit code is that of the run.`,
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
	o, err := f.apply(s)
	if err != nil {
		return err
	}
	return verdict(s, f.Strict, writer.Write(w, s, o))
}

// apply compares a run with the baseline, and returns the options to show it with.
func (f *viewFlags) apply(s *evidence.Set) (reports.Options, error) {
	o := reports.Options{Strict: f.Strict, Place: reports.At(f.Locate, nil), Link: f.link(), Console: terminal(f.NoColor)}
	if f.Baseline+f.Known == "" {
		return o, nil
	}
	catalogue, err := requirements.Load()
	if err != nil {
		return o, exit.With(exit.Broken, err)
	}
	if f.Known != "" {
		known, err := reports.KnownOf(f.Known, catalogue.IDs(), requirements.Retired)
		if err != nil {
			return o, exit.With(exit.Usage, err)
		}
		known.Apply(s, time.Now())
	}
	if f.Baseline == "" {
		return o, nil
	}
	b, err := reports.ReadBaseline(f.Baseline, catalogue.IDs(), requirements.Retired)
	if err != nil {
		return o, exit.With(exit.Usage, err)
	}
	b.Apply(s, time.Now())
	o.Place = reports.At(f.Locate, b)
	return o, nil
}

// publish prints the verdicts, writes every report into the run's folder, if it has one, and returns the exit code as an error.
func (f *viewFlags) publish(w io.Writer, s *evidence.Set) error {
	o, err := f.apply(s)
	if err != nil {
		return err
	}
	err = reports.Console(w, s, o)
	if s.Dir != "" {
		err = errors.Join(err, reports.Folder(s.Dir, s, o))
	}
	return verdict(s, f.Strict, err)
}

// verdict returns the error that decides the exit code: failing to write a report outweighs the verdict.
func verdict(s *evidence.Set, strict bool, err error) error {
	out := s.Outcome(strict)
	if err != nil {
		return exit.With(exit.Broken, errors.Join(err, out))
	}
	return out
}

// folders accepts one folder, or several where many is set, and explains in plain words when there is none.
func folders(why string, many bool) cobra.PositionalArgs {
	return func(c *cobra.Command, dirs []string) error {
		if len(dirs) == 0 || len(dirs) > 1 && !many {
			return exit.Usagef("%s (see %s --help)", why, c.CommandPath())
		}
		return nil
	}
}

// terminal returns the options of the console view for standard output.
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
