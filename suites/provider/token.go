package provider

import (
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Provider: PKCE", func() {
	It(requirement("provider.pkce.plain"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Authorize(ctx, t.Request().Apply(pkce(oauth.S256(oauth.Verifier), "S256")...))).To(came())
		Expect(ctx, t.Authorize(ctx, t.Request().Apply(pkce(oauth.Verifier, "plain")...))).To(refuseWith("invalid_request"))
		Expect(Step(ctx, "no method"), t.Authorize(ctx, t.Request().Apply(oauth.Set("code_challenge", oauth.Verifier)))).To(refuseWith("invalid_request"))
	})

	It(requirement("provider.pkce.unknown-method"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Authorize(ctx, t.Request().Apply(pkce(oauth.S256(oauth.Verifier), "S256")...))).To(came())
		Expect(ctx, t.Authorize(ctx, t.Request().Apply(pkce(oauth.S256(oauth.Verifier), "S512")...))).To(refuseWith("invalid_request"))
	})

	It(requirement("provider.pkce.public"), func(ctx SpecContext) {
		t := provider.From(ctx)
		as := oauth.Set("client_id", t.PublicClient.ID)
		code := oauth.Code(ctx, t, "", append(pkce(oauth.S256(oauth.Verifier), "S256"), as)...)
		Expect(ctx, t.Exchange(ctx, code, as, oauth.Drop("client_secret"), oauth.Set("code_verifier", oauth.Verifier))).To(IssueTokens())
		Expect(ctx, t.Authorize(ctx, t.Request().Apply(as))).To(refuseWith("invalid_request", "unauthorized_client"))
	})
})

// refused is one refusal of the token endpoint that homes meet.
func refused(ctx Ctx, t *provider.Provider) map[string]*wire.Exchange {
	return map[string]*wire.Exchange{
		"an invented code": t.Exchange(ctx, "invented"), "a wrong secret": t.Exchange(ctx, "invented", oauth.Set("client_secret", "wrong")),
		"an invented refresh token": t.Renew(ctx, "invented"), "an invented grant": t.Token(ctx, t.CodeGrant("x").Apply(oauth.Set("grant_type", "magic"))),
	}
}

