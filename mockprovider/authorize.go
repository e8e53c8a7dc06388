package mockprovider

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/authconform/authconform/mock"
)

// asked is an authorization request with a valid client and redirect_uri.
type asked struct {
	app       App
	redirect  string
	state     string
	hasState  bool
	challenge string
	scope     string
	resources []string
	me        string // a hint of who logs in
}

// read judges an authorization request (RFC 6749 §4.1.1). page: it must be shown to the person, because nobody may be
// sent anywhere; refusal: it goes back to the client.
func (p *Provider) read(q url.Values) (a asked, page *mock.Answer, refusal *mock.Refusal) {
	app, known := p.app(q.Get("client_id"))
	if !known || len(q["client_id"]) != 1 {
		return a, p.shown(http.StatusBadRequest, "This app is unknown",
			"No app at the developer console has this client id.", nil), nil
	}
	a.app, a.redirect = app, q.Get("redirect_uri")
	if !q.Has("redirect_uri") || len(q["redirect_uri"]) != 1 || !p.Policy().Redirect(app.Redirects, a.redirect) {
		return a, p.mismatch(app, a.redirect), nil
	}
	a.state, a.hasState = q.Get("state"), q.Has("state")
	a.me = q.Get("me")
	for _, name := range []string{"response_type", "state", "scope", "code_challenge", "code_challenge_method"} {
		if len(q[name]) > 1 {
			return a, nil, mock.Refuse(http.StatusBadRequest, "invalid_request", name+" appears twice", "RFC 6749 §3.1")
		}
	}
	switch kind := q.Get("response_type"); {
	case kind == "":
		return a, nil, mock.Refuse(http.StatusBadRequest, "invalid_request", "response_type is required", "RFC 6749 §4.1.1")
	case !p.Policy().ResponseType(kind):
		return a, nil, mock.Refuse(http.StatusBadRequest, "unsupported_response_type", "only code is supported", "RFC 6749 §4.1.2.1")
	}
	if r := p.Policy().Hint(a.me); r != nil {
		return a, nil, r
	}
	a.challenge = q.Get("code_challenge")
	if r := p.Policy().Challenge(app, a.challenge, q.Get("code_challenge_method")); r != nil {
		return a, nil, r
	}
	var ok bool
	if a.scope, ok = p.Policy().Scope(app, q.Get("scope")); !ok {
		return a, nil, mock.Refuse(http.StatusBadRequest, "invalid_scope", "the app may not request this scope", "RFC 6749 §4.1.2.1")
	}
	a.resources = q["resource"]
	return a, nil, p.Policy().Resource(p.Resources, a.resources)
}

// authorize answers GET /oauth/authorize: the login page, and then the consent page.
func (p *Provider) authorize(c *mock.Call) *mock.Answer {
	a, page, refusal := p.read(c.URL.Query())
	switch {
	case page != nil:
		return page
	case refusal != nil:
		return p.refuse(a, refusal)
	}
	if name, ok := p.Policy().Unasked(p.store.grantsOf(a.app.ID, "")); ok {
		return p.allowed(a, name)
	}
	s := p.browser(c)
	if s.user.Username == "" {
		return p.remember(p.loginPage(s, "/oauth/login", c.URL.RawQuery, "to let "+a.app.Name+" in", ""), s)
	}
	return p.remember(p.consentPage(s, a, c.URL.RawQuery), s)
}

// posted is the session of a posted form that is ours, or the answer to one that is not.
func (p *Provider) posted(c *mock.Call) (session, *mock.Answer) {
	s := p.browser(c)
	if c.Form == nil || c.Bad || !p.Policy().CSRF(s.csrf, c.Form.Get("csrf")) {
		return s, p.shown(http.StatusForbidden, "This form is no longer valid",
			"It was sent from another page, or it has expired. Go back, reload the page, and try again.", nil)
	}
	return s, nil
}

// login answers POST /oauth/login.
func (p *Provider) login(c *mock.Call) *mock.Answer {
	s, refused := p.posted(c)
	if refused != nil {
		return refused
	}
	query := c.Form.Get("query")
	u, ok := p.store.login(c.Form.Get("username"), c.Form.Get("password"))
	if !ok {
		a := p.loginPage(s, "/oauth/login", query, "", "The user name or the password is wrong.")
		a.Status, a.Why = http.StatusUnauthorized, "the user name or the password is wrong"
		return a
	}
	p.sessions.drop(s.id)
	return p.remember(mock.Redirect(http.StatusSeeOther, p.at("/oauth/authorize?"+query)), p.sessions.open(u))
}

// consent answers POST /oauth/consent: the person allows or denies.
func (p *Provider) consent(c *mock.Call) *mock.Answer {
	s, refused := p.posted(c)
	if refused != nil {
		return refused
	}
	q, err := url.ParseQuery(c.Form.Get("query"))
	if err != nil || s.user.Username == "" {
		return p.shown(http.StatusBadRequest, "Nobody is logged in", "Start again at the app.", nil)
	}
	a, page, refusal := p.read(q)
	switch {
	case page != nil:
		return page
	case refusal != nil:
		return p.refuse(a, refusal)
	case c.Form.Get("decision") != "allow":
		return p.refuse(a, mock.Refuse(http.StatusBadRequest, "access_denied", "the user denied access", "RFC 6749 §4.1.2.1"))
	}
	return p.allowed(a, s.user.Username)
}

// allowed sends a code.
func (p *Provider) allowed(a asked, username string) *mock.Answer {
	value := p.Policy().NewCode()
	p.store.putCode(value, Code{
		AppID: a.app.ID, Username: username, Redirect: a.redirect, Challenge: a.challenge, Scope: a.scope,
		Resources: a.resources, Issued: p.now(), Me: a.me,
	})
	return p.back(a, url.Values{"code": {value}})
}

func (p *Provider) refuse(a asked, r *mock.Refusal) *mock.Answer {
	if !p.Policy().ErrorsReturn() {
		return p.shown(http.StatusBadRequest, "The app's request is invalid", r.Description, nil)
	}
	out := p.back(a, url.Values{"error": {r.Code}, "error_description": {r.Description}})
	out.Why = r.Error()
	return out
}

// back sends the person back to the app, with its state as it came and our name (RFC 6749 §4.1.2, RFC 9207 §2).
func (p *Provider) back(a asked, v url.Values) *mock.Answer {
	if a.hasState {
		v.Set("state", a.state)
	}
	if iss := p.Policy().Iss(p.URL); iss != "" {
		v.Set("iss", iss)
	}
	u, err := url.Parse(a.redirect)
	if err != nil {
		return p.mismatch(a.app, a.redirect)
	}
	q := u.Query()
	for name, values := range p.Policy().Return(v) {
		q[name] = slices.Clone(values)
	}
	u.RawQuery = q.Encode()
	out := mock.Redirect(p.Policy().RedirectStatus(), u.String())
	out.Header.Set("Cache-Control", "no-store")
	return out
}
