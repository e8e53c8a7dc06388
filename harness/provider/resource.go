package provider

import (
	"context"
	"net/http"
	"strings"

	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// The roles that a provider plays.
var (
	_ oauth.Server       = (*Provider)(nil)
	_ oauth.Decliner     = (*Provider)(nil)
	_ oauth.Confidential = (*Provider)(nil)
	_ oauth.Library      = (*Provider)(nil)
	_ oauth.Revoker      = (*Provider)(nil)
	_ oauth.Introspector = (*Provider)(nil)
	_ oauth.Registrar    = (*Provider)(nil)
	_ oauth.Indicated    = (*Provider)(nil)
	_ oauth.Resource     = (*Provider)(nil)
	_ oauth.Metadata     = (*Provider)(nil)
	_ oauth.Clients      = (*Provider)(nil)
	_ oauth.Clock        = (*Provider)(nil)
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

// Document implements oauth.Metadata. Where none was found, it is asked for at the place that comes first.
func (p *Provider) Document(ctx context.Context) *wire.Exchange {
	at := p.MetadataURL
	if at == "" {
		at = metadataPaths[0]
	}
	return p.Wire.Do(ctx, wire.Request{Method: http.MethodGet, URL: at, Public: true})
}

// DocumentAt asks for the metadata at another address of the issuer.
func (p *Provider) DocumentAt(ctx context.Context, at string) *wire.Exchange {
	return p.Wire.Do(ctx, wire.Request{Method: http.MethodGet, URL: at, Public: true})
}

// Issuers implements oauth.Metadata. The well-known path is put between host and path (RFC 8414 §3.1) or behind both
// (OpenID Connect Discovery §4.1), without the slash that the issuer may end in.
func (p *Provider) Issuers() []string {
	var list []string
	for _, path := range metadataPaths {
		if host, rest, ok := strings.Cut(p.MetadataURL, path); ok {
			list = append(list, host+rest, host+rest+"/")
		}
	}
	return list
}
