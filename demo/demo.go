// Package demo runs one story in a browser: a mock home and a mock provider that share a clock, and a guide page that leads
// through everything that can happen to a linked account.
package demo

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/linking"
)

// Demo is the running servers of the story.
type Demo struct {
	Home     *mockserver.Server
	Provider *mockprovider.Server
	Guide    *mock.Server

	hides bool // the guide does not tell passwords: others than this machine reach it
}

// Start starts home, provider and guide at their addresses ("127.0.0.1:0" takes a free port). If another machine can reach one of
// them, passwords are random.
func Start(home, provider, guide string) (*Demo, error) {
	clock := &mock.Clock{}
	d := &Demo{hides: mock.Exposed(guide)}
	third, own := mockprovider.Options{Clock: clock}, mockserver.Options{Clock: clock}
	if mock.Exposed(home, provider, guide) {
		third.Users, own.Users = mockprovider.ExposedUsers(), mockserver.ExposedUsers()
	}
	var err error
	if d.Provider, err = mockprovider.Listen(provider, third); err != nil {
		return nil, fmt.Errorf("--provider %s: %w", provider, err)
	}
	own.ThirdParty = ThirdParty(d.Provider)
	if d.Home, err = mockserver.Listen(home, own); err != nil {
		d.Stop()
		return nil, fmt.Errorf("--home %s: %w", home, err)
	}
	l, at, err := mock.Bind(guide)
	if err != nil {
		d.Stop()
		return nil, fmt.Errorf("--guide %s: %w", guide, err)
	}
	d.Guide = mock.Serve(l, at, d)
	return d, nil
}

// ThirdParty describes a mock provider to a mock home's demo thermostat.
func ThirdParty(p *mockprovider.Server) *mockserver.ThirdParty {
	return &mockserver.ThirdParty{
		Name: p.Name, Console: p.URL + "/console",
		Provider: linking.Provider{
			AuthorizeURL: p.URL + "/oauth/authorize", TokenURL: p.URL + "/oauth/token",
			APIURL: p.URL + "/api/me", DeviceURL: p.URL + "/api/thermostat",
			Scope: "profile devices:read devices:write", PKCE: true, AuthMethod: "client_secret_post",
		},
	}
}

// Stop stops everything that Start started.
func (d *Demo) Stop() {
	if d.Guide != nil {
		d.Guide.Stop()
	}
	if d.Home != nil {
		d.Home.Stop()
	}
	if d.Provider != nil {
		d.Provider.Stop()
	}
}

const leap = time.Hour // longer than an access token lives

// ServeHTTP implements http.Handler: it serves the guide and the button that moves time.
func (d *Demo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/" && r.Method == http.MethodGet:
		d.guide(w)
	case r.URL.Path == "/clock" && r.Method == http.MethodPost && d.ours(r):
		d.Home.Clock().Advance(leap)
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case r.URL.Path == "/style.css" && r.Method == http.MethodGet:
		r.Host = ""
		d.Provider.ServeHTTP(w, r)
	default:
		http.NotFound(w, r)
	}
}

// ours reports whether the guide itself sent a form: no other page may move time.
func (d *Demo) ours(r *http.Request) bool {
	from, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && from.Host == r.Host
}

func (d *Demo) guide(w http.ResponseWriter) {
	user, dev := d.Home.Users[0], d.Provider.Users[0]
	link := func(to, words string) g.Node {
		return h.A(h.Href(to), h.Target("_blank"), h.Rel("noopener"), g.Text(words))
	}
	login := func(name, password string) g.Node {
		if d.hides {
			return g.Group{h.Code(g.Text(name)), g.Text(" (its password stands where authconform was started)")}
		}
		return g.Group{h.Code(g.Text(name)), g.Text(" / "), h.Code(g.Text(password))}
	}
	step := func(title string, text ...g.Node) g.Node { return h.Li(h.B(g.Text(title+" ")), g.Group(text)) }
	links := d.Provider.URL + "/console/links"
	var b bytes.Buffer
	err := h.Doctype(h.HTML(h.Lang("en"),
		h.Head(h.Meta(h.Charset("utf-8")), h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.TitleEl(g.Text("A story of a linked account")), h.Link(h.Rel("stylesheet"), h.Href("/style.css"))),
		h.Body(h.Main(h.Class("wide"), h.P(h.Class("brand"), g.Text("authconform demo")),
			h.Div(h.Class("card"), h.H1(g.Text("A story of a linked account")),
				h.P(g.Text("A home and a third party that makes thermostats, both on this machine. Follow the steps from the top.")),
				h.Ol(
					step("Log in to the home.", link(d.Home.URL+"/config/integrations", d.Home.URL), g.Text(" as "), login(user.Username, user.Password)),
					step("Add the demo thermostat.", g.Text("The home asks for credentials first.")),
					step(
						"Create an app",
						g.Text("at the "),
						link(d.Provider.URL+"/console", "developer console"),
						g.Text(" as "),
						login(dev.Username, dev.Password),
						g.Text(", with the redirect URL that the home shows. Enter its id and secret in the home."),
					),
					step("Deny once.", g.Text("The home says so, and nothing is linked.")),
					step("Link again, and allow.", g.Text("The thermostat is in the home's "), link(d.Home.URL+"/", "overview"), g.Text(": set it.")),
					step(
						"Let the token expire.",
						g.Text("Move the clock below, and read the thermostat again: the home has refreshed its token, which now expires later."),
					),
					step(
						"Revoke",
						g.Text("at the third party: "),
						link(links, "who may use your account"),
						g.Text(". Read the thermostat: it is unavailable, and the home asks you to log in again."),
					),
					step("Log in again.", g.Text("The same entry works again.")),
				),
			),
			h.Div(
				h.Class("card"),
				h.H2(g.Text("The clock of both")),
				h.P(h.ID("clock"), g.Text(d.Home.Clock().Now().Format("2006-01-02 15:04:05"))),
				h.Form(h.Method("post"), h.Action("/clock"), h.Button(h.Class("main"), h.Type("submit"), g.Text("One hour later"))),
				g.If(
					d.Home.Clock().Offset() > 0,
					h.P(h.Class("quiet"), h.ID("ahead"), g.Text(d.Home.Clock().Offset().String()+" ahead of this machine")),
				),
			),
		)),
	)).Render(&b)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().
		Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	_, _ = w.Write(b.Bytes())
}
