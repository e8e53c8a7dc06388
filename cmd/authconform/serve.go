package main

import (
	"fmt"
	"net"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/run"
)

// serveFlags are the flags of `serve` as they are written.
type serveFlags struct {
	home, provider, proxy, my, ready, ca, defect string
	flavour                                      uint64
	fresh                                        bool
	bans                                         int
}

func serveCommand() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use: "serve", Short: "Be a home: a mock as strict as the real one",
		Long: `Serve a mock home that speaks Home Assistant's login, until Ctrl-C. Its users are printed at the start. Beside it there
may be a third party that it links accounts of, a proxy that holds a client there for many homes, and a page like
my.home-assistant.io: they know each other, and have one clock.
The control plane under /_authconform/ moves that clock, sets faults, and reads the history (docs/mock.md).`,
		Example: `  authconform serve
  authconform serve --home 127.0.0.1:0 --ready-file ready.json
  authconform serve --provider 127.0.0.1:8124 --defect thirdparty.redirect-by-prefix`,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	fl := c.Flags()
	fl.StringVar(&f.home, "home", "127.0.0.1:8123", "`ADDRESS` of the home; port 0 takes a free one")
	fl.StringVar(&f.provider, "provider", "", "`ADDRESS` of a mock provider beside it, with a developer console")
	fl.StringVar(&f.proxy, "account-link", "", "`ADDRESS` of an account-link proxy (TLS, its CA at /ca.pem) that holds a client at the provider")
	fl.StringVar(&f.my, "my", "", "`ADDRESS` of a page like my.home-assistant.io, over which third parties send people back")
	fl.StringVar(&f.ready, "ready-file", "", "`FILE` to write, once it listens, with URLs, users and control plane")
	fl.BoolVar(&f.fresh, "fresh", false, "a home that is not onboarded yet")
	fl.IntVar(&f.bans, "ban", 0, "ban an address after `N` refused logins (0: never)")
	fl.StringVar(&f.defect, "defect", "", "exactly one thing wrong, by its `ID` (explain ID tells its story), in the server that it is about")
	fl.Uint64Var(&f.flavour, "flavour", 0, "use the freedom that the texts leave: `SEED` of member order, extra members, lengths, words (0: none)")
	fl.StringVar(&f.ca, "client-site-ca", "", "`DIR` of a CA to trust when fetching client pages")
	_ = c.RegisterFlagCompletionFunc("defect", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return defectIDs(), cobra.ShellCompDirectiveNoFileComp
	})
	return c
}

func (f *serveFlags) run(cmd *cobra.Command) error {
	s, err := f.start()
	if err != nil {
		return err
	}
	defer s.stop()
	if f.ready != "" {
		if err := s.writeReady(f.ready); err != nil {
			return run.Usage("--ready-file: %v", err)
		}
		defer os.Remove(f.ready)
	}
	s.introduce(cmd.OutOrStdout())
	fmt.Fprintln(cmd.OutOrStdout(), "\nCtrl-C ends it.")
	<-cmd.Context().Done()
	return nil
}

// listenOn keeps a bare port on loopback.
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
