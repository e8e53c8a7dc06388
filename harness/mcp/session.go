package mcp

import (
	"context"
	"net/http"
	"time"

	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/internal/exit"
)

// session is a session with an endpoint, which contains one with the authorization server.
type session struct {
	*Endpoint
	flags *Flags
	tools kind.Tools
	setup kind.Setup
	inner kind.Session // nil before the look at the endpoint
}

func open(s kind.Setup, f *Flags, t kind.Tools) (kind.Session, error) {
	e := &Endpoint{site: t.Site, names: f.AlsoHost}
	if err := kind.Decode(s.Found, &e.at); err != nil {
		return nil, err
	}
	t.Wire.Every *= time.Duration(2 + len(f.AlsoHost)) // the endpoint, the server and each name share the rate of requests
	o := t.Wire
	o.Observe = e.doubt.Observe
	e.wire = wire.New(o)
	e.under = f.Under(t.Wire)
	own := &session{Endpoint: e, flags: f, tools: t, setup: s}
	if s.Found == nil {
		return own, nil
	}
	e.doubt.Settle(e.wire, kind.Question{
		Ask: func(ctx context.Context) *wire.Exchange { return e.Fetch(ctx, "") },
		Ban: func(ctx context.Context, a *wire.Exchange) error { return kind.Refused(ctx, tooMany(a)) },
	})
	return own, own.enter(e.at.Inner)
}

// enter opens the session with the authorization server.
func (s *session) enter(found []byte) (err error) {
	t := s.tools
	t.Wire.Base = s.at.Base
	t.Browser.Reach(s.at.Base)
	t.Wire.Trusted = append([]string{s.Address()}, t.Wire.Trusted...)
	setup := kind.Setup{Target: s.at.Base, Mark: s.setup.Mark, Found: found, Procs: s.setup.Procs}
	if s.at.Home {
		setup.Flags = kind.Encode(s.flags.home())
		s.inner, err = home.Kind().Open(setup, t)
		return err
	}
	setup.Flags = kind.Encode(s.flags.provider(s.Address(), s.at.Aim, s.client()))
	s.inner, err = provider.Kind().Open(setup, t)
	return err
}

// Look implements kind.Session.
func (s *session) Look(ctx context.Context) (kind.Facts, error) {
	refusal, err := s.knock(ctx)
	if err == nil {
		err = s.discover(ctx, refusal, s.flags.TrustOrigins)
	}
	if err == nil && !s.at.Home {
		err = s.register(ctx)
	}
	if err != nil {
		return kind.Facts{}, exit.With(exit.NoTarget, err)
	}
	if err := s.enter(nil); err != nil {
		return kind.Facts{}, err
	}
	facts, err := s.inner.Look(ctx)
	if err != nil {
		return facts, err
	}
	s.greet(s.inner.With(ctx))
	return s.facts(ctx, facts), nil
}

// greet determines which message the endpoint answers, and whether it accepts any token.
func (s *session) greet(ctx context.Context) {
	_ = judge.Attempt(ctx, func(ctx context.Context) { // rows report the failure
		token := s.token(ctx)
		for _, m := range s.candidates() {
			s.at.Message = m.Name
			if a := s.Fetch(ctx, "Bearer "+token); a.Status == http.StatusOK {
				s.at.Credulous = s.Fetch(ctx, "Bearer invented").Status == http.StatusOK
				return
			}
		}
		s.at.Message = messages[0].Name
	})
}

// candidates returns the messages that the endpoint may answer.
func (s *session) candidates() []message {
	if s.at.Message != "" {
		return []message{find(s.at.Message)}
	}
	return messages
}

// reached reports whether a home fetches a client document, although it does not announce that it reads them.
func (s *session) reached(ctx context.Context) (fetched bool) {
	_ = judge.Attempt(s.With(ctx), func(ctx context.Context) {
		const to = "https://app.example/callback"
		client, server := s.Publish("probe", map[string]any{"redirect_uris": []string{to}}), home.From(ctx)
		ask := server.Request().Apply(oauth.Set("client_id", client.ID), oauth.Set("redirect_uri", to))
		server.Authorize(ctx, ask.Apply(oauth.Challenge(oauth.Verifier)...))
		fetched = client.Fetched() > 0
	})
	return fetched
}

func (s *session) token(ctx context.Context) string {
	if s.at.Home {
		return home.From(ctx).Session(ctx).Access
	}
	return oauth.Issue(ctx, provider.From(ctx)).Access
}

