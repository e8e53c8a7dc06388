package main

import (
	"crypto/x509"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/stage"
	"github.com/authconform/authconform/reports"
	"github.com/authconform/authconform/run"
)

// runFlags are the flags of `run` as they are written.
type runFlags struct {
	config, target, profile, user, passwordFile, controlURL string
	onboard, insecure, strict, noColor, quiet, verbose      bool
	browser, clock, clientSite, clientSiteCA, caFile        string
	accountLink, steps                                      string
	provider                                                provider.Config
	require                                                 []string
	sel, shard, reportDir, baseline, writeBaseline          string
	procs                                                   int
	seed                                                    int64
	timeout                                                 time.Duration
}

func runCommand() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run",
		Short: "Judge a server",
		Long: `Judge a server against every requirement of a profile. Without --target it judges the built-in mock home.

The password comes from AUTHCONFORM_PASSWORD, from --password-file, or from a prompt; never from the command line.
A flag wins over its environment variable (--report-dir is AUTHCONFORM_REPORT_DIR), and that over the file of --config.
Everything made at the target (tokens, login flows, users) is given back, also after Ctrl-C.`,
		Example: `  authconform run
  authconform run --target http://homeassistant.local:8123 --user ada --report-dir out
  authconform run --select 'section:code,!oauth2.code.expires' --browser off`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := settle(cmd, f.config); err != nil {
				return err
			}
			return f.run(cmd)
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.config, "config", "", "`FILE` with any of these flags as keys (authconform.yaml)")
	fl.StringVar(&f.target, "target", "", "`URL` of the server to judge (default: the built-in mock home)")
	fl.StringVar(&f.profile, "profile", "home-assistant", "what the target must meet")
	fl.StringVar(&f.user, "user", "", "`NAME` of the user who logs in")
	fl.StringVar(&f.passwordFile, "password-file", "", "`FILE` that holds the password")
	fl.BoolVar(&f.onboard, "onboard", false, "the home is fresh: create the user as its owner first")
	fl.StringVar(&f.browser, "browser", "auto", "auto, off, a `PATH`, or ws://HOST:PORT of a running one")
	fl.StringVar(&f.clock, "clock", "auto", "how to move the target's time: auto, none, wait, or a `COMMAND` that is given the whole offset (+660s)")
	fl.StringVar(&f.controlURL, "control-url", "", "`URL` of the mock's control plane; its token in AUTHCONFORM_CONTROL_TOKEN")
	fl.StringVar(&f.clientSite, "client-site", "", "where the client's pages are served and how the target reaches them: `LISTEN[=PUBLIC-URL]`")
	fl.StringVar(&f.provider.Client.ID, "client-id", "", "our client at a provider; its secret in AUTHCONFORM_CLIENT_SECRET")
	fl.StringVar(&f.provider.Redirect, "redirect-uri", "", "the redirect `URL` that our clients are registered with")
	fl.StringVar(&f.provider.Scope, "scope", "", "what is asked of a provider")
	fl.StringVar(&f.provider.APIURL, "api-url", "", "`URL` of a resource of the provider that wants a bearer token")
	fl.StringVar(&f.provider.AuthorizeURL, "authorize-url", "", "authorization endpoint of a provider without metadata")
	fl.StringVar(&f.provider.TokenURL, "token-url", "", "its token endpoint")
	fl.StringVar(&f.provider.RevokeURL, "revoke-url", "", "its revocation endpoint")
	fl.StringVar(&f.provider.Other.ID, "other-client-id", "", "another client there; its secret in AUTHCONFORM_OTHER_CLIENT_SECRET")
	fl.StringVar(&f.provider.Public.ID, "public-client-id", "", "a client there without a secret")
	fl.StringVar(&f.provider.Service, "service", "", "the service of an account-link proxy that is linked")
	fl.StringVar(&f.steps, "steps", "", "how a person gets through a provider's pages in a browser: auto, or a `FILE` (default: as plain forms, without one)")
	fl.StringVar(&f.accountLink, "account-link", "", "`ADDRESS` at which the target looks for its account-link proxy (TLS, by the CA of the client site)")
	fl.StringVar(&f.clientSiteCA, "client-site-ca", "", "`DIR` of the CA of the https client site; made if it has none")
	fl.StringSliceVar(&f.require, "require", nil, "needs (browser, clock, client-site, https-site, admin) whose absence fails the run")
	fl.StringVar(&f.sel, "select", "", "`EXPR` of ids, globs, level:must, section:token; ! takes away")
	fl.IntVar(&f.procs, "procs", min(4, 2*runtime.NumCPU()), "worker processes")
	fl.StringVar(&f.shard, "shard", "", "judge only part `I/N`; join the reports with merge")
	fl.Int64Var(&f.seed, "seed", 1, "order of the rows and of generated input")
	fl.StringVar(&f.reportDir, "report-dir", "", "`DIR` for report.json, junit.xml, report.html, exchanges.har, screenshots")
	fl.StringVar(&f.baseline, "baseline", "", "`FILE` of known failures")
	fl.StringVar(&f.writeBaseline, "write-baseline", "", "write today's failures to `FILE`")
	fl.BoolVar(&f.strict, "strict", false, "a warning fails the run too")
	fl.DurationVar(&f.timeout, "timeout", 0, "end the run after this time (0: never)")
	fl.StringVar(&f.caFile, "ca-file", "", "`FILE` of certificates (PEM) to trust when talking to the target")
	fl.BoolVar(&f.insecure, "insecure", false, "trust any certificate of the target")
	fl.BoolVar(&f.noColor, "no-color", false, "no colour (also: NO_COLOR)")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "only the summary")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "notes and passed rows too")
	return c
}

