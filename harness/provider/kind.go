package provider

import (
	"context"
	"slices"
	"time"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/internal/exit"
)

// Flags are the options of the kind provider.
type Flags struct {
	kind.Reach
	kind.Login
	kind.Walking
	Clients
	AuthorizeURL  string `flag:"authorize-url" value:"URL" group:"Endpoints" help:"authorization endpoint of a provider without metadata"`
	TokenURL      string `flag:"token-url" value:"URL" help:"its token endpoint"`
	RevokeURL     string `flag:"revoke-url" value:"URL" help:"its revocation endpoint"`
	IntrospectURL string `flag:"introspect-url" value:"URL" help:"its introspection endpoint"`
	RegisterURL   string `flag:"register-url" value:"URL" help:"its client registration endpoint"`
	Resource      string `flag:"resource" value:"URI" help:"a resource that tokens can be requested for, as the provider names it (RFC 8707)"`
	APIURL        string `flag:"api-url" value:"URL" help:"a resource of the provider that requires a bearer token"`
	Aim           string // the resource that every request names, as clients of MCP must (RFC 8707)
	kind.Browsing
	kind.Timing
}

// Resolve implements kind.Flags.
func (f *Flags) Resolve(target string) error {
	walking := func() error { return f.Walking.Resolve(f.Browsing) }
	login := func() error { return f.Login.Resolve(target) }
	return kind.All(f.Reach.Resolve, f.Browsing.Resolve, f.Timing.Resolve, walking, f.clients, login)
}

// clients checks that a client of ours was configured.
func (f *Flags) clients() error {
	if !slices.Contains(clientAuths, f.ClientAuth) {
		return exit.Unknown("--client-auth", f.ClientAuth, clientAuths)
	}
	if f.ClientID == "" || f.RedirectURI == "" {
		return exit.Usagef("a provider is judged with a client of ours: " +
			"give --client-id and --redirect-uri, and the secret in AUTHCONFORM_CLIENT_SECRET")
	}
	return nil
}

// Tools implements kind.Flags.
func (f *Flags) Tools() kind.ToolOptions {
	reach := f.Reach
	reach.TrustOrigins = append(slices.Clone(f.TrustOrigins), f.endpoints()...)
	return kind.ToolOptions{
		Role:  f.As(wire.AsHome),
		Reach: reach, Browser: f.Browser, Walks: len(f.Steps) > 0, Clock: f.Clock, Control: f.Control(),
	}
}

// endpoints are the endpoints that the user has named; other origins need --trust-origin.
func (f *Flags) endpoints() []string {
	return []string{f.AuthorizeURL, f.TokenURL, f.RevokeURL, f.IntrospectURL, f.RegisterURL, f.APIURL}
}

func (f *Flags) config() Config {
	return Config{
		AuthorizeURL:  f.AuthorizeURL,
		TokenURL:      f.TokenURL,
		RevokeURL:     f.RevokeURL,
		IntrospectURL: f.IntrospectURL,
		RegisterURL:   f.RegisterURL,
		Resource:      f.Resource,
		Aim:           f.Aim,
		APIURL:        f.APIURL,
		Scope:         f.Scope,
		Redirect:      f.RedirectURI,
		Client:        oauth.Client{ID: f.ClientID, Secret: f.Secret},
		OtherClient:   oauth.Client{ID: f.OtherClientID, Secret: f.OtherSecret},
		PublicClient:  oauth.Client{ID: f.PublicClientID},
		Basic:         f.ClientAuth == "basic",
		Both:          f.ClientAuth == "both",
	}
}

// clientAuths are the values of --client-auth.
var clientAuths = []string{"auto", "basic", "post", "both"}

// ways returns the methods of client authentication to try, in order.
func (f *Flags) ways() []bool {
	if f.ClientAuth == "auto" || f.ClientAuth == "both" {
		return []bool{false, true}
	}
	return []bool{f.ClientAuth == "basic"}
}

// Kind is the kind of OAuth 2 providers, whose accounts homes link.
func Kind() kind.Kind {
	return kind.Define("provider", func() *Flags {
		return &Flags{
			Reach: kind.Reachable(), Clients: Clients{ClientAuth: "auto"},
			Browsing: kind.Browsing{Browser: "auto"}, Timing: kind.Timing{Clock: "auto"},
		}
	}, open)
}

type session struct {
	*Provider
	flags *Flags
	tools kind.Tools
	procs int
}

