package mockprovider

import (
	"net/http"
	"time"

	"github.com/authconform/authconform/mock"
)

// Token is what the provider knows about a token that is introspected.
type Token struct {
	AppID, Username, Scope string
	Resources              []string  // for which it is
	Expires                time.Time // zero: of a refresh token
}

// introspect answers POST /oauth/introspect (RFC 7662).
func (p *Provider) introspect(c *mock.Call) *mock.Answer {
	app, refused := p.client(c)
	if refused != nil {
		return refused
	}
	if refusal := p.Policy().MayIntrospect(app); refusal != nil {
		return refusal.Answer()
	}
	if c.Form.Get("token") == "" {
		return noToken.Answer()
	}
	return dressed(mock.JSON(http.StatusOK, p.Policy().Tells(app, p.live(c.Form.Get("token")), p.URL)), p.Policy().TokenHeader())
}

// live is what is known of a token that works; nil: there is no such token.
func (p *Provider) live(token string) *Token {
	if t, ok := p.store.accessToken(token); ok && p.Policy().Access(t, p.now()) {
		return &Token{t.AppID, t.Username, t.Scope, t.Resources, t.Expires}
	}
	if g, ok := p.store.peekRefresh(token); ok {
		return &Token{g.AppID, g.Username, g.Scope, g.Resources, time.Time{}}
	}
	return nil
}

// mayIntrospect lets an app ask that has a secret (RFC 7662 §2.1).
func mayIntrospect(app App) *mock.Refusal {
	if app.Public {
		return badClient
	}
	return nil
}

// tells is what an app is told of a token of its own; of others' it is told as little as of none (RFC 7662 §2.2).
func tells(app App, t *Token, issuer string) map[string]any {
	if t == nil || t.AppID != app.ID {
		return map[string]any{"active": false}
	}
	v := map[string]any{
		"active": true, "client_id": t.AppID, "username": t.Username, "sub": t.Username, "scope": t.Scope, "iss": issuer,
	}
	if !t.Expires.IsZero() {
		v["token_type"], v["exp"] = "Bearer", t.Expires.Unix()
	}
	if len(t.Resources) > 0 {
		v["aud"] = t.Resources
	}
	return v
}
