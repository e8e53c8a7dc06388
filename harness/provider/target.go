package provider

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/target"
	"github.com/authconform/authconform/harness/wire"
)

// Config says what the target is and which clients we have there. It travels to workers on their standard input: it
// holds secrets. Endpoints that are empty are read from the target's metadata.
type Config struct {
	AuthorizeURL string         `json:"authorize_url,omitempty"`
	TokenURL     string         `json:"token_url,omitempty"`
	RevokeURL    string         `json:"revoke_url,omitempty"`
	APIURL       string         `json:"api_url,omitempty"` // a resource that wants a bearer token; "": none is known
	Scope        string         `json:"scope,omitempty"`
	Service      string         `json:"service,omitempty"` // of an account-link proxy
	Redirect     string         `json:"redirect_uri"`
	Client       Client         `json:"client"`
	Other        Client         `json:"other"`  // another client of the same redirect_uri; zero: none
	Public       Client         `json:"public"` // one without a secret; zero: none
	Metadata     map[string]any `json:"metadata,omitempty"`
	MetadataURL  string         `json:"metadata_url,omitempty"`
	Steps        []Step         `json:"steps,omitempty"` // how a person gets through its pages in a browser; none: as plain forms, without one
	Basic        bool           `json:"basic,omitempty"` // secrets in the form are refused: they go into the header (found out by Probe)
}

// Client is a client that we have at the provider.
type Client struct {
	ID     string `json:"id,omitempty"`
	Secret string `json:"secret,omitempty"`
}

// Target is a provider under test. It is safe for concurrent use.
type Target struct {
	Config
	Wire    *wire.Client
	Clock   clock.Clock
	Account target.Account

	// Where there are Steps: opens a page of the person's browser, and keeps what one shows as evidence.
	NewPage func(context.Context) (*browser.Page, error)
	Show    func(ctx context.Context, page *browser.Page, step string)

	Patience time.Duration // the longest wait for a frame that may not come, at a target on this machine; 0: as a spec says
}

// New makes a Target. Nothing is sent yet.
func New(o wire.Options, c Config, account target.Account, clk clock.Clock) *Target {
	return &Target{Config: c, Wire: wire.New(o), Clock: clk, Account: account}
}

type targetKey struct{}

// With lets the specs under ctx find the provider.
func With(ctx context.Context, t *Target) context.Context {
	return context.WithValue(ctx, targetKey{}, t)
}

// From is the provider under test.
func From(ctx context.Context) *Target {
	t, ok := ctx.Value(targetKey{}).(*Target)
	if !ok {
		panic("provider: no provider in this context; is the row of this profile?")
	}
	for _, c := range []Client{t.Client, t.Other} {
		judge.Secret(ctx, "client_secret", c.Secret)
	}
	judge.Secret(ctx, "password", t.Account.Password)
	return t
}

// The reasons why a target cannot be judged.
var (
	ErrUnreachable = errors.New("the target cannot be reached")
	ErrNoProvider  = errors.New("the target is not an OAuth 2 provider that we can use")
)

// metadataPaths are where providers publish theirs (RFC 8414 §3, OpenID Connect Discovery §4).
var metadataPaths = []string{"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"}

// Probe finds the endpoints and makes one whole flow: without it nothing can be judged.
func (t *Target) Probe(ctx context.Context) error {
	if t.Service != "" {
		return t.tryProxy(ctx)
	}
	if err := t.Discover(ctx); err != nil {
		return err
	}
	return t.try(ctx)
}

