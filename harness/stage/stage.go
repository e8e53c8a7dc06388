// Package stage sets up what specs play on: the target, the client site, the clock, the browser. The parent of a run
// uses it to look at the target first; every worker builds its own from the same Setup.
package stage

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/clientsite"
	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/linkproxy"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/runner"
	"github.com/authconform/authconform/harness/target"
	"github.com/authconform/authconform/harness/wire"
)

// Setup is everything a stage is made from. It travels to workers on their standard input: it holds secrets.
type Setup struct {
	Target   string         `json:"target"`
	CAFile   []byte         `json:"ca_file,omitempty"` // PEM, trusted when talking to the target
	Insecure bool           `json:"insecure,omitempty"`
	Account  target.Account `json:"account"`
	Facts    target.Facts   `json:"facts"`
	Session  target.Tokens  `json:"session"`
	Mark     string         `json:"mark"`              // names what this run makes at the target
	Clock    string         `json:"clock"`             // none, wait, control, or a command
	Control  Control        `json:"control"`           // the target's control plane, if it has one
	Site     Site           `json:"site"`              // the client site
	Browser  string         `json:"browser,omitempty"` // off, a path, or ws://…; resolved by the parent
	Link     string         `json:"link,omitempty"`    // where the target looks for its account-link proxy

	Provider *provider.Config `json:"provider,omitempty"` // the target is a provider, and these are our clients there
}

// Control is a mock's control plane.
type Control struct {
	URL   string `json:"url,omitempty"`
	Token string `json:"token,omitempty"`
}

// Site says where the client site listens.
type Site struct {
	Listen string         `json:"listen,omitempty"`
	Public string         `json:"public,omitempty"`
	Prefer int            `json:"prefer,omitempty"`
	CA     *clientsite.CA `json:"ca"`
}

// Stage is one process's target and what stands beside it.
type Stage struct {
	Home    *target.Home
	Site    *clientsite.Site
	Clock   clock.Clock
	Browser *Browser
	// Provider is the target where it is a provider; Home then says nothing.
	Provider *provider.Target

	Link func() (*linkproxy.Proxy, error) // the account-link proxy, started when it is first asked for; nil: none

	proxy once[*linkproxy.Proxy]
}

// Open starts the client site and makes the target. Nothing is sent to it yet. Worker n listens on ports of its own.
func Open(s Setup, worker int, progress func(string)) (*Stage, error) {
	if s.Site.Prefer > 0 {
		s.Site.Prefer += 3 * worker
	}
	site, err := clientsite.Start(clientsite.Options{Listen: shift(s.Site.Listen, worker), Public: s.Site.Public, Prefer: s.Site.Prefer, CA: s.Site.CA})
	if err != nil {
		return nil, err
	}
	var roots *x509.CertPool
	if len(s.CAFile) > 0 {
		roots = x509.NewCertPool()
		if !roots.AppendCertsFromPEM(s.CAFile) {
			return nil, errors.New("the CA file holds no certificate in PEM form")
		}
	}
	st := &Stage{Site: site, Clock: newClock(s, roots, progress)}
	if s.Link != "" {
		st.Link = func() (*linkproxy.Proxy, error) {
			return st.proxy.get(func() (*linkproxy.Proxy, error) { return linkproxy.Start(s.Link, s.Site.CA) })
		}
	}
	st.Home = target.New(target.Options{
		Wire: wire.Options{Base: s.Target, CA: roots, Insecure: s.Insecure},
		Site: site, Clock: st.Clock, Facts: s.Facts, Account: s.Account, Session: s.Session, Mark: s.Mark,
	})
	hosts := st.hosts(s.Target)
	if s.Provider != nil {
		st.Provider = provider.New(wire.Options{Base: s.Target, CA: roots, Insecure: s.Insecure}, *s.Provider, s.Account, st.Clock)
		st.Provider.Show, st.Provider.NewPage = Show, func(ctx context.Context) (*browser.Page, error) { return Browse(ctx).NewPage(ctx) }
		if len(s.Provider.Steps) > 0 {
			hosts = []string{browser.AnyHost} // a provider's pages may need those of others
		}
	}
	st.Browser = NewBrowser(s.Browser, site, hosts...)
	if len(s.CAFile) > 0 || s.Insecure {
		st.Browser.trust = st.Home.Wire.PublicKey
	}
	return st, nil
}

// shift gives each worker three ports of its own.
func shift(listen string, worker int) string {
	host, port, ok := strings.Cut(listen, ":")
	var n int
	if _, err := fmt.Sscanf(port, "%d", &n); !ok || err != nil || n == 0 {
		return listen
	}
	return fmt.Sprintf("%s:%d", host, n+3*worker)
}

func newClock(s Setup, roots *x509.CertPool, progress func(string)) clock.Clock {
	switch s.Clock {
	case "", "none":
		return clock.None()
	case "wait":
		return clock.Wait(func(left time.Duration) {
			progress("waiting " + left.Round(time.Second).String() + " for the target's clock")
		})
	case "control":
		client := &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots, InsecureSkipVerify: s.Insecure}, //nolint:gosec // --insecure asks for it
		}}
		return clock.Offset(func(ctx context.Context, to time.Duration) error { return s.Control.setClock(ctx, client, to) })
	}
	return clock.Command(s.Clock)
}

func (c Control) setClock(ctx context.Context, client *http.Client, to time.Duration) error {
	body := fmt.Sprintf(`{"offset":"+%ds"}`, int(to.Seconds()))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+"/_authconform/clock", strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("the control plane: %w", err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the control plane answers %s", resp.Status)
	}
	return nil
}

// With lets the specs under ctx find the stage's parts.
func (s *Stage) With(ctx context.Context) context.Context {
	ctx = target.WithServer(withBrowser(target.With(ctx, s.Home), s.Browser), s.Home)
	if s.Provider != nil {
		ctx = target.WithServer(provider.With(ctx, s.Provider), s.Provider)
	}
	if s.Link == nil {
		return ctx
	}
	return linkproxy.With(ctx, s.Link)
}

// GiveBack returns what the last spec took.
func (s *Stage) GiveBack(ctx context.Context) { s.Home.GiveBack(ctx) }

// Lost tells why going on makes no sense.
func (s *Stage) Lost(ctx context.Context) error { return s.Home.Lost(ctx) }

// Leave returns everything.
func (s *Stage) Leave(ctx context.Context) runner.Totals {
	defer s.Site.Close()
	s.Browser.close()
	if s.proxy.v != nil {
		s.proxy.v.Close()
	}
	judge.Run(func() { s.Home.Leave(ctx) })
	_ = s.Clock.Restore(ctx)
	totals := runner.Totals{Logins: s.Home.Logins(), Requests: s.Home.Wire.Requests()}
	if s.Provider != nil {
		totals.Requests += s.Provider.Wire.Requests()
	}
	return totals
}

// Clients lists the origins that play the client.
func (s *Stage) Clients() []string { return []string{s.Site.Origin(), s.Site.Other(), s.Site.Secure()} }

// hosts lists the hosts that a browser must be able to reach.
func (s *Stage) hosts(targetURL string) []string {
	var hosts []string
	for _, raw := range append(s.Clients(), targetURL) {
		if u, err := url.Parse(raw); err == nil {
			hosts = append(hosts, u.Hostname())
		}
	}
	return hosts
}

var _ runner.Environment = (*Stage)(nil)

// once is a value made at first use; an error stays.
type once[T any] struct {
	once sync.Once
	v    T
	err  error
}

func (o *once[T]) get(make func() (T, error)) (T, error) {
	o.once.Do(func() { o.v, o.err = make() })
	return o.v, o.err
}
