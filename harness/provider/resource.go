package provider

import (
	"context"
	"net/http"

	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// The roles that a provider plays.
var (
	_ oauth.Server   = (*Provider)(nil)
	_ oauth.Decliner = (*Provider)(nil)
	_ oauth.Revoker  = (*Provider)(nil)
	_ oauth.Resource = (*Provider)(nil)
	_ oauth.Metadata = (*Provider)(nil)
	_ oauth.Clients  = (*Provider)(nil)
	_ oauth.Clock    = (*Provider)(nil)
)

// Fetch implements oauth.Resource.
func (p *Provider) Fetch(ctx context.Context, authorization string) *wire.Exchange {
	r := wire.Request{Method: http.MethodGet, URL: p.APIURL, Header: http.Header{}}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return p.Wire.Do(ctx, r)
}

// FetchQuery implements oauth.Resource.
func (p *Provider) FetchQuery(ctx context.Context, query string) *wire.Exchange {
	return p.Wire.Do(ctx, wire.Request{Method: http.MethodGet, URL: p.APIURL + "?" + query})
}

// Document implements oauth.Metadata.
func (p *Provider) Document(ctx context.Context) *wire.Exchange {
	return p.Wire.Do(ctx, wire.Request{Method: http.MethodGet, URL: p.MetadataURL})
}
