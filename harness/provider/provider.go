package provider

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/harness/wire"
)

// Config holds the provider's endpoints and our clients there. Empty endpoints are read from
// its metadata.
type Config struct {
	AuthorizeURL  string         `json:"authorize_url,omitempty"`
	TokenURL      string         `json:"token_url,omitempty"`
	RevokeURL     string         `json:"revoke_url,omitempty"`
	IntrospectURL string         `json:"introspect_url,omitempty"`
	RegisterURL   string         `json:"register_url,omitempty"`
	Resource      string         `json:"resource,omitempty"` // identifier of a resource that the provider knows (RFC 8707); "": none is known
	Aim           string         `json:"aim,omitempty"`      // the resource that every request names (RFC 8707); "": none does
	Hint          string         `json:"hint,omitempty"`     // the person's URL, which every request names (IndieAuth §5.2); "": none does
	APIURL        string         `json:"api_url,omitempty"`  // a resource that wants a bearer token; "": none is known
	Scope         string         `json:"scope,omitempty"`
	Redirect      string         `json:"redirect_uri"` // of all clients
	Client        oauth.Client   `json:"client"`
	OtherClient   oauth.Client   `json:"other"`            // zero: none
	PublicClient  oauth.Client   `json:"public"`           // without a secret; zero: none
	Accept        string         `json:"accept,omitempty"` // of token requests; "": anything
	Metadata      map[string]any `json:"metadata,omitempty"`
	MetadataURL   string         `json:"metadata_url,omitempty"`

	// Results of the look before the first row.
	Unbound bool `json:"unbound,omitempty"` // codes with a PKCE challenge cannot be redeemed
	Basic   bool `json:"basic,omitempty"`   // secrets go into the header
	OneWay  bool `json:"one_way,omitempty"` // the other method of client authentication does not work for our client
	Told    bool `json:"told,omitempty"`    // the user said so
	Both    bool `json:"both,omitempty"`    // the user said that our client is registered for both
	Offered bool `json:"offered,omitempty"` // a page let the person deny at the first login

	// Flipped are endpoints where our client authenticates in the other way than at the token endpoint.
	Flipped []string `json:"flipped,omitempty"`

	Credulous []judge.Credulity `json:"credulous,omitempty"` // invented credentials that it accepts
}

// Provider is a provider under test. It is safe for concurrent use.
type Provider struct {
	Config
	Wire     *wire.Client
	Clock    clock.Clock
	Person   *person.Person
	verifier string // of the default client's codes: there are providers that demand PKCE, and none that it harms

	doubt kind.Doubt
}

// New makes a Provider. Nothing is sent yet.
func New(o wire.Options, c Config, who *person.Person, clk clock.Clock) *Provider {
	p := &Provider{Config: c, Clock: clk, verifier: rand.Text() + rand.Text()}
	o.Observe = p.doubt.Observe
	p.Wire = wire.New(o)
	who.Wire = p.Wire
	p.Person = who
	return p
}

type providerKey struct{}

// With lets the specs under ctx find the provider.
func With(ctx context.Context, p *Provider) context.Context {
	return context.WithValue(oauth.With(ctx, p), providerKey{}, p)
}

// From is the provider under test.
func From(ctx context.Context) *Provider {
	p, ok := ctx.Value(providerKey{}).(*Provider)
	if !ok {
		panic("provider: no provider in this context; is the row of this profile?")
	}
	return p
}

// Default implements oauth.Clients.
func (p *Provider) Default() oauth.Client { return p.Client }

// Other implements oauth.Clients.
func (p *Provider) Other() oauth.Client { return p.OtherClient }

// Public implements oauth.Clients. A client without a secret must use PKCE (RFC 9700 §2.1.1).
func (p *Provider) Public() oauth.Client {
	c := p.PublicClient
	c.Verifier = oauth.Verifier
	return c
}

// Account is who logs in.
func (p *Provider) Account() oauth.Account { return p.Person.Account }

// Advance implements oauth.Clock.
func (p *Provider) Advance(ctx context.Context, d time.Duration) error {
	err := p.Clock.Advance(ctx, d)
	p.Wire.Forget()
	return err
}
