package home

import (
	"context"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/internal/exit"
)

// Flags are the options of the kind home.
type Flags struct {
	kind.Reach
	kind.Names
	ByRelease
	kind.Login
	Onboard bool `flag:"onboard" group:"Account" help:"the home is fresh: first create --user as its owner"`
	ByAddress
	kind.Browsing
	kind.Timing
	kind.Site
	kind.Proxy
}

// Resolve implements kind.Flags.
func (f *Flags) Resolve(target string) error {
	login := func() error { return f.Login.Resolve(target) }
	names := func() error { return f.Names.Resolve(target) }
	return kind.All(names, f.Reach.Resolve, f.ByRelease.Resolve, login, f.ByAddress.Resolve,
		f.Browsing.Resolve, f.Timing.Resolve, f.Site.Resolve, f.Proxy.Resolve)
}

// Tools implements kind.Flags.
func (f *Flags) Tools() kind.ToolOptions {
	return kind.ToolOptions{
		Role:    f.As(wire.AsBrowser),
		Browser: f.Browser, Clock: f.Clock, Control: f.Control(), Site: f.Options(), AccountLink: f.AccountLink,
		Reach: f.Reach,
	}
}

// Kind is the kind of homes: Home Assistant, or a server that its clients can log in to.
func Kind() kind.Kind {
	return kind.Define("home", func() *Flags {
		return &Flags{Reach: kind.Reachable(), Browsing: kind.Browsing{Browser: "auto"}, Timing: kind.Timing{Clock: "auto"}}
	}, open)
}

// found is the result of the look before the first row.
type found struct {
	Facts   Facts
	Session oauth.Tokens
}

type session struct {
	*Home
	flags *Flags
	tools kind.Tools
	mark  string // of the run

	before []Grant // before the first row
	known  bool    // before was read
	linked *linked // before the first row; nil: it was not read, or nothing can be linked there
}

func open(s kind.Setup, f *Flags, t kind.Tools) (kind.Session, error) {
	var at found
	if err := kind.Decode(s.Found, &at); err != nil {
		return nil, err
	}
	h := New(Options{
		Wire: t.Wire, Site: t.Site, Clock: t.Clock, Patience: t.Patience,
		Other: f.other(), Facts: at.Facts, Account: f.Account, Mark: s.Mark, Session: at.Session, Release: f.Release,
	})
	h.names, h.under = f.AlsoHost, f.Under(t.Wire)
	if s.Found != nil {
		h.doubt.Settle(h.Wire, kind.Question{Ask: h.providers, Ban: h.banned})
	}
	return &session{Home: h, flags: f, tools: t, mark: s.Mark}, nil
}

// Look implements kind.Session.
func (s *session) Look(ctx context.Context) (kind.Facts, error) {
	if s.flags.Onboard {
		if err := s.Onboard(ctx); err != nil {
			return kind.Facts{}, explained(err)
		}
	}
	for _, step := range []func(context.Context) error{s.Probe, s.Enter} {
		if err := step(ctx); err != nil {
			return kind.Facts{}, explained(err)
		}
	}
	s.LookAtSite(ctx, loopback(s.Wire.Base()) && loopback(s.Site.Origin()))
	if s.tools.Counts {
		var err error
		s.before, err = s.Grants(ctx)
		s.known = err == nil
		s.countLinked(ctx)
	}
	return s.Facts.kind(s), nil
}

func (s *session) countLinked(ctx context.Context) {
	if !s.Facts.Admin && !s.Facts.Testbed {
		return
	}
	if l, err := s.Linked(ctx); err == nil {
		s.linked = &l
	}
}

// explained gives the errors of that look their exit codes.
func explained(err error) error {
	for _, ours := range []error{ErrCredentials, ErrSecondFactor, ErrFactorCode, ErrNotOnboarded} {
		if errors.Is(err, ours) {
			return exit.With(exit.Usage, err)
		}
	}
	return exit.With(exit.NoTarget, err)
}

