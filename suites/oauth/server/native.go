package server

import (
	"net"
	"net/http"
	"net/url"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Native apps", func() {
	It(requirement("oauth2.native.loopback-port"), func(ctx SpecContext) {
		client := native(ctx)
		Control(ctx, requested(ctx, client, client.Redirect)).To(BringCode())
		for _, port := range []string{"49152", "8"} {
			Expect(Step(ctx, "port "+port), requested(ctx, client, atPort(client.Redirect, port))).To(BringCode())
		}
		if !offers(ctx, "registration") {
			return
		}
		const six = "http://[::1]/callback"
		answer := register(ctx, metadata("token_endpoint_auth_method", "none", "redirect_uris", []string{six}, "application_type", "native"))
		if answer.Status == http.StatusCreated {
			client = enrolledAs(ctx, answer, six)
			Expect(Step(ctx, "::1"), requested(ctx, client, atPort(six, "49152"))).To(BringCode())
		}
	})

	It(requirement("oauth2.native.loopback-exact"), func(ctx SpecContext) {
		client := native(ctx)
		Control(ctx, requested(ctx, client, client.Redirect)).To(BringCode())
		moved := func(change func(*url.URL)) string {
			u, err := url.Parse(atPort(client.Redirect, "49152"))
			if err != nil {
				return client.Redirect
			}
			change(u)
			return u.String()
		}
		for name, wrong := range Sorted(map[string]string{
			"another path": moved(func(u *url.URL) { u.Path = "/elsewhere" }), "a query": moved(func(u *url.URL) { u.RawQuery = "x=1" }),
			"another host":   moved(func(u *url.URL) { u.Host = "elsewhere.example:49152" }),
			"a host below":   moved(func(u *url.URL) { u.Host = "127.0.0.1.elsewhere.example:49152" }),
			"another scheme": moved(func(u *url.URL) { u.Scheme = "https" }),
			"user info":      moved(func(u *url.URL) { u.User = url.User("x") }),
		}) {
			Expect(Step(ctx, name), requested(ctx, client, wrong)).To(SendNobody())
		}
	})

	It(requirement("oauth2.native.private-scheme"), func(ctx SpecContext) {
		registered(ctx, metadata())
		const own = "com.example.app:/callback"
		answer := register(ctx, metadata("token_endpoint_auth_method", "none", "redirect_uris", []string{own}, "application_type", "native"))
		if Expect(ctx, answer).To(HaveText("client_id")) {
			Expect(ctx, requested(ctx, enrolledAs(ctx, answer, own), own)).To(BringCode())
		}
	})
})

// native returns a public client with a loopback redirect URI: the profile's, or one registered for it.
func native(ctx Ctx) enrolled {
	client := oauth.Get[oauth.Clients](ctx).Public()
	if client.Redirect = oauth.Get[oauth.Authorizer](ctx).Request().Get("redirect_uri"); client.ID != "" && onLoopback(client.Redirect) {
		return enrolled{client, ""}
	}
	if !offers(ctx, "registration") {
		NotApplicable(ctx, "our public client has no redirect URI of the loopback address, and none can be registered")
	}
	return publicly(ctx, "http://127.0.0.1/callback")
}

// onLoopback reports whether a URL's address is on loopback.
func onLoopback(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Scheme == "http" && net.ParseIP(u.Hostname()).IsLoopback()
}

// atPort returns a URL with another port.
func atPort(raw, port string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	u.Host = net.JoinHostPort(u.Hostname(), port)
	return u.String()
}

// requested returns the result of a client's request with a redirect URI.
func requested(ctx Ctx, client enrolled, redirect string) oauth.Return {
	server := oauth.Get[oauth.Authorizer](ctx)
	return server.Authorize(ctx, server.Request().Apply(client.Asks()...).Apply(oauth.Set("redirect_uri", redirect)))
}
