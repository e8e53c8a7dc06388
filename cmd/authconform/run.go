package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/internal/flags"
	"github.com/authconform/authconform/proof/stand"
	"github.com/authconform/authconform/reports"
	"github.com/authconform/authconform/run"
)

// runFlags are the options of `run`, besides those of the kinds of targets.
type runFlags struct {
	Target  string `flag:"target" value:"URL" group:"Target" help:"the server to judge (default: a built-in mock)"`
	Profile string `flag:"profile" value:"NAME" help:"what the target must meet: a built-in profile, or your own file"`

	Select  string        `flag:"select" value:"EXPR" group:"Rows" help:"ids, globs, level:must, section:token; comma-separated, ! excludes"`
	Core    bool          `flag:"core" help:"only the few dozen rows that matter most"`
	Rerun   string        `flag:"rerun" value:"DIR" help:"only the rows that failed or were blocked in the run recorded there"`
	Require []string      `flag:"require" value:"NEEDS" help:"needs (browser, clock, client-site, …) that must be met, or the run fails"`
	Shard   string        `flag:"shard" value:"I/N" help:"judge only part I of N; combine the parts with merge"`
	Seed    int64         `flag:"seed" value:"N" help:"seed for the order of rows and for generated input"`
	Procs   int           `flag:"procs" value:"N" help:"number of worker processes"`
	Fast    bool          `flag:"fail-fast" help:"judge the core rows first, and stop at the first failure that is not in the baseline"`
	Wait    time.Duration `flag:"wait" value:"TIME" help:"wait up to this long for the target to answer"`
	Timeout time.Duration `flag:"timeout" value:"TIME" help:"stop the run after this time"`

	ReportDir     string `flag:"report-dir" value:"DIR" group:"Report" help:"folder for the recorded run, its reports and screenshots"`
	Baseline      string `flag:"baseline" value:"FILE" help:"known failures, which do not fail the run"`
	Known         string `flag:"known" value:"PRODUCT" help:"a product whose deliberate deviations do not fail the run: home-assistant"`
	WriteBaseline string `flag:"write-baseline" value:"FILE" help:"write the failures of this run to a baseline file"`
	showFlags
	Strict  bool `flag:"strict" help:"a warning fails the run too"`
	NoColor bool `flag:"no-color" help:"no colour (NO_COLOR works too)"`
	Quiet   bool `flag:"quiet,q" help:"print only the summary"`
	Verbose bool `flag:"verbose,v" help:"also print notes and passed rows"`
	configFlag
}

func runCommand() *cobra.Command {
	f := runFlags{Profile: defaultProfile, Seed: 1, Procs: min(4, 2*runtime.NumCPU())}
	kinds := map[string]kind.Flags{}
	c := &cobra.Command{
		Use:   "run [URL]",
		Short: "Judge a server",
		Long: `Judge a server against every requirement of a profile. Without a URL, judge the
built-in mock.

The password comes from AUTHCONFORM_PASSWORD, --password-file or a prompt, never
from the command line. A flag overrides its environment variable (--report-dir
is AUTHCONFORM_REPORT_DIR), which overrides the file given with --config.
Everything created at the target (tokens, login flows, users) is removed at the
end, even after Ctrl-C.`,
		Example: `  authconform run
  authconform run http://homeassistant.local:8123 --user ada --report-dir out
  authconform run --profile provider --help
  authconform run --select 'section:code,!oauth2.code.expires' --browser off`,
		Args:    atMostOne("the URL of the target"),
		PreRunE: targetArgument,
	}
	var set *flags.Set
	set = declare(c, &f, &f.Config, func(cmd *cobra.Command, _ []string) error { return f.run(cmd, set, kinds) })
	for _, k := range stand.Kinds() {
		kinds[k.Name()] = k.Flags()
		set.Bind(kinds[k.Name()], k.Name())
	}
	helpOfKind(c, set, &f.Profile, &f.Config)
	completeProfile(c)
	complete(c, "known", reports.Products)
	complete(c, "require", func() []string { return condition.Words() })
	complete(c, "select", func() []string { return selectWords(f.Profile) })
	return c
}

func (f *runFlags) run(cmd *cobra.Command, set *flags.Set, kinds map[string]kind.Flags) error {
	profile, err := loadProfile(f.Profile)
	if err != nil {
		return err
	}
	if name, owners := set.Foreign(profile.Kind); name != "" {
		return exit.Usagef("--%s is only for targets of the kind %s; profile %s judges the kind %s",
			name, oneOf(owners), profile.Name, profile.Kind)
	}
	o := run.Options{
		Tool: tool(), Target: strings.TrimRight(f.Target, "/"),
		Profile: profile, Kind: stand.Kinds().Find(profile.Kind), Flags: kinds[profile.Kind],
		Select: f.Select, Core: f.Core, Rerun: f.Rerun, FailFast: f.Fast, Patience: f.Wait,
		Require: f.Require, Procs: f.Procs, Seed: f.Seed, Timeout: f.Timeout,
		Strict: f.Strict, ReportDir: f.ReportDir, Baseline: f.Baseline, Known: f.Known, WriteBaseline: f.WriteBaseline,
		Locate: f.Locate, Link: f.link(),
		Stdout: cmd.OutOrStdout(), Progress: run.Quiet{}, Console: f.console(),
	}
	if !f.Quiet {
		o.Progress = newProgress(os.Stderr)
	}
	self, err := os.Executable()
	if err != nil {
		return exit.With(exit.Broken, err)
	}
	o.Worker = []string{self, workerWord}
	if err := f.check(&o); err != nil {
		return err
	}
	if h, ok := o.Flags.(*home.Flags); ok {
		h.Prefer = f.port() + 1
	}
	bounded()
	if o.Target == "" {
		rest()
		mock, err := stand.Of(profile.Kind).Conforming(o.Flags, net.JoinHostPort("127.0.0.1", strconv.Itoa(f.port())))
		if err != nil {
			return exit.With(exit.Broken, err)
		}
		defer mock.Kill() // its only user has ended
		o.Target, o.BuiltIn = mock.Target, true
	}
	if err := o.Flags.Resolve(o.Target); err != nil {
		return err
	}
	_, err = run.Run(cmd.Context(), o)
	o.Progress.End()
	return err
}

// port returns the first port to listen on, if it is free. It depends on the seed, so that two runs of a seed look alike.
func (f *runFlags) port() int { return 20999 + int(uint64(f.Seed)%1000)*30 }

// check validates the flags.
func (f *runFlags) check(o *run.Options) error {
	if o.Target != "" && !strings.HasPrefix(o.Target, "http://") && !strings.HasPrefix(o.Target, "https://") {
		return exit.Usagef("--target %s: not a URL like http://homeassistant.local:8123", f.Target)
	}
	if f.Procs < 1 {
		return exit.Usagef("--procs %d: must be at least 1", f.Procs)
	}
	if f.Shard == "" {
		return nil
	}
	n, err := fmt.Sscanf(f.Shard, "%d/%d", &o.Shard.I, &o.Shard.N)
	if n != 2 || err != nil || o.Shard.I < 1 || o.Shard.I > o.Shard.N {
		return exit.Usagef("--shard %s: must be I/N with 1 <= I <= N, like 2/5", f.Shard)
	}
	return nil
}

func (f *runFlags) console() reports.ConsoleOptions {
	o := terminal(f.NoColor)
	o.Verbose, o.Quiet = f.Verbose, f.Quiet
	return o
}

// oneOf lists alternatives: "a", "a or b", "a, b or c".
func oneOf(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
