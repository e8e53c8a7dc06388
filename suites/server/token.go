package server

import (
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/target"
	. "github.com/authconform/authconform/suites/expect"
)

const formType = "application/x-www-form-urlencoded"

var _ = Describe("Token request and answer", func() {
	It(requirement("ha.token.path"), func(ctx SpecContext) {
		home := target.From(ctx)
		documented := target.Form{{Name: "grant_type", Value: "authorization_code"}, {Name: "code", Value: home.Code(ctx, target.Login{})}, {Name: "client_id", Value: home.Client().ID}}
		Expect(ctx, home.PostForm(ctx, "/auth/token", documented)).To(IssueTokens())
	})

	It(requirement("oauth2.token.post-only"), func(ctx SpecContext) {
		server := target.ServerFrom(ctx)
		code := server.FreshCode(ctx, "")
		Expect(ctx, server.SendToken(ctx, http.MethodGet, server.CodeGrant(code).Encode(), "", "")).To(All(HaveStatus(400, 404, 405), GrantNothing()))
		Control(ctx, server.Exchange(ctx, code)).To(IssueTokens())
	})

	It(requirement("oauth2.token.query-ignored"), func(ctx SpecContext) {
		server := target.ServerFrom(ctx)
		code := server.FreshCode(ctx, "")
		query := server.CodeGrant(code).Encode()
		Expect(ctx, server.SendToken(ctx, http.MethodPost, query, formType, "")).To(BeRefused(ctx, "query-refused"))
		Control(ctx, server.Exchange(ctx, code)).To(IssueTokens())
	})

	It(requirement("oauth2.token.form-encoding"), func(ctx SpecContext) {
		server := target.ServerFrom(ctx)
		Control(ctx, server.Exchange(ctx, server.FreshCode(ctx, ""))).To(IssueTokens())
		kinds := []string{formType + "; charset=utf-8", formType + ";charset=UTF-8", "Application/X-WWW-Form-Urlencoded"}
		Each(ctx, kinds, AsIs, func(ctx Ctx, kind string) {
			body := server.CodeGrant(server.FreshCode(ctx, "")).Encode()
			Expect(ctx, server.SendToken(ctx, http.MethodPost, "", kind, body)).To(IssueTokens())
		})
	})

	It(requirement("ha.token.multipart"), func(ctx SpecContext) {
		home := target.From(ctx)
		answer := home.PostMultipart(ctx, "/auth/token", home.CodeGrant(home.Code(ctx, target.Login{})))
		Expect(ctx, answer).To(IssueTokens())
		tokens, err := target.Read(answer, home.Client().ID)
		if err != nil || tokens.Refresh == "" {
			return
		}
		Expect(ctx, home.PostMultipart(ctx, "/auth/token", home.RefreshGrant(tokens))).To(IssueTokens())
		Expect(ctx, home.PostMultipart(ctx, "/auth/revoke", target.Form{{Name: "token", Value: tokens.Refresh}})).To(HaveStatus(200))
		Expect(ctx, home.Refresh(ctx, tokens)).To(BeRefused(ctx, "refresh-dead"))
	})

	It(requirement("oauth2.token.ignore-unknown"), func(ctx SpecContext) {
		home := target.From(ctx)
		code := home.Code(ctx, target.Login{})
		Expect(ctx, home.Exchange(ctx, code, target.Add("foo", "bar"), target.Add("scope", "read"), target.Add("resource", home.Wire.Base()))).To(IssueTokens())
	})

	It(requirement("ha.token.ignores-secret"), func(ctx SpecContext) {
		home := target.From(ctx)
		Expect(ctx, home.Exchange(ctx, home.Code(ctx, target.Login{}), target.Add("client_secret", "none-was-ever-given"))).To(IssueTokens())
		for _, credentials := range []string{"Basic YXBwOnNlY3JldA==", "Bearer dead"} {
			body := home.CodeGrant(home.Code(ctx, target.Login{})).Encode()
			Expect(ctx, home.Send(ctx, http.MethodPost, "/auth/token", body, "Content-Type", formType, "Authorization", credentials)).To(IssueTokens())
		}
	})

	It(requirement("ha.token.extra-redirect-uri"), func(ctx SpecContext) {
		home := target.From(ctx)
		right := home.Exchange(ctx, home.Code(ctx, target.Login{}), target.Add("redirect_uri", home.Client().Redirect))
		wrong := home.Exchange(ctx, home.Code(ctx, target.Login{}), target.Add("redirect_uri", "https://evil.example/"))
		Note(ctx, "the right redirect_uri: %s; a wrong one: %s", Outcome(right), Outcome(wrong))
	})

	It(requirement("oauth2.token.status-200"), func(ctx SpecContext) {
		server := target.ServerFrom(ctx)
		good := All(HaveStatus(200), BeJSONObject())
		answer := server.Exchange(ctx, server.FreshCode(ctx, ""))
		Expect(Step(ctx, "code grant"), answer).To(good)
		tokens, _ := target.Read(answer, "")
		if tokens.Refresh == "" {
			Block(ctx, "the code grant gave no refresh token: %s", answer)
		}
		Expect(Step(ctx, "refresh grant"), server.Renew(ctx, tokens.Refresh)).To(good)
	})

	It(requirement("oauth2.token.cache-no-store"), func(ctx SpecContext) {
		bothGrants(ctx, All(HaveStatus(200), HaveDirective("Cache-Control", "no-store")))
	})

	It(requirement("oauth2.token.access-token"), func(ctx SpecContext) {
		home := target.From(ctx)
		bothGrants(ctx, All(HaveStatus(200), HaveTextLike("access_token", b64token, "a b64token")))
		Expect(ctx, home.API(ctx, home.Tokens(ctx, target.Login{}).Access, "/api/")).To(HaveStatus(200))
	})

	It(requirement("oauth2.token.token-type"), func(ctx SpecContext) {
		bothGrants(ctx, HaveTextLike("token_type", bearerWord, "Bearer"))
	})

	It(requirement("oauth2.token.expires-in"), func(ctx SpecContext) {
		bothGrants(ctx, HaveWholeNumber("expires_in", 1, 1<<31))
	})

	It(requirement("indieauth.token.short-lived"), func(ctx SpecContext) {
		home := target.From(ctx)
		Expect(ctx, home.Exchange(ctx, home.Code(ctx, target.Login{}))).To(All(HaveWholeNumber("expires_in", 1, 86400), HaveText("refresh_token")))
	})

	It(requirement("ha.token.response-shape"), func(ctx SpecContext) {
		home := target.From(ctx)
		Expect(ctx, home.Exchange(ctx, home.Code(ctx, target.Login{}))).To(All(
			HaveStatus(200), HaveText("access_token"), HaveText("refresh_token"), HaveText("token_type", "Bearer"), HaveWholeNumber("expires_in", 1800, 1800)))
	})

	It(requirement("ha.token.auth-provider"), func(ctx SpecContext) {
		home := target.From(ctx)
		answer := home.Exchange(ctx, home.Code(ctx, target.Login{}))
		Control(ctx, answer).To(IssueTokens())
		Note(ctx, "ha_auth_provider is %q", answer.Text("ha_auth_provider"))
	})

	It(requirement("oauth2.token.entropy"), func(ctx SpecContext) {
		Expect(ctx, sessions(ctx, func(t target.Tokens) string { return t.Refresh })).To(BeUnguessable(128))
	})

	It(requirement("oauth2.token.access-entropy"), func(ctx SpecContext) {
		Expect(ctx, sessions(ctx, func(t target.Tokens) string { return t.Access })).To(BeUnguessable(128))
	})

	It(requirement("oauth2.token.expires-in-true"), func(ctx SpecContext) {
		home := target.From(ctx)
		tokens := home.Tokens(ctx, target.Login{})
		Control(ctx, home.API(ctx, tokens.Access, "/api/")).To(HaveStatus(200))
		lifetime := time.Duration(tokens.Expires) * time.Second
		Advance(ctx, lifetime-30*time.Second)
		Expect(ctx, home.API(ctx, tokens.Access, "/api/")).To(HaveStatus(200))
		Advance(ctx, 90*time.Second)
		Expect(ctx, home.API(ctx, tokens.Access, "/api/")).To(BeRefused(ctx, "bearer-refused"))
		Control(ctx, home.Refresh(ctx, tokens)).To(IssueTokens())
	})

	It(requirement("ha.token.inactive-user"), func(ctx SpecContext) {
		home := target.From(ctx)
		user := home.NewUser(ctx, "inactive")
		login := target.Login{Account: &user.Account}
		Control(ctx, home.Exchange(ctx, home.Code(ctx, login))).To(IssueTokens())
		code := home.Code(ctx, login)
		home.Deactivate(ctx, user)
		Expect(ctx, home.Exchange(ctx, code)).To(BeRefused(ctx, "user-inactive"))
		home.Activate(ctx, user)
		Control(ctx, home.Exchange(ctx, home.Code(ctx, login))).To(IssueTokens())
	})

	It(requirement("oauth2.token.cors"), func(ctx SpecContext) {
		home := target.From(ctx)
		body := home.CodeGrant(home.Code(ctx, target.Login{})).Encode()
		answer := home.Send(ctx, http.MethodPost, "/auth/token", body, "Content-Type", formType, "Origin", "https://app.example")
		Expect(ctx, answer).To(All(IssueTokens(), HaveHeader("Access-Control-Allow-Origin", "https://app.example", "*"), HaveNoHeader("Access-Control-Allow-Credentials")))
	})
})

// bothGrants holds the answers to the code grant and to the refresh grant against an expectation.
func bothGrants(ctx Ctx, x Expectation) {
	server := target.ServerFrom(ctx)
	answer := server.Exchange(Step(ctx, "code grant"), server.FreshCode(ctx, ""))
	Control(ctx, answer).To(IssueTokens())
	Expect(Step(ctx, "code grant"), answer).To(x)
	tokens, _ := target.Read(answer, "")
	if tokens.Refresh == "" {
		Block(ctx, "the code grant gave no refresh token: %s", answer)
	}
	var refreshed = server.Renew(Step(ctx, "refresh grant"), tokens.Refresh)
	Control(ctx, refreshed).To(IssueTokens())
	Expect(Step(ctx, "refresh grant"), refreshed).To(x)
}

// sessions are eight sessions' secrets of a kind.
func sessions(ctx Ctx, of func(target.Tokens) string) []string {
	server := target.ServerFrom(ctx)
	list := make([]string, 8)
	Each(ctx, Indices(len(list)), Nameless, func(ctx Ctx, i int) { list[i] = of(server.FreshTokens(ctx)) })
	return list
}