// Discover reads the target's metadata, and takes the endpoints from there that are not known.
func (t *Target) Discover(ctx context.Context) error {
	base, err := url.Parse(t.Wire.Base())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoProvider, err)
	}
	for _, path := range metadataPaths {
		for _, at := range []string{base.Scheme + "://" + base.Host + path + strings.TrimSuffix(base.Path, "/"), t.Wire.Base() + path} {
			e := t.Wire.Do(ctx, wire.Request{Method: http.MethodGet, URL: at})
			if e.Err != nil && e.Status == 0 {
				return fmt.Errorf("%w: %s", ErrUnreachable, e)
			}
			if doc, err := e.JSON(); err == nil && e.Status == http.StatusOK && t.Metadata == nil {
				t.Metadata, t.MetadataURL = doc, at
			}
		}
	}
	for member, into := range map[string]*string{"authorization_endpoint": &t.AuthorizeURL, "token_endpoint": &t.TokenURL, "revocation_endpoint": &t.RevokeURL} {
		if s, _ := t.Metadata[member].(string); *into == "" {
			*into = s
		}
	}
	if t.AuthorizeURL == "" || t.TokenURL == "" {
		return fmt.Errorf("%w: it publishes no metadata; give --authorize-url and --token-url", ErrNoProvider)
	}
	return nil
}

// try makes one whole flow.
func (t *Target) try(ctx context.Context) error {
	var e *wire.Exchange
	var back Return
	if reason := attempt(ctx, func(ctx context.Context) {
		for _, t.Basic = range []bool{false, true} {
			back = t.Authorize(ctx, t.Request())
			if back.Code == "" {
				return
			}
			if e = t.Exchange(ctx, back.Code); e.Status == http.StatusOK || t.Client.Secret == "" {
				return
			}
		}
	}); reason != "" {
		return fmt.Errorf("%w: %s", ErrNoProvider, reason)
	}
	switch {
	case back.Code == "":
		return fmt.Errorf("%w: login and consent bring no code: %s", ErrNoProvider, back)
	case e.Status != http.StatusOK || e.Text("access_token") == "":
		return fmt.Errorf("%w: a fresh code gets no tokens: %s", ErrNoProvider, e)
	}
	t.give(ctx, e)
	if t.Exchange(ctx, "invented").Status == http.StatusOK {
		return fmt.Errorf("%w: an invented code gets tokens; that is no provider to judge", ErrNoProvider)
	}
	return nil
}

func attempt(ctx context.Context, body func(context.Context)) string {
	record := judge.NewRecord()
	under := judge.With(ctx, record)
	judge.Run(func() { body(under); judge.Held(under) })
	return record.Outcome("must", true).Reason
}

// Form is an ordered list of parameters.
type Form = target.Form

// Request is a good authorization request, without PKCE.
func (t *Target) Request() Form {
	f := Form{{Name: "response_type", Value: "code"}, {Name: "client_id", Value: t.Client.ID}, {Name: "redirect_uri", Value: t.Redirect}, {Name: "state", Value: "state-of-this-flow"}}
	if t.Scope != "" {
		f = append(f, target.Param{Name: "scope", Value: t.Scope})
	}
	return f
}

// CodeGrant is the form that redeems a code for our client, as a home sends it.
func (t *Target) CodeGrant(code string) Form {
	f := Form{
		{Name: "grant_type", Value: "authorization_code"}, {Name: "code", Value: code}, {Name: "redirect_uri", Value: t.Redirect},
		{Name: "client_id", Value: t.Client.ID},
	}
	if t.Client.Secret != "" {
		f = append(f, target.Param{Name: "client_secret", Value: t.Client.Secret})
	}
	return f
}

// Token posts a form to the token endpoint. Where the target wants HTTP Basic, id and secret move into the header.
func (t *Target) Token(ctx context.Context, f Form, header ...string) *wire.Exchange {
	return t.authenticated(ctx, t.TokenURL, f, header...)
}

// TokenAsIs posts a form to the token endpoint, as it is.
func (t *Target) TokenAsIs(ctx context.Context, f Form) *wire.Exchange {
	return t.post(ctx, t.TokenURL, f)
}

