package provider

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// CodeGrant implements oauth.TokenEndpoint, as a home redeems a code.
func (p *Provider) CodeGrant(code string) oauth.Form {
	f := p.withSecret(oauth.Form{
		{Name: "grant_type", Value: "authorization_code"}, {Name: "code", Value: code}, {Name: "redirect_uri", Value: p.Redirect},
		{Name: "client_id", Value: p.Client.ID},
	})
	f = p.aimed(f)
	if p.Unbound {
		return f
	}
	return append(f, oauth.Param{Name: "code_verifier", Value: p.verifier})
}

func (p *Provider) withSecret(f oauth.Form) oauth.Form {
	if p.Client.Secret != "" {
		f = append(f, oauth.Param{Name: "client_secret", Value: p.Client.Secret})
	}
	return f
}

// Exchange implements oauth.TokenEndpoint. What it brought is revoked when the spec ends, where the provider can.
func (p *Provider) Exchange(ctx context.Context, code string, changes ...oauth.Change) *wire.Exchange {
	judge.Secret(ctx, "code", code)
	e := p.Token(ctx, p.CodeGrant(code).Apply(changes...))
	if got := Read(e); got.Access+got.Refresh != "" {
		judge.From(ctx).Cleanup(func(ctx context.Context) { p.give(ctx, e) })
	}
	return e
}

// Renew implements oauth.TokenEndpoint, as a home refreshes.
func (p *Provider) Renew(ctx context.Context, token string, changes ...oauth.Change) *wire.Exchange {
	judge.Secret(ctx, "refresh_token", token)
	f := oauth.Form{
		{Name: "grant_type", Value: "refresh_token"},
		{Name: "client_id", Value: p.Client.ID},
		{Name: "refresh_token", Value: token},
	}
	return p.Token(ctx, p.aimed(p.withSecret(f)).Apply(changes...))
}

// SendToken implements oauth.TokenEndpoint. Where secrets go into the header, one that stands in the query or in the body
// is sent there.
func (p *Provider) SendToken(ctx context.Context, method, query, contentType, body string) *wire.Exchange {
	return p.sendTo(ctx, p.TokenURL, method, query, contentType, body)
}

func (p *Provider) sendTo(ctx context.Context, endpoint, method, query, contentType, body string) *wire.Exchange {
	var asked, posted oauth.Client
	if p.basicAt(endpoint) {
		query, asked = without(query)
		body, posted = without(body)
	}
	r := oauth.Raw(endpoint, method, query, contentType, body)
	if p.Accept != "" {
		r.Header.Set("Accept", p.Accept)
	}
	if c := cmp.Or(posted, asked); c.Secret != "" {
		r.Header.Set("Authorization", basicHeader(c))
	}
	return p.Wire.Do(ctx, r)
}

// without removes the client's id and secret from an encoded form.
func without(encoded string) (string, oauth.Client) {
	var rest []string
	var c oauth.Client
	for pair := range strings.SplitSeq(encoded, "&") {
		name, raw, _ := strings.Cut(pair, "=")
		value, err := url.QueryUnescape(raw)
		switch {
		case err == nil && name == "client_id":
			c.ID = value
		case err == nil && name == "client_secret":
			c.Secret = value
		default:
			rest = append(rest, pair)
		}
	}
	if c.Secret == "" {
		return encoded, oauth.Client{}
	}
	return strings.Join(rest, "&"), c
}

// Token posts a form to the token endpoint. Where the provider wants HTTP Basic, id and secret move into the header.
func (p *Provider) Token(ctx context.Context, f oauth.Form) *wire.Exchange {
	return p.authenticated(ctx, p.TokenURL, f)
}

// InForm implements oauth.Confidential.
func (p *Provider) InForm(ctx context.Context, f oauth.Form) *wire.Exchange {
	return p.post(ctx, p.TokenURL, f)
}

// InHeader implements oauth.Confidential.
func (p *Provider) InHeader(ctx context.Context, f oauth.Form, c oauth.Client) *wire.Exchange {
	return p.post(ctx, p.TokenURL, f, "Authorization", basicHeader(c))
}

