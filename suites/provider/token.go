package provider

import (
	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

const longestLife = 1 << 31 // seconds

var _ = Describe("What homes need of a token endpoint", func() {
	It(requirement("provider.token.refresh-token"), func(ctx SpecContext) {
		t := provider.From(ctx)
		answer := t.Exchange(ctx, oauth.Code(ctx, t, ""))
		Control(ctx, answer).To(IssueTokens())
		Expect(ctx, answer).To(HaveText("refresh_token"))
	})

	It(requirement("provider.token.post"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Expect(ctx, t.InForm(ctx, t.CodeGrant(oauth.Code(ctx, t, "")))).To(IssueTokens())
	})

	It(requirement("provider.token.no-redirect"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""))).To(IssueTokens())
		for name, answer := range Sorted(map[string]*wire.Exchange{
			"an invented code":          t.Exchange(ctx, "invented"),
			"a wrong secret":            t.Exchange(ctx, "invented", oauth.Set("client_secret", "wrong")),
			"an invented refresh token": t.Renew(ctx, "invented"),
			"an invented grant":         t.Exchange(ctx, "invented", oauth.Set("grant_type", "magic")),
		}) {
			Expect(Step(ctx, name), answer.Status >= 300 && answer.Status < 400).To(Be("a redirect", false))
		}
	})

	It(requirement("provider.refresh.grant"), func(ctx SpecContext) {
		t := provider.From(ctx)
		first := oauth.IssueRefreshable(ctx, t)
		answer := t.Renew(ctx, first.Refresh)
		Expect(ctx, answer).To(All(IssueTokens(), HaveWholeNumber("expires_in", 1, longestLife)))
		Expect(ctx, answer.Text("access_token") == first.Access).To(Be("the old access token", false))
	})
})
