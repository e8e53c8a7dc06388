package home

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Revocation", func() {
	It(requirement("ha.revoke.path"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := liveSession(ctx)
		Expect(ctx, h.Revoke(ctx, tokens.Refresh)).To(HaveStatus(200))
		Expect(ctx, h.Refresh(ctx, tokens)).To(BeRefused(ctx, "refresh-dead"))
	})

	It(requirement("ha.revoke.others-live"), func(ctx SpecContext) {
		h := home.From(ctx)
		one, other := liveSession(ctx), liveSession(ctx)
		Control(ctx, h.Revoke(ctx, one.Refresh)).To(HaveStatus(200))
		Control(ctx, h.Refresh(ctx, one)).To(BeRefused(ctx, "refresh-dead"))
		Expect(ctx, h.API(ctx, other.Access, "/api/")).To(HaveStatus(200))
		Expect(ctx, h.Refresh(ctx, other)).To(IssueTokens())
	})

	It(requirement("ha.revoke.always-200"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := liveSession(ctx)
		answer := All(HaveStatus(200), HaveEmptyBody())
		Expect(Step(ctx, "a live token"), h.Revoke(ctx, tokens.Refresh)).To(answer)
		Expect(Step(ctx, "a revoked token"), h.Revoke(ctx, tokens.Refresh)).To(answer)
		Expect(Step(ctx, "an unknown token"), h.Revoke(ctx, "unknown-token")).To(answer)
		Expect(Step(ctx, "an empty token"), h.Revoke(ctx, "")).To(answer)
		Expect(Step(ctx, "no token"), h.PostForm(ctx, "/auth/revoke", nil)).To(answer)
	})

	It(requirement("ha.revoke.no-client-id"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := liveSession(ctx)
		Expect(ctx, h.PostForm(ctx, "/auth/revoke", oauth.Form{{Name: "token", Value: tokens.Refresh}})).To(HaveStatus(200))
		Expect(ctx, h.Refresh(ctx, tokens)).To(BeRefused(ctx, "refresh-dead"))
	})

	It(requirement("oauth2.revoke.get-harmless"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := liveSession(ctx)
		Expect(ctx, h.Get(ctx, "/auth/revoke?"+oauth.Form{{Name: "token", Value: tokens.Refresh}}.Encode())).To(HaveStatus(400, 404, 405))
		Expect(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
		Control(ctx, h.Revoke(ctx, tokens.Refresh)).To(HaveStatus(200))
		Control(ctx, h.Refresh(ctx, tokens)).To(BeRefused(ctx, "refresh-dead"))
	})

	It(requirement("ha.revoke.access-token"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := liveSession(ctx)
		answer := h.Revoke(ctx, tokens.Access)
		Note(ctx, "revoking an access token: %s; then the API says %s and a refresh %s",
			Outcome(answer), Outcome(h.API(ctx, tokens.Access, "/api/")), Outcome(h.Refresh(ctx, tokens)))
	})

	It(requirement("ha.revoke.legacy-action"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := liveSession(ctx)
		Expect(ctx, legacyRevoke(ctx, tokens.Refresh)).To(HaveStatus(200))
		Expect(ctx, h.Refresh(ctx, tokens)).To(BeRefused(ctx, "refresh-dead"))
		Expect(ctx, h.API(ctx, tokens.Access, "/api/")).To(BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("ha.revoke.legacy-always-200"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := liveSession(ctx)
		Expect(ctx, legacyRevoke(ctx, "unknown-token")).To(HaveStatus(200))
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
		Control(ctx, legacyRevoke(ctx, tokens.Refresh)).To(HaveStatus(200))
		Expect(ctx, legacyRevoke(ctx, tokens.Refresh)).To(HaveStatus(200))
	})

	It(requirement("oauth2.revoke.cors"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := liveSession(ctx)
		body := oauth.Form{{Name: "token", Value: tokens.Refresh}}.Encode()
		answer := h.Send(ctx, http.MethodPost, "/auth/revoke", body, "Content-Type", formType, "Origin", "https://app.example")
		Expect(ctx, answer).To(All(HaveStatus(200), HaveHeader("Access-Control-Allow-Origin", "https://app.example", "*"),
			HaveNoHeader("Access-Control-Allow-Credentials")))
		Expect(ctx, h.Refresh(ctx, tokens)).To(BeRefused(ctx, "refresh-dead"))
	})

	It(requirement("ha.revoke.code-dead-session"), func(ctx SpecContext) {
		h := home.From(ctx)
		code, answer := liveCode(h, home.Login{}).Spent(ctx)
		tokens := oauth.Granted(answer, h.Client().ID)
		Control(ctx, h.Revoke(ctx, tokens.Refresh)).To(HaveStatus(200))
		Control(ctx, h.Refresh(ctx, tokens)).To(BeRefused(ctx, "refresh-dead"))
		Expect(ctx, h.Exchange(ctx, code)).To(BeRefused(ctx, "code-refused"))
	})
})

// liveSession returns a new session that refreshes and calls the API: the control of every revocation.
func liveSession(ctx Ctx) oauth.Tokens {
	h := home.From(ctx)
	tokens := h.OwnSession(ctx)
	Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
	Control(ctx, h.API(ctx, tokens.Access, "/api/")).To(HaveStatus(200))
	return tokens
}

// legacyRevoke revokes in the form before 2022.9.
func legacyRevoke(ctx Ctx, token string) any {
	Secret(ctx, "token", token)
	return home.From(ctx).PostForm(ctx, "/auth/token", oauth.Form{{Name: "token", Value: token}, {Name: "action", Value: "revoke"}})
}
