package provider

import (
	"net/http"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/provider"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Provider: refreshing", func() {
	It(requirement("provider.refresh.grant"), func(ctx SpecContext) {
		t := provider.From(ctx)
		first := oauth.IssueRefreshable(ctx, t)
		e := t.Renew(ctx, first.Refresh)
		Expect(ctx, e).To(All(IssueTokens(), wholeNumber("expires_in")))
		Expect(ctx, e.Text("access_token") == first.Access).To(Be("the old access token", false))
		if t.APIURL != "" {
			Expect(ctx, t.Fetch(ctx, "Bearer "+e.Text("access_token"))).To(HaveStatus(http.StatusOK))
		}
	})

	It(requirement("provider.refresh.bound-client"), func(ctx SpecContext) {
		t := provider.From(ctx)
		got := oauth.IssueRefreshable(ctx, t)
		Expect(ctx, t.Renew(ctx, got.Refresh, oauth.Set("client_id", t.OtherClient.ID), oauth.Set("client_secret", t.OtherClient.Secret))).To(BeRefused(ctx, "foreign-client"))
		Control(ctx, t.Renew(ctx, oauth.IssueRefreshable(ctx, t).Refresh)).To(IssueTokens())
	})

	It(requirement("provider.refresh.authenticated"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Expect(ctx, t.Renew(ctx, oauth.IssueRefreshable(ctx, t).Refresh, oauth.Drop("client_secret"))).To(BeRefused(ctx, "client-refused-to-refresh"))
		Expect(ctx, t.Renew(ctx, oauth.IssueRefreshable(ctx, t).Refresh, oauth.Set("client_secret", "wrong"))).To(BeRefused(ctx, "client-refused-to-refresh"))
		Control(ctx, t.Renew(ctx, oauth.IssueRefreshable(ctx, t).Refresh)).To(IssueTokens())
	})

	It(requirement("provider.refresh.unknown"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Expect(ctx, t.Renew(ctx, "0123456789abcdef0123456789abcdef")).To(BeRefused(ctx, "invalid-grant"))
		Control(ctx, t.Renew(ctx, oauth.IssueRefreshable(ctx, t).Refresh)).To(IssueTokens())
	})

	It(requirement("provider.refresh.wider"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Renew(ctx, oauth.IssueRefreshable(ctx, t).Refresh)).To(IssueTokens())
		e := t.Renew(ctx, oauth.IssueRefreshable(ctx, t).Refresh, oauth.Set("scope", strings.TrimSpace(t.Scope+" devices:write x-invented")))
		if e.Status == http.StatusOK {
			granted := strings.Fields(e.Text("scope"))
			Expect(ctx, len(granted) > 0 && !slices.Contains(granted, "devices:write") && !slices.Contains(granted, "x-invented")).To(Be("a scope of the answer that is no wider", true))
			return
		}
		Expect(ctx, e).To(BeRefused(ctx, "invalid-scope"))
	})

	It(requirement("provider.refresh.rotation"), func(ctx SpecContext) {
		t := provider.From(ctx)
		first := oauth.IssueRefreshable(ctx, t)
		e := t.Renew(ctx, first.Refresh)
		Control(ctx, e).To(IssueTokens())
		fresh := provider.Read(e).Refresh
		if fresh == "" || fresh == first.Refresh {
			Control(ctx, t.Renew(ctx, first.Refresh)).To(IssueTokens())
			Note(ctx, "refresh tokens do not rotate")
			return
		}
		Expect(ctx, t.Renew(ctx, fresh)).To(IssueTokens())
		Note(ctx, "refresh tokens rotate")
	})

	It(requirement("provider.refresh.reuse"), func(ctx SpecContext) {
		t := provider.From(ctx)
		first := oauth.IssueRefreshable(ctx, t)
		e := t.Renew(ctx, first.Refresh)
		Control(ctx, e).To(IssueTokens())
		fresh := provider.Read(e).Refresh
		if fresh == "" || fresh == first.Refresh {
			NotApplicable(ctx, "refresh tokens do not rotate")
		}
		Expect(Step(ctx, "the old one"), t.Renew(ctx, first.Refresh)).To(BeRefused(ctx, "invalid-grant"))
		Expect(Step(ctx, "the new one, after that"), t.Renew(ctx, fresh)).To(BeRefused(ctx, "invalid-grant"))
	})

	It(requirement("provider.refresh.code-is-none"), func(ctx SpecContext) {
		t := provider.From(ctx)
		got := oauth.IssueRefreshable(ctx, t)
		Expect(Step(ctx, "a code as refresh token"), t.Renew(ctx, oauth.Code(ctx, t, ""))).To(BeRefused(ctx, "invalid-grant"))
		Expect(Step(ctx, "a refresh token as code"), t.Exchange(ctx, got.Refresh)).To(BeRefused(ctx, "invalid-grant"))
		Control(ctx, t.Renew(ctx, got.Refresh)).To(IssueTokens())
	})
})

