package mockprovider

import (
	"net/http"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/authconform/authconform/mock"
)

// The developer console as pages: who is logged in, and the frame of every page.

// asDeveloper shows a page to who is logged in, and the login page to who is not.
func (p *Provider) asDeveloper(next func(*mock.Call, session) *mock.Answer) mock.Handler {
	return func(c *mock.Call) *mock.Answer {
		s := p.browser(c)
		if s.user.Username == "" {
			return p.remember(p.loginPage(s, "/console/login", c.URL.Path, "to the developer console", ""), s)
		}
		c.User = s.user.Username
		return next(c, s)
	}
}

// form takes a posted form of who is logged in.
func (p *Provider) form(next func(*mock.Call, session) *mock.Answer) mock.Handler {
	return func(c *mock.Call) *mock.Answer {
		s, refused := p.posted(c)
		switch {
		case refused != nil:
			return refused
		case s.user.Username == "":
			return mock.Redirect(http.StatusSeeOther, p.at("/console"))
		}
		c.User = s.user.Username
		return next(c, s)
	}
}

func (p *Provider) consoleLogin(c *mock.Call) *mock.Answer {
	s, refused := p.posted(c)
	if refused != nil {
		return refused
	}
	to := c.Form.Get("query")
	if !strings.HasPrefix(to, "/console") || strings.Contains(to, "//") {
		to = "/console"
	}
	u, ok := p.store.login(c.Form.Get("username"), c.Form.Get("password"))
	if !ok {
		a := p.loginPage(s, "/console/login", to, "", "The user name or the password is wrong.")
		a.Status, a.Why = http.StatusUnauthorized, "the user name or the password is wrong"
		return a
	}
	p.sessions.drop(s.id)
	return p.remember(mock.Redirect(http.StatusSeeOther, p.at(to)), p.sessions.open(u))
}

func (p *Provider) consoleLogout(c *mock.Call) *mock.Answer {
	s, refused := p.posted(c)
	if refused != nil {
		return refused
	}
	p.sessions.drop(s.id)
	return mock.Redirect(http.StatusSeeOther, p.at("/console"))
}

func (p *Provider) consolePage(status int, s session, title string, children ...g.Node) *mock.Answer {
	links := h.P(
		h.A(h.Href(p.at("/console")), g.Text("Your apps")), g.Text(" · "),
		h.A(h.Href(p.at("/console/links")), g.Text("Who may use your account")),
	)
	logout := h.Form(h.Method("post"), h.Action(p.at("/console/logout")), hidden("csrf", s.csrf),
		h.Button(h.Class("small"), h.Type("submit"), g.Text("Log out "+s.user.Username)))
	top := h.Div(h.Class("row between"), links, logout)
	return p.page(status, title, "wide", append([]g.Node{top}, children...)...)
}
