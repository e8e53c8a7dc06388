package accountlink

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/internal/exit"
)

// ErrNoProxy is the reason why a target that answers cannot be judged.
var ErrNoProxy = errors.New("the target is not an account-link proxy that we can use")

// Flags are the options of the kind account-link.
type Flags struct {
	kind.Reach
	kind.Login
	kind.Walking
	Service string `flag:"service" value:"DOMAIN" group:"Account link" help:"the service to link, from the proxy's list"`
	kind.Browsing
}

// Resolve implements kind.Flags.
func (f *Flags) Resolve(target string) error {
	walking := func() error { return f.Walking.Resolve(f.Browsing) }
	login := func() error { return f.Login.Resolve(target) }
	return kind.All(f.Reach.Resolve, f.Browsing.Resolve, walking, f.service, login)
}

func (f *Flags) service() error {
	if f.Service == "" {
		return exit.Usagef("an account-link proxy is judged with one of its services: give --service")
	}
	return nil
}

// Tools implements kind.Flags. With steps, the third party's pages are on an origin that must be trusted.
func (f *Flags) Tools() kind.ToolOptions {
	return kind.ToolOptions{
		Role:  f.As(wire.AsHome),
		Reach: f.Reach, Browser: f.Browser, Walks: len(f.Steps) > 0,
	}
}

// Kind is the kind of account-link proxies.
func Kind() kind.Kind {
	return kind.Define("account-link", func() *Flags {
		return &Flags{Reach: kind.Reachable(), Browsing: kind.Browsing{Browser: "auto"}}
	}, open)
}

// Proxy is an account-link proxy under test. It is safe for concurrent use.
type Proxy struct {
	Wire     *wire.Client
	Service  string // the domain that is linked
	Person   *person.Person
	Patience time.Duration // the longest wait for a frame that may not come; 0: as a spec says

	doubt kind.Doubt
}

type proxyKey struct{}

// From is the proxy under test.
func From(ctx context.Context) *Proxy {
	p, ok := ctx.Value(proxyKey{}).(*Proxy)
	if !ok {
		panic("accountlink: no proxy in this context; is the row of this profile?")
	}
	return p
}

// Visitor is a fresh browser without scripts.
func (p *Proxy) Visitor() *person.Visitor { return person.NewVisitor(p.Wire) }

type session struct {
	*Proxy
	flags *Flags
	tools kind.Tools
}

func open(s kind.Setup, f *Flags, t kind.Tools) (kind.Session, error) {
	p := &Proxy{Service: f.Service, Patience: t.Patience, Person: provider.Visiting(f.Account, f.Steps, t.Browser)}
	t.Wire.Observe = p.doubt.Observe
	p.Wire = wire.New(t.Wire)
	p.Person.Wire = p.Wire
	if s.Found != nil {
		p.doubt.Settle(p.Wire, kind.Question{Ask: p.services, Ban: kind.Refused})
	}
	return &session{p, f, t}, nil
}

// Look implements kind.Session: it follows a linking to the third party and back. Rows judge whether tokens arrive.
func (s *session) Look(ctx context.Context) (kind.Facts, error) {
	if e := s.services(ctx); e.Err != nil && e.Status == 0 {
		return kind.Facts{}, exit.With(exit.NoTarget, kind.Unreachable(e))
	}
	if reason := judge.Attempt(ctx, s.visit); reason != nil {
		return kind.Facts{}, exit.With(exit.NoTarget, fmt.Errorf("%w: %w", ErrNoProxy, reason))
	}
	return kind.Facts{Product: "account-link proxy", Lacks: s.flags.Tools().Lacks()}, nil
}

func (p *Proxy) services(ctx context.Context) *wire.Exchange {
	return p.Wire.Do(ctx, wire.Request{Method: http.MethodGet, URL: "/services"})
}

// Found implements kind.Session: the options say everything about a proxy.
func (s *session) Found() any { return nil }

// With implements kind.Session.
func (s *session) With(ctx context.Context) context.Context {
	judge.Credential(ctx, "password", s.flags.Account.Password)
	judge.Credential(ctx, "secret", s.flags.Account.TOTPSecret)
	s.tools.Name(ctx, s.Wire.Base())
	return s.tools.With(context.WithValue(ctx, proxyKey{}, s.Proxy))
}

// Suspect implements kind.Session.
func (s *session) Suspect() { s.doubt.Suspect() }

// Lost implements kind.Session.
func (s *session) Lost(ctx context.Context) error { return s.doubt.Resolve(ctx) }

// GiveBack implements kind.Session: each spec has cleaned up after itself.
func (s *session) GiveBack(context.Context) {}

// Leave implements kind.Session.
func (s *session) Leave(context.Context) kind.Totals { return kind.Totals{Requests: s.Wire.Requests()} }

// Traces implements kind.Session: nothing at a proxy can be listed.
func (s *session) Traces() []string { return nil }

// Sweep implements kind.Session.
func (s *session) Sweep(context.Context, time.Time, []string) []string { return nil }
