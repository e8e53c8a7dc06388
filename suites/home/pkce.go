package home

import (
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

const verifier = oauth.Verifier

var _ = Describe("PKCE", func() {
	It(requirement("oauth2.pkce.verifier-grammar"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Exchange(ctx, bound(ctx, strings.Repeat("a", 43)), oauth.Set("code_verifier", strings.Repeat("a", 43)))).To(IssueTokens())
		Each(ctx, []vector{
			{"PK13 42 characters", strings.Repeat("a", 42)}, {"PK13 129 characters", strings.Repeat("a", 129)},
			{"a plus sign", strings.Repeat("a", 42) + "+"}, {"a line end", strings.Repeat("a", 43) + "\n"},
		}, named, func(ctx Ctx, v vector) {
			Expect(ctx, h.Exchange(ctx, bound(ctx, v.value), oauth.Set("code_verifier", v.value))).To(BeRefused(ctx, "verifier-wrong"))
		})
	})

	It(requirement("oauth2.pkce.method-without-challenge"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Begin(ctx, home.Login{Challenge: oauth.S256(verifier)})).To(OpenForm())
		Expect(Step(ctx, "no challenge"), h.Begin(ctx, home.Login{Method: "S256"})).To(All(HaveStatus(400), LackStep()))
		Expect(Step(ctx, "an empty challenge"), h.Begin(ctx, home.Login{Method: "S256", Body: map[string]any{"code_challenge": ""}})).To(
			All(HaveStatus(400), LackStep()))
	})

	It(requirement("indieauth.authz.no-pkce-allowed"), func(ctx SpecContext) {
		h := home.From(ctx)
		back := h.Authorize(ctx, h.Request().Apply(oauth.Unbound()...))
		if Expect(ctx, back).To(BringCode()) {
			Expect(ctx, h.Exchange(ctx, back.Code, oauth.Drop("code_verifier"))).To(IssueTokens())
		}
	})
})

// bound returns a code requested with the challenge of a verifier.
func bound(ctx Ctx, verifier string) string {
	return oauth.Code(ctx, oauth.Get[oauth.Server](ctx), verifier)
}
