package indieauth

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/internal/exit"
)

// Flags are the options of the kind indieauth.
type Flags struct {
	kind.Reach
	kind.Login
	kind.Walking
	Me    string `flag:"me" value:"URL" group:"Account" help:"the profile URL of --user (default: the target)"`
	Scope string `flag:"scope" value:"SCOPE" group:"Clients" help:"the scope to request"`
	kind.Browsing
	kind.Timing
	kind.Site
}

// Resolve implements kind.Flags.
func (f *Flags) Resolve(target string) error {
	walking := func() error { return f.Walking.Resolve(f.Browsing) }
	login := func() error { return f.Login.Resolve(target) }
	return kind.All(f.Reach.Resolve, f.Browsing.Resolve, f.Timing.Resolve, walking, f.Site.Resolve, f.me, login)
}

// me checks the profile URL (IndieAuth §3.2, as far as a server under test can have one).
func (f *Flags) me() error {
	if f.Me == "" {
		return nil
	}
	u, err := url.Parse(f.Me)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return exit.Usagef("--me %q: not a profile URL like https://ada.example/", f.Me)
	}
	return nil
}

// Tools implements kind.Flags.
func (f *Flags) Tools() kind.ToolOptions {
	reach := f.Reach
	reach.TrustOrigins = append(slices.Clone(f.TrustOrigins), f.Me)
	return kind.ToolOptions{
		Role: f.As(wire.AsBrowser), Reach: reach, Browser: f.Browser, Walks: len(f.Steps) > 0, Clock: f.Clock, Control: f.Control(),
		Site: f.Options(),
	}
}

// Kind is the kind of IndieAuth servers.
func Kind() kind.Kind {
	return kind.Define("indieauth", func() *Flags {
		return &Flags{
			Reach: kind.Reachable(), Scope: "profile email", Browsing: kind.Browsing{Browser: "auto"}, Timing: kind.Timing{Clock: "auto"},
		}
	}, open)
}

type session struct {
	*Server
	flags *Flags
	tools kind.Tools
	procs int
}

func open(s kind.Setup, f *Flags, t kind.Tools) (kind.Session, error) {
	c := Config{Me: f.Me}
	if err := kind.Decode(s.Found, &c); err != nil {
		return nil, err
	}
	if c.Me == "" {
		c.Me = s.Target
	}
	c.Me = canonical(c.Me)
	c.Provider.Scope = f.Scope
	server := New(t.Wire, c, t.Site, provider.Visiting(f.Account, f.Steps, t.Browser), t.Clock)
	if s.Found != nil {
		server.Watch()
	}
	return &session{server, f, t, s.Procs}, nil
}

// canonical adds the path to a profile URL that has none (IndieAuth §3.4).
func canonical(me string) string {
	if u, err := url.Parse(me); err == nil && u.Path == "" {
		u.Path = "/"
		return u.String()
	}
	return me
}

// Look implements kind.Session.
func (s *session) Look(ctx context.Context) (kind.Facts, error) {
	if err := s.Discover(ctx); err != nil {
		return kind.Facts{}, exit.With(exit.NoTarget, err)
	}
	if err := s.try(ctx); err != nil {
		return kind.Facts{}, exit.With(exit.NoTarget, err)
	}
	lacks := s.flags.Tools().Lacks()
	lacks.Add(s.APIURL == "", condition.API, "the target's metadata has no userinfo_endpoint, the only resource that IndieAuth knows")
	lacks.Add(s.RevokeURL == "", condition.Revocation, "the target's metadata has no revocation_endpoint")
	lacks.Add(s.Metadata == nil, condition.Metadata, "the profile page leads to no metadata")
	return kind.Facts{Product: "IndieAuth server", Lacks: lacks, Crowded: s.Crowded(ctx, s.procs)}, nil
}

// try runs whole flows. If the server demands me in the requests, it adds it; a row reports that as wrong.
func (s *session) try(ctx context.Context) error {
	reason := s.Try(ctx, []bool{false})
	if reason == nil {
		return nil
	}
	s.Hint = s.Me
	if s.Try(ctx, []bool{false}) == nil {
		return nil
	}
	s.Hint = ""
	return reason
}

// Found implements kind.Session.
func (s *session) Found() any { return Config{s.Config, s.Me, s.Links} }

// With implements kind.Session.
func (s *session) With(ctx context.Context) context.Context {
	judge.Credential(ctx, "password", s.flags.Account.Password)
	judge.Credential(ctx, "secret", s.flags.Account.TOTPSecret)
	judge.Secret(ctx, "token", s.flags.ControlToken)
	judge.Doubt(ctx, s.Credulous...)
	judge.DoubtBearersAt(ctx, s.APIURL) // introspection is asked with a bearer token too
	s.tools.Name(ctx, s.Wire.Base())
	return s.tools.With(context.WithValue(oauth.With(ctx, s.Server), serverKey{}, s.Server))
}

// GiveBack implements kind.Session: each spec has cleaned up after itself.
func (s *session) GiveBack(context.Context) {}

// Leave implements kind.Session.
func (s *session) Leave(context.Context) kind.Totals { return kind.Totals{Requests: s.Wire.Requests()} }

// Traces implements kind.Session: tokens cannot be listed.
func (s *session) Traces() []string { return nil }

// Sweep implements kind.Session.
func (s *session) Sweep(context.Context, time.Time, []string) []string { return nil }
