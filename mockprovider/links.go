package mockprovider

import (
	"net/http"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/authconform/authconform/mock"
)

// linksPage lists who may use the account of who is logged in, and lets them take it back.
func (p *Provider) linksPage(_ *mock.Call, s session) *mock.Answer {
	list := p.store.grantsOf("", s.user.Username)
	slices.SortFunc(list, func(a, b Grant) int { return strings.Compare(a.ID, b.ID) })
	var rows []g.Node
	for _, grant := range list {
		app, _ := p.app(grant.AppID)
		rows = append(rows, h.Li(g.Text(app.Name), h.Code(g.Text(grant.Scope)),
			h.Form(h.Method("post"), h.Action(p.at("/console/links/"+grant.ID+"/revoke")), hidden("csrf", s.csrf),
				h.Button(h.Class("small danger"), h.Type("submit"), g.Attr("aria-label", "Revoke "+app.Name), g.Text("Revoke")))))
	}
	body := h.Ul(h.Class("list"), g.Group(rows))
	if len(rows) == 0 {
		body = h.P(h.Class("quiet"), g.Text("No app may use your account."))
	}
	const title = "Who may use your account"
	return p.consolePage(http.StatusOK, s, title, h.Div(h.Class("card"), h.H1(g.Text(title)), body))
}

// unlink ends a grant of who is logged in, with all of its tokens.
func (p *Provider) unlink(c *mock.Call, s session) *mock.Answer {
	for _, grant := range p.store.grantsOf("", s.user.Username) {
		if grant.ID == c.PathValue("id") {
			p.store.endGrant(grant.ID)
		}
	}
	return mock.Redirect(http.StatusSeeOther, p.at("/console/links"))
}
