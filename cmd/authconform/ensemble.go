package main

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/authconform/authconform/demo"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/accountlink"
	"github.com/authconform/authconform/mockprovider/indieauth"
	mybounce "github.com/authconform/authconform/mockprovider/my"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/proof"
)

// ensemble is everything that `serve` runs: a home, and the other servers that were asked for.
type ensemble struct {
	home     *mockserver.Server
	provider *mockprovider.Server
	proxy    *accountlink.Server
	my       *mybounce.Server
	people   *indieauth.Server
	defects  []proof.Defect
	stops    []func()
	tls      *mock.Authority // nil: http
}

func (s *ensemble) stop() {
	for i := range s.stops {
		s.stops[len(s.stops)-1-i]()
	}
}

// start starts all servers, or none.
func (f *serveFlags) start() (*ensemble, error) {
	base, start, err := f.policies()
	if err != nil {
		return nil, err
	}
	if f.AccountLink != "" && f.Provider == "" {
		return nil, exit.Usagef("--account-link: the proxy is a client of the provider; add --provider ADDRESS")
	}
	s := &ensemble{}
	for _, id := range start.defects {
		_, d := proof.Find(id)
		s.defects = append(s.defects, d)
	}
	if s.tls, err = f.authority(); err != nil {
		return nil, err
	}
	if err := f.fill(s, start.spoiled(base())); err != nil {
		s.stop()
		return nil, err
	}
	(&switchboard{servers: s, base: base, start: start, now: start.clone()}).wire()
	return s, nil
}

// fill starts the servers one after the other, the home last: it needs to know the others.
func (f *serveFlags) fill(s *ensemble, p policies) error {
	clock, token := &mock.Clock{}, cmp.Or(f.ControlToken, mock.Secret(16))
	log := f.requestLog()
	o := mockserver.Options{
		URL: strings.TrimRight(f.PublicURL, "/"), Policy: p.home, Clock: clock, ControlToken: token, Fresh: f.Fresh, BanThreshold: f.Ban,
		TLS: s.tls, Log: log("home"),
	}
	if f.Frontend != "" {
		o.Frontend = os.DirFS(f.Frontend)
		if err := mockserver.CheckFrontend(o.Frontend); err != nil {
			return exit.Usagef("--frontend %s: %v", f.Frontend, err)
		}
	}
	var err error
	if f.Logins != "" {
		if o.Providers, err = readProviders(f.Logins); err != nil {
			return exit.Usagef("--login-providers %v", err)
		}
	}
	if f.exposed() && !f.Fresh {
		o.Users = mockserver.ExposedUsers()
	}
	if f.State != "" {
		if o.State, err = readState(f.State); err != nil {
			return exit.Usagef("--state %v", err)
		}
		if o.State != nil {
			o.Users = append([]mockserver.User{}, o.State.Start...)
		}
	}
	var trust [][]byte // CAs, PEM
	if s.tls != nil && s.tls.PEM != nil {
		trust = append(trust, s.tls.PEM)
	}
	if f.ClientSiteCA != "" {
		authority, err := clientsite.OpenCA(f.ClientSiteCA)
		if err != nil {
			return exit.Usagef("--client-site-ca: %v", err)
		}
		trust = append(trust, authority.CertPEM)
	}
	if f.Provider != "" {
		third := mockprovider.Options{URL: strings.TrimRight(f.ProviderURL, "/"), Policy: p.third, Clock: clock, ControlToken: token}
		third.TLS, third.Log = s.tls, log("provider")
		if f.exposed() {
			third.Users = mockprovider.ExposedUsers()
		}
		if s.provider, err = mockprovider.Listen(listenOn(f.Provider), third); err != nil {
			return exit.Usagef("--provider %s: %v", f.Provider, err)
		}
		s.stops = append(s.stops, s.provider.Stop)
		s.provider.URL = cmp.Or(third.URL, s.provider.URL)
		o.ThirdParty = demo.ThirdParty(s.provider)
	}
	if f.AccountLink != "" {
		proxy := accountlink.Options{Policy: p.proxy, Clock: clock, ControlToken: token, TLS: s.tls, Log: log("account-link")}
		if len(trust) > 0 {
			proxy.HTTP = mock.Outward(alsoOurs(trust))
		}
		if s.proxy, err = accountlink.Join(s.provider, listenOn(f.AccountLink), proxy); err != nil {
			return exit.Usagef("--account-link %s: %v", f.AccountLink, err)
		}
		s.stops = append(s.stops, s.proxy.Stop)
		o.AccountLink = s.proxy.URL
		trust = append(trust, s.proxy.CA)
	}
	if f.IndieAuth != "" {
		people := indieauth.Options{Policy: p.people, Clock: clock, ControlToken: token, TLS: s.tls, Log: log("indieauth")}
		if f.exposed() {
			people.Users = mockprovider.ExposedUsers()
		}
		if s.people, err = indieauth.Listen(listenOn(f.IndieAuth), people); err != nil {
			return exit.Usagef("--indieauth %s: %v", f.IndieAuth, err)
		}
		s.stops = append(s.stops, s.people.Stop)
	}
	if f.My != "" {
		if s.my, err = mybounce.ListenTLS(listenOn(f.My), s.tls); err != nil {
			return exit.Usagef("--my %s: %v", f.My, err)
		}
		s.stops = append(s.stops, s.my.Stop)
		o.My = s.my.URL + mybounce.Path
	}
	if len(trust) > 0 { // loading the system's CAs costs 2 MB and 10 ms
		o.Fetch = mock.Outward(alsoOurs(trust))
	}
	if s.home, err = mockserver.Listen(listenOn(f.Home), o); err != nil {
		return exit.Usagef("--home %s: %v", f.Home, err)
	}
	s.stops = append(s.stops, s.home.Stop)
	s.home.URL = cmp.Or(o.URL, s.home.URL)
	if s.my != nil {
		s.my.ChooseInstance(s.home.URL)
	}
	return nil
}

