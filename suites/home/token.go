package home

import (
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

const formType = "application/x-www-form-urlencoded"

var _ = Describe("Token request and answer", func() {
	It(requirement("ha.token.path"), func(ctx SpecContext) {
		h := home.From(ctx)
		documented := oauth.Form{{Name: "grant_type", Value: "authorization_code"}, {Name: "code", Value: h.Code(ctx, home.Login{})}, {Name: "client_id", Value: h.Client().ID}}
		Expect(ctx, h.PostForm(ctx, "/auth/token", documented)).To(IssueTokens())
	})

	It(requirement("oauth2.token.post-only"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		code := oauth.Code(ctx, server, "")
		Expect(ctx, server.SendToken(ctx, http.MethodGet, server.CodeGrant(code).Encode(), "", "")).To(All(HaveStatus(400, 404, 405), GrantNothing()))
		Control(ctx, server.Exchange(ctx, code)).To(IssueTokens())
	})

	It(requirement("oauth2.token.query-ignored"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		code := oauth.Code(ctx, server, "")
		query := server.CodeGrant(code).Encode()
		Expect(ctx, server.SendToken(ctx, http.MethodPost, query, formType, "")).To(BeRefused(ctx, "query-refused"))
		Control(ctx, server.Exchange(ctx, code)).To(IssueTokens())
	})

	It(requirement("oauth2.token.form-encoding"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		Control(ctx, server.Exchange(ctx, oauth.Code(ctx, server, ""))).To(IssueTokens())
		kinds := []string{formType + "; charset=utf-8", formType + ";charset=UTF-8", "Application/X-WWW-Form-Urlencoded"}
		Each(ctx, kinds, AsIs, func(ctx Ctx, kind string) {
			body := server.CodeGrant(oauth.Code(ctx, server, "")).Encode()
			Expect(ctx, server.SendToken(ctx, http.MethodPost, "", kind, body)).To(IssueTokens())
		})
	})

	It(requirement("ha.token.multipart"), func(ctx SpecContext) {
		h := home.From(ctx)
		answer := h.PostMultipart(ctx, "/auth/token", h.CodeGrant(h.Code(ctx, home.Login{})))
		Expect(ctx, answer).To(IssueTokens())
		tokens, err := oauth.Read(answer, h.Client().ID)
		if err != nil || tokens.Refresh == "" {
			return
		}
		Expect(ctx, h.PostMultipart(ctx, "/auth/token", h.RefreshGrant(tokens))).To(IssueTokens())
		Expect(ctx, h.PostMultipart(ctx, "/auth/revoke", oauth.Form{{Name: "token", Value: tokens.Refresh}})).To(HaveStatus(200))
		Expect(ctx, h.Refresh(ctx, tokens)).To(BeRefused(ctx, "refresh-dead"))
	})

	It(requirement("oauth2.token.ignore-unknown"), func(ctx SpecContext) {
		h := home.From(ctx)
		code := h.Code(ctx, home.Login{})
		Expect(ctx, h.Exchange(ctx, code, oauth.Add("foo", "bar"), oauth.Add("scope", "read"), oauth.Add("resource", h.Wire.Base()))).To(IssueTokens())
	})

	It(requirement("ha.token.ignores-secret"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, h.Exchange(ctx, h.Code(ctx, home.Login{}), oauth.Add("client_secret", "none-was-ever-given"))).To(IssueTokens())
		for _, credentials := range []string{"Basic YXBwOnNlY3JldA==", "Bearer dead"} {
			body := h.CodeGrant(h.Code(ctx, home.Login{})).Encode()
			Expect(ctx, h.Send(ctx, http.MethodPost, "/auth/token", body, "Content-Type", formType, "Authorization", credentials)).To(IssueTokens())
		}
	})

	It(requirement("ha.token.extra-redirect-uri"), func(ctx SpecContext) {
		h := home.From(ctx)
		right := h.Exchange(ctx, h.Code(ctx, home.Login{}), oauth.Add("redirect_uri", h.Client().Redirect))
		wrong := h.Exchange(ctx, h.Code(ctx, home.Login{}), oauth.Add("redirect_uri", "https://evil.example/"))
		Note(ctx, "the right redirect_uri: %s; a wrong one: %s", Outcome(right), Outcome(wrong))
	})

	It(requirement("oauth2.token.status-200"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		good := All(HaveStatus(200), BeJSONObject())
		answer := server.Exchange(ctx, oauth.Code(ctx, server, ""))
		Expect(Step(ctx, "code grant"), answer).To(good)
		tokens, _ := oauth.Read(answer, "")
		if tokens.Refresh == "" {
			Block(ctx, "the code grant gave no refresh token: %s", answer)
		}
		Expect(Step(ctx, "refresh grant"), server.Renew(ctx, tokens.Refresh)).To(good)
	})

	It(requirement("oauth2.token.cache-no-store"), func(ctx SpecContext) {
		bothGrants(ctx, All(HaveStatus(200), HaveDirective("Cache-Control", "no-store")))
	})

	It(requirement("oauth2.token.access-token"), func(ctx SpecContext) {
		h := home.From(ctx)
		bothGrants(ctx, All(HaveStatus(200), HaveTextLike("access_token", b64token, "a b64token")))
		Expect(ctx, h.API(ctx, h.Tokens(ctx, home.Login{}).Access, "/api/")).To(HaveStatus(200))
	})

	It(requirement("oauth2.token.token-type"), func(ctx SpecContext) {
		bothGrants(ctx, HaveTextLike("token_type", bearerWord, "Bearer"))
	})

	It(requirement("oauth2.token.expires-in"), func(ctx SpecContext) {
		bothGrants(ctx, HaveWholeNumber("expires_in", 1, 1<<31))
	})

	It(requirement("indieauth.token.short-lived"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, h.Exchange(ctx, h.Code(ctx, home.Login{}))).To(All(HaveWholeNumber("expires_in", 1, 86400), HaveText("refresh_token")))
	})

	It(requirement("ha.token.response-shape"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, h.Exchange(ctx, h.Code(ctx, home.Login{}))).To(All(
			HaveStatus(200), HaveText("access_token"), HaveText("refresh_token"), HaveText("token_type", "Bearer"), HaveWholeNumber("expires_in", 1800, 1800)))
	})

	It(requirement("ha.token.auth-provider"), func(ctx SpecContext) {
		h := home.From(ctx)
		answer := h.Exchange(ctx, h.Code(ctx, home.Login{}))
		Control(ctx, answer).To(IssueTokens())
		Note(ctx, "ha_auth_provider is %q", answer.Text("ha_auth_provider"))
	})

	It(requirement("oauth2.token.entropy"), func(ctx SpecContext) {
		Expect(ctx, sessions(ctx, func(t oauth.Tokens) string { return t.Refresh })).To(BeUnguessable(128))
	})

	It(requirement("oauth2.token.access-entropy"), func(ctx SpecContext) {
		Expect(ctx, sessions(ctx, func(t oauth.Tokens) string { return t.Access })).To(BeUnguessable(128))
	})

	It(requirement("oauth2.token.expires-in-true"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.Tokens(ctx, home.Login{})
		Control(ctx, h.API(ctx, tokens.Access, "/api/")).To(HaveStatus(200))
		lifetime := time.Duration(tokens.Expires) * time.Second
		Advance(ctx, lifetime-30*time.Second)
		Expect(ctx, h.API(ctx, tokens.Access, "/api/")).To(HaveStatus(200))
		Advance(ctx, 90*time.Second)
		Expect(ctx, h.API(ctx, tokens.Access, "/api/")).To(BeRefused(ctx, "bearer-refused"))
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
	})

	It(requirement("ha.token.inactive-user"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "inactive")
		login := home.Login{Account: &user.Account}
		Control(ctx, h.Exchange(ctx, h.Code(ctx, login))).To(IssueTokens())
		code := h.Code(ctx, login)
		h.Deactivate(ctx, user)
		Expect(ctx, h.Exchange(ctx, code)).To(BeRefused(ctx, "user-inactive"))
		h.Activate(ctx, user)
		Control(ctx, h.Exchange(ctx, h.Code(ctx, login))).To(IssueTokens())
	})

	It(requirement("oauth2.token.cors"), func(ctx SpecContext) {
		h := home.From(ctx)
		body := h.CodeGrant(h.Code(ctx, home.Login{})).Encode()
		answer := h.Send(ctx, http.MethodPost, "/auth/token", body, "Content-Type", formType, "Origin", "https://app.example")
		Expect(ctx, answer).To(All(IssueTokens(), HaveHeader("Access-Control-Allow-Origin", "https://app.example", "*"), HaveNoHeader("Access-Control-Allow-Credentials")))
	})
})

// bothGrants holds the answers to the code grant and to the refresh grant against an expectation.
func bothGrants(ctx Ctx, x Expectation) {
	server := oauth.Get[oauth.Server](ctx)
	answer := server.Exchange(Step(ctx, "code grant"), oauth.Code(ctx, server, ""))
	Control(ctx, answer).To(IssueTokens())
	Expect(Step(ctx, "code grant"), answer).To(x)
	tokens, _ := oauth.Read(answer, "")
	if tokens.Refresh == "" {
		Block(ctx, "the code grant gave no refresh token: %s", answer)
	}
	var refreshed = server.Renew(Step(ctx, "refresh grant"), tokens.Refresh)
	Control(ctx, refreshed).To(IssueTokens())
	Expect(Step(ctx, "refresh grant"), refreshed).To(x)
}

// sessions are eight sessions' secrets of a kind.
func sessions(ctx Ctx, of func(oauth.Tokens) string) []string {
	server := oauth.Get[oauth.Server](ctx)
	list := make([]string, 8)
	Each(ctx, Indices(len(list)), Nameless, func(ctx Ctx, i int) { list[i] = of(oauth.IssueRefreshable(ctx, server)) })
	return list
}
