package proof_test

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/internal/exit"
)

// A kind of target that the program does not know, as a user might add it: it issues codes to anybody, and tokens for codes.

type toyFlags struct {
	ClientID string `flag:"client-id" value:"ID" group:"Clients" help:"our client"`
}

func (f *toyFlags) Resolve(string) error {
	if f.ClientID == "" {
		return exit.Usagef("give --client-id")
	}
	return nil
}

func (f *toyFlags) Tools() kind.ToolOptions { return kind.ToolOptions{Browser: "off"} }

func toyKind() kind.Kind {
	return kind.Define("toy", func() *toyFlags { return &toyFlags{} }, openToy)
}

// toyFound is the result of the look at a toy.
type toyFound struct{ TokenURL string }

type toySession struct {
	flags *toyFlags
	tools kind.Tools
	wire  *wire.Client
	found toyFound
}

func openToy(s kind.Setup, f *toyFlags, t kind.Tools) (kind.Session, error) {
	session := &toySession{flags: f, tools: t, wire: wire.New(t.Wire)}
	return session, kind.Decode(s.Found, &session.found)
}

// Look implements kind.Session.
func (s *toySession) Look(ctx context.Context) (kind.Facts, error) {
	e := s.wire.Do(ctx, wire.Request{Method: http.MethodGet, URL: "/"})
	if s.found.TokenURL = e.Text("token_endpoint"); s.found.TokenURL == "" {
		return kind.Facts{}, exit.With(exit.NoTarget, errors.New("the target names no token endpoint"))
	}
	return kind.Facts{Product: "toy", Lacks: s.flags.Tools().Lacks()}, nil
}

func (s *toySession) Found() any { return s.found }

// Suspect implements kind.Session.
func (s *toySession) Suspect() {}

func (s *toySession) Lost(context.Context) error { return nil }
func (s *toySession) GiveBack(context.Context)   {}
func (s *toySession) Leave(context.Context) kind.Totals {
	return kind.Totals{Requests: s.wire.Requests()}
}
func (s *toySession) Traces() []string                                    { return nil }
func (s *toySession) Sweep(context.Context, time.Time, []string) []string { return nil }
func (s *toySession) With(ctx context.Context) context.Context {
	return s.tools.With(oauth.With(ctx, s))
}
func (s *toySession) Request() oauth.Form {
	return oauth.Form{{Name: "client_id", Value: s.flags.ClientID}}
}

// Authorize implements oauth.Authorizer: a toy asks no person.
func (s *toySession) Authorize(ctx context.Context, request oauth.Form) oauth.Return {
	e := s.wire.Do(ctx, wire.Request{Method: http.MethodGet, URL: "/code?" + request.Encode()})
	judge.Secret(ctx, "code", e.Text("code"))
	return oauth.Return{Code: e.Text("code"), Last: e}
}

// CodeGrant implements oauth.TokenEndpoint.
func (s *toySession) CodeGrant(code string) oauth.Form {
	return oauth.Form{
		{Name: "grant_type", Value: "authorization_code"},
		{Name: "code", Value: code},
		{Name: "client_id", Value: s.flags.ClientID},
	}
}

// Exchange implements oauth.TokenEndpoint.
func (s *toySession) Exchange(ctx context.Context, code string, changes ...oauth.Change) *wire.Exchange {
	form := s.CodeGrant(code).Apply(changes...).Encode()
	return s.SendToken(ctx, http.MethodPost, "", "application/x-www-form-urlencoded", form)
}

// Renew implements oauth.TokenEndpoint: a toy has no refresh.
func (s *toySession) Renew(ctx context.Context, _ string, _ ...oauth.Change) *wire.Exchange {
	return s.SendToken(ctx, http.MethodPost, "", "application/x-www-form-urlencoded", "grant_type=refresh_token")
}

// SendToken implements oauth.TokenEndpoint.
func (s *toySession) SendToken(ctx context.Context, method, query, contentType, body string) *wire.Exchange {
	return s.wire.Do(ctx, oauth.Raw(s.found.TokenURL, method, query, contentType, body))
}

var _ oauth.Server = (*toySession)(nil)