// facts returns the facts of the authorization server for the endpoint's rows. A home's release decides nothing here: the
// protocol demands the same of all.
func (s *session) facts(ctx context.Context, f kind.Facts) kind.Facts {
	if f.Version != "" {
		f.Product += " " + f.Version
	}
	f.Product, f.Version, f.Revision = "MCP endpoint of: "+f.Product, "", s.flags.Revision
	delete(f.Lacks, condition.Metadata)
	f.Lacks.Add(s.at.Server == "", condition.Metadata, "no metadata of the authorization server "+s.at.Issuer+" were found")
	delete(f.Lacks, condition.ResourceMetadata)
	f.Lacks.Add(s.at.Place.URL == "", condition.ResourceMetadata, "neither the challenge nor a well-known address leads to resource metadata")
	delete(f.Lacks, condition.OtherNames)
	f.Lacks.Add(len(s.flags.AlsoHost) == 0, condition.OtherNames, kind.Lacking)
	if s.at.Home {
		if f.Lacks[condition.MetadataDocument] != "" && s.reached(ctx) {
			delete(f.Lacks, condition.HTTPSSite)
		}
		return f
	}
	const why = "client documents and pages are judged at homes only so far"
	f.Lacks[condition.ClientSite], f.Lacks[condition.HTTPSSite] = why, why
	doc := s.Document(ctx)
	methods, _ := doc.Object()
	list, _ := methods["code_challenge_methods_supported"].([]any)
	f.Lacks.Add(len(list) == 0, condition.PKCE, "the server's metadata do not list S256 in code_challenge_methods_supported")
	documents, _ := methods[documentsMember].(bool)
	f.Lacks.Add(!documents, condition.MetadataDocument, "the server's metadata do not say "+documentsMember)
	return f
}

// Found implements kind.Session.
func (s *session) Found() any {
	at := s.at
	at.Inner = kind.Encode(s.inner.Found())
	return at
}

// With implements kind.Session.
func (s *session) With(ctx context.Context) context.Context {
	if s.inner == nil {
		judge.Credential(ctx, "password", s.flags.Account.Password)
		judge.Credential(ctx, "secret", s.flags.Account.TOTPSecret)
		judge.Secret(ctx, "token", s.flags.ControlToken)
		s.tools.Name(ctx, s.Address())
		return s.tools.With(ctx)
	}
	ctx = s.inner.With(ctx)
	s.tools.Name(ctx, s.Address())
	if s.at.Home {
		h := home.From(ctx)
		s.doubtful(ctx, h.Facts.Credulous)
		return With(oauth.With(ctx, &atHome{h, s.Endpoint}), s.Endpoint)
	}
	p := provider.From(ctx)
	s.doubtful(ctx, p.Credulous)
	return With(oauth.With(ctx, &atProvider{p, s.Endpoint}), s.Endpoint)
}

// doubtful tells the record which invented credentials the server or the endpoint accepts.
func (s *session) doubtful(ctx context.Context, taken []judge.Credulity) {
	if s.at.Credulous {
		taken = append([]judge.Credulity{judge.AnyBearer}, taken...)
	}
	judge.Doubt(ctx, taken...)
}

// Suspect implements kind.Session.
func (s *session) Suspect() {
	s.doubt.Suspect()
	s.inner.Suspect()
}

// Lost implements kind.Session.
func (s *session) Lost(ctx context.Context) error {
	if err := s.doubt.Resolve(ctx); err != nil {
		return err
	}
	return s.inner.Lost(ctx)
}

// GiveBack implements kind.Session.
func (s *session) GiveBack(ctx context.Context) {
	if s.inner != nil {
		s.inner.GiveBack(ctx)
	}
}

// Leave implements kind.Session.
func (s *session) Leave(ctx context.Context) kind.Totals {
	totals := kind.Totals{}
	if s.inner != nil {
		totals = s.inner.Leave(ctx)
		s.withdraw(ctx)
	}
	totals.Requests += s.wire.Requests()
	return totals
}

// Traces implements kind.Session.
func (s *session) Traces() []string {
	if s.inner == nil {
		return nil
	}
	return s.inner.Traces()
}

// Sweep implements kind.Session.
func (s *session) Sweep(ctx context.Context, since time.Time, traces []string) []string {
	return s.inner.Sweep(ctx, since, traces)
}
