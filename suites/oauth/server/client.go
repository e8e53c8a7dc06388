package server

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Client authentication", func() {
	It(requirement("provider.token.wrong-secret"), func(ctx SpecContext) {
		server, client := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Clients](ctx).Default()
		works(ctx, server)
		for name, change := range Sorted(map[string]oauth.Change{
			"another": oauth.Set("client_secret", "wrong"), "empty": oauth.Set("client_secret", ""), "none": oauth.Drop("client_secret"),
			"a letter more": oauth.Set("client_secret", client.Secret+"x"),
			"a letter less": oauth.Set("client_secret", client.Secret[:max(0, len(client.Secret)-1)]),
		}) {
			Expect(Step(ctx, name), exchange(ctx, server, change)).To(BeRefused(ctx, "client-unknown"))
		}
	})

	It(requirement("provider.token.unknown-client"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		works(ctx, server)
		Expect(ctx, exchange(ctx, server, oauth.Set("client_id", "nobody-knows"))).To(BeRefused(ctx, "client-unknown"))
	})

	It(requirement("provider.token.basic"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		works(ctx, server)
		unbarred(ctx, "client_secret_basic")
		authenticates(ctx, server, "client_secret_basic")
	})

	It(requirement("provider.token.post"), func(ctx SpecContext) {
		unbarred(ctx, "client_secret_post")
		authenticates(ctx, oauth.Get[oauth.Server](ctx), "client_secret_post")
	})

	It(requirement("provider.token.basic-refused"), func(ctx SpecContext) {
		server, client := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Clients](ctx).Default()
		unbarred(ctx, "client_secret_basic")
		Control(Step(ctx, "the right secret"), inHeader(ctx, server, client)).To(IssueTokens())
		client.Secret += "x"
		answer := inHeader(ctx, server, client)
		Expect(ctx, answer).To(All(HaveStatus(http.StatusUnauthorized), GrantNothing()))
		Expect(ctx, answer).To(Challenge("Basic", ""))
	})

	It(requirement("provider.token.two-methods"), func(ctx SpecContext) {
		server, endpoint := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Confidential](ctx)
		works(ctx, server)
		unbarred(ctx, "client_secret_basic")
		unbarred(ctx, "client_secret_post")
		both := server.CodeGrant(oauth.Code(ctx, server, ""))
		Expect(ctx, endpoint.InHeader(ctx, both, oauth.Get[oauth.Clients](ctx).Default())).To(BeRefused(ctx, "two-methods"))
	})

	It(requirement("provider.token.password-grant"), func(ctx SpecContext) {
		server, who := oauth.Get[oauth.Server](ctx), oauth.Get[pages](ctx).Account()
		works(ctx, server)
		got := server.Exchange(ctx, "", oauth.Drop("code"), oauth.Drop("redirect_uri"), oauth.Set("grant_type", "password"),
			oauth.Set("username", who.Username), oauth.Set("password", who.Password))
		Expect(ctx, got).To(BeRefused(ctx, "password-refused"))
	})

	It(requirement("provider.refresh.authenticated"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		refreshes(ctx, server)
		for _, change := range changes(oauth.Drop("client_secret"), oauth.Set("client_secret", "wrong")) {
			answer := server.Renew(ctx, IssueRefreshable(ctx, server).Refresh, change)
			Expect(ctx, answer).To(BeRefused(ctx, "client-refused-to-refresh"))
		}
	})

	It(requirement("provider.revoke.authenticated"), func(ctx SpecContext) {
		server, revoker := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Revoker](ctx)
		revokes(ctx, server, revoker)
		tokens := IssueRefreshable(ctx, server)
		Expect(ctx, revoker.Revoke(ctx, tokens.Refresh, oauth.Set("client_secret", "wrong"))).To(BeRefused(ctx, "client-refused-to-revoke"))
		Expect(ctx, revoker.Revoke(ctx, tokens.Refresh, oauth.Drop("client_secret"))).To(BeRefused(ctx, "client-refused-to-revoke"))
		Expect(Step(ctx, "the token afterwards"), server.Renew(ctx, tokens.Refresh)).To(IssueTokens())
	})
})

// unbarred ends the spec unless a method of client authentication can be judged: the default client is registered for it, or the
// server announces it.
func unbarred(ctx Ctx, method string) {
	if why := oauth.Get[oauth.Confidential](ctx).Bars(method); why != "" {
		NotApplicable(ctx, "%s", why)
	}
}

// authenticates judges whether the default client gets tokens by a method of client authentication. A server that accepts a wrong
// secret there may not read it at all, so accepting the right one proves nothing.
func authenticates(ctx Ctx, server oauth.Server, method string) {
	client := oauth.Get[oauth.Clients](ctx).Default()
	if !Expect(Step(ctx, method), shown(ctx, server, method, client)).To(IssueTokens()) {
		return
	}
	client.Secret = "x" + client.Secret
	if grants(shown(ctx, server, method, client)) {
		Block(ctx, "%s: the target accepts a wrong secret, so accepting the right one proves nothing", method)
	}
}

// shown redeems a fresh code, with a client's secret where a method puts it.
func shown(ctx Ctx, server oauth.Server, method string, client oauth.Client) *wire.Exchange {
	if method == "client_secret_post" {
		form := server.CodeGrant(oauth.Code(ctx, server, "")).Apply(oauth.Set("client_secret", client.Secret))
		return oauth.Get[oauth.Confidential](ctx).InForm(ctx, form)
	}
	return inHeader(ctx, server, client)
}

// inHeader redeems a fresh code with a client's id and secret only in the header.
func inHeader(ctx Ctx, server oauth.Server, client oauth.Client) *wire.Exchange {
	bare := server.CodeGrant(oauth.Code(ctx, server, "")).Apply(oauth.Drop("client_secret"), oauth.Drop("client_id"))
	return oauth.Get[oauth.Confidential](ctx).InHeader(ctx, bare, client)
}
