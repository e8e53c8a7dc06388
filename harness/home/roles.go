package home

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// The roles of a home. Its authorization endpoint is the login flow: POST /auth/login_flow, and its steps.
var (
	_ oauth.Server   = (*Home)(nil)
	_ oauth.Sessions = (*Home)(nil)
	_ oauth.Spares   = (*Home)(nil)
	_ oauth.Samples  = (*Home)(nil)
	_ oauth.Memory   = (*Home)(nil)
	_ oauth.Revoker  = (*Home)(nil)
	_ oauth.Methods  = (*Home)(nil)
	_ oauth.Aimed    = (*Home)(nil)
	_ oauth.Library  = (*Home)(nil)
	_ oauth.Metadata = (*Home)(nil)
	_ oauth.Clients  = (*Home)(nil)
	_ oauth.Clock    = (*Home)(nil)
	_ oauth.Names    = (*Home)(nil)
)

// Request implements oauth.Authorizer.
func (h *Home) Request() oauth.Form {
	c := h.Client()
	f := oauth.Form{
		{Name: "response_type", Value: "code"}, {Name: "client_id", Value: c.ID}, {Name: "redirect_uri", Value: c.Redirect},
		{Name: "state", Value: "state-of-this-flow"},
	}
	if h.Facts.Manners.Bound {
		return f.Apply(oauth.Challenge(h.verifier)...)
	}
	return f
}

// Authorize implements oauth.Authorizer. The login flow gets the parameters that the login page would pass on. A resource
// (RFC 8707) only reaches the page, and so does a challenge before 2026.10, when pages did not know PKCE.
func (h *Home) Authorize(ctx context.Context, request oauth.Form) oauth.Return {
	if request.Get("resource") != "" {
		if page := h.Get(ctx, "/auth/authorize?"+request.Encode()); page.Status != http.StatusOK {
			return oauth.Return{Last: page, Why: "the login page is not shown"}
		}
	}
	members := map[string]any{"client_id": nil, "redirect_uri": nil}
	for _, p := range request {
		switch p.Name {
		case "client_id", "redirect_uri", "code_challenge", "code_challenge_method":
			members[p.Name] = p.Value
		}
	}
	id, _ := members["client_id"].(string)
	login := Login{ClientID: id, Finish: id, Body: members, Unbound: true} // send the request unchanged
	begun := h.Begin(ctx, login)
	if begun.FlowID == "" && !h.Facts.PKCE && request.Get("code_challenge") != "" {
		delete(members, "code_challenge")
		delete(members, "code_challenge_method")
		begun = h.Begin(ctx, login)
	}
	if begun.FlowID == "" {
		return oauth.Return{Last: begun.Exchange, Why: "no login flow starts"}
	}
	s := h.finish(ctx, begun, login)
	if s.Type != "create_entry" || s.Code == "" {
		return oauth.Return{Last: s.Exchange, Asked: true}
	}
	return oauth.Return{Code: s.Code, Last: s.Exchange, Asked: true, Query: url.Values{"code": {s.Code}}}
}

// Renew implements oauth.TokenEndpoint.
func (h *Home) Renew(ctx context.Context, refreshToken string, changes ...oauth.Change) *wire.Exchange {
	judge.Secret(ctx, "refresh_token", refreshToken)
	return h.Token(ctx, h.RefreshGrant(oauth.Tokens{Refresh: refreshToken, ClientID: h.Client().ID}).Apply(changes...))
}

// SendToken implements oauth.TokenEndpoint.
func (h *Home) SendToken(ctx context.Context, method, query, contentType, body string) *wire.Exchange {
	return h.Wire.Do(ctx, oauth.Raw("/auth/token", method, query, contentType, body))
}

// Endpoint implements oauth.Library.
func (h *Home) Endpoint() oauth.Endpoint {
	return oauth.Endpoint{URL: h.Wire.Absolute("/auth/token"), HTTP: h.Wire.Stock()}
}

// Fetch implements oauth.Resource.
func (h *Home) Fetch(ctx context.Context, authorization string) *wire.Exchange {
	if authorization == "" {
		return h.Get(ctx, "/api/")
	}
	return h.Get(ctx, "/api/", "Authorization", authorization)
}

// FetchQuery implements oauth.Resource.
func (h *Home) FetchQuery(ctx context.Context, query string) *wire.Exchange {
	return h.Get(ctx, "/api/?"+query)
}

// Ask implements oauth.Methods: a state is read, written and deleted.
func (h *Home) Ask(ctx context.Context, method string, header http.Header) *wire.Exchange {
	r := wire.Request{Method: method, URL: "/api/states/authconform.probe", Header: header.Clone()}
	if method == http.MethodPost {
		r.Body = `{"state":"on"}`
		r.Header = http.Header{"Content-Type": {"application/json"}}
		maps.Copy(r.Header, header)
	}
	return h.Wire.Do(ctx, r)
}

// Aims implements oauth.Aimed: what a home's metadata calls it, and its API.
func (h *Home) Aims() []string { return []string{h.Wire.Base(), h.Wire.Absolute("/api/")} }

// Others implements oauth.Names.
func (h *Home) Others() []string { return h.names }

// Under implements oauth.Names.
func (h *Home) Under(ctx context.Context, name string, r wire.Request) *wire.Exchange {
	return h.under[name].Do(ctx, r)
}

// FetchUnder implements oauth.Names.
func (h *Home) FetchUnder(ctx context.Context, name string) *wire.Exchange {
	return h.Under(ctx, name, wire.Request{Method: http.MethodGet, URL: "/api/"})
}

// Document implements oauth.Metadata.
func (h *Home) Document(ctx context.Context) *wire.Exchange {
	return h.Get(ctx, h.WellKnown(metadataName))
}

// Issuers implements oauth.Metadata: a home is its own issuer.
func (h *Home) Issuers() []string { return []string{h.Wire.Base()} }

// Default implements oauth.Clients.
func (h *Home) Default() oauth.Client {
	c := h.Client()
	return oauth.Client{ID: c.ID, Redirect: c.Redirect}
}

// Other implements oauth.Clients: for a home every URL is a client.
func (h *Home) Other() oauth.Client {
	return oauth.Client{ID: h.Site.Other() + "/", Redirect: h.Site.Other() + "/callback"}
}

// Public implements oauth.Clients: a home's clients have no secrets.
func (h *Home) Public() oauth.Client { return h.Default() }

// Advance implements oauth.Clock.
func (h *Home) Advance(ctx context.Context, d time.Duration) error {
	h.dropSpare() // they would be older than they look
	err := h.Clock.Advance(ctx, d)
	h.Wire.Forget()
	return err
}