var _ = Describe("Provider: resource", func() {
	It(requirement("provider.resource.bearer"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Expect(ctx, t.Fetch(ctx, "Bearer "+oauth.Issue(ctx, t).Access)).To(HaveStatus(http.StatusOK))
	})

	It(requirement("provider.resource.missing"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Fetch(ctx, "Bearer "+oauth.Issue(ctx, t).Access)).To(HaveStatus(http.StatusOK))
		Expect(ctx, t.Fetch(ctx, "")).To(bearerRefused("", http.StatusUnauthorized, http.StatusBadRequest))
	})

	It(requirement("provider.resource.invalid"), func(ctx SpecContext) {
		t := provider.From(ctx)
		got := oauth.Issue(ctx, t)
		Control(ctx, t.Fetch(ctx, "Bearer "+got.Access)).To(HaveStatus(http.StatusOK))
		for name, token := range Sorted(map[string]string{"what is no token": "invented-token", "a letter more": got.Access + "a", "a letter less": got.Access[:len(got.Access)-1], "the refresh token": got.Refresh + "", "a code": oauth.Code(ctx, t, "")}) {
			if token != "" {
				Expect(Step(ctx, name), t.Fetch(ctx, "Bearer "+token)).To(bearerRefused("invalid_token"))
			}
		}
	})

	It(requirement("provider.resource.expired"), func(ctx SpecContext) {
		t := provider.From(ctx)
		e := t.Exchange(ctx, oauth.Code(ctx, t, ""))
		Control(ctx, e).To(IssueTokens())
		got := provider.Read(e)
		Control(ctx, t.Fetch(ctx, "Bearer "+got.Access)).To(HaveStatus(http.StatusOK))
		v, _ := e.JSON()
		life, _ := v["expires_in"].(float64)
		Advance(ctx, time.Duration(life)*time.Second+time.Minute)
		Expect(ctx, t.Fetch(ctx, "Bearer "+got.Access)).To(bearerRefused("invalid_token"))
		fresh := t.Renew(ctx, got.Refresh)
		Control(ctx, fresh).To(IssueTokens())
		Control(ctx, t.Fetch(ctx, "Bearer "+provider.Read(fresh).Access)).To(HaveStatus(http.StatusOK))
	})

	It(requirement("provider.resource.not-in-query"), func(ctx SpecContext) {
		t := provider.From(ctx)
		got := oauth.Issue(ctx, t)
		Control(ctx, t.Fetch(ctx, "Bearer "+got.Access)).To(HaveStatus(http.StatusOK))
		e := t.FetchQuery(ctx, "access_token="+got.Access)
		Expect(ctx, e).To(HaveStatus(http.StatusUnauthorized, http.StatusBadRequest, http.StatusForbidden))
	})
})

var _ = Describe("Provider: revocation", func() {
	It(requirement("provider.revoke.refresh-token"), func(ctx SpecContext) {
		t := provider.From(ctx)
		got := oauth.IssueRefreshable(ctx, t)
		Expect(ctx, t.Revoke(ctx, got.Refresh)).To(HaveStatus(http.StatusOK))
		Expect(ctx, t.Renew(ctx, got.Refresh)).To(BeRefused(ctx, "invalid-grant"))
		Control(ctx, t.Renew(ctx, oauth.IssueRefreshable(ctx, t).Refresh)).To(IssueTokens())
	})

	It(requirement("provider.revoke.cascade"), func(ctx SpecContext) {
		t := provider.From(ctx)
		got := oauth.IssueRefreshable(ctx, t)
		Control(ctx, t.Fetch(ctx, "Bearer "+got.Access)).To(HaveStatus(http.StatusOK))
		Control(ctx, t.Revoke(ctx, got.Refresh)).To(HaveStatus(http.StatusOK))
		Expect(ctx, t.Fetch(ctx, "Bearer "+got.Access)).To(HaveStatus(http.StatusUnauthorized, http.StatusForbidden))
	})

	It(requirement("provider.revoke.access-token"), func(ctx SpecContext) {
		t := provider.From(ctx)
		got := oauth.Issue(ctx, t)
		Control(ctx, t.Fetch(ctx, "Bearer "+got.Access)).To(HaveStatus(http.StatusOK))
		Expect(ctx, t.Revoke(ctx, got.Access)).To(HaveStatus(http.StatusOK))
		Expect(ctx, t.Fetch(ctx, "Bearer "+got.Access)).To(HaveStatus(http.StatusUnauthorized, http.StatusForbidden))
	})

	It(requirement("provider.revoke.unknown"), func(ctx SpecContext) {
		t := provider.From(ctx)
		got := oauth.IssueRefreshable(ctx, t)
		Control(ctx, t.Revoke(ctx, got.Refresh)).To(HaveStatus(http.StatusOK))
		Expect(Step(ctx, "an invented one"), t.Revoke(ctx, "0123456789abcdef0123456789abcdef")).To(HaveStatus(http.StatusOK))
		Expect(Step(ctx, "one that is revoked"), t.Revoke(ctx, got.Refresh)).To(HaveStatus(http.StatusOK))
	})

	It(requirement("provider.revoke.authenticated"), func(ctx SpecContext) {
		t := provider.From(ctx)
		got := oauth.IssueRefreshable(ctx, t)
		Expect(ctx, t.Revoke(ctx, got.Refresh, oauth.Set("client_secret", "wrong"))).To(BeRefused(ctx, "invalid-client"))
		Expect(ctx, t.Revoke(ctx, got.Refresh, oauth.Drop("client_secret"))).To(BeRefused(ctx, "invalid-client"))
		Expect(Step(ctx, "the token afterwards"), t.Renew(ctx, got.Refresh)).To(IssueTokens())
	})

	It(requirement("provider.revoke.bound-client"), func(ctx SpecContext) {
		t := provider.From(ctx)
		got := oauth.IssueRefreshable(ctx, t)
		t.Revoke(ctx, got.Refresh, oauth.Set("client_id", t.OtherClient.ID), oauth.Set("client_secret", t.OtherClient.Secret))
		e := t.Renew(ctx, got.Refresh)
		Expect(Step(ctx, "the token afterwards"), e).To(IssueTokens())
		if e.Status == http.StatusOK {
			fresh := provider.Read(e).Refresh
			Control(ctx, t.Revoke(ctx, fresh)).To(HaveStatus(http.StatusOK))
			Control(ctx, t.Renew(ctx, fresh)).To(BeRefused(ctx, "invalid-grant"))
		}
	})
})