// Bars implements oauth.Confidential.
func (p *Provider) Bars(method string) string {
	own, other := p.ownWay()
	switch {
	case method == own || !p.OneWay || p.Both:
		return ""
	case p.Told:
		return fmt.Sprintf("our client is registered for %s only (--client-auth)", own)
	case p.announces(method):
		return "" // what is announced is judged
	}
	return fmt.Sprintf("the target refuses %s: our client is registered for %s, and the metadata does not announce it", other, own)
}

// Unproven implements oauth.Confidential.
func (p *Provider) Unproven(method string) string {
	own, other := p.ownWay()
	if method == own || !p.OneWay || p.Both {
		return ""
	}
	return fmt.Sprintf("the target refuses %s from our client, which may be registered for %s only; if it is registered for both, "+
		"give --client-auth both", other, own)
}

// ownWay returns the method by which our client authenticates, and the other one.
func (p *Provider) ownWay() (own, other string) {
	if p.Basic {
		return "client_secret_basic", "client_secret_post"
	}
	return "client_secret_post", "client_secret_basic"
}

// Endpoint implements oauth.Library.
func (p *Provider) Endpoint() oauth.Endpoint {
	return oauth.Endpoint{URL: p.TokenURL, Basic: p.Basic, HTTP: p.Wire.Stock()}
}

// Revoke implements oauth.Revoker.
func (p *Provider) Revoke(ctx context.Context, token string, changes ...oauth.Change) *wire.Exchange {
	judge.Secret(ctx, "token", token)
	f := oauth.Form{{Name: "token", Value: token}, {Name: "client_id", Value: p.Client.ID}}
	return p.authenticated(ctx, p.RevokeURL, p.withSecret(f).Apply(changes...))
}

// give revokes tokens, if the provider has revocation.
func (p *Provider) give(ctx context.Context, e *wire.Exchange) {
	if p.RevokeURL == "" {
		return
	}
	got := Read(e)
	for _, token := range []string{got.Refresh, got.Access} {
		if token != "" {
			p.Revoke(ctx, token)
		}
	}
}

// authenticated puts id and secret where the client is registered to send them. If that is the header, ids that a row repeated on
// purpose also stay in the form.
func (p *Provider) authenticated(ctx context.Context, to string, f oauth.Form) *wire.Exchange {
	ids, secrets := values(f, "client_id"), values(f, "client_secret")
	if !p.basicAt(to) || len(secrets) != 1 {
		return p.post(ctx, to, f)
	}
	c := oauth.Client{ID: f.Get("client_id"), Secret: secrets[0]}
	if f = f.Apply(oauth.Drop("client_secret")); len(ids) < 2 {
		f = f.Apply(oauth.Drop("client_id"))
	}
	return p.post(ctx, to, f, "Authorization", basicHeader(c))
}

// basicAt reports whether our client's secret goes into the header at an endpoint.
func (p *Provider) basicAt(endpoint string) bool {
	return p.Basic != slices.Contains(p.Flipped, endpoint)
}

func values(f oauth.Form, name string) (list []string) {
	for _, p := range f {
		if p.Name == name {
			list = append(list, p.Value)
		}
	}
	return list
}

// basicHeader returns a client's Authorization header (RFC 6749 §2.3.1).
func basicHeader(c oauth.Client) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(c.ID)+":"+url.QueryEscape(c.Secret)))
}

func (p *Provider) post(ctx context.Context, to string, f oauth.Form, header ...string) *wire.Exchange {
	r := wire.Request{
		Method: http.MethodPost, URL: to, Body: f.Encode(), Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
	}
	if p.Accept != "" {
		r.Header.Set("Accept", p.Accept)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return p.Wire.Do(ctx, r)
}

// Read reads the tokens that an answer grants; what is no token answer has none.
func Read(e *wire.Exchange) oauth.Tokens { return oauth.Granted(e, "") }
