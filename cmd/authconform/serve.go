package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/demo"
	"github.com/authconform/authconform/harness/clientsite"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
	mybounce "github.com/authconform/authconform/mockprovider/my"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/proof/defects"
	"github.com/authconform/authconform/run"
)

func serveCommand() *cobra.Command {
	var address, thirdParty, bounce, ready, ca, defect string
	var flavour uint64
	var fresh bool
	var bans int
	c := &cobra.Command{
		Use: "serve", Short: "Be a home: a mock as strict as the real one",
		Long: `Serve a mock home that speaks Home Assistant's login, until Ctrl-C. Its users are printed at the start.
The control plane under /_authconform/ moves its clock, sets faults, and reads its history (docs/mock.md).`,
		Example: "  authconform serve\n  authconform serve --home 127.0.0.1:0 --ready-file ready.json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			o := mockserver.Options{Fresh: fresh, BanThreshold: bans, ControlToken: os.Getenv(envPrefix + "CONTROL_TOKEN")}
			if ca != "" {
				authority, err := clientsite.OpenCA(ca)
				if err != nil {
					return run.Usage("--client-site-ca: %v", err)
				}
				o.Fetch = trusting(authority)
			}
			if flavour != 0 {
				o.Policy = mockserver.Strict()
				mockserver.Flavour(o.Policy, flavour)
			}
			story := ""
			if defect != "" {
				d, ok := defects.Find(defect)
				if !ok {
					return run.Unknown("defect", defect, defectIDs())
				}
				o, story = d.Options(o), d.Story
			}
			var provider *mockprovider.Server
			if thirdParty != "" {
				if o.ControlToken == "" {
					o.ControlToken = mock.Secret(16)
				}
				var err error
				if provider, err = mockprovider.Listen(listenOn(thirdParty), mockprovider.Options{ControlToken: o.ControlToken}); err != nil {
					return run.Usage("--provider %s: %v", thirdParty, err)
				}
				defer provider.Stop()
				o.ThirdParty = demo.ThirdParty(provider)
			}
			var my *mybounce.Server
			if bounce != "" {
				var err error
				if my, err = mybounce.Listen(listenOn(bounce)); err != nil {
					return run.Usage("--my %s: %v", bounce, err)
				}
				defer my.Stop()
				o.My = my.URL + mybounce.Path
			}
			home, err := mockserver.Listen(listenOn(address), o)
			if err != nil {
				return run.Usage("--home %s: %v", address, err)
			}
			defer home.Stop()
			if my != nil {
				my.ChooseInstance(home.URL)
			}
			if ready != "" {
				if err := writeReady(ready, home, provider); err != nil {
					return run.Usage("--ready-file: %v", err)
				}
				defer os.Remove(ready)
			}
			introduce(cmd.OutOrStdout(), home, fresh)
			if provider != nil {
				introduceProvider(cmd.OutOrStdout(), provider)
			}
			if my != nil {
				fmt.Fprintf(cmd.OutOrStdout(), "\nThird parties redirect to %s, as to my.home-assistant.io\n", o.My)
			}
			fmt.Fprintln(cmd.OutOrStdout(), "\nCtrl-C ends it.")
			if story != "" {
				fmt.Fprintf(cmd.OutOrStdout(), "\nIt has the defect %s:\n%s\n", defect, fold(story, "  "))
			}
			<-cmd.Context().Done()
			return nil
		},
	}
	c.Flags().StringVar(&address, "home", "127.0.0.1:8123", "`ADDRESS` of the home; port 0 takes a free one")
	c.Flags().StringVar(&thirdParty, "provider", "", "`ADDRESS` of a mock provider beside it, with a developer console; port 0 takes a free one")
	c.Flags().StringVar(&bounce, "my", "", "`ADDRESS` of a page like my.home-assistant.io, over which third parties send people back")
	c.Flags().StringVar(&ready, "ready-file", "", "`FILE` to write, once it listens, with URL, users and control plane")
	c.Flags().BoolVar(&fresh, "fresh", false, "a home that is not onboarded yet")
	c.Flags().IntVar(&bans, "ban", 0, "ban an address after `N` refused logins (0: never)")
	c.Flags().StringVar(&defect, "defect", "", "serve a home with exactly one defect, by its `ID` (explain ID tells its story)")
	c.Flags().Uint64Var(&flavour, "flavour", 0, "use the freedom that the texts leave: `SEED` of member order, extra members, lengths, words (0: none)")
	_ = c.RegisterFlagCompletionFunc("defect", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return defectIDs(), cobra.ShellCompDirectiveNoFileComp
	})
	c.Flags().StringVar(&ca, "client-site-ca", "", "`DIR` of a CA to trust when fetching client pages")
	return c
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

