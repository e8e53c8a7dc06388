package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/internal/flags"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/proof"
)

// serveFlags are the options of `serve`.
type serveFlags struct {
	Home        string `flag:"home" value:"ADDRESS" group:"Servers" help:"listen address of the home; port 0 picks a free port"`
	Provider    string `flag:"provider" value:"ADDRESS" help:"a mock provider beside it, with a developer console"`
	AccountLink string `flag:"account-link" value:"ADDRESS" help:"an account-link proxy (TLS, CA at /ca.pem) that is a client of the provider"`
	IndieAuth   string `flag:"indieauth" value:"ADDRESS" help:"a mock IndieAuth server, for people's own URLs"`
	My          string `flag:"my" value:"ADDRESS" help:"a page like my.home-assistant.io, through which third parties redirect users"`
	PublicURL   string `flag:"public-url" value:"URL" help:"external URL of the home, when it is behind Docker or a TLS proxy"`
	ProviderURL string `flag:"provider-url" value:"URL" help:"external URL of the provider"`
	TLS         bool   `flag:"tls" help:"https, with a CA that is created at the start (/_authconform/ca.pem)"`
	TLSCert     string `flag:"tls-cert" value:"FILE" help:"https with this certificate chain (PEM); needs --tls-key"`
	TLSKey      string `flag:"tls-key" value:"FILE" help:"its private key (PEM)"`
	State       string `flag:"state" value:"FILE" help:"keep users and sessions of the home in this file, and continue from it"`
	ReadyFile   string `flag:"ready-file" value:"FILE" help:"file to write once everything listens: URLs, users, control plane"`

	Verbose bool   `flag:"verbose,v" group:"Behaviour" help:"log each request to standard error"`
	Log     string `flag:"log" value:"FORMAT" help:"format of the request log: text or json"`

	Frontend     string   `flag:"frontend" value:"DIR" group:"Behaviour" help:"show the real frontend: hass_frontend of its Python package"`
	Logins       string   `flag:"login-providers" value:"FILE" help:"ways to log in: auth_providers of a home's configuration.yaml"`
	Fresh        bool     `flag:"fresh" group:"Behaviour" help:"a home that is not onboarded yet"`
	Ban          int      `flag:"ban" value:"N" help:"ban an address after N refused logins"`
	Defect       []string `flag:"defect" value:"ID,..." help:"have exactly these defects; the word list prints all (explain ID describes one)"`
	Lifetime     []string `flag:"lifetime" value:"NAME=TIME,..." help:"lifetimes of code, access-token, refresh-token, login-flow"`
	Flavour      uint64   `flag:"flavour" value:"SEED" help:"vary what the specifications leave open: order, extra members, lengths, texts"`
	ClientSiteCA string   `flag:"client-site-ca" value:"DIR" help:"a CA to trust when fetching client pages"`
	ControlToken string   `env:"CONTROL_TOKEN"`
	configFlag
}

func serveCommand() *cobra.Command {
	f := serveFlags{Home: "127.0.0.1:8123"}
	c := &cobra.Command{
		Use: "serve", Short: "Run a mock home that is as strict as the real one",
		Long: `Run a mock home that speaks Home Assistant's login, until Ctrl-C. Its users are
printed at the start. On request it comes with a third party whose accounts it
can link, an account-link proxy that is a client of that third party, and a page
like my.home-assistant.io. All of them share one clock.

The control plane under /_authconform/ moves the clock, injects faults and lists
the requests that were received (docs/mock.md).`,
		Example: `  authconform serve
  authconform serve --home 127.0.0.1:0 --ready-file ready.json
  authconform serve --provider :8124 --defect thirdparty.redirect-by-prefix`,
	}
	declare(c, &f, &f.Config, func(cmd *cobra.Command, _ []string) error { return f.run(cmd) })
	complete(c, "defect", proof.DefectIDs)
	return c
}

func (f *serveFlags) run(cmd *cobra.Command) error {
	if len(f.Defect) == 1 && f.Defect[0] == "list" {
		return listDefects(cmd.OutOrStdout())
	}
	for name, public := range map[string]string{"public-url": f.PublicURL, "provider-url": f.ProviderURL} {
		if u, err := url.Parse(public); public != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
			return exit.Usagef("--%s %s: not a URL like https://home.example", name, public)
		}
	}
	if err := os.Remove(f.ReadyFile); f.ReadyFile != "" && err != nil && !errors.Is(err, fs.ErrNotExist) {
		return exit.Usagef("--ready-file: the old file cannot be removed: %v", err)
	}
	if token, given := os.LookupEnv(flags.Prefix + "CONTROL_TOKEN"); given {
		if err := mock.CheckControlToken(token); err != nil {
			return exit.Usagef("%sCONTROL_TOKEN: %v", flags.Prefix, err)
		}
	}
	if err := f.checkLog(); err != nil {
		return err
	}
	s, err := f.start()
	if err != nil {
		return err
	}
	defer s.stop()
	if f.State != "" {
		stop, err := keep(s.home.Home, f.State, func(err error) { fmt.Fprintf(cmd.ErrOrStderr(), "--state %s: %v\n", f.State, err) })
		if err != nil {
			return exit.Usagef("--state: %v", err)
		}
		defer stop()
	}
	if f.ReadyFile != "" {
		if err := s.writeReady(f.ReadyFile); err != nil {
			return exit.Usagef("--ready-file: %v", err)
		}
		defer os.Remove(f.ReadyFile)
	}
	s.introduce(cmd.OutOrStdout())
	fmt.Fprintln(cmd.OutOrStdout(), "\nPress Ctrl-C to stop.")
	<-cmd.Context().Done()
	return nil
}

// listenOn puts a bare port on loopback.
func listenOn(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err == nil && host == "" {
		return net.JoinHostPort("127.0.0.1", port)
	}
	if _, err := strconv.Atoi(address); err == nil {
		return net.JoinHostPort("127.0.0.1", address)
	}
	return address
}
