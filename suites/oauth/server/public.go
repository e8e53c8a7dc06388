package server

import (
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Public clients", func() {
	It(requirement("oauth2.public.flow"), func(ctx SpecContext) {
		server, client := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Clients](ctx).Public()
		code := oauth.Code(ctx, server, "", client.Asks()...)
		answer := server.Exchange(ctx, code, client.Redeems()...)
		Expect(Step(ctx, "code grant"), answer).To(IssueTokens())
		if refresh := oauth.Granted(answer, "").Refresh; refresh != "" {
			Expect(Step(ctx, "refresh grant"), server.Renew(ctx, refresh, client.Redeems()...)).To(IssueTokens())
		}
	})

	It(requirement("oauth2.public.verifier"), func(ctx SpecContext) {
		server, client := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Clients](ctx).Public()
		asPublic(ctx, server, client)
		redeem := func(change oauth.Change) *wire.Exchange {
			return server.Exchange(ctx, oauth.Code(ctx, server, "", client.Asks()...), append(client.Redeems(), change)...)
		}
		Expect(Step(ctx, "none"), redeem(oauth.Drop("code_verifier"))).To(BeRefused(ctx, "verifier-missing"))
		another := redeem(oauth.Set("code_verifier", strings.Repeat("b", 43)))
		Expect(Step(ctx, "another"), another).To(BeRefused(ctx, "verifier-wrong"))
	})

	It(requirement("oauth2.public.code-bound"), func(ctx SpecContext) {
		server, clients := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Clients](ctx)
		client := clients.Public()
		asPublic(ctx, server, client)
		works(ctx, server)
		stolen := oauth.Code(ctx, server, "", client.Asks()...)
		got := server.Exchange(ctx, stolen, oauth.Set("code_verifier", client.Verifier))
		Expect(Step(ctx, "its code, by another"), got).To(BeRefused(ctx, "code-refused"))
		foreign := bound(ctx, client.Verifier)
		Expect(Step(ctx, "another's code, by it"), server.Exchange(ctx, foreign, client.Redeems()...)).To(BeRefused(ctx, "code-refused"))
	})

	It(requirement("oauth2.public.refresh-bound"), func(ctx SpecContext) {
		server, client := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Clients](ctx).Public()
		refreshes(ctx, server)
		session := refreshable(ctx, server, client)
		Expect(ctx, server.Renew(ctx, session.Refresh)).To(BeRefused(ctx, "refresh-foreign"))
	})

	It(requirement("oauth2.public.rotation"), func(ctx SpecContext) {
		server, client := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Clients](ctx).Public()
		session := refreshable(ctx, server, client)
		answer := server.Renew(ctx, session.Refresh, client.Redeems()...)
		Control(ctx, answer).To(IssueTokens())
		if Expect(ctx, newest(answer, session).Refresh != session.Refresh).To(Be("another refresh token", true)) {
			Expect(Step(ctx, "the old one"), server.Renew(ctx, session.Refresh, client.Redeems()...)).To(BeRefused(ctx, "refresh-dead"))
		}
	})
})

// asPublic returns tokens of a client without a secret. It is a control.
func asPublic(ctx Ctx, server oauth.Server, client oauth.Client) oauth.Tokens {
	answer := server.Exchange(ctx, oauth.Code(ctx, server, "", client.Asks()...), client.Redeems()...)
	Control(Step(ctx, "the public client"), answer).To(IssueTokens())
	return oauth.Granted(answer, client.ID)
}

// refreshable is asPublic with a working refresh token; many servers issue none to such clients.
func refreshable(ctx Ctx, server oauth.Server, client oauth.Client) oauth.Tokens {
	session := asPublic(ctx, server, client)
	if session.Refresh == "" {
		NotApplicable(ctx, "the public client gets no refresh token")
	}
	answer := server.Renew(ctx, session.Refresh, client.Redeems()...)
	Control(Step(ctx, "the public client"), answer).To(IssueTokens())
	return newest(answer, session)
}
