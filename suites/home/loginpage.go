package home

import (
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/loginpage"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Login page", func() {
	It(requirement("ha.authorize.path"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
		Expect(ctx, h.Get(ctx, visit(ctx).path())).To(All(HaveStatus(200), BeHTML()))
	})

	It(requirement("oauth2.authz.no-http-redirect"), func(ctx SpecContext) {
		h := home.From(ctx)
		stay := All(HaveStatus(200, 400, 403), HaveNoHeader("Location"), HaveNoHeader("Refresh"))
		Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
		Control(ctx, h.Get(ctx, visit(ctx).path())).To(All(HaveStatus(200), BeHTML()))
		for _, to := range []string{h.Client().Redirect, h.Site.Other() + "/callback", "https://evil.example/", "javascript:alert(1)"} {
			Expect(Step(ctx, to), h.Get(Step(ctx, to), visit(ctx).with("redirect_uri", to).path())).To(stay)
			Expect(Step(ctx, to), h.Get(Step(ctx, to), visit(ctx).with("redirect_uri", to).with("client_id", "").path())).To(stay)
			Expect(Step(ctx, to), h.Get(Step(ctx, to), visit(ctx).with("redirect_uri", to).with("response_type", "bogus").path())).To(stay)
		}
	})

	It(requirement("ha.page.login"), func(ctx SpecContext) {
		h := home.From(ctx)
		code := visit(ctx).login(ctx).Query().Get("code")
		Secret(ctx, "code", code)
		Expect(ctx, h.Exchange(ctx, code)).To(IssueTokens())
	})

	It(requirement("ha.page.wrong-password"), func(ctx SpecContext) {
		h := home.From(ctx)
		login := visit(ctx).open(ctx)
		state := at(ctx)(login.SignIn(ctx, h.Account.Username, "wrong-"+h.Account.Username))
		Expect(ctx, state).To(Show(loginpage.StepError))
		state = at(ctx)(login.SignIn(ctx, h.Account.Username, h.Account.Password))
		Expect(ctx, state).To(Show(loginpage.Redirected))
	})

	It(requirement("ha.page.keyboard"), func(ctx SpecContext) {
		h := home.From(ctx)
		login := visit(ctx).open(ctx)
		if err := login.Fill(ctx, h.Account.Username, h.Account.Password); err != nil {
			Block(ctx, "%v", err)
		}
		Expect(ctx, at(ctx)(login.SubmitByKey(ctx))).To(Show(loginpage.Redirected))
	})

	It(requirement("oauth2.authz.state-echo"), func(ctx SpecContext) {
		states := []vector{
			{"ST01", "1234567890"}, {"ST02", "Zm9vYmFyLWJhei1xdXgtMDEyMzQ1Njc4OWFiY2RlZg"}, {"ST03", "a b+c%20d"},
			{"ST04", "http://homeassistant.local"},
			{"ST05", `{"k":"v"}&x=y#z`}, {"ST06 long", strings.Repeat("s", 1024)}, {"ST07", "%zz"}, {"ST08", "eyJoYXNzVXJsIjoiaHR0cDovL2EifQ==/+"},
		}
		for _, v := range states {
			under := Step(ctx, v.name)
			Expect(under, visit(ctx).with("state", v.value).login(under).Query()["state"]).To(BeList("state", v.value))
		}
	})

	It(requirement("oauth2.authz.state-absent-not-added"), func(ctx SpecContext) {
		Expect(ctx, visit(ctx).login(ctx).Query()["state"]).To(BeList("state"))
	})

	It(requirement("ha.authorize.redirect-with-query"), func(ctx SpecContext) {
		h := home.From(ctx)
		to := visit(ctx).with("redirect_uri", h.Site.Origin()+"/?auth_callback=1").login(ctx)
		Expect(ctx, to.Query()["auth_callback"]).To(BeList("auth_callback", "1"))
		Expect(ctx, strings.Count(to.String(), "?")).To(Be("question marks", 1))
		Expect(ctx, len(to.Query()["code"])).To(Be("code parameters", 1))
	})

	It(requirement("oauth2.authz-response.exact-uri"), func(ctx SpecContext) {
		h := home.From(ctx)
		for _, path := range []string{"/callback", "/deep/er/callback", "/Callback?x=1", "/"} {
			under := Step(ctx, path)
			to := visit(ctx).with("redirect_uri", h.Site.Origin()+path).login(under)
			Expect(under, strings.HasPrefix(to.String(), h.Site.Origin()+path)).To(Be("starts with redirect_uri", true))
			Expect(under, len(to.Query()["code"])).To(Be("code parameters", 1))
			Expect(under, to.Fragment).To(Be("fragment", ""))
		}
	})

	It(requirement("oauth2.authz.ignore-unknown"), func(ctx SpecContext) {
		landed := visit(ctx).with("foo", "bar").with("scope", "openid").with("nonce", "n-0S6").lands(ctx)
		Expect(ctx, landed.Query().Has("code")).To(Be("code present", true))
	})

	It(requirement("ha.authorize.no-response-type"), func(ctx SpecContext) {
		Expect(ctx, visit(ctx).without("response_type").lands(ctx).Query().Has("code")).To(Be("code present", true))
	})

	It(requirement("ha.authorize.response-type-code"), func(ctx SpecContext) {
		Expect(ctx, visit(ctx).with("response_type", "code").lands(ctx).Query().Has("code")).To(Be("code present", true))
	})

	It(requirement("oauth2.authz.response-type-other"), func(ctx SpecContext) {
		Control(ctx, visit(ctx).login(ctx).Query().Has("code")).To(Be("code present", true))
		_, state := visit(ctx).with("response_type", "token").try(ctx)
		to, _ := url.Parse(state.Redirect)
		Secret(ctx, "code", to.Query().Get("code"))
		Expect(ctx, strings.Contains(state.Redirect, "access_token")).To(Be("a token in the redirect", false))
	})

	It(requirement("ha.page.second-factor"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "factor")
		h.EnrolTOTP(ctx, user)
		login := visit(ctx).open(ctx)
		Expect(ctx, at(ctx)(login.SignIn(ctx, user.Username, user.Password))).To(Show(loginpage.MFA))
		Expect(ctx, at(ctx)(login.SubmitCode(ctx, "000000"))).To(Show(loginpage.StepError))
		Expect(ctx, at(ctx)(login.SubmitCode(ctx, oauth.TOTP(user.TOTPSecret, h.Clock.Now())))).To(Show(loginpage.Redirected))
	})

	It(requirement("ha.page.app-scheme"), func(ctx SpecContext) {
		to := visit(ctx).with("client_id", "https://home-assistant.io/android").with("redirect_uri", "homeassistant://auth-callback").lands(ctx)
		Expect(ctx, to.Scheme+"://"+to.Host).To(Be("redirect", "homeassistant://auth-callback"))
		Expect(ctx, len(to.Query()["code"])).To(Be("code parameters", 1))
	})

	It(requirement("ha.page.no-store-token"), func(ctx SpecContext) {
		Expect(ctx, visit(ctx).login(ctx).Query().Has("storeToken")).To(Be("storeToken present", false))
	})

	It(requirement("ha.page.pkce"), func(ctx SpecContext) {
		h := home.From(ctx)
		bound := visit(ctx).with("code_challenge", oauth.S256(oauth.Verifier)).with("code_challenge_method", "S256")
		Expect(ctx, h.Exchange(ctx, bound.login(ctx).Query().Get("code"), oauth.Set("code_verifier", verifier))).To(IssueTokens())
		Expect(ctx, h.Exchange(ctx, bound.login(ctx).Query().Get("code"))).To(BeRefused(ctx, "verifier-missing"))
	})
})
