package mockprovider

import (
	"bytes"
	_ "embed"
	"net/http"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/authconform/authconform/mock"
)

//go:embed page/style.css
var css []byte

func style() *mock.Answer {
	header := http.Header{"Content-Type": {"text/css; charset=utf-8"}, "Cache-Control": {"no-cache"}}
	return &mock.Answer{Status: http.StatusOK, Header: header, Body: css}
}

// policyOfPages lets pages load our style and nothing else. form-action is left open: after consent a browser follows
// the redirect to the app, which form-action would forbid.
const policyOfPages = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"

// page is a whole page. Everything in it is escaped; it is kept nowhere.
func (p *Provider) page(status int, title, class string, children ...g.Node) *mock.Answer {
	var b bytes.Buffer
	err := h.Doctype(h.HTML(h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")), h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.TitleEl(g.Text(title+" · "+p.Name)), h.Link(h.Rel("stylesheet"), h.Href(p.at("/style.css"))),
		),
		h.Body(h.Main(h.Class(class), h.P(h.Class("brand"), g.Text(p.Name)), g.Group(children))),
	)).Render(&b)
	if err != nil {
		return mock.Plain(http.StatusInternalServerError)
	}
	return &mock.Answer{Status: status, Body: b.Bytes(), Header: http.Header{
		"Content-Type": {"text/html; charset=utf-8"}, "Cache-Control": {"no-store"}, "Content-Security-Policy": {policyOfPages},
	}}
}

// shown is a page that tells a person what is wrong.
func (p *Provider) shown(status int, title, text string, facts g.Node) *mock.Answer {
	a := p.page(status, title, "", h.Div(h.Class("card"), h.H1(g.Text(title)), h.P(h.Role("alert"), g.Text(text)), facts))
	a.Why = title
	return a
}

func hidden(name, value string) g.Node {
	return h.Input(h.Type("hidden"), h.Name(name), h.Value(value))
}

func alert(text string) g.Node {
	if text == "" {
		return nil
	}
	return h.Div(h.Class("alert"), h.Role("alert"), h.P(g.Text(text)))
}

func field(id, label, kind, complete string, more ...g.Node) g.Node {
	attributes := append([]g.Node{h.Type(kind), h.ID(id), h.Name(id), h.AutoComplete(complete), h.Required()}, more...)
	return g.Group{h.Label(h.For(id), g.Text(label)), h.Input(attributes...)}
}

// loginPage asks who it is, for a query to go on with.
func (p *Provider) loginPage(s session, action, query, purpose, problem string) *mock.Answer {
	return p.page(http.StatusOK, "Log in", "", h.Div(h.Class("card"),
		h.H1(g.Text("Log in")), g.If(purpose != "", h.P(g.Text("Log in "+purpose+"."))), alert(problem),
		h.Form(h.Method("post"), h.Action(p.at(action)), hidden("csrf", s.csrf), hidden("query", query),
			field("username", "User name", "text", "username", h.AutoFocus()),
			field("password", "Password", "password", "current-password"),
			h.Button(h.Class("main"), h.Type("submit"), g.Text("Log in")),
		)))
}

// meanings are the scopes in a person's words.
var meanings = map[string]string{
	"profile": "see your name", "devices:read": "read your thermostat", "devices:write": "set your thermostat",
}

// consentPage asks whether the app may.
func (p *Provider) consentPage(s session, a asked, query string) *mock.Answer {
	var list []g.Node
	for _, scope := range strings.Fields(a.scope) {
		words := meanings[scope]
		if words == "" {
			words = scope
		}
		list = append(list, h.Li(g.Text(words)))
	}
	return p.page(http.StatusOK, "Allow "+a.app.Name+"?", "", h.Div(h.Class("card"),
		h.H1(g.Text("Allow "+a.app.Name+"?")),
		h.P(g.Text("You are logged in as "), h.B(g.Text(s.user.Name)), g.Text(". "+a.app.Name+" wants to:")), h.Ul(g.Group(list)),
		h.P(h.Class("quiet"), g.Text("You will be sent to "), h.Code(g.Text(a.redirect))),
		h.Form(h.Method("post"), h.Action(p.at("/oauth/consent")), hidden("csrf", s.csrf), hidden("query", query),
			h.Div(h.Class("row"),
				h.Button(h.Class("main"), h.Type("submit"), h.Name("decision"), h.Value("allow"), g.Text("Allow")),
				h.Button(h.Type("submit"), h.Name("decision"), h.Value("deny"), g.Text("Deny")),
			)),
	))
}

// mismatch shows a redirect_uri that the app may not use, what is registered, and where they part.
func (p *Provider) mismatch(app App, asked string) *mock.Answer {
	list := []g.Node{h.Dt(g.Text("The app asked for")), h.Dd(h.Code(g.Text(orNothing(asked))))}
	for _, r := range app.Redirects {
		list = append(list, h.Dt(g.Text("Registered at the console")), h.Dd(h.Code(g.Text(r)), h.Br(), g.Text(difference(r, asked))))
	}
	if len(app.Redirects) == 0 {
		list = append(list, h.Dt(g.Text("Registered at the console")), h.Dd(g.Text("nothing yet")))
	}
	const why = "Its redirect URL is not registered, so you are not redirected." +
		" Both must be exactly equal."
	return p.shown(http.StatusBadRequest, "The app may not redirect you there", why, h.Dl(g.Group(list)))
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}
