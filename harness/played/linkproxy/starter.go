package linkproxy

import (
	"context"
	"sync"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/clientsite"
)

// Starter is a proxy that starts when the first spec needs it. nil means that there is no proxy.
type Starter struct {
	start func() (*Proxy, error)

	once  sync.Once
	proxy *Proxy
	err   error
}

// Later is a proxy at host:port, with a certificate of the CA.
func Later(address string, ca *clientsite.CA) *Starter {
	return &Starter{start: func() (*Proxy, error) { return Start(address, ca) }}
}

// Running returns a Starter for a running proxy.
func Running(p *Proxy) *Starter { return &Starter{start: func() (*Proxy, error) { return p, nil }} }

// Close ends it if it was started.
func (s *Starter) Close() {
	if s != nil && s.proxy != nil {
		s.proxy.Close()
	}
}

type proxyKey struct{}

// With makes the proxy available to the specs under ctx.
func With(ctx context.Context, s *Starter) context.Context {
	return context.WithValue(ctx, proxyKey{}, s)
}

// Present reports whether the run has a proxy.
func Present(ctx context.Context) bool { return ctx.Value(proxyKey{}) != nil }

// From returns the spec's proxy. The spec is not_run if the proxy cannot listen.
func From(ctx context.Context) *Proxy {
	s, ok := ctx.Value(proxyKey{}).(*Starter)
	if !ok {
		judge.Lacks(ctx, "account-link", "no proxy in this run")
	}
	s.once.Do(func() { s.proxy, s.err = s.start() })
	if s.err != nil {
		judge.Lacks(ctx, "account-link", "%v", s.err)
	}
	return s.proxy
}