var _ = Describe("Provider: token endpoint", func() {
	It(requirement("provider.token.refresh-token"), func(ctx SpecContext) {
		t := provider.From(ctx)
		e := t.Exchange(ctx, oauth.Code(ctx, t, ""))
		Control(ctx, e).To(IssueTokens())
		Expect(ctx, e).To(HaveText("refresh_token"))
	})

	It(requirement("provider.token.unknown-parameters"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""))).To(IssueTokens())
		Expect(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""), oauth.Set("foo", "bar"), oauth.Set("x_nonce", "1"))).To(IssueTokens())
	})

	It(requirement("provider.token.repeated-parameters"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""))).To(IssueTokens())
		Expect(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""), oauth.Add("code", "another"))).To(BeRefused(ctx, "form-refused"))
		Expect(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""), oauth.Add("grant_type", "authorization_code"))).To(BeRefused(ctx, "form-refused"))
	})

	It(requirement("provider.token.no-redirect"), func(ctx SpecContext) {
		t := provider.From(ctx)
		good := t.Exchange(ctx, oauth.Code(ctx, t, ""))
		Control(ctx, good).To(IssueTokens())
		for name, e := range Sorted(refused(ctx, t)) {
			Expect(Step(ctx, name), e.Status >= 300 && e.Status < 400).To(Be("a redirect", false))
		}
	})

	It(requirement("provider.token.replay-kills"), func(ctx SpecContext) {
		t := provider.From(ctx)
		code := oauth.Code(ctx, t, "")
		e := t.Exchange(ctx, code)
		Control(ctx, e).To(IssueTokens())
		Control(ctx, t.Fetch(ctx, "Bearer "+provider.Read(e).Access)).To(HaveStatus(http.StatusOK))
		Control(ctx, t.Exchange(ctx, code)).To(BeRefused(ctx, "invalid-grant"))
		Expect(ctx, t.Fetch(ctx, "Bearer "+provider.Read(e).Access)).To(HaveStatus(http.StatusUnauthorized, http.StatusForbidden))
	})

	It(requirement("provider.token.bound-client"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""))).To(IssueTokens())
		foreign := []oauth.Change{oauth.Set("client_id", t.OtherClient.ID), oauth.Set("client_secret", t.OtherClient.Secret)}
		Expect(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""), foreign...)).To(BeRefused(ctx, "invalid-grant"))
		Control(ctx, t.Exchange(ctx, oauth.Code(ctx, t, "", oauth.Set("client_id", t.OtherClient.ID)), foreign...)).To(IssueTokens())
	})

	It(requirement("provider.token.bound-redirect"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""))).To(IssueTokens())
		Expect(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""), oauth.Set("redirect_uri", t.Redirect+"/"))).To(BeRefused(ctx, "form-refused"))
		Expect(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""), oauth.Set("redirect_uri", "https://elsewhere.example/"))).To(BeRefused(ctx, "form-refused"))
		Expect(Step(ctx, "none"), t.Exchange(ctx, oauth.Code(ctx, t, ""), oauth.Drop("redirect_uri"))).To(BeRefused(ctx, "form-refused"))
	})

	It(requirement("provider.token.wrong-secret"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""))).To(IssueTokens())
		for name, change := range Sorted(map[string]oauth.Change{
			"another": oauth.Set("client_secret", "wrong"), "empty": oauth.Set("client_secret", ""), "none": oauth.Drop("client_secret"),
			"a letter more": oauth.Set("client_secret", t.Client.Secret+"x"), "a letter less": oauth.Set("client_secret", t.Client.Secret[:max(0, len(t.Client.Secret)-1)]),
		}) {
			Expect(Step(ctx, name), t.Exchange(ctx, oauth.Code(ctx, t, ""), change)).To(BeRefused(ctx, "invalid-client"))
		}
	})

	It(requirement("provider.token.unknown-client"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""))).To(IssueTokens())
		Expect(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""), oauth.Set("client_id", "nobody-knows"))).To(BeRefused(ctx, "invalid-client"))
	})

	It(requirement("provider.token.basic"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""))).To(IssueTokens())
		e := t.Token(ctx, t.CodeGrant(oauth.Code(ctx, t, "")).Apply(oauth.Drop("client_secret"), oauth.Drop("client_id")), "Authorization", provider.BasicHeader(t.Client))
		Expect(ctx, e).To(IssueTokens())
	})

	It(requirement("provider.token.basic-refused"), func(ctx SpecContext) {
		t := provider.From(ctx)
		body := t.CodeGrant(oauth.Code(ctx, t, "")).Apply(oauth.Drop("client_secret"), oauth.Drop("client_id"))
		wrong := oauth.Client{ID: t.Client.ID, Secret: t.Client.Secret + "x"}
		e := t.Token(ctx, body, "Authorization", provider.BasicHeader(wrong))
		Expect(ctx, e).To(All(HaveStatus(http.StatusUnauthorized), HaveError("invalid_client"), GrantNothing()))
		Expect(ctx, strings.HasPrefix(strings.ToLower(e.Header.Get("WWW-Authenticate")), "basic")).To(Be("WWW-Authenticate: Basic", true))
		Control(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""))).To(IssueTokens())
	})

	It(requirement("provider.token.post"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Expect(ctx, t.TokenAsIs(ctx, t.CodeGrant(oauth.Code(ctx, t, "")))).To(IssueTokens())
	})

	It(requirement("provider.token.two-methods"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""))).To(IssueTokens())
		Expect(ctx, t.Token(ctx, t.CodeGrant(oauth.Code(ctx, t, "")), "Authorization", provider.BasicHeader(t.Client))).To(BeRefused(ctx, "two-methods"))
	})

	It(requirement("provider.token.grant-type"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""))).To(IssueTokens())
		Expect(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""), oauth.Set("grant_type", "magic"))).To(BeRefused(ctx, "unsupported-grant-type"))
		Expect(Step(ctx, "none"), t.Exchange(ctx, oauth.Code(ctx, t, ""), oauth.Drop("grant_type"))).To(All(HaveStatus(http.StatusBadRequest), HaveError("invalid_request", "unsupported_grant_type"), GrantNothing()))
	})

	It(requirement("provider.token.password-grant"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""))).To(IssueTokens())
		f := t.CodeGrant("").Apply(oauth.Drop("code"), oauth.Drop("redirect_uri"), oauth.Set("grant_type", "password"), oauth.Set("username", t.Person.Account.Username), oauth.Set("password", t.Person.Account.Password))
		Expect(ctx, t.Token(ctx, f)).To(BeRefused(ctx, "password-refused"))
	})

	It(requirement("provider.token.error-object"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""))).To(IssueTokens())
		for name, e := range Sorted(refused(ctx, t)) {
			Expect(Step(ctx, name), e).To(All(HaveStatus(http.StatusBadRequest, http.StatusUnauthorized), HaveText("error"), GrantNothing()))
		}
	})
})
