package provider

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/harness/wire"
)

// ourState begins the states that Request makes.
const ourState = "state-"

// Request implements oauth.Authorizer. It has PKCE, as RFC 9700 §2.1.1 advises every client, unless that does not work there. Each
// request has a state of its own, as those of real clients do (RFC 9700 §2.1: one-time use, RFC 6749 §10.10, §10.12): a server may
// find the request that a login page belongs to by its state.
func (p *Provider) Request() oauth.Form {
	f := oauth.Form{
		{Name: "response_type", Value: "code"}, {Name: "client_id", Value: p.Client.ID}, {Name: "redirect_uri", Value: p.Redirect},
		{Name: "state", Value: ourState + rand.Text()},
	}
	if p.Scope != "" {
		f = append(f, oauth.Param{Name: "scope", Value: p.Scope})
	}
	if p.Hint != "" {
		f = append(f, oauth.Param{Name: "me", Value: p.Hint})
	}
	f = p.aimed(f)
	if p.Unbound {
		return f
	}
	return f.Apply(oauth.Challenge(p.verifier)...)
}

// aimed adds the resource of the tokens to a request, if every request needs one (RFC 8707 §2).
func (p *Provider) aimed(f oauth.Form) oauth.Form {
	if p.Aim == "" {
		return f
	}
	return append(f, oauth.Param{Name: "resource", Value: p.Aim})
}

// Authorize implements oauth.Authorizer.
func (p *Provider) Authorize(ctx context.Context, f oauth.Form) oauth.Return {
	return p.authorize(ctx, p.Person, f.Encode(), false)
}

// Visit opens a request in a fresh browser without scripts, and shows the first answer: redirects are not followed.
func (p *Provider) Visit(ctx context.Context, f oauth.Form) (*person.Visitor, *wire.Exchange) {
	v := p.Visitor()
	return v, v.Open(ctx, p.authorizeAt(ctx, f.Encode()))
}

// AuthorizeAs is Authorize as another user.
func (p *Provider) AuthorizeAs(ctx context.Context, account oauth.Account, f oauth.Form) oauth.Return {
	who := *p.Person
	who.Account = account
	return p.authorize(ctx, &who, f.Encode(), false)
}

// Deny implements oauth.Decliner.
func (p *Provider) Deny(ctx context.Context, f oauth.Form) oauth.Return {
	return p.authorize(ctx, p.Person, f.Encode(), true)
}

// Declines implements oauth.Decliner.
func (p *Provider) Declines() bool { return p.Offered }

// AuthorizeRaw is Authorize with the given query.
func (p *Provider) AuthorizeRaw(ctx context.Context, query string) oauth.Return {
	return p.authorize(ctx, p.Person, query, false)
}

// Visitor is a fresh browser without scripts.
func (p *Provider) Visitor() *person.Visitor { return person.NewVisitor(p.Wire) }

func (p *Provider) authorize(ctx context.Context, who *person.Person, query string, refuse bool) oauth.Return {
	wanted := p.Redirect
	if q, err := url.ParseQuery(query); err == nil && q.Get("redirect_uri") != "" {
		wanted = q.Get("redirect_uri")
	}
	return who.Walk(ctx, person.Walk{From: p.authorizeAt(ctx, query), Refuse: refuse, Ends: func(where string) bool {
		return strings.HasPrefix(where, p.Redirect) || sameEnd(where, wanted)
	}}).Return()
}

// authorizeAt is the URL of a request. A state of ours is replaced in reports, because it differs from run to run.
func (p *Provider) authorizeAt(ctx context.Context, query string) string {
	if q, err := url.ParseQuery(query); err == nil && strings.HasPrefix(q.Get("state"), ourState) {
		judge.Secret(ctx, "state", q.Get("state"))
	}
	if strings.Contains(p.AuthorizeURL, "?") {
		return p.AuthorizeURL + "&" + query
	}
	return p.AuthorizeURL + "?" + query
}

// sameEnd reports whether a URL is the requested redirect URI, ignoring its query.
func sameEnd(where, wanted string) bool {
	a, err1 := url.Parse(where)
	b, err2 := new(url.URL).Parse(wire.AsBrowsersRead(wanted))
	return err1 == nil && err2 == nil && b.Scheme != "" && a.Scheme == b.Scheme && a.Host == b.Host && a.Path == b.Path
}