func open(s kind.Setup, f *Flags, t kind.Tools) (kind.Session, error) {
	c := f.config()
	if err := kind.Decode(s.Found, &c); err != nil {
		return nil, err
	}
	p := New(t.Wire, c, Visiting(f.Account, f.Steps, t.Browser), t.Clock)
	if s.Found != nil {
		p.Watch()
	}
	return &session{p, f, t, s.Procs}, nil
}

// Visiting returns a user who goes through pages by steps in a browser or, without steps, as plain forms.
func Visiting(account oauth.Account, steps []person.Step, b *browser.Lazy) *person.Person {
	open := func(ctx context.Context) (*browser.Page, error) {
		return browser.From(browser.With(ctx, b)).NewPage(ctx)
	}
	return &person.Person{Account: account, Steps: steps, NewPage: open, Show: browser.Show}
}

// Look implements kind.Session.
func (s *session) Look(ctx context.Context) (kind.Facts, error) {
	if err := s.Discover(ctx); err != nil {
		return kind.Facts{}, exit.With(exit.NoTarget, err)
	}
	if err := s.Try(ctx, s.flags.ways()); err != nil {
		return kind.Facts{}, exit.With(exit.NoTarget, err)
	}
	s.flip(ctx)
	lacks := s.flags.Tools().Lacks()
	lacks.Add(s.OtherClient.ID == "", condition.OtherClient, "give --other-client-id, and its secret in AUTHCONFORM_OTHER_CLIENT_SECRET")
	lacks.Add(s.PublicClient.ID == "", condition.PublicClient, "give --public-client-id, a client without a secret")
	lacks.Add(s.Client.Secret == "", condition.ClientSecret,
		"our client has no secret; if the target gives clients one, set AUTHCONFORM_CLIENT_SECRET")
	lacks.Add(s.APIURL == "", condition.API, "give --api-url, a resource that requires a bearer token")
	lacks.Add(s.RevokeURL == "", condition.Revocation, "the target's metadata has no revocation_endpoint; give --revoke-url if there is one")
	lacks.Add(s.Resource == "", condition.Indicator, "give --resource, a resource that tokens can be requested for")
	lacks.Add(s.IntrospectURL == "", condition.Introspection, "no introspection endpoint is announced; give --introspect-url if there is one")
	lacks.Add(s.RegisterURL == "", condition.Registration, "no registration endpoint is announced; give --register-url if there is one")
	lacks.Add(s.Metadata == nil, condition.Metadata, "the target publishes no metadata")
	return kind.Facts{Product: "OAuth 2 provider", Lacks: lacks, Crowded: s.Crowded(ctx, s.procs)}, nil
}

// Found implements kind.Session.
func (s *session) Found() any { return s.Config }

// With implements kind.Session.
func (s *session) With(ctx context.Context) context.Context {
	for _, c := range []oauth.Client{s.Client, s.OtherClient} {
		judge.Credential(ctx, "client_secret", c.Secret)
	}
	judge.Credential(ctx, "password", s.flags.Account.Password)
	judge.Credential(ctx, "secret", s.flags.Account.TOTPSecret)
	judge.Secret(ctx, "token", s.flags.ControlToken)
	judge.Doubt(ctx, s.Credulous...)
	judge.DoubtBearersAt(ctx, s.APIURL)
	s.tools.Name(ctx, s.Wire.Base())
	return s.tools.With(With(ctx, s.Provider))
}

// firstPage fetches the first page of an authorization.
func (p *Provider) firstPage(ctx context.Context) *wire.Exchange {
	return p.Visitor().Open(ctx, p.authorizeAt(ctx, p.Request().Encode()))
}

// Watch watches for signs that the provider is gone.
func (p *Provider) Watch() {
	p.doubt.Settle(p.Wire, kind.Question{Ask: p.firstPage, Ban: kind.Refused})
}

// Suspect implements kind.Session.
func (p *Provider) Suspect() { p.doubt.Suspect() }

// Lost implements kind.Session.
func (p *Provider) Lost(ctx context.Context) error { return p.doubt.Resolve(ctx) }

// GiveBack implements kind.Session: each spec has cleaned up after itself.
func (s *session) GiveBack(context.Context) {}

// Leave implements kind.Session.
func (s *session) Leave(context.Context) kind.Totals { return kind.Totals{Requests: s.Wire.Requests()} }

// Traces implements kind.Session: a provider's tokens cannot be listed.
func (s *session) Traces() []string { return nil }

// Sweep implements kind.Session.
func (s *session) Sweep(context.Context, time.Time, []string) []string { return nil }