// introduce prints the servers and their users.
func (s *ensemble) introduce(w io.Writer) {
	fmt.Fprintf(w, "A mock home listens on %s\n\n", s.home.URL)
	if s.home.Unowned() {
		fmt.Fprintf(w, "It is not onboarded yet: create its owner at %s/onboarding.html\n", s.home.URL)
	}
	for _, u := range s.home.Users {
		remark := ""
		switch {
		case u.Owner:
			remark = "owner, administrator"
		case u.Inactive:
			remark = "inactive: refused"
		case u.TOTP != "":
			remark = "second factor (TOTP): " + u.TOTP
		}
		person(w, u.Username, u.Password, remark)
	}
	fmt.Fprintf(w, "\nControl plane: %s/_authconform/  Authorization: Bearer %s\n", s.home.URL, s.home.ControlToken)
	fmt.Fprintf(w, "Dashboard:     %s/_authconform/#token=%s\n", s.home.URL, s.home.ControlToken)
	if s.tls != nil && s.tls.PEM != nil {
		fmt.Fprintf(w, "CA to trust:   %s/_authconform/ca.pem\n", s.home.URL)
	}
	if s.provider != nil {
		fmt.Fprintf(w, "\nA mock provider listens on %s\n\n", s.provider.URL)
		for _, u := range s.provider.Users {
			person(w, u.Username, u.Password, "")
		}
		fmt.Fprintf(w, "\nDeveloper console: %s/console (client ids, secrets, redirect URLs)\n", s.provider.URL)
	}
	if s.proxy != nil {
		fmt.Fprintf(w, "\nA mock account-link proxy listens on %s\nIts CA: %s/ca.pem\n", s.proxy.URL, s.proxy.URL)
	}
	if s.people != nil {
		fmt.Fprintf(w, "\nA mock IndieAuth server listens on %s\n\n", s.people.URL)
		for _, u := range s.people.Users {
			person(w, u.Username, u.Password, s.people.Me(u.Username))
		}
	}
	if s.my != nil {
		fmt.Fprintf(w, "\nThird parties redirect to %s as they would to my.home-assistant.io\n", s.home.My)
	}
	if line := reachable(s.urls()...); line != "" {
		fmt.Fprintf(w, "\n%s\n", line)
	}
	for _, d := range s.defects {
		fmt.Fprintf(w, "\nIt has the defect %s:\n%s\n", d.ID, fold(d.Story, "  "))
	}
}

func person(w io.Writer, name, password, remark string) {
	fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %-5s  %-14s  %s", name, password, remark), " "))
}

// alsoOurs returns the system's CAs together with these, in PEM.
func alsoOurs(cas [][]byte) *x509.CertPool {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	for _, ca := range cas {
		roots.AppendCertsFromPEM(ca)
	}
	return roots
}

// readProviders reads login providers from a file.
func readProviders(file string) ([]mockserver.Provider, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return mockserver.ReadProviders(file, raw)
}
