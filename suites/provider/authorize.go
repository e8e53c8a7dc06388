package provider

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Provider: authorization", func() {
	It(requirement("provider.authorize.code"), func(ctx SpecContext) {
		t := provider.From(ctx)
		back := t.Authorize(ctx, t.Request())
		if Expect(ctx, back).To(came()) {
			Expect(ctx, t.Exchange(ctx, back.Code)).To(IssueTokens())
		}
	})

	It(requirement("provider.authorize.state"), func(ctx SpecContext) {
		t := provider.From(ctx)
		for _, state := range []string{"a=b&c", "a+b %2B%20", "é ü", "eyJ.e30.x-_", "[{\"a\":\"b\"}]"} {
			back := t.Authorize(ctx, t.Request().Apply(oauth.Set("state", state)))
			Control(ctx, back).To(came())
			Expect(ctx, back.State).To(Be("state", state))
		}
	})

	It(requirement("provider.authorize.long-state"), func(ctx SpecContext) {
		t := provider.From(ctx)
		state := strings.Repeat("eyJhbGciOiJIUzI1NiJ9.", 19)
		back := t.Authorize(ctx, t.Request().Apply(oauth.Set("state", state)))
		Expect(ctx, back).To(came())
		Expect(ctx, back.State).To(Be("state", state))
	})

	It(requirement("provider.authorize.iss"), func(ctx SpecContext) {
		t := provider.From(ctx)
		if says, _ := t.Metadata["authorization_response_iss_parameter_supported"].(bool); !says {
			NotApplicable(ctx, "the metadata do not say authorization_response_iss_parameter_supported")
		}
		issuer, _ := t.Metadata["issuer"].(string)
		back := t.Authorize(ctx, t.Request())
		Control(ctx, back).To(came())
		Expect(ctx, back.Iss).To(Be("iss with a code", issuer))
		Expect(ctx, t.Deny(ctx, t.Request()).Iss).To(Be("iss with an error", issuer))
	})

	It(requirement("provider.authorize.raw-redirect"), func(ctx SpecContext) {
		t := provider.From(ctx)
		q := "response_type=code&client_id=" + url.QueryEscape(t.Client.ID) + "&redirect_uri=" + t.Redirect + "&state=s"
		if t.Scope != "" {
			q += "&scope=" + url.QueryEscape(t.Scope)
		}
		Expect(ctx, t.AuthorizeRaw(ctx, q)).To(came())
	})

	It(requirement("provider.authorize.redirect-exact"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Authorize(ctx, t.Request())).To(came())
		for name, wrong := range Sorted(map[string]string{
			"a slash more": t.Redirect + "/", "a path below": t.Redirect + "/below", "a query": t.Redirect + "?x=1", "a longer name": t.Redirect + "x",
			"another path":       with(t.Redirect, func(u *url.URL) { u.Path = "/elsewhere" }),
			"another port":       with(t.Redirect, func(u *url.URL) { u.Host = u.Hostname() + ":1" }),
			"another host":       with(t.Redirect, func(u *url.URL) { u.Host = "elsewhere.example" }),
			"a host below":       with(t.Redirect, func(u *url.URL) { u.Host = "evil." + u.Host }),
			"another scheme":     with(t.Redirect, func(u *url.URL) { u.Scheme = "ftp" }),
			"case of the path":   with(t.Redirect, func(u *url.URL) { u.Path = strings.ToUpper(u.Path) }),
			"user info":          with(t.Redirect, func(u *url.URL) { u.User = url.User("x") }),
			"dot segments":       with(t.Redirect, func(u *url.URL) { u.Path += "/../x" }),
			"a fragment":         t.Redirect + "#x",
			"a backslash, a dot": "https://elsewhere.example\\@" + strings.TrimPrefix(t.Redirect, "http://"),
		}) {
			p := t.Visitor()
			under := Step(ctx, name)
			e := p.Open(under, t.AuthorizeURL+"?"+t.Request().Apply(oauth.Set("redirect_uri", wrong)).Encode())
			Expect(under, sentTo(e, t)).To(Be("sent to the client", false))
			back := t.Authorize(under, t.Request().Apply(oauth.Set("redirect_uri", wrong)))
			Expect(under, back.Query == nil).To(Be("nobody is sent there", true))
		}
	})

	It(requirement("provider.authorize.redirect-missing"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Authorize(ctx, t.Request())).To(came())
		p := t.Visitor()
		e := p.Open(ctx, t.AuthorizeURL+"?"+t.Request().Apply(oauth.Drop("redirect_uri")).Encode())
		to, _ := e.Resolve(e.Header.Get("Location"))
		Expect(ctx, e.Header.Get("Location") == "" || within(to, t)).To(Be("a page, or the registered URL", true))
	})

	It(requirement("provider.authorize.unknown-client"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Authorize(ctx, t.Request())).To(came())
		for _, id := range []string{"nobody-knows", t.Client.ID + "x", ""} {
			back := t.Authorize(ctx, t.Request().Apply(oauth.Set("client_id", id)))
			Expect(ctx, back.Query == nil).To(Be("nobody is sent to the client", true))
		}
	})

	It(requirement("provider.authorize.denied"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Authorize(ctx, t.Request())).To(came())
		back := t.Deny(ctx, t.Request())
		if !back.Offered {
			NotApplicable(ctx, "no page on the way lets a person say no")
		}
		Expect(ctx, back.Error).To(Be("error", "access_denied"))
		Expect(ctx, back.Code).To(Be("code", ""))
		Expect(ctx, back.State).To(Be("state", "state-of-this-flow"))
	})

	It(requirement("provider.authorize.response-type"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Authorize(ctx, t.Request())).To(came())
		Expect(Step(ctx, "none"), t.Authorize(ctx, t.Request().Apply(oauth.Drop("response_type")))).To(refuseWith("invalid_request", "unsupported_response_type"))
		Expect(Step(ctx, "an invented one"), t.Authorize(ctx, t.Request().Apply(oauth.Set("response_type", "magic")))).To(refuseWith("unsupported_response_type", "unauthorized_client", "invalid_request"))
	})

	It(requirement("provider.authorize.no-token-response"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Authorize(ctx, t.Request())).To(came())
		back := t.Authorize(ctx, t.Request().Apply(oauth.Set("response_type", "token")))
		Expect(ctx, strings.Contains(back.Last.Header.Get("Location"), "access_token=")).To(Be("a token in the redirect", false))
		Expect(ctx, back).To(refuseWith("unsupported_response_type", "unauthorized_client", "invalid_request"))
	})

	It(requirement("provider.authorize.unknown-scope"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Authorize(ctx, t.Request())).To(came())
		back := t.Authorize(ctx, t.Request().Apply(oauth.Set("scope", strings.TrimSpace(t.Scope+" x-invented"))))
		if back.Code == "" {
			Expect(ctx, back).To(refuseWith("invalid_scope"))
			return
		}
		e := t.Exchange(ctx, back.Code)
		Control(ctx, e).To(IssueTokens())
		Expect(ctx, e.Text("scope") != "" && !strings.Contains(e.Text("scope"), "x-invented")).To(Be("the scope of the answer without it", true))
	})

	It(requirement("provider.authorize.unknown-parameters"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Expect(ctx, t.Authorize(ctx, t.Request().Apply(oauth.Set("foo", "bar"), oauth.Set("x_nonce", "1"), oauth.Set("resource_x", "y")))).To(came())
	})

	It(requirement("provider.authorize.repeated-parameters"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Authorize(ctx, t.Request())).To(came())
		for _, again := range []oauth.Param{{Name: "state", Value: "another"}, {Name: "redirect_uri", Value: t.Redirect}, {Name: "response_type", Value: "code"}, {Name: "client_id", Value: t.Client.ID}} {
			Expect(Step(ctx, again.Name), t.Authorize(ctx, t.Request().Apply(oauth.Add(again.Name, again.Value)))).To(noCode())
		}
	})

	It(requirement("provider.authorize.code-clean"), func(ctx SpecContext) {
		t := provider.From(ctx)
		filter := regexp.MustCompile(`(?i)\.\./|<script|^/[a-z]|=/|[\t\r\n]|union.*select|concat.*\(|%2e%2e`)
		for range 8 {
			code := oauth.Code(ctx, t, "")
			Expect(ctx, filter.MatchString(code)).To(Be("a code that a home's filter refuses", false))
		}
	})

	It(requirement("provider.authorize.asks"), func(ctx SpecContext) {
		t := provider.From(ctx)
		first := t.Authorize(ctx, t.Request())
		Control(ctx, first).To(came())
		Control(ctx, t.Exchange(ctx, first.Code)).To(IssueTokens())
		Expect(ctx, first.Asked).To(Be("a page is shown first", true))
		Expect(ctx, t.Authorize(ctx, t.Request()).Asked).To(Be("a page is shown to the next browser", true))
	})

	It(requirement("provider.authorize.wrong-password"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Authorize(ctx, t.Request())).To(came())
		wrong := t.Person.Account
		wrong.Password += "x"
		Expect(ctx, t.AuthorizeAs(ctx, wrong, t.Request())).To(noCode())
	})

	It(requirement("provider.authorize.forged-consent"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Authorize(ctx, t.Request())).To(came())
		p, e := page(ctx, t)
		for range 4 {
			f := person.FormOf(e)
			if f == nil {
				break
			}
			filled := f.Filled(t.Person.Account.Username, t.Person.Account.Password)
			if f.Login() {
				e = follow(ctx, p, p.Submit(ctx, filled), t)
				continue
			}
			for name, values := range filled.Fields {
				if len(values) > 0 && len(values[0]) >= 16 && !strings.Contains(values[0], "=") {
					filled.Fields.Del(name) // what protects the form
				}
			}
			last := p.Submit(ctx, filled)
			Expect(ctx, strings.Contains(last.Header.Get("Location"), "code=")).To(Be("a code without what protects the form", false))
			return
		}
		NotApplicable(ctx, "no consent page is shown after the login")
	})

	It(requirement("provider.authorize.escapes"), func(ctx SpecContext) {
		t := provider.From(ctx)
		const mark = "<zebra7319 onload=x>"
		for _, name := range []string{"client_id", "redirect_uri", "scope", "state", "response_type"} {
			p := t.Visitor()
			e := p.Open(ctx, t.AuthorizeURL+"?"+t.Request().Apply(oauth.Set(name, mark)).Encode())
			Expect(Step(ctx, name), strings.Contains(e.Body, mark)).To(Be("markup of the request on the page", false))
		}
		Control(ctx, t.Authorize(ctx, t.Request())).To(came())
	})

	It(requirement("provider.authorize.framing"), func(ctx SpecContext) {
		t := provider.From(ctx)
		p, e := page(ctx, t)
		Control(ctx, e).To(All(HaveStatus(http.StatusOK), BeHTML()))
		Expect(Step(ctx, "the login page"), e).To(unframed())
		if f := person.FormOf(e); f != nil && f.Login() {
			if e = follow(ctx, p, p.Submit(ctx, f.Filled(t.Person.Account.Username, t.Person.Account.Password)), t); e.MediaType() == "text/html" && e.Status == http.StatusOK {
				Expect(Step(ctx, "the consent page"), e).To(unframed())
			}
		}
	})

	It(requirement("provider.authorize.no-store"), func(ctx SpecContext) {
		t := provider.From(ctx)
		_, e := page(ctx, t)
		Control(ctx, e).To(HaveStatus(http.StatusOK))
		Expect(Step(ctx, "the login page"), e).To(unstored())
		back := t.Authorize(ctx, t.Request())
		Control(ctx, back).To(came())
		Expect(Step(ctx, "the redirect"), back.Last).To(unstored())
	})

	It(requirement("provider.authorize.redirect-status"), func(ctx SpecContext) {
		t := provider.From(ctx)
		back := t.Authorize(ctx, t.Request())
		Control(ctx, back).To(came())
		Expect(ctx, back.Last).NotTo(HaveStatus(http.StatusTemporaryRedirect, http.StatusPermanentRedirect))
	})
})

// within reports whether a URL is the registered one, with a query or without.
func within(raw string, t *provider.Provider) bool {
	bare, _, _ := strings.Cut(raw, "?")
	return bare == t.Redirect || strings.HasPrefix(raw, originOf(t.AuthorizeURL))
}

func originOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Scheme + "://" + u.Host
}

// sentTo reports whether an answer sends a browser anywhere but to the provider itself.
func sentTo(e *wire.Exchange, t *provider.Provider) bool {
	to := e.Header.Get("Location")
	if to == "" {
		return false
	}
	where, err := e.Resolve(to)
	return err != nil || !strings.HasPrefix(where, originOf(t.AuthorizeURL))
}

// follow follows redirects on the provider.
func follow(ctx Ctx, p *person.Visitor, e *wire.Exchange, t *provider.Provider) *wire.Exchange {
	for range 6 {
		to := e.Header.Get("Location")
		where, err := e.Resolve(to)
		if to == "" || err != nil || strings.HasPrefix(where, t.Redirect) {
			return e
		}
		e = p.Open(ctx, where)
	}
	return e
}
