package home

import (
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

const formType = "application/x-www-form-urlencoded"

var _ = Describe("Token request and answer", func() {
	It(requirement("ha.token.path"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, spend(ctx, func(ctx Ctx, code string) *wire.Exchange {
			return h.PostForm(ctx, "/auth/token", h.CodeGrant(code).Apply(oauth.Drop("redirect_uri")))
		})).To(IssueTokens())
	})

	It(requirement("ha.token.multipart"), func(ctx SpecContext) {
		h := home.From(ctx)
		answer := spend(ctx, func(ctx Ctx, code string) *wire.Exchange {
			return h.PostMultipart(ctx, "/auth/token", h.CodeGrant(code))
		})
		Expect(ctx, answer).To(IssueTokens())
		tokens, err := oauth.Read(answer, h.Client().ID)
		if err != nil || tokens.Refresh == "" {
			return
		}
		Expect(ctx, h.PostMultipart(ctx, "/auth/token", h.RefreshGrant(tokens))).To(IssueTokens())
		endpoint, revocation := "/auth/revoke", oauth.Form{{Name: "token", Value: tokens.Refresh}}
		if h.Revoke(ctx, "unknown-token").Status == http.StatusNotFound { // before 2022.9
			endpoint, revocation = "/auth/token", append(revocation, oauth.Param{Name: "action", Value: "revoke"})
		}
		Expect(ctx, h.PostMultipart(ctx, endpoint, revocation)).To(HaveStatus(200))
		Expect(ctx, h.Refresh(ctx, tokens)).To(BeRefused(ctx, "refresh-dead"))
	})

	It(requirement("ha.token.ignores-secret"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, redeemed(ctx, oauth.Add("client_secret", "none-was-ever-given"))).To(IssueTokens())
		for _, credentials := range []string{"Basic YXBwOnNlY3JldA==", "Bearer dead"} {
			Expect(ctx, spend(ctx, func(ctx Ctx, code string) *wire.Exchange {
				return h.Send(ctx, http.MethodPost, "/auth/token", h.CodeGrant(code).Encode(), "Content-Type", formType, "Authorization", credentials)
			})).To(IssueTokens())
		}
	})

	It(requirement("ha.token.extra-redirect-uri"), func(ctx SpecContext) {
		h := home.From(ctx)
		right := redeemed(ctx, oauth.Add("redirect_uri", h.Client().Redirect))
		wrong := redeemed(ctx, oauth.Add("redirect_uri", "https://evil.example/"))
		Note(ctx, "the right redirect_uri: %s; a wrong one: %s", Outcome(right), Outcome(wrong))
	})

	It(requirement("indieauth.token.short-lived"), func(ctx SpecContext) {
		Expect(ctx, redeemed(ctx)).To(All(HaveWholeNumber("expires_in", 1, 86400), HaveText("refresh_token")))
	})

	It(requirement("ha.token.response-shape"), func(ctx SpecContext) {
		Expect(ctx, redeemed(ctx)).To(All(
			HaveStatus(200), HaveText("access_token"), HaveText("refresh_token"), HaveText("token_type", "Bearer"),
			HaveWholeNumber("expires_in", 1800, 1800)))
	})

	It(requirement("ha.token.thirty-minutes"), func(ctx SpecContext) {
		h := home.From(ctx)
		shortlyBefore(ctx, 15*time.Second, func(before time.Duration) func() {
			tokens := h.Tokens(ctx, home.Login{})
			Advance(ctx, 30*time.Minute-before)
			answer := h.API(ctx, tokens.Access, "/api/")
			return func() { Expect(Step(ctx, "shortly before"), answer).To(HaveStatus(200)) }
		})
		tokens := h.Tokens(ctx, home.Login{})
		Control(ctx, h.API(ctx, tokens.Access, "/api/")).To(HaveStatus(200))
		Advance(ctx, 30*time.Minute+leeway)
		Expect(Step(ctx, "twelve seconds after"), h.API(ctx, tokens.Access, "/api/")).To(Unopened())
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
	})

	It(requirement("ha.token.auth-provider"), func(ctx SpecContext) {
		answer := redeemed(ctx)
		Control(ctx, answer).To(IssueTokens())
		Note(ctx, "ha_auth_provider is %q", answer.Text("ha_auth_provider"))
	})

	It(requirement("ha.token.inactive-user"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "inactive")
		login := home.Login{Account: &user.Account}
		code := h.Code(ctx, login)
		h.Deactivate(ctx, user)
		Expect(ctx, h.Exchange(ctx, code)).To(BeRefused(ctx, "user-inactive"))
		h.Activate(ctx, user)
		Control(ctx, h.Exchange(ctx, h.Code(ctx, login))).To(IssueTokens())
	})

	It(requirement("oauth2.token.cors"), func(ctx SpecContext) {
		h := home.From(ctx)
		answer := spend(ctx, func(ctx Ctx, code string) *wire.Exchange {
			return h.Send(ctx, http.MethodPost, "/auth/token", h.CodeGrant(code).Encode(), "Content-Type", formType, "Origin", "https://app.example")
		})
		Expect(ctx, answer).To(All(IssueTokens(), HaveHeader("Access-Control-Allow-Origin", "https://app.example", "*"),
			HaveNoHeader("Access-Control-Allow-Credentials")))
	})
})
