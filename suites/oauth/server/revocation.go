package server

import (
	"net/http"
	"slices"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Revocation", func() {
	It(requirement("provider.revoke.refresh-token"), func(ctx SpecContext) {
		server, revoker := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Revoker](ctx)
		refreshes(ctx, server)
		tokens := IssueRefreshable(ctx, server)
		Expect(ctx, revoker.Revoke(ctx, tokens.Refresh)).To(HaveStatus(http.StatusOK))
		Expect(ctx, server.Renew(ctx, tokens.Refresh)).To(BeRefused(ctx, "refresh-dead"))
	})

	It(requirement("oauth2.revoke.immediate"), func(ctx SpecContext) {
		server, revoker, api := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Revoker](ctx), oauth.Get[oauth.Resource](ctx)
		session := live(ctx, server, api)
		Expect(ctx, revoker.Revoke(ctx, session.Refresh)).To(HaveStatus(http.StatusOK))
		Expect(ctx, api.Fetch(ctx, bearer(session.Access))).To(BeRefused(ctx, "bearer-refused"))
		Expect(ctx, server.Renew(ctx, session.Refresh)).To(BeRefused(ctx, "refresh-dead"))
	})

	It(requirement("oauth2.revoke.cascade-access"), func(ctx SpecContext) {
		server, revoker, api := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Revoker](ctx), oauth.Get[oauth.Resource](ctx)
		session := live(ctx, server, api)
		access := []string{session.Access}
		for range 2 {
			session = renewed(ctx, server, session)
			access = append(access, session.Access)
		}
		access = slices.DeleteFunc(access, func(token string) bool { return !opens(ctx, api, token) })
		Control(ctx, len(access) > 0).To(Be("an access token that opens the resource", true))
		Expect(ctx, revoker.Revoke(ctx, session.Refresh)).To(HaveStatus(http.StatusOK))
		for _, token := range access {
			Expect(ctx, api.Fetch(ctx, bearer(token))).To(BeRefused(ctx, "bearer-refused"))
		}
	})

	It(requirement("provider.revoke.access-token"), func(ctx SpecContext) {
		server, revoker, api := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Revoker](ctx), oauth.Get[oauth.Resource](ctx)
		tokens := oauth.Issue(ctx, server)
		Control(ctx, api.Fetch(ctx, bearer(tokens.Access))).To(HaveStatus(http.StatusOK))
		Expect(ctx, revoker.Revoke(ctx, tokens.Access)).To(HaveStatus(http.StatusOK))
		Expect(ctx, api.Fetch(ctx, bearer(tokens.Access))).To(BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("oauth2.revoke.unknown-200"), func(ctx SpecContext) {
		server, revoker := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Revoker](ctx)
		session := renewed(ctx, server, IssueRefreshable(ctx, server))
		Expect(Step(ctx, "an invented one"), revoker.Revoke(ctx, "unknown-token")).To(HaveStatus(http.StatusOK))
		Control(ctx, revoker.Revoke(ctx, session.Refresh)).To(HaveStatus(http.StatusOK))
		Expect(Step(ctx, "one that is revoked"), revoker.Revoke(ctx, session.Refresh)).To(HaveStatus(http.StatusOK))
	})

	It(requirement("oauth2.revoke.hint"), func(ctx SpecContext) {
		server, revoker := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Revoker](ctx)
		Each(ctx, []string{"refresh_token", "access_token", "foo"}, AsIs, func(ctx Ctx, hint string) {
			session := renewed(ctx, server, IssueRefreshable(ctx, server))
			Expect(ctx, revoker.Revoke(ctx, session.Refresh, oauth.Add("token_type_hint", hint))).To(HaveStatus(http.StatusOK))
			Expect(ctx, server.Renew(ctx, session.Refresh)).To(BeRefused(ctx, "refresh-dead"))
		})
	})

	It(requirement("provider.revoke.bound-client"), func(ctx SpecContext) {
		server, revoker := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Revoker](ctx)
		revokes(ctx, server, revoker)
		tokens := IssueRefreshable(ctx, server)
		revoker.Revoke(ctx, tokens.Refresh, oauth.Get[oauth.Clients](ctx).Other().Redeems()...)
		Expect(Step(ctx, "the token afterwards"), server.Renew(ctx, tokens.Refresh)).To(IssueTokens())
	})
})

// revokes judges that a session refreshes until it is revoked: the control of revocations that must not work.
func revokes(ctx Ctx, server oauth.Server, revoker oauth.Revoker) {
	own := renewed(ctx, server, IssueRefreshable(ctx, server))
	Control(ctx, revoker.Revoke(ctx, own.Refresh)).To(HaveStatus(http.StatusOK))
	Control(ctx, server.Renew(ctx, own.Refresh)).To(BeRefused(ctx, "refresh-dead"))
}

// live returns a session that refreshes and opens the resource: the control of revocations. A refresh may end the previous access
// token.
func live(ctx Ctx, server oauth.Server, api oauth.Resource) oauth.Tokens {
	session := IssueRefreshable(ctx, server)
	first := session.Access
	if session = renewed(ctx, server, session); opens(ctx, api, first) {
		session.Access = first
		return session
	}
	Control(ctx, api.Fetch(ctx, bearer(session.Access))).To(HaveStatus(http.StatusOK))
	return session
}
