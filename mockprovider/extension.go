package mockprovider

import (
	"maps"
	"net/url"
	"time"

	"github.com/authconform/authconform/mock"
)

// Extension is what a server adds to a provider (package indieauth). Each member may be nil.
type Extension struct {
	// Client finds a client that is not registered.
	Client func(id string) (App, bool)
	// Answered changes a successful token response.
	Answered func(g Grant, scope string, answer map[string]any) map[string]any
	// Grants says why a code gets no token although it may be redeemed.
	Grants func(Code) *mock.Refusal
	// Routes are additional endpoints, and additional methods of the authorization endpoint.
	Routes func(*Provider) map[string]mock.Methods
}

// app finds a client.
func (p *Provider) app(id string) (App, bool) {
	if a, known := p.store.app(id); known || p.Client == nil {
		return a, known
	}
	a, known := p.Client(id)
	if known && a.Scopes == nil {
		a.Scopes = allScopes
	}
	return a, known
}

func (p *Provider) grants(c Code) *mock.Refusal {
	if p.Grants == nil {
		return nil
	}
	return p.Grants(c)
}

func (p *Provider) answered(g Grant, scope string, answer map[string]any) map[string]any {
	if p.Answered == nil {
		return answer
	}
	return p.Answered(g, scope, answer)
}

func (p *Provider) extended(path string, ours methods) methods {
	if p.Routes != nil {
		maps.Copy(ours, p.Routes(p)[path])
	}
	return ours
}

// extend mounts the endpoints that are not ours.
func (p *Provider) extend() {
	if p.Routes == nil {
		return
	}
	for path, by := range p.Routes(p) {
		if path != "/oauth/authorize" {
			p.plane.Handle(path, by)
		}
	}
}

// Redeem redeems a code without issuing tokens, unless check refuses; with forget false the code stays valid.
func (p *Provider) Redeem(c *mock.Call, forget bool, check func(Code, App, url.Values, time.Time) *mock.Refusal) (Code, *mock.Answer) {
	app, refused := p.client(c)
	if refused != nil {
		return Code{}, refused
	}
	value := c.Form.Get("code")
	code, ok := p.store.code(value)
	if !ok {
		return code, badCode.Answer()
	}
	if refusal := check(code, app, c.Form, p.now()); refusal != nil {
		return code, refusal.Answer()
	}
	if !p.store.redeem(value, forget, Grant{ID: mock.Secret(12), AppID: app.ID, Username: code.Username, Used: p.now()}) {
		return code, badCode.Answer()
	}
	return code, nil
}

// Guarded protects an endpoint with a scope.
func (p *Provider) Guarded(scope string, next func(*mock.Call, Access) *mock.Answer) mock.Handler {
	return p.guarded(scope, next)
}

// Live finds an access token that is valid now.
func (p *Provider) Live(token string) (Access, bool) {
	t, ok := p.store.accessToken(token)
	return t, ok && p.Policy().Access(t, p.now())
}

// Dressed adds the token endpoint's headers to a response.
func (p *Provider) Dressed(a *mock.Answer) *mock.Answer { return dressed(a, p.Policy().TokenHeader()) }