func (f *runFlags) run(cmd *cobra.Command) error {
	o, err := f.options(cmd)
	if err != nil {
		return err
	}
	if o.Target == "" {
		start := startBuiltIn
		switch o.Profile {
		case providerProfile:
			start = startBuiltInProvider
		case proxyProfile:
			start = startBuiltInProxy
		}
		mock, err := start(cmd.Context(), &o)
		if err != nil {
			return &run.Error{Code: run.ExitBroken, Err: err}
		}
		defer mock()
	} else if err := f.account(&o); err != nil {
		return err
	}
	_, err = run.Run(cmd.Context(), o)
	o.Progress.End()
	return err
}

func (f *runFlags) options(cmd *cobra.Command) (run.Options, error) {
	o := run.Options{
		Tool: tool(), Target: strings.TrimRight(f.target, "/"), Profile: f.profile, Onboard: f.onboard, Insecure: f.insecure,
		Browser: f.browser, Clock: f.clock, Select: f.sel, Require: f.require, Procs: f.procs, Seed: f.seed, Timeout: f.timeout,
		AccountLink: f.accountLink, Strict: f.strict, ReportDir: f.reportDir, Baseline: f.baseline, WriteBaseline: f.writeBaseline,
		Control: stage.Control{URL: f.controlURL, Token: os.Getenv(envPrefix + "CONTROL_TOKEN")},
		Stdout:  cmd.OutOrStdout(), Progress: run.Quiet{},
	}
	if !f.quiet {
		o.Progress = newProgress(os.Stderr)
	}
	self, err := os.Executable()
	if err != nil {
		return o, &run.Error{Code: run.ExitBroken, Err: err}
	}
	o.Worker = []string{self, workerWord}
	o.Console = f.console()
	if o.Target != "" && !strings.HasPrefix(o.Target, "http://") && !strings.HasPrefix(o.Target, "https://") {
		return o, run.Usage("--target %s: a URL is wanted, like http://homeassistant.local:8123", f.target)
	}
	if f.procs < 1 {
		return o, run.Usage("--procs %d: at least one worker is needed", f.procs)
	}
	if f.shard != "" {
		if n, err := fmt.Sscanf(f.shard, "%d/%d", &o.Shard.I, &o.Shard.N); n != 2 || err != nil || o.Shard.I < 1 || o.Shard.I > o.Shard.N {
			return o, run.Usage("--shard %s: wanted is I/N with 1 <= I <= N, like 2/5", f.shard)
		}
	}
	if f.caFile != "" {
		if o.CAFile, err = os.ReadFile(f.caFile); err != nil {
			return o, run.Usage("--ca-file: %v", err)
		}
		if !x509.NewCertPool().AppendCertsFromPEM(o.CAFile) {
			return o, run.Usage("--ca-file %s: it holds no certificate in PEM form", f.caFile)
		}
	}
	if f.clientSiteCA != "" {
		if o.SiteCA, err = clientsite.OpenCA(f.clientSiteCA); err != nil {
			return o, run.Usage("--client-site-ca: %v", err)
		}
	}
	if o.Profile == providerProfile || o.Profile == proxyProfile {
		if err := f.clients(&o); err != nil {
			return o, err
		}
	}
	if f.steps != "" && o.Provider == nil {
		return o, run.Usage("--steps: only a provider's pages are walked by steps (--profile %s, %s)", providerProfile, proxyProfile)
	}
	o.Site.Listen, o.Site.Public, _ = strings.Cut(f.clientSite, "=")
	if f.clientSite == "" {
		o.Site.Prefer = 21000 + int(uint64(f.seed)%1000)*30
	}
	return o, nil
}

