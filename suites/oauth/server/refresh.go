package server

import (
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
	"github.com/authconform/authconform/suites/tamper"
)

var _ = Describe("Refresh tokens", func() {
	It(requirement("oauth2.refresh.grant"), func(ctx SpecContext) {
		server, api := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Resource](ctx)
		answer := server.Renew(ctx, IssueRefreshable(ctx, server).Refresh)
		Expect(ctx, answer).To(IssueTokens())
		Expect(ctx, api.Fetch(ctx, bearer(answer.Text("access_token")))).To(HaveStatus(200))
	})

	It(requirement("oauth2.refresh.client-bound"), func(ctx SpecContext) {
		server, clients := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Clients](ctx)
		refreshes(ctx, server)
		for _, a := range foreign(ctx, clients) {
			got := server.Renew(Step(ctx, a.name), IssueRefreshable(ctx, server).Refresh, a.changes...)
			Expect(Step(ctx, a.name), got).To(BeRefused(ctx, "refresh-foreign"))
		}
	})

	It(requirement("oauth2.refresh.missing-token"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		refreshes(ctx, server)
		tokens := IssueRefreshable(ctx, server)
		Expect(ctx, server.Renew(ctx, tokens.Refresh, oauth.Drop("refresh_token"))).To(BeRefused(ctx, "refresh-missing"))
		Expect(ctx, server.Renew(ctx, tokens.Refresh, oauth.Set("refresh_token", ""))).To(BeRefused(ctx, "refresh-empty"))
	})

	It(requirement("oauth2.refresh.access-token-refused"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		refreshes(ctx, server)
		Expect(ctx, server.Renew(ctx, oauth.Issue(ctx, server).Access)).To(BeRefused(ctx, "refresh-dead"))
	})

	It(requirement("oauth2.refresh.not-at-rs"), func(ctx SpecContext) {
		server, api := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Resource](ctx)
		tokens := IssueRefreshable(ctx, server)
		Control(ctx, api.Fetch(ctx, bearer(tokens.Access))).To(HaveStatus(200))
		Expect(ctx, api.Fetch(ctx, bearer(tokens.Refresh))).To(BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("oauth2.refresh.tampered"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		refreshes(ctx, server)
		tokens := IssueRefreshable(ctx, server)
		for _, t := range append(tamper.Secret(tokens.Refresh), tamper.Changed{Name: "one that nobody got", Value: unknownToken}) {
			Secret(ctx, "refresh_token", t.Value)
			Expect(Step(ctx, t.Name), server.Renew(Step(ctx, t.Name), t.Value)).To(BeRefused(ctx, "refresh-dead"))
		}
	})

	It(requirement("oauth2.refresh.old-access-lives"), func(ctx SpecContext) {
		server, api := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Resource](ctx)
		tokens := IssueRefreshable(ctx, server)
		Control(ctx, server.Renew(ctx, tokens.Refresh)).To(IssueTokens())
		Note(ctx, "after a refresh the older access token gets %s", Outcome(api.Fetch(ctx, bearer(tokens.Access))))
	})

	It(requirement("provider.refresh.wider"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		refreshes(ctx, server)
		wider := strings.TrimSpace(server.Request().Get("scope") + " devices:write x-invented")
		answer := server.Renew(ctx, IssueRefreshable(ctx, server).Refresh, oauth.Set("scope", wider))
		if !grants(answer) {
			Expect(ctx, answer).To(BeRefused(ctx, "scope-too-wide"))
			return
		}
		granted := strings.Fields(answer.Text("scope"))
		kept := len(granted) > 0 && !slices.Contains(granted, "devices:write") && !slices.Contains(granted, "x-invented")
		Expect(ctx, kept).To(Be("a scope of the answer that is no wider", true))
	})

	It(requirement("provider.refresh.rotation"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		first := IssueRefreshable(ctx, server)
		fresh, replaced := rotated(ctx, server, first)
		if !replaced {
			refreshesAgain(ctx, server, first)
			Note(ctx, "refresh tokens do not rotate")
			return
		}
		Expect(ctx, server.Renew(ctx, fresh.Refresh)).To(IssueTokens())
		Note(ctx, "refresh tokens rotate")
	})

	It(requirement("provider.refresh.reuse"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		first := IssueRefreshable(ctx, server)
		fresh, replaced := rotated(ctx, server, first)
		if !replaced {
			NotApplicable(ctx, "refresh tokens do not rotate")
		}
		Expect(Step(ctx, "the old one"), server.Renew(ctx, first.Refresh)).To(BeRefused(ctx, "refresh-dead"))
		Expect(Step(ctx, "the new one, after that"), server.Renew(ctx, fresh.Refresh)).To(BeRefused(ctx, "refresh-dead"))
	})

	It(requirement("provider.refresh.code-is-none"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		refreshes(ctx, server)
		tokens := IssueRefreshable(ctx, server)
		Expect(Step(ctx, "a code as refresh token"), server.Renew(ctx, oauth.Code(ctx, server, ""))).To(BeRefused(ctx, "refresh-dead"))
		Expect(Step(ctx, "a refresh token as code"), server.Exchange(ctx, tokens.Refresh)).To(BeRefused(ctx, "code-refused"))
	})
})

// refreshes judges that a fresh session can be refreshed: the control of most refusals.
func refreshes(ctx Ctx, server oauth.Server) {
	refreshesAgain(ctx, server, IssueRefreshable(ctx, server))
}

// refreshesAgain judges that a session can be refreshed.
func refreshesAgain(ctx Ctx, server oauth.TokenEndpoint, session oauth.Tokens) {
	Control(ctx, server.Renew(ctx, session.Refresh)).To(IssueTokens())
}
