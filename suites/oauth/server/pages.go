package server

import (
	"net/http"
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// pages is an authorization endpoint whose pages are seen as a browser gets them, before anybody does anything there.
type pages interface {
	oauth.Authorizer
	// Visit opens a request in a fresh browser without scripts, and shows the first answer.
	Visit(ctx Ctx, request oauth.Form) (*person.Visitor, *wire.Exchange)
	// AuthorizeAs is Authorize by another person.
	AuthorizeAs(ctx Ctx, who oauth.Account, request oauth.Form) oauth.Return
	// Account is who logs in.
	Account() oauth.Account
}

var _ = Describe("Pages of the authorization endpoint", func() {
	It(requirement("provider.authorize.redirect-exact"), func(ctx SpecContext) {
		allowing(ctx)
		server := oauth.Get[pages](ctx)
		for name, wrong := range Sorted(nearMisses(server.Request().Get("redirect_uri"))) {
			under, request := Step(ctx, name), server.Request().Apply(oauth.Set("redirect_uri", wrong))
			_, first := server.Visit(under, request)
			Expect(under, sentAway(first)).To(Be("sent to the client", false))
			Expect(under, server.Authorize(under, request).Query == nil).To(Be("nobody is sent there", true))
		}
	})

	It(requirement("provider.authorize.redirect-missing"), func(ctx SpecContext) {
		allowing(ctx)
		server := oauth.Get[pages](ctx)
		_, first := server.Visit(ctx, server.Request().Apply(oauth.Drop("redirect_uri")))
		where, _, _ := strings.Cut(first.Header.Get("Location"), "?")
		registered := where == server.Request().Get("redirect_uri")
		Expect(ctx, registered || !sentAway(first)).To(Be("a page, or the registered URL", true))
	})

	It(requirement("provider.authorize.wrong-password"), func(ctx SpecContext) {
		allowing(ctx)
		server := oauth.Get[pages](ctx)
		wrong := server.Account()
		wrong.Password += "x"
		Expect(ctx, server.AuthorizeAs(ctx, wrong, server.Request())).To(BringNoCode())
	})

	It(requirement("provider.authorize.forged-consent"), func(ctx SpecContext) {
		allowing(ctx)
		server := oauth.Get[pages](ctx)
		visitor, form := consent(ctx, server)
		if form == nil {
			NotApplicable(ctx, "no consent page is shown after the login")
		}
		for name, values := range form.Fields {
			if len(values) > 0 && len(values[0]) >= 16 && !strings.Contains(values[0], "=") {
				form.Fields.Del(name) // what protects the form
			}
		}
		last := visitor.Submit(ctx, form)
		Expect(ctx, strings.Contains(last.Header.Get("Location"), "code=")).To(Be("a code without what protects the form", false))
	})

	It(requirement("provider.authorize.escapes"), func(ctx SpecContext) {
		server := oauth.Get[pages](ctx)
		const mark = "<zebra7319 onload=x>"
		for _, name := range []string{"client_id", "redirect_uri", "scope", "state", "response_type"} {
			_, first := server.Visit(ctx, server.Request().Apply(oauth.Set(name, mark)))
			Expect(Step(ctx, name), strings.Contains(first.Body, mark)).To(Be("markup of the request on the page", false))
		}
		allowing(ctx)
	})

	It(requirement("provider.authorize.framing"), func(ctx SpecContext) {
		server := oauth.Get[pages](ctx)
		visitor, login := page(ctx, server)
		Control(ctx, login).To(All(HaveStatus(http.StatusOK), BeHTML()))
		Expect(Step(ctx, "the login page"), login).To(SayWhoFrames())
		form := person.FormOf(login)
		if form == nil || !form.Login() {
			return
		}
		next := follow(ctx, visitor, visitor.Submit(ctx, filled(server, form)), server)
		if next.MediaType() == "text/html" && next.Status == http.StatusOK {
			Expect(Step(ctx, "the consent page"), next).To(SayWhoFrames())
		}
	})

	It(requirement("provider.authorize.no-store"), func(ctx SpecContext) {
		server := oauth.Get[pages](ctx)
		_, login := page(ctx, server)
		Control(ctx, login).To(HaveStatus(http.StatusOK))
		Expect(Step(ctx, "the login page"), login).To(HaveDirective("Cache-Control", "no-store"))
		back := server.Authorize(ctx, server.Request())
		Control(ctx, back).To(BringCode())
		Expect(Step(ctx, "the redirect"), back.Last).To(HaveDirective("Cache-Control", "no-store"))
	})
})

// nearMisses are URLs that differ from a registered one in something.
func nearMisses(redirect string) map[string]string {
	with := func(change func(*url.URL)) string {
		u, err := url.Parse(redirect)
		if err != nil {
			return redirect + "x"
		}
		change(u)
		return u.String()
	}
	return map[string]string{
		"a slash more": redirect + "/", "a path below": redirect + "/below", "a query": redirect + "?x=1", "a longer name": redirect + "x",
		"another path":       with(func(u *url.URL) { u.Path = "/elsewhere" }),
		"another port":       with(func(u *url.URL) { u.Host = u.Hostname() + ":1" }),
		"another host":       with(func(u *url.URL) { u.Host = "elsewhere.example" }),
		"a host below":       with(func(u *url.URL) { u.Host = "evil." + u.Host }),
		"another scheme":     with(func(u *url.URL) { u.Scheme = "ftp" }),
		"case of the path":   with(func(u *url.URL) { u.Path = strings.ToUpper(u.Path) }),
		"user info":          with(func(u *url.URL) { u.User = url.User("x") }),
		"dot segments":       with(func(u *url.URL) { u.Path += "/../x" }),
		"a fragment":         redirect + "#x",
		"a backslash, a dot": "https://elsewhere.example\\@" + strings.TrimPrefix(redirect, "http://"),
	}
}

// sentAway reports whether an answer sends a browser anywhere but to where it comes from.
func sentAway(e *wire.Exchange) bool {
	to := e.Header.Get("Location")
	if to == "" {
		return false
	}
	where, err := e.Resolve(to)
	return err != nil || originOf(where) != originOf(e.Request.URL)
}

func originOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Scheme + "://" + u.Host
}

// page is the first page of a fresh browser that opens a good request.
func page(ctx Ctx, server pages) (*person.Visitor, *wire.Exchange) {
	visitor, first := server.Visit(ctx, server.Request())
	return visitor, follow(ctx, visitor, first, server)
}

// follow follows redirects, but not to the client.
func follow(ctx Ctx, visitor *person.Visitor, e *wire.Exchange, server pages) *wire.Exchange {
	for range 6 {
		to := e.Header.Get("Location")
		where, err := e.Resolve(to)
		if to == "" || err != nil || strings.HasPrefix(where, server.Request().Get("redirect_uri")) {
			return e
		}
		e = visitor.Open(ctx, where)
	}
	return e
}

// consent is the form behind the login, filled in as whoever allows it would; nil: there is none.
func consent(ctx Ctx, server pages) (*person.Visitor, *person.PageForm) {
	visitor, e := page(ctx, server)
	for range 4 {
		form := person.FormOf(e)
		if form == nil {
			return visitor, nil
		}
		if !form.Login() {
			return visitor, filled(server, form)
		}
		e = follow(ctx, visitor, visitor.Submit(ctx, filled(server, form)), server)
	}
	return visitor, nil
}

func filled(server pages, form *person.PageForm) *person.PageForm {
	return form.Filled(server.Account().Username, server.Account().Password)
}
