package indieauth

import (
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/indieauth"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Clients", func() {
	It(requirement("indieauth.clients.accepted"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		at := s.Site.Origin()
		Each(ctx, []vector{
			{"a port on loopback", at + "/"}, {"a path", at + "/app/one"}, {"a path that ends in a slash", at + "/app/"},
			{"a query", at + "/?app=1"}, {"dots that are no segment", at + "/a..b/.c"}, {"localhost", onLocalhost(at) + "/"},
		}, named, func(ctx Ctx, v vector) {
			Expect(ctx, s.Authorize(ctx, asking(s, v.value, origin(v.value)+"/callback"))).To(BringCode())
		})
	})

	It(requirement("indieauth.clients.refused"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		at := s.Site.Origin()
		Control(ctx, s.Authorize(ctx, s.Request())).To(BringCode())
		_, host, _ := strings.Cut(at, "://")
		Each(ctx, []vector{
			{"no scheme", host + "/"}, {"another scheme", "ftp://" + host + "/"}, {"a mail address", "mailto:ada@app.example"},
			{"no host", "https:///app"}, {"a fragment", at + "/#one"}, {"a fragment after a query", at + "/?a=b#one"},
			{"a user", "http://ada@" + host + "/"}, {"a user and a password", "http://ada:pw@" + host + "/"},
			{"a dot segment", at + "/./app"}, {"two dots", at + "/app/../two"}, {"two dots at the end", at + "/app/.."},
			{"encoded dots", at + "/app/%2e%2e/two"}, {"an IPv4 address", "https://192.0.2.7/"}, {"one with a port", "https://192.0.2.7:8443/"},
			{"another loopback address", "http://127.0.0.2/"}, {"an IPv6 address", "https://[2001:db8::7]/"},
		}, named, func(ctx Ctx, v vector) {
			Expect(ctx, s.Authorize(ctx, asking(s, v.value, s.Redirect))).To(SendNobody())
		})
	})

	It(requirement("indieauth.clients.empty-path"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		short, long := s.Site.Origin(), s.Site.Origin()+"/"
		Each(ctx, [][3]string{{"authorized without the path", short, long}, {"redeemed without the path", long, short}},
			func(c [3]string) string { return c[0] }, func(ctx Ctx, c [3]string) {
				back := s.Authorize(ctx, asking(s, c[1], s.Redirect))
				if Expect(ctx, back).To(BringCode()) {
					Expect(ctx, s.Exchange(ctx, back.Code, oauth.Set("client_id", c[2]))).To(IssueTokens())
				}
			})
	})

	It(requirement("indieauth.clients.host-case"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		plain := onLocalhost(s.Site.Origin())
		loud := strings.Replace(plain, "localhost", "LocalHost", 1)
		Control(ctx, s.Authorize(ctx, asking(s, plain+"/", plain+"/callback"))).To(BringCode())
		Expect(ctx, s.Authorize(ctx, asking(s, loud+"/", plain+"/callback"))).To(BringCode())
	})

	It(requirement("indieauth.clients.no-loopback-fetch"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		if u, err := url.Parse(s.Site.Origin()); err != nil || !local(u.Hostname()) {
			NotApplicable(ctx, "the client site is not on loopback: its pages may be fetched")
		}
		page := s.Site.HTML("never-fetched", "<!doctype html><title>A client</title>")
		Control(ctx, s.Authorize(ctx, asking(s, page.URL(), s.Redirect))).To(BringCode())
		Expect(ctx, len(page.Fetches())).To(Be("requests for the page of a client on loopback", 0))
	})

	It(requirement("indieauth.redirects.same-origin"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		Each(ctx, []vector{
			{"another path", s.Site.Origin() + "/deep/er?with=query"}, {"the client id itself", s.Site.Origin() + "/"},
		}, named, func(ctx Ctx, v vector) {
			Expect(ctx, s.Authorize(ctx, s.Request().Apply(oauth.Set("redirect_uri", v.value)))).To(BringCode())
		})
	})

	It(requirement("indieauth.redirects.other-origin"), func(ctx SpecContext) {
		s := indieauth.From(ctx)
		Control(ctx, s.Authorize(ctx, s.Request())).To(BringCode())
		Each(ctx, []vector{
			{"another port", s.Site.Other() + "/callback"}, {"another scheme", s.Site.Secure() + "/callback"},
			{"another host", "https://elsewhere.example/callback"}, {"a host that only begins alike", s.Site.Origin() + ".elsewhere.example/"},
			{"the client as a user", s.Site.Origin() + "@elsewhere.example/"}, {"a scheme of its own", "app.elsewhere:/callback"},
		}, named, func(ctx Ctx, v vector) {
			Expect(ctx, s.Authorize(ctx, s.Request().Apply(oauth.Set("redirect_uri", v.value)))).To(BringNoCode())
		})
	})
})

// asking returns the request of a client.
func asking(s *indieauth.Server, id, redirect string) oauth.Form {
	return s.Request().Apply(oauth.Set("client_id", id), oauth.Set("redirect_uri", redirect))
}

// onLocalhost replaces an origin's loopback address by localhost; other origins stay as they are.
func onLocalhost(origin string) string { return strings.Replace(origin, "127.0.0.1", "localhost", 1) }

func origin(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Scheme + "://" + u.Host
}
