package server

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// pages is an authorization endpoint whose pages are seen as a browser receives them, before any input.
type pages interface {
	oauth.Authorizer
	// Visitor is a fresh browser without scripts.
	Visitor() *person.Visitor
	// Visit opens a request in a fresh browser without scripts, and shows the first answer.
	Visit(ctx Ctx, request oauth.Form) (*person.Visitor, *wire.Exchange)
	// AuthorizeAs authorizes as another user.
	AuthorizeAs(ctx Ctx, who oauth.Account, request oauth.Form) oauth.Return
	// Account is the default user.
	Account() oauth.Account
}

var _ = Describe("Pages of the authorization endpoint", func() {
	It(requirement("provider.authorize.redirect-exact"), func(ctx SpecContext) {
		allowing(ctx)
		server := oauth.Get[pages](ctx)
		for name, wrong := range Sorted(nearMisses(server.Request().Get("redirect_uri"))) {
			under, request := Step(ctx, name), server.Request().Apply(oauth.Set("redirect_uri", wrong))
			_, first := server.Visit(under, request)
			Expect(under, first).To(stayHere())
			Expect(under, server.Authorize(under, request)).To(SendNobody())
		}
	})

	It(requirement("provider.authorize.redirect-missing"), func(ctx SpecContext) {
		allowing(ctx)
		server := oauth.Get[pages](ctx)
		_, first := server.Visit(ctx, server.Request().Apply(oauth.Drop("redirect_uri")))
		where, _, _ := strings.Cut(first.Header.Get("Location"), "?")
		if where == server.Request().Get("redirect_uri") {
			Held(ctx) // it is the only registered one
			return
		}
		Expect(ctx, first).To(stayHere())
	})

	It(requirement("provider.authorize.wrong-password"), func(ctx SpecContext) {
		server := oauth.Get[pages](ctx)
		right := server.Authorize(ctx, server.Request())
		Control(ctx, right).To(BringCode())
		if !right.Password {
			Block(ctx, "no page asks for a password, so there is none to get wrong")
		}
		wrong := server.Account()
		wrong.Password += "x"
		Expect(ctx, server.AuthorizeAs(ctx, wrong, server.Request())).To(BringNoCode())
	})

	It(requirement("provider.authorize.forged-consent"), func(ctx SpecContext) {
		allowing(ctx)
		server := oauth.Get[pages](ctx)
		for _, request := range consentRequests(ctx, server) {
			if visitor, form, known := lured(ctx, server, request); form != nil {
				forge(form, known)
				Expect(ctx, visitor.SubmitFrom(ctx, attacker, form)).To(bringNoCode())
				return
			}
		}
		NotApplicable(ctx, "no consent page is shown after the login, for none of our clients, not even with prompt=consent")
	})

	It(requirement("provider.authorize.escapes"), func(ctx SpecContext) {
		allowing(ctx)
		server := oauth.Get[pages](ctx)
		const mark = "<zebra7319 onload=x>"
		for _, name := range []string{"client_id", "redirect_uri", "scope", "state", "response_type"} {
			visitor, first := server.Visit(ctx, server.Request().Apply(oauth.Set(name, mark)))
			Expect(Step(ctx, name), first).To(notRun(mark))
			Expect(Step(ctx, name), follow(ctx, visitor, first, server)).To(notRun(mark))
		}
	})

	It(requirement("provider.authorize.framing"), func(ctx SpecContext) {
		server := oauth.Get[pages](ctx)
		visitor, login := page(ctx, server)
		Control(ctx, login).To(All(HaveStatus(http.StatusOK), BeHTML()))
		Expect(Step(ctx, "the login page"), login).To(haveFrameRule())
		form := person.FormOf(login)
		if form == nil || !form.Login() {
			return
		}
		next := follow(ctx, visitor, visitor.Submit(ctx, filled(server, form)), server)
		if next.MediaType() == "text/html" && next.Status == http.StatusOK {
			Expect(Step(ctx, "the consent page"), next).To(haveFrameRule())
		}
	})

	It(requirement("provider.authorize.no-store"), func(ctx SpecContext) {
		server := oauth.Get[pages](ctx)
		back := server.Authorize(ctx, server.Request())
		Control(ctx, back).To(BringCode())
		_, first := page(ctx, server)
		Note(ctx, "the first page: %s; the redirect with the code: %s", stored(first), stored(back.Last))
	})
})

