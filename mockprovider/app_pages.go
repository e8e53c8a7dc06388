package mockprovider

import (
	"errors"
	"net/http"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/authconform/authconform/mock"
)

// The pages of the apps at the developer console.

func (p *Provider) appsPage(_ *mock.Call, s session) *mock.Answer {
	return p.appsWith(http.StatusOK, s, "", "", nil)
}

// appsWith is the list of apps, with what was typed and what was wrong with it.
func (p *Provider) appsWith(status int, s session, name, redirect string, err error) *mock.Answer {
	var list []g.Node
	for _, a := range p.store.appsOf(s.user.Username) {
		list = append(list, h.Li(h.A(h.Href(p.at("/console/apps/"+a.ID)), g.Text(a.Name)), h.Code(g.Text(a.ID))))
	}
	apps := h.Ul(h.Class("list"), g.Group(list))
	if len(list) == 0 {
		apps = h.P(h.Class("quiet"), g.Text("You have no app yet. A home uses an app to ask users for access:"+
			" it gets a client id and a secret."))
	}
	return p.consolePage(status, s, "Your apps",
		h.Div(h.Class("card"), h.H1(g.Text("Your apps")), apps),
		h.Div(h.Class("card"), h.H2(g.Text("Create an app")), problemOf(err), p.appForm(s, name, redirect)))
}

// appForm asks for what a new app is made of.
func (p *Provider) appForm(s session, name, redirect string) g.Node {
	const help = "Where users are redirected: the URL of your home with " + callbackPath + ", or https://" + myHost + myPath +
		". You may add it later."
	return h.Form(h.Method("post"), h.Action(p.at("/console/apps")), hidden("csrf", s.csrf),
		field("name", "Name", "text", "off", h.Value(name), h.MaxLength("80")),
		h.Label(h.For("redirect"), g.Text("Redirect URL")),
		h.Input(h.Type("text"), h.ID("redirect"), h.Name("redirect"), h.AutoComplete("off"), h.Value(redirect),
			h.Placeholder("https://home.example"+callbackPath), g.Attr("aria-describedby", "redirect-help")),
		h.P(h.Class("quiet"), h.ID("redirect-help"), g.Text(help)),
		h.Button(h.Class("main"), h.Type("submit"), g.Text("Create")),
	)
}

func problemOf(err error) g.Node {
	var help *advice
	switch {
	case err == nil:
		return nil
	case errors.As(err, &help):
		return h.Div(h.Class("alert"), h.Role("alert"), h.P(h.B(g.Text(help.Problem))), g.If(help.Hint != "", h.P(g.Text(help.Hint))))
	}
	return alert(err.Error())
}

func (p *Provider) postApp(c *mock.Call, s session) *mock.Answer {
	name, redirect := c.Form.Get("name"), strings.TrimSpace(c.Form.Get("redirect"))
	var redirects []string
	if redirect != "" {
		redirects = []string{redirect}
	}
	a, err := p.makeApp(s.user.Username, name, redirects, c.Form.Get("public") != "")
	if err != nil {
		return p.appsWith(http.StatusBadRequest, s, name, redirect, err)
	}
	return p.appPage(http.StatusOK, s, a, "", nil)
}

func (p *Provider) showApp(c *mock.Call, s session) *mock.Answer {
	a, err := p.appOf(s.user.Username, c.PathValue("id"))
	if err != nil {
		return p.consolePage(http.StatusNotFound, s, "No such app", h.Div(h.Class("card"),
			h.H1(g.Text("No such app")), h.P(h.Role("alert"), g.Text("It was deleted, or it belongs to somebody else."))))
	}
	return p.appPage(http.StatusOK, s, a, "", nil)
}

// appPage is one app. Its secret is shown once, on the page that makes it.
func (p *Provider) appPage(status int, s session, a App, typed string, err error) *mock.Answer {
	act := func(name string, children ...g.Node) g.Node {
		head := []g.Node{h.Method("post"), h.Action(p.at("/console/apps/" + a.ID + "/" + name)), hidden("csrf", s.csrf)}
		return h.Form(append(head, children...)...)
	}
	var urls []g.Node
	for _, r := range a.Redirects {
		remove := h.Button(h.Class("small"), h.Type("submit"), g.Attr("aria-label", "Remove "+r), g.Text("Remove"))
		urls = append(urls, h.Li(h.Code(g.Text(r)), act("remove", hidden("url", r), remove)))
	}
	if len(urls) == 0 {
		urls = append(urls, h.Li(h.Class("quiet"), g.Text("None yet, so users cannot be redirected to this app.")))
	}
	rotate := act("rotate", h.P(g.Text("A new secret replaces the old one immediately.")),
		h.Button(h.Type("submit"), g.Text("Create a new secret")))
	return p.consolePage(status, s, a.Name,
		h.Div(h.Class("card"), h.H1(g.Text(a.Name)),
			h.Dl(h.Dt(g.Text("Client id")), h.Dd(h.Code(h.ID("client-id"), g.Text(a.ID)))), secretOf(a)),
		h.Div(h.Class("card"), h.H2(g.Text("Redirect URLs")), problemOf(err), h.Ul(h.Class("list"), g.Group(urls)),
			act("add", field("url", "Add a redirect URL", "text", "off", h.Value(typed)), h.Button(h.Type("submit"), g.Text("Add")))),
		h.Div(h.Class("card"), h.H2(g.Text("Danger")), g.If(!a.Public, rotate),
			act("delete", h.P(h.Class("quiet"), g.Text("Deleting the app ends every link that users made with it.")),
				h.P(h.Label(h.Input(h.Type("checkbox"), h.Name("sure"), h.Value("yes"), h.Required()), g.Text(" I am sure"))),
				h.Button(h.Class("danger"), h.Type("submit"), g.Text("Delete the app")))))
}

// secretOf is what is said of an app's secret, and the secret itself if it was made just now.
func secretOf(a App) g.Node {
	switch {
	case a.Secret != "":
		return h.Div(h.Class("done"), h.Role("status"),
			h.P(h.B(g.Text("Copy the secret now: it is not shown again."))),
			h.P(h.Code(h.ID("secret"), g.Text(a.Secret))))
	case a.Public:
		return h.P(h.Class("quiet"), g.Text("This app is public: it has no secret, and must use PKCE."))
	}
	return h.P(h.Class("quiet"), g.Text("The secret was shown when it was created. If you lost it, create a new one."))
}

func (p *Provider) postAct(c *mock.Call, s session) *mock.Answer {
	id, raw := c.PathValue("id"), strings.TrimSpace(c.Form.Get("url"))
	var a App
	var err error
	switch act := c.PathValue("act"); act {
	case "add":
		a, err = p.addURL(s.user.Username, id, raw)
	case "remove":
		a, err = p.dropURL(s.user.Username, id, raw)
	case "rotate":
		a, err = p.newSecret(s.user.Username, id)
	case "delete":
		if a, err = p.appOf(s.user.Username, id); err == nil && c.Form.Get("sure") != "yes" {
			err = &advice{"Nothing was deleted.", "Tick the box if you are sure."}
		}
		if err == nil {
			p.store.dropApp(id, s.user.Username)
			return mock.Redirect(http.StatusSeeOther, p.at("/console"))
		}
	default:
		return mock.Plain(http.StatusNotFound)
	}
	switch {
	case errors.Is(err, errNoApp):
		return p.showApp(c, s)
	case err != nil:
		return p.appPage(http.StatusBadRequest, s, a, raw, err)
	}
	return p.appPage(http.StatusOK, s, a, "", nil)
}