func (t *Target) authenticated(ctx context.Context, to string, f Form, header ...string) *wire.Exchange {
	id, _ := value(f, "client_id")
	secret, there := value(f, "client_secret")
	if t.Basic && there && len(header) == 0 {
		f = f.Apply(target.Drop("client_id"), target.Drop("client_secret"))
		header = []string{"Authorization", BasicHeader(Client{id, secret})}
	}
	return t.post(ctx, to, f, header...)
}

func value(f Form, name string) (string, bool) {
	for _, p := range f {
		if p.Name == name {
			return p.Value, true
		}
	}
	return "", false
}

// BasicHeader is a client's Authorization header (RFC 6749 §2.3.1).
func BasicHeader(c Client) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(c.ID)+":"+url.QueryEscape(c.Secret)))
}

func (t *Target) post(ctx context.Context, to string, f Form, header ...string) *wire.Exchange {
	r := wire.Request{Method: http.MethodPost, URL: to, Body: f.Encode(), Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return t.Wire.Do(ctx, r)
}

// Exchange redeems a code, with changes to the form if any.
func (t *Target) Exchange(ctx context.Context, code string, changes ...target.Change) *wire.Exchange {
	judge.Secret(ctx, "code", code)
	e := t.Token(ctx, t.CodeGrant(code).Apply(changes...))
	if e.Status == http.StatusOK {
		judge.From(ctx).Cleanup(func(ctx context.Context) { t.give(ctx, e) })
	}
	return e
}

// Renew refreshes as a home does, with changes to the form if any.
func (t *Target) Renew(ctx context.Context, token string, changes ...target.Change) *wire.Exchange {
	judge.Secret(ctx, "refresh_token", token)
	f := Form{{Name: "grant_type", Value: "refresh_token"}, {Name: "client_id", Value: t.Client.ID}, {Name: "refresh_token", Value: token}}
	if t.Client.Secret != "" {
		f = append(f, target.Param{Name: "client_secret", Value: t.Client.Secret})
	}
	return t.Token(ctx, f.Apply(changes...))
}

// Revoke revokes a token (RFC 7009).
func (t *Target) Revoke(ctx context.Context, token string, changes ...target.Change) *wire.Exchange {
	judge.Secret(ctx, "token", token)
	f := Form{{Name: "token", Value: token}, {Name: "client_id", Value: t.Client.ID}}
	if t.Client.Secret != "" {
		f = append(f, target.Param{Name: "client_secret", Value: t.Client.Secret})
	}
	return t.authenticated(ctx, t.RevokeURL, f.Apply(changes...))
}

// API asks the resource, with an Authorization header; "" sends none.
func (t *Target) API(ctx context.Context, authorization string) *wire.Exchange {
	r := wire.Request{Method: http.MethodGet, URL: t.APIURL, Header: http.Header{}}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return t.Wire.Do(ctx, r)
}

// Code makes a whole authorization and returns its code. Getting one is a control.
func (t *Target) Code(ctx context.Context, changes ...target.Change) string {
	back := t.Authorize(ctx, t.Request().Apply(changes...))
	if back.Code == "" {
		judge.Block(ctx, "a good authorization request brings no code: %s", back)
	}
	return back.Code
}

// Tokens makes a whole flow. Getting an access token is a control.
func (t *Target) Tokens(ctx context.Context, changes ...target.Change) target.Tokens {
	e := t.Exchange(ctx, t.Code(ctx, changes...))
	got := Read(e)
	if e.Status != http.StatusOK || got.Access == "" {
		judge.Block(ctx, "a fresh code got no tokens: %s", e)
	}
	return got
}

// Read reads tokens from an answer.
func Read(e *wire.Exchange) target.Tokens {
	got, _ := target.Read(e, "") // what is no token answer has none
	return got
}

// give gives tokens back, where the provider revokes.
func (t *Target) give(ctx context.Context, e *wire.Exchange) {
	got := Read(e)
	if t.RevokeURL == "" {
		return
	}
	for _, token := range []string{got.Refresh, got.Access} {
		if token != "" {
			t.Revoke(ctx, token)
		}
	}
}