// nearMisses are URLs that differ slightly from a registered one.
func nearMisses(redirect string) map[string]string {
	with := func(change func(*url.URL)) string {
		u, err := url.Parse(redirect)
		if err != nil {
			return redirect + "x"
		}
		change(u)
		return u.String()
	}
	list := map[string]string{
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
	if loopback(redirect) { // any port of a loopback URI is right (RFC 8252 §7.3)
		delete(list, "another port")
	}
	return list
}

func loopback(redirect string) bool {
	u, err := url.Parse(redirect)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return ip.IsLoopback() || u.Hostname() == "localhost"
}

// sentAway reports whether an answer sends a browser to another origin.
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

// page opens a good request in a fresh browser and returns the first page.
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

// consent returns the form after the login, filled in to allow access, or nil.
func consent(ctx Ctx, server pages, request oauth.Form) (*person.Visitor, *person.PageForm) {
	visitor, first := server.Visit(ctx, request)
	return visitor, consentAfter(ctx, server, visitor, first)
}

// consentAfter is consent for a browser that has opened a page.
func consentAfter(ctx Ctx, server pages, visitor *person.Visitor, first *wire.Exchange) *person.PageForm {
	e := follow(ctx, visitor, first, server)
	for range 4 {
		form := person.FormOf(e)
		if form == nil {
			return nil
		}
		if !form.Login() {
			return filled(server, form)
		}
		e = follow(ctx, visitor, visitor.Submit(ctx, filled(server, form)), server)
	}
	return nil
}

func filled(server pages, form *person.PageForm) *person.PageForm {
	return form.Filled(server.Account().Username, server.Account().Password)
}

// haveFrameRule holds for a page that says who may frame it, or whose script does not let itself be framed: RFC 6749 §10.13
// has both.
func haveFrameRule() Expectation {
	return Hold("X-Frame-Options or frame-ancestors", func(e *wire.Exchange) error {
		ruled, _ := ForbidFraming().Match(e)
		if ruled || busting.MatchString(e.Body) {
			return nil
		}
		return errors.New("it has neither")
	})
}

var busting = regexp.MustCompile(`\btop\s*[!=]==?\s*(window\.)?self\b|\bself\s*[!=]==?\s*(window\.)?top\b|\btop\.location\b`)

// stayHere holds for an answer that does not redirect.
func stayHere() Expectation {
	return Hold("no redirect elsewhere", func(e *wire.Exchange) error {
		if sentAway(e) {
			return ErrOther
		}
		return nil
	})
}

// attacker is the origin of a hostile page.
const attacker = "https://attacker.example"

// bringNoCode holds for an answer that sends no code.
func bringNoCode() Expectation {
	return Hold("no code", func(e *wire.Exchange) error {
		if strings.Contains(e.Header.Get("Location"), "code=") {
			return ErrOther
		}
		return nil
	})
}

// notRun holds for an answer whose markup does not contain a word. JSON and plain text have no markup, because browsers do not
// show them as pages.
func notRun(mark string) Expectation {
	return Hold("no markup of the request on the page", func(e *wire.Exchange) error {
		kind := e.MediaType()
		if e.Header.Get("Content-Type") != "" && !strings.HasSuffix(kind, "html") && !strings.HasSuffix(kind, "xml") {
			return nil
		}
		if strings.Contains(e.Body, mark) {
			return errors.New("the page repeats it as it is")
		}
		return nil
	})
}

// stored describes the caching rules of an answer.
func stored(e *wire.Exchange) string {
	if strings.Contains(strings.ToLower(strings.Join(e.Header.Values("Cache-Control"), ",")), "no-store") {
		return "no-store"
	}
	return "may be stored"
}
