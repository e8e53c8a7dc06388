package provider

import (
	"context"
	"net/http"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// flip finds the endpoints for introspection and revocation that want our client's secret in the other place: there are servers
// whose endpoints read it differently. An invented token shows it (RFC 7009 §2.2, RFC 7662 §2.2).
func (p *Provider) flip(ctx context.Context) {
	if p.Client.Secret == "" {
		return
	}
	_ = judge.Attempt(ctx, func(ctx context.Context) {
		f := p.withSecret(oauth.Form{{Name: "token", Value: "invented"}, {Name: "client_id", Value: p.Client.ID}})
		for _, at := range []string{p.IntrospectURL, p.RevokeURL} {
			if at == "" || p.authenticated(ctx, at, f).Status != http.StatusUnauthorized {
				continue
			}
			p.Flipped = append(p.Flipped, at)
			if p.authenticated(ctx, at, f).Status != http.StatusOK {
				p.Flipped = p.Flipped[:len(p.Flipped)-1]
			}
		}
	})
}

// Introspect implements oauth.Introspector.
func (p *Provider) Introspect(ctx context.Context, token string, changes ...oauth.Change) *wire.Exchange {
	judge.Secret(ctx, "token", token)
	f := oauth.Form{{Name: "token", Value: token}, {Name: "client_id", Value: p.Client.ID}}
	return p.authenticated(ctx, p.IntrospectURL, p.withSecret(f).Apply(changes...))
}

// SendIntrospection implements oauth.Introspector. Secrets go into the header if the provider requires that.
func (p *Provider) SendIntrospection(ctx context.Context, method, query, contentType, body string) *wire.Exchange {
	return p.sendTo(ctx, p.IntrospectURL, method, query, contentType, body)
}

// Register implements oauth.Registrar.
func (p *Provider) Register(ctx context.Context, contentType, body string) *wire.Exchange {
	e := p.Wire.Do(ctx, oauth.Raw(p.RegisterURL, http.MethodPost, "", contentType, body))
	judge.Secret(ctx, "client_secret", e.Text("client_secret"))
	judge.Secret(ctx, "registration_access_token", e.Text("registration_access_token"))
	if at := e.Text("registration_client_uri"); at != "" {
		judge.From(ctx).Cleanup(func(ctx context.Context) {
			header := http.Header{"Authorization": {"Bearer " + e.Text("registration_access_token")}}
			p.Wire.Do(ctx, wire.Request{Method: http.MethodDelete, URL: at, Header: header})
		})
	}
	return e
}

// Indicator implements oauth.Indicated.
func (p *Provider) Indicator() string { return p.Resource }

// Offers reports whether an optional endpoint is known: revocation, introspection or registration.
func (p *Provider) Offers(endpoint string) bool {
	return map[string]string{"revocation": p.RevokeURL, "introspection": p.IntrospectURL, "registration": p.RegisterURL}[endpoint] != ""
}

// Probe posts an empty form to the endpoint in a member of the metadata; nil if there is none.
func (p *Provider) Probe(ctx context.Context, member string) *wire.Exchange {
	at, _ := p.Metadata[member].(string)
	if at == "" {
		return nil
	}
	return p.Wire.Do(ctx, oauth.Raw(at, http.MethodPost, "", "application/x-www-form-urlencoded", ""))
}

// VisitFrom is the first response to a request from a script on a page of another origin.
func (p *Provider) VisitFrom(ctx context.Context, origin string, f oauth.Form) *wire.Exchange {
	header := http.Header{"Origin": {origin}, "Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"cors"}}
	return p.Wire.Do(ctx, wire.Request{Method: http.MethodGet, URL: p.authorizeAt(ctx, f.Encode()), Header: header})
}
