//go:build ignore

package proof

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/played/linkproxy"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/runner"
	"github.com/authconform/authconform/harness/stage"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/accountlink"
	"github.com/authconform/authconform/mockserver"
	_ "github.com/authconform/authconform/suites/all" // the specs
	"github.com/authconform/authconform/suites/expect"
	"github.com/authconform/authconform/suites/profiles"
)

// bench is where one spec after another is run, each against a home of its own: the client site, which is costly to
// start, is shared by all that run there.
type bench struct {
	site    *clientsite.Site
	fetch   *http.Client
	profile *profiles.Profile
	browser *stage.Browser
	proxy   *linkproxy.Proxy // the account-link proxy of the homes, one after another
}

// patience is how long a proof waits for what may not come: the homes are in this process.
const patience = time.Second

const seed = 1 // of generated input: a proof is the same every time

func newBench(profile *profiles.Profile, ca *clientsite.CA, browser string) (*bench, error) {
	site, err := clientsite.Start(clientsite.Options{CA: ca})
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: ca.Pool(), MinVersion: tls.VersionTLS12}
	transport.DialContext = loopbackOnly
	proxy, err := linkproxy.Start("127.0.0.1:0", ca)
	if err != nil {
		return nil, err
	}
	return &bench{proxy: proxy, site: site, fetch: &http.Client{Transport: transport}, profile: profile, browser: stage.NewBrowser(browser, site, "127.0.0.1")}, nil
}

var errElsewhere = errors.New("not on this machine")

func loopbackOnly(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || (host != "localhost" && (ip == nil || !ip.IsLoopback())) {
		return nil, errElsewhere
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

func (b *bench) close() {
	b.browser.Close()
	b.proxy.Close()
	b.site.Close()
}

// standing is a server under test and the harness's side of it.
type standing struct {
	*stage.Stage
	server interface {
		Kill()
		Clock() *mock.Clock
	}
	bench *bench
}

// subject is what is put to the proof: a home, or a third party or a proxy where that is not nil.
type subject struct {
	home  mockserver.Options
	third *mockprovider.Policy
	proxy *accountlink.Policy
}

// stand starts a subject.
func (b *bench) stand(what subject, facts home.Facts) (*standing, error) {
	if what.third != nil {
		return b.standThird(what.third)
	}
	if what.proxy != nil {
		return b.standProxy(what.proxy)
	}
	o := what.home
	o.Fetch = b.fetch
	o.AccountLink = "https://" + b.proxy.Address()
	b.proxy.Reset()
	h, err := mockserver.Listen("127.0.0.1:0", o)
	if err != nil {
		return nil, err
	}
	s := b.at(h.URL, facts)
	s.server = h
	return s, nil
}

const redirect = "http://127.0.0.1:8123/auth/external/callback"

// standThird starts a third party.
func (b *bench) standThird(policy *mockprovider.Policy) (*standing, error) {
	p, err := mockprovider.Listen("127.0.0.1:0", mockprovider.Options{Policy: policy, Apps: mockprovider.DemoApps(redirect)})
	if err != nil {
		return nil, err
	}
	s := b.atThird(p.URL)
	s.server = p
	_ = s.Provider.Discover(s.With(judge.With(context.Background(), judge.NewRecord())))
	return s, nil
}

// standProxy starts an account-link proxy, before a third party.
func (b *bench) standProxy(policy *accountlink.Policy) (*standing, error) {
	third, proxy, err := accountlink.StartDemo(policy)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(proxy.CA)
	s := b.atProxy(proxy.URL, roots)
	s.server = withThird{proxy, third}
	return s, nil
}

// withThird is a proxy and its third party, which end together.
type withThird struct {
	*accountlink.Server
	third *mockprovider.Server
}

// Kill ends both.
func (p withThird) Kill() {
	p.Server.Kill()
	p.third.Kill()
}

// atProxy is the harness's side of a proxy.
func (b *bench) atProxy(url string, roots *x509.CertPool) *standing {
	s := b.at(url, home.Facts{Product: "account-link proxy"})
	ben := mockprovider.DefaultUsers()[1]
	defer func() { s.Provider.Patience = patience / 2 }()
	s.Provider = provider.New(wire.Options{Base: url, CA: roots}, provider.Config{Service: "authconform_demo"}, oauth.Account{Username: ben.Username, Password: ben.Password}, s.Clock)
	return s
}

// atThird is the harness's side of a third party.
func (b *bench) atThird(url string) *standing {
	s := b.at(url, home.Facts{Product: "OAuth 2 provider", PKCE: true})
	apps, ben := mockprovider.DemoApps(redirect), mockprovider.DefaultUsers()[1]
	client := func(a mockprovider.App) provider.Client { return provider.Client{ID: a.ID, Secret: a.Secret} }
	s.Provider = provider.New(wire.Options{Base: url}, provider.Config{
		AuthorizeURL: url + "/oauth/authorize", TokenURL: url + "/oauth/token", RevokeURL: url + "/oauth/revoke", APIURL: url + "/api/me",
		Redirect: redirect, Scope: "profile devices:read", Client: client(apps[0]), Other: client(apps[1]), Public: client(apps[2]),
	}, oauth.Account{Username: ben.Username, Password: ben.Password}, s.Clock)
	return s
}

// at is the harness's side of a target.
func (b *bench) at(url string, facts home.Facts) *standing {
	s := &standing{bench: b}
	s.Stage = &stage.Stage{Site: b.site, Clock: clock.Offset(func(_ context.Context, to time.Duration) error {
		if s.server != nil {
			s.server.Clock().Set(to)
		}
		return nil
	})}
	s.Browser = b.browser
	s.Link = func() (*linkproxy.Proxy, error) { return b.proxy, nil }
	owner := mockserver.DefaultUsers()[0]
	s.Home = home.New(home.Options{
		Wire: wire.Options{Base: url}, Site: b.site, Clock: s.Clock, Facts: facts, Mark: "proof", Patience: patience,
		Account: oauth.Account{Username: owner.Username, Password: owner.Password},
	})
	return s
}

func (s *standing) stop() {
	s.Home.Wire.Forget()
	if s.Provider != nil {
		s.Provider.Wire.Forget()
	}
	s.server.Kill()
}

// With implements runner.Environment.
func (s *standing) With(ctx context.Context) context.Context {
	return expect.Under(s.Stage.With(ctx), s.bench.profile, seed)
}

// GiveBack implements runner.Environment: the home is thrown away.
func (s *standing) GiveBack(context.Context) {}

// visit looks at the home as a run does before it starts.
func (s *standing) visit(ctx context.Context) (facts home.Facts, err error) {
	ctx = s.With(judge.With(ctx, judge.NewRecord()))
	if s.Provider != nil {
		return s.Home.Facts, s.Provider.Probe(ctx)
	}
	if err = s.Home.Probe(ctx); err == nil {
		err = s.Home.Enter(ctx)
	}
	if err == nil {
		err = s.Home.LookAtSite(ctx, true)
	}
	return s.Home.Facts, err
}

var _ runner.Environment = (*standing)(nil)