var _ = Describe("Provider: metadata", func() {
	It(requirement("provider.metadata.served"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Expect(ctx, t.Metadata != nil).To(Be("metadata at a well-known address", true))
		Control(ctx, t.Authorize(ctx, t.Request())).To(came())
	})

	It(requirement("provider.metadata.issuer"), func(ctx SpecContext) {
		t := provider.From(ctx)
		issuer, _ := t.Metadata["issuer"].(string)
		Control(ctx, t.MetadataURL != "").To(Be("an address of the metadata", true))
		Expect(ctx, slices.Contains(addresses(issuer), t.MetadataURL)).To(Be("an issuer whose metadata stand at "+t.MetadataURL, true))
	})

	It(requirement("provider.metadata.pkce"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Exchange(ctx, oauth.Code(ctx, t, oauth.Verifier), oauth.Set("code_verifier", oauth.Verifier))).To(IssueTokens())
		Expect(ctx, names(t.Metadata["code_challenge_methods_supported"], "S256")).To(Be("S256 among code_challenge_methods_supported", true))
	})

	It(requirement("provider.metadata.grants"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Renew(ctx, oauth.IssueRefreshable(ctx, t).Refresh)).To(IssueTokens())
		list, there := t.Metadata["grant_types_supported"]
		if !there {
			NotApplicable(ctx, "the metadata have no grant_types_supported")
		}
		Expect(ctx, names(list, "authorization_code") && names(list, "refresh_token")).To(Be("both grants in grant_types_supported", true))
	})

	It(requirement("provider.metadata.auth-methods"), func(ctx SpecContext) {
		t := provider.From(ctx)
		list, there := t.Metadata["token_endpoint_auth_methods_supported"]
		post, header := !there || names(list, "client_secret_post"), !there || names(list, "client_secret_basic")
		viaPost := t.TokenAsIs(ctx, t.CodeGrant(oauth.Code(ctx, t, ""))).Status == http.StatusOK
		viaBasic := t.Token(ctx, t.CodeGrant(oauth.Code(ctx, t, "")).Apply(oauth.Drop("client_secret"), oauth.Drop("client_id")), "Authorization", provider.BasicHeader(t.Client)).Status == http.StatusOK
		Control(ctx, viaPost || viaBasic).To(Be("a way that works", true))
		if there {
			Expect(ctx, post).To(Be("client_secret_post is named", viaPost))
		}
		Expect(ctx, header).To(Be("client_secret_basic is named", viaBasic))
	})
})

// addresses are where the metadata of an issuer stand (RFC 8414 §3.1, OpenID Connect Discovery §4).
func addresses(issuer string) []string {
	origin, path := originOf(issuer), strings.TrimPrefix(issuer, originOf(issuer))
	path = strings.TrimSuffix(path, "/")
	return []string{
		origin + "/.well-known/oauth-authorization-server" + path, origin + "/.well-known/openid-configuration" + path,
		strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration", strings.TrimSuffix(issuer, "/") + "/.well-known/oauth-authorization-server",
	}
}

func names(list any, word string) bool {
	items, _ := list.([]any)
	return slices.Contains(items, any(word))
}
