package mockprovider

import (
	"net/http"
	"net/url"

	"github.com/authconform/authconform/mock"
)

// client finds out which app asks, and holds it to its secret (RFC 6749 §2.3).
func (p *Provider) client(c *mock.Call) (App, *mock.Answer) {
	if c.Form == nil || c.Bad {
		return App{}, badRequest.Answer()
	}
	way, id, secret := None, c.Form.Get("client_id"), c.Form.Get("client_secret")
	if secret != "" {
		way = Post
	}
	user, password, basic := c.BasicAuth()
	if basic {
		if way == Post {
			return App{}, twoMethods.Answer()
		}
		way = Basic
		var err1, err2 error
		user, err1 = url.QueryUnescape(user)
		secret, err2 = url.QueryUnescape(password)
		if err1 != nil || err2 != nil || (id != "" && id != user) {
			return App{}, badRequest.Answer()
		}
		id = user
	}
	app, known := p.app(id)
	if refusal := p.Policy().Authenticate(app, known, way, secret); refusal != nil {
		a := refusal.Answer()
		if way == Basic {
			a.Header.Set("WWW-Authenticate", `Basic realm="`+p.Name+`"`)
		}
		return app, a
	}
	return app, nil
}

// token answers POST /oauth/token.
func (p *Provider) token(c *mock.Call) *mock.Answer {
	app, refused := p.client(c)
	if refused != nil {
		return dressed(refused, p.Policy().TokenHeader())
	}
	var a *mock.Answer
	switch c.Form.Get("grant_type") {
	case "authorization_code":
		a = p.codeGrant(c, app)
	case "refresh_token":
		a = p.refreshGrant(c, app)
	case "":
		a = noGrantType.Answer()
	default:
		a = badGrantType.Answer()
	}
	return dressed(a, p.Policy().TokenHeader())
}

func dressed(a *mock.Answer, h http.Header) *mock.Answer {
	for name, values := range h {
		a.Header[name] = values
	}
	return a
}

func (p *Provider) codeGrant(c *mock.Call, app App) *mock.Answer {
	value := c.Form.Get("code")
	if value == "" {
		return noCode.Answer()
	}
	if grant, spent := p.store.grantOfCode(value); spent && p.Policy().ReplayKills() && p.Policy().SingleUse() {
		p.store.endGrant(grant) // RFC 6749 §4.1.2: somebody has a copy of the code
	}
	code, ok := p.store.code(value)
	if !ok {
		return badCode.Answer()
	}
	if refusal := p.Policy().Redeem(code, app, c.Form, p.now()); refusal != nil {
		return refusal.Answer()
	}
	audience, refusal := p.Policy().Audience(code.Resources, c.Form["resource"])
	if refusal == nil {
		refusal = p.grants(code)
	}
	if refusal != nil {
		return refusal.Answer()
	}
	g := Grant{
		ID: mock.Secret(12), AppID: app.ID, Username: code.Username, Scope: code.Scope, Resources: code.Resources, Used: p.now(), Me: code.Me,
	}
	if !p.store.redeem(value, p.Policy().SingleUse(), g) {
		return badCode.Answer()
	}
	return p.issue(g, g.Scope, audience, p.Policy().NewToken())
}

func (p *Provider) refreshGrant(c *mock.Call, app App) *mock.Answer {
	token := c.Form.Get("refresh_token")
	if token == "" {
		return noRefresh.Answer()
	}
	if g, ok := p.store.peekRefresh(token); ok {
		if refusal := p.Policy().Refresh(g, app, p.now()); refusal != nil {
			return refusal.Answer() // a foreign client does not spend it
		}
	}
	g, found, reused := p.store.takeRefresh(token, p.Policy().Rotate(app))
	if reused && found && p.Policy().ReuseKills() {
		p.store.endGrant(g.ID) // RFC 9700 §4.14.2
	}
	if !found || reused {
		return badRefresh.Answer()
	}
	scope, ok := p.Policy().Narrow(g.Scope, c.Form.Get("scope"))
	if !ok {
		return badScope.Answer()
	}
	audience, refusal := p.Policy().Audience(g.Resources, c.Form["resource"])
	if refusal != nil {
		return refusal.Answer()
	}
	g.Used = p.now()
	fresh := token
	if p.Policy().Rotate(app) {
		fresh = p.Policy().NewToken()
	}
	return p.issue(g, scope, audience, fresh)
}

func (p *Provider) issue(g Grant, scope string, resources []string, refresh string) *mock.Answer {
	access := p.Policy().NewToken()
	p.store.putTokens(g, access, Access{
		g.ID, g.AppID, g.Username, scope, resources, p.now().Add(p.Policy().AccessTTL()),
	}, refresh)
	answer := p.answered(g, scope, p.Policy().TokenAnswer(access, refresh, scope, p.Policy().AccessTTL()))
	return mock.JSON(http.StatusOK, answer)
}

// revoke answers POST /oauth/revoke (RFC 7009): 200 for every token, 401 for a client that does not show its secret.
func (p *Provider) revoke(c *mock.Call) *mock.Answer {
	app, refused := p.client(c)
	if refused != nil {
		return refused
	}
	token := c.Form.Get("token")
	if token == "" {
		return noToken.Answer()
	}
	if g, ok := p.store.peekRefresh(token); ok && p.Policy().MayRevoke(app, g) {
		p.store.dropRefresh(token)
		if p.Policy().Cascades() {
			p.store.endGrant(g.ID)
		}
	}
	if t, ok := p.store.accessToken(token); ok && p.Policy().MayRevoke(app, Grant{ID: t.GrantID, AppID: t.AppID}) {
		p.store.dropAccess(token)
	}
	return dressed(mock.Empty(http.StatusOK), p.Policy().TokenHeader())
}