// providerProfile judges providers: a target that is no home.
const providerProfile = "provider"

// proxyProfile judges account-link proxies.
const proxyProfile = "account-link"

// clients are ours at a provider.
func (f *runFlags) clients(o *run.Options) error {
	o.Provider = &f.provider
	if err := f.readSteps(); err != nil {
		return err
	}
	if f.target == "" {
		return nil // the built-in mock has them
	}
	if o.Profile == proxyProfile {
		if f.provider.Service == "" {
			return run.Usage("an account-link proxy is judged by a service of its list: give --service")
		}
		return nil
	}
	if f.provider.Client.ID == "" || f.provider.Redirect == "" {
		return run.Usage("a provider is judged by a client of ours: give --client-id and --redirect-uri, and the secret in AUTHCONFORM_CLIENT_SECRET")
	}
	f.provider.Client.Secret, f.provider.Other.Secret = os.Getenv(envPrefix+"CLIENT_SECRET"), os.Getenv(envPrefix+"OTHER_CLIENT_SECRET")
	return nil
}

func (f *runFlags) readSteps() (err error) {
	raw := provider.AutoSteps
	switch f.steps {
	case "":
		return nil
	case "auto":
	default:
		if raw, err = os.ReadFile(f.steps); err != nil {
			return run.Usage("--steps: %v; give a file, or auto", err)
		}
	}
	if f.provider.Steps, err = provider.ReadSteps(f.steps, raw); err != nil {
		return run.Usage("--steps %v", err)
	}
	if _, err = browser.Find(f.browser); err != nil {
		return run.Usage("--steps: a browser takes them, and there is %v", err)
	}
	return nil
}

func (f *runFlags) console() reports.ConsoleOptions {
	o := reports.ConsoleOptions{Width: 80, Verbose: f.verbose, Quiet: f.quiet, Strict: f.strict}
	if term.IsTerminal(int(os.Stdout.Fd())) {
		_, none := os.LookupEnv("NO_COLOR")
		o.Color = !none && !f.noColor && os.Getenv("TERM") != "dumb"
		if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && w >= 40 {
			o.Width = min(w, 120)
		}
	}
	return o
}

// account finds out who logs in and with what.
func (f *runFlags) account(o *run.Options) error {
	if f.user == "" {
		return run.Usage("who shall log in at %s? give --user NAME", f.target)
	}
	o.Account.Username = f.user
	o.Account.TOTPSecret = os.Getenv(envPrefix + "TOTP_SECRET")
	var err error
	o.Account.Password, err = f.password()
	return err
}

func (f *runFlags) password() (string, error) {
	if f.passwordFile != "" {
		raw, err := os.ReadFile(f.passwordFile)
		if err != nil {
			return "", run.Usage("--password-file: %v", err)
		}
		return strings.TrimRight(string(raw), "\r\n"), nil
	}
	if p := os.Getenv(envPrefix + "PASSWORD"); p != "" {
		return p, nil
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return "", run.Usage("no password of %q: set AUTHCONFORM_PASSWORD or give --password-file FILE", f.user)
	}
	fmt.Fprintf(os.Stderr, "Password of %s: ", f.user)
	p, err := term.ReadPassword(int(os.Stdin.Fd()))
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return "", run.Usage("the password could not be read: %v", err)
	}
	return string(p), nil
}
