package mcp

import (
	"context"
	"net/http"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/wire"
)

// The roles that an endpoint and its authorization server play together.
var (
	_ oauth.Server    = (*atHome)(nil)
	_ oauth.Revoker   = (*atHome)(nil)
	_ oauth.Library   = (*atHome)(nil)
	_ oauth.Clients   = (*atHome)(nil)
	_ oauth.Clock     = (*atHome)(nil)
	_ oauth.Protected = (*atHome)(nil)
	_ oauth.Announced = (*atHome)(nil)
	_ oauth.Names     = (*atHome)(nil)
	_ oauth.Publisher = (*atHome)(nil)
	_ oauth.Server    = (*atProvider)(nil)
	_ oauth.Decliner  = (*atProvider)(nil)
	_ oauth.Revoker   = (*atProvider)(nil)
	_ oauth.Protected = (*atProvider)(nil)
	_ oauth.Announced = (*atProvider)(nil)
	_ oauth.Names     = (*atProvider)(nil)
)

// endpoint is an Endpoint under another name, because Endpoint is also a method of oauth.Library.
type endpoint = Endpoint

// atHome is an endpoint whose authorization server is a home.
type atHome struct {
	*home.Home
	*endpoint
}

// Fetch implements oauth.Resource.
func (p *atHome) Fetch(ctx context.Context, authorization string) *wire.Exchange {
	return p.endpoint.Fetch(ctx, authorization)
}

// FetchQuery implements oauth.Resource.
func (p *atHome) FetchQuery(ctx context.Context, query string) *wire.Exchange {
	return p.endpoint.FetchQuery(ctx, query)
}

// Ask implements oauth.Methods.
func (p *atHome) Ask(ctx context.Context, method string, header http.Header) *wire.Exchange {
	return p.endpoint.Ask(ctx, method, header)
}

// Aims implements oauth.Aimed.
func (p *atHome) Aims() []string { return p.endpoint.Aims() }

// Document implements oauth.Metadata.
func (p *atHome) Document(ctx context.Context) *wire.Exchange { return p.endpoint.Document(ctx) }

// Issuers implements oauth.Metadata.
func (p *atHome) Issuers() []string { return p.endpoint.Issuers() }

// Others implements oauth.Names.
func (p *atHome) Others() []string { return p.endpoint.Others() }

// Under implements oauth.Names.
func (p *atHome) Under(ctx context.Context, name string, r wire.Request) *wire.Exchange {
	return p.endpoint.Under(ctx, name, r)
}

// FetchUnder implements oauth.Names.
func (p *atHome) FetchUnder(ctx context.Context, name string) *wire.Exchange {
	return p.endpoint.FetchUnder(ctx, name)
}

// VisitFrom is the first response to a request from a script on a page of another origin.
func (p *atHome) VisitFrom(ctx context.Context, origin string, request oauth.Form) *wire.Exchange {
	at := p.Document(ctx).Text("authorization_endpoint") + "?" + request.Encode()
	return p.Beside(ctx, http.MethodGet, at, http.Header{"Origin": {origin}})
}

// Public implements oauth.Clients: every client of a home is public, and MCP clients use PKCE.
func (p *atHome) Public() oauth.Client {
	c := p.Home.Public()
	c.Verifier = oauth.Verifier
	return c
}

// atProvider is an endpoint with any other authorization server.
type atProvider struct {
	*provider.Provider
	*endpoint
}

// Fetch implements oauth.Resource.
func (p *atProvider) Fetch(ctx context.Context, authorization string) *wire.Exchange {
	return p.endpoint.Fetch(ctx, authorization)
}

// FetchQuery implements oauth.Resource.
func (p *atProvider) FetchQuery(ctx context.Context, query string) *wire.Exchange {
	return p.endpoint.FetchQuery(ctx, query)
}

// Document implements oauth.Metadata.
func (p *atProvider) Document(ctx context.Context) *wire.Exchange { return p.endpoint.Document(ctx) }

// Issuers implements oauth.Metadata.
func (p *atProvider) Issuers() []string { return p.endpoint.Issuers() }

type endpointKey struct{}

// With makes the endpoint available to the specs under ctx.
func With(ctx context.Context, e *Endpoint) context.Context {
	return context.WithValue(ctx, endpointKey{}, e)
}

// From returns the endpoint under test.
func From(ctx context.Context) *Endpoint {
	e, ok := ctx.Value(endpointKey{}).(*Endpoint)
	if !ok {
		panic("mcp: no endpoint in this context; is the row of this profile?")
	}
	return e
}
