package server

import (
	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Parameters of token requests", func() {
	It(requirement("provider.error.missing-parameter"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		works(ctx, server)
		refuse := All(HaveStatus(400), HaveError("invalid_request"), GrantNothing())
		Expect(Step(ctx, "code"), exchange(ctx, server, oauth.Drop("code"))).To(refuse)
		session, _ := oauth.Read(exchange(ctx, server), "")
		if session.Refresh != "" {
			Control(ctx, server.Renew(ctx, session.Refresh)).To(IssueTokens())
			Expect(Step(ctx, "refresh_token"), server.Renew(ctx, session.Refresh, oauth.Drop("refresh_token"))).To(refuse)
		}
	})

	It(requirement("provider.token.empty-parameter"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		refreshes(ctx, server)
		for _, name := range []string{"scope", "foo"} {
			answer := server.Renew(ctx, IssueRefreshable(ctx, server).Refresh, oauth.Add(name, ""))
			Expect(Step(ctx, name), answer).To(IssueTokens())
		}
	})
})
