package server

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Revocation of access tokens, and by public clients", func() {
	It(requirement("provider.revoke.access-answer"), func(ctx SpecContext) {
		revoker, api, tokens := revocableAccess(ctx)
		answer := revoker.Revoke(ctx, tokens.Access)
		if answer.Status == http.StatusOK {
			Expect(ctx, api.Fetch(ctx, bearer(tokens.Access))).To(BeRefused(ctx, "bearer-refused"))
			return
		}
		Expect(ctx, answer).To(All(HaveStatus(http.StatusBadRequest), HaveError("unsupported_token_type")))
	})

	It(requirement("provider.revoke.hint-access"), func(ctx SpecContext) {
		judged := false
		for _, hint := range []string{"refresh_token", "foo"} {
			revoker, api, tokens := revocableAccess(ctx)
			answer := revoker.Revoke(Step(ctx, hint), tokens.Access, oauth.Add("token_type_hint", hint))
			if answer.Status != http.StatusOK {
				continue // another row judges the refusal
			}
			judged = true
			Expect(Step(ctx, hint), api.Fetch(ctx, bearer(tokens.Access))).To(BeRefused(ctx, "bearer-refused"))
		}
		if !judged {
			NotApplicable(ctx, "the target revokes no access tokens")
		}
	})

	It(requirement("provider.revoke.public"), func(ctx SpecContext) {
		server, client := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Clients](ctx).Public()
		session := refreshable(ctx, server, client)
		Expect(ctx, oauth.Get[oauth.Revoker](ctx).Revoke(ctx, session.Refresh, client.Redeems()...)).To(HaveStatus(http.StatusOK))
		Expect(ctx, server.Renew(ctx, session.Refresh, client.Redeems()...)).To(BeRefused(ctx, "refresh-dead"))
	})

	It(requirement("provider.revoke.missing-token"), func(ctx SpecContext) {
		server, revoker := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Revoker](ctx)
		revokes(ctx, server, revoker)
		// With the secret in the header, nothing else would be left in the form, and some servers refuse an empty one.
		answer := revoker.Revoke(ctx, "", oauth.Drop("token"), oauth.Set("x-invented", "1"))
		Expect(ctx, answer).To(All(HaveStatus(http.StatusBadRequest), HaveError("invalid_request")))
	})
})

// revocableAccess returns an access token that opens the resource. It is a control.
func revocableAccess(ctx Ctx) (oauth.Revoker, oauth.Resource, oauth.Tokens) {
	api, tokens := oauth.Get[oauth.Resource](ctx), oauth.Issue(ctx, oauth.Get[oauth.Server](ctx))
	Control(ctx, api.Fetch(ctx, bearer(tokens.Access))).To(HaveStatus(http.StatusOK))
	return oauth.Get[oauth.Revoker](ctx), api, tokens
}