// kind translates the facts into conditions of rows.
func (f Facts) kind(s *session) kind.Facts {
	lacks := s.flags.Tools().Lacks()
	lacks.Add(!f.Fetches, condition.ClientSite, "the target fetched nothing from "+s.Site.Origin()+"; give --client-site LISTEN=PUBLIC-URL")
	lacks.Add(!f.TrustsCA, condition.HTTPSSite,
		"the target does not trust the client site's CA; give --client-site-ca DIR and make the target trust DIR/ca.pem")
	local := f.Provider.Type == ""
	lacks.Add(!f.Admin, condition.Admin, "the user may not manage users; set --user to an administrator")
	lacks.Add(!local, condition.Admin, noLocalUsers)
	lacks.Add(!local, condition.LocalUsers, "the home offers no login provider "+localUsers)
	lacks.Add(len(f.Trusted) == 0, condition.TrustedNetworks, "the home offers no login provider "+trustedNetworks+" to this machine")
	lacks.Add(s.flags.OtherAddress == "", condition.OtherAddress,
		"no other address of this machine is known; give --other-address IP, outside the home's trusted networks")
	lacks.Add(!f.Commands, condition.CommandLine, "the home offers no login provider "+commandLine)
	lacks.Add(f.Command == nil, condition.CommandUser, "the home's command does not let the user in; set --user to one whom it does")
	lacks.Add(!f.Testbed, condition.Testbed, "our demo integration is not installed; run authconform testbed install CONFIG-DIR")
	lacks.Add(len(s.flags.AlsoHost) == 0, condition.OtherNames, kind.Lacking)
	lacks.Add(!f.Metadata, condition.Metadata, "the target serves no authorization server metadata at "+s.wellKnown(metadataName))
	lacks.Add(!f.PKCE, condition.PKCE, "the target's metadata does not list S256 in code_challenge_methods_supported")
	lacks.Add(!f.CIMD, condition.MetadataDocument, "the target's metadata does not say client_id_metadata_document_supported")
	lacks.Add(!f.Resource, condition.ResourceMetadata, "the target serves no protected resource metadata at "+s.wellKnown(resourceName))
	return kind.Facts{Product: f.Product, Version: f.Version, Lacks: lacks}
}

// loopback reports whether a URL is on this machine.
func loopback(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	return u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()
}

// Found implements kind.Session.
func (s *session) Found() any { return found{s.Facts, s.OpenSession()} }

// With implements kind.Session.
func (s *session) With(ctx context.Context) context.Context {
	judge.Credential(ctx, "password", s.flags.Account.Password)
	judge.Credential(ctx, "secret", s.flags.Account.TOTPSecret)
	judge.Secret(ctx, "token", s.flags.ControlToken)
	judge.Doubt(ctx, s.Facts.Credulous...)
	s.tools.Name(ctx, s.Wire.Base())
	return s.tools.With(oauth.With(With(ctx, s.Home), s.Home))
}

// Suspect implements kind.Session.
func (s *session) Suspect() { s.doubt.Suspect() }

// Lost implements kind.Session.
func (s *session) Lost(ctx context.Context) error { return s.doubt.Resolve(ctx) }

// Leave implements kind.Session.
func (s *session) Leave(ctx context.Context) kind.Totals {
	judge.Run(func() { s.Home.Leave(ctx) })
	return kind.Totals{Logins: s.Logins(), Requests: s.requests()}
}

// Traces implements kind.Session.
func (s *session) Traces() []string { return s.Site.Origins() }

// Sweep implements kind.Session.
func (s *session) Sweep(ctx context.Context, since time.Time, traces []string) (left []string) {
	traces = append(traces, s.Client().ID)
	judge.Run(func() {
		ours := func(g Grant) bool {
			return strings.Contains(g.Name, " "+s.mark+"-") ||
				slices.ContainsFunc(traces, func(begins string) bool { return strings.HasPrefix(g.ClientID, begins) })
		}
		if s.linked != nil {
			left = s.TakeBackLinked(ctx, *s.linked)
		}
		left = append(left, s.TakeBack(ctx, s.before, s.known, since, ours)...)
		left = append(left, s.TakeBackUsers(ctx, s.mark)...)
	})
	return left
}