// readyFile is what --ready-file holds.
type readyFile struct {
	Home struct {
		URL   string      `json:"url"`
		Users []readyUser `json:"users"`
	} `json:"home"`
	Provider *readyProvider `json:"provider,omitempty"`
	Control  struct {
		URL   string `json:"url"`
		Token string `json:"token"`
	} `json:"control"`
}

type readyProvider struct {
	URL     string      `json:"url"`
	Console string      `json:"console"`
	Users   []readyUser `json:"users"`
}

type readyUser struct {
	Username string `json:"username"`
	Password string `json:"password"`
	TOTP     string `json:"totp_secret,omitempty"`
	Inactive bool   `json:"inactive,omitempty"`
}

// writeReady writes the file whole or not at all, readable by its owner only.
func writeReady(path string, home *mockserver.Server, provider *mockprovider.Server) error {
	var r readyFile
	r.Home.URL = home.URL
	for _, u := range home.Users {
		r.Home.Users = append(r.Home.Users, readyUser{u.Username, u.Password, u.TOTP, u.Inactive})
	}
	if provider != nil {
		r.Provider = &readyProvider{URL: provider.URL, Console: provider.URL + "/console"}
		for _, u := range provider.Users {
			r.Provider.Users = append(r.Provider.Users, readyUser{Username: u.Username, Password: u.Password})
		}
	}
	r.Control.URL, r.Control.Token = home.URL, home.ControlToken
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".ready-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(append(raw, '\n'))
	return errors.Join(err, tmp.Close(), os.Rename(tmp.Name(), path))
}

func introduce(w io.Writer, home *mockserver.Server, fresh bool) {
	fmt.Fprintf(w, "A mock home listens on %s\n\n", home.URL)
	if fresh {
		fmt.Fprintln(w, "It is not onboarded: POST /api/onboarding/users makes its owner.")
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, u := range home.Users {
		remark := ""
		switch {
		case u.Owner:
			remark = "owner, administrator"
		case u.Inactive:
			remark = "inactive: refused"
		case u.TOTP != "":
			remark = "second factor (TOTP): " + u.TOTP
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\n", u.Username, u.Password, remark)
	}
	_ = t.Flush()
	fmt.Fprintf(w, "\nControl plane: %s/_authconform/  Authorization: Bearer %s\n", home.URL, home.ControlToken)
}

func introduceProvider(w io.Writer, p *mockprovider.Server) {
	fmt.Fprintf(w, "\nA mock provider listens on %s\n\n", p.URL)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, u := range p.Users {
		fmt.Fprintf(t, "  %s\t%s\n", u.Username, u.Password)
	}
	_ = t.Flush()
	fmt.Fprintf(w, "\nDeveloper console: %s/console (client ids, secrets, redirect URLs)\n", p.URL)
}

func trusting(ca *clientsite.CA) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: ca.Pool(), MinVersion: tls.VersionTLS12}
	return &http.Client{Transport: transport}
}

// loopbackOnly keeps the built-in mock from looking for anything beyond this machine: its judge is here.
func loopbackOnly(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%s is not on this machine", host)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

// freeAddress is one on loopback that nobody uses: the mock home must know where its judge will listen later.
func freeAddress() (string, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// startBuiltIn starts the mock home that a run without --target judges, and makes the run's options fit it.
func startBuiltIn(ctx context.Context, o *run.Options) (stop func(), err error) {
	rest()
	if o.SiteCA == nil {
		if o.SiteCA, err = clientsite.NewCA(); err != nil {
			return nil, err
		}
	}
	fetch := trusting(o.SiteCA)
	fetch.Transport.(*http.Transport).DialContext = loopbackOnly
	options := mockserver.Options{Fetch: fetch}
	if o.AccountLink == "" {
		if o.AccountLink, err = freeAddress(); err != nil {
			return nil, err
		}
	}
	options.AccountLink = "https://" + o.AccountLink
	preferred := net.JoinHostPort("127.0.0.1", strconv.Itoa(o.Site.Prefer-1)) // so that two runs of a seed look alike
	home, err := mockserver.Listen(preferred, options)
	if err != nil {
		if home, err = mockserver.Listen("127.0.0.1:0", options); err != nil {
			return nil, err
		}
	}
	owner := home.Users[0]
	o.BuiltIn = true
	o.Target, o.Account.Username, o.Account.Password = home.URL, owner.Username, owner.Password
	o.Control.URL, o.Control.Token = home.URL, home.ControlToken
	return home.Kill, ctx.Err() // its only guest has left
}
