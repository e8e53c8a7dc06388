package server

import (
	"net/url"
	"slices"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

const (
	grantTypes  = "grant_types_supported"
	pkceMethods = "code_challenge_methods_supported"
	authMethods = "token_endpoint_auth_methods_supported"
)

var _ = Describe("Authorization server metadata", func() {
	It(requirement("oauth2.metadata.served"), func(ctx SpecContext) {
		Expect(ctx, document(ctx)).To(All(HaveStatus(200), BeJSONObject(), HaveText("token_endpoint")))
	})

	It(requirement("oauth2.metadata.response-types"), func(ctx SpecContext) {
		Expect(ctx, document(ctx)).To(HaveList("response_types_supported", "code"))
	})

	It(requirement("oauth2.metadata.grant-types"), func(ctx SpecContext) {
		Expect(ctx, document(ctx)).To(HaveList(grantTypes, "authorization_code", "refresh_token"))
	})

	It(requirement("oauth2.metadata.pkce-true"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		if !names(document(ctx), pkceMethods, "S256") {
			NotApplicable(ctx, "the metadata does not list S256 in %s", pkceMethods)
		}
		verifies(ctx, server, verifier)
		Expect(ctx, server.Exchange(ctx, bound(ctx, verifier), oauth.Drop("code_verifier"))).To(BeRefused(ctx, "verifier-missing"))
	})

	It(requirement("provider.metadata.pkce"), func(ctx SpecContext) {
		verifies(ctx, oauth.Get[oauth.Server](ctx), verifier)
		Expect(ctx, document(ctx)).To(HaveList(pkceMethods, "S256"))
	})

	It(requirement("provider.metadata.auth-methods"), func(ctx SpecContext) {
		server, endpoint := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Confidential](ctx)
		works(ctx, server)
		doc := document(ctx)
		there, _ := HaveMembers(authMethods).Match(doc)
		usable, unproven := false, ""
		for _, method := range []string{"client_secret_basic", "client_secret_post"} {
			named := names(doc, authMethods, method) || !there && method == "client_secret_basic" // which is meant then (RFC 8414 §2)
			if !named || endpoint.Bars(method) != "" {
				continue // our client may be registered for the other one
			}
			usable = true
			if why := endpoint.Unproven(method); why != "" && !grants(shown(ctx, server, method, oauth.Get[oauth.Clients](ctx).Default())) {
				unproven = why
				continue
			}
			authenticates(ctx, server, method)
		}
		if !usable && grants(exchange(ctx, server, oauth.Set("client_secret", "wrong"))) {
			NotApplicable(ctx, "the token endpoint accepts a wrong secret, so there is no method by which our client authenticates")
		}
		Expect(ctx, usable).To(Be("the method by which our client authenticates is listed", true))
		if unproven != "" {
			Block(ctx, "%s", unproven)
		}
	})

	It(requirement("oauth2.metadata.issuer"), func(ctx SpecContext) {
		Expect(ctx, document(ctx)).To(HaveText("issuer", oauth.Get[oauth.Metadata](ctx).Issuers()...))
	})

	It(requirement("oauth2.metadata.absolute-endpoints"), func(ctx SpecContext) {
		Expect(ctx, document(ctx)).To(EachMember("endpoint an absolute URL", "_endpoint", func(v any) bool {
			s, _ := v.(string)
			u, err := url.Parse(s)
			return err == nil && u.IsAbs() && u.Host != "" && u.Fragment == ""
		}))
	})

	It(requirement("oauth2.metadata.member-types"), func(ctx SpecContext) {
		doc := document(ctx)
		Control(ctx, doc).To(HaveList("response_types_supported", "code"))
		Expect(ctx, doc).To(EachMember("list a non-empty array of strings", "s_supported", func(v any) bool {
			list, ok := v.([]any)
			notText := func(item any) bool { _, isText := item.(string); return !isText }
			return ok && len(list) > 0 && !slices.ContainsFunc(list, notText)
		}))
	})
})

// document returns the metadata.
func document(ctx Ctx) *wire.Exchange { return oauth.Get[oauth.Metadata](ctx).Document(ctx) }

// names reports whether a list of the metadata contains a word.
func names(doc *wire.Exchange, member, word string) bool {
	has, _ := HaveList(member, word).Match(doc)
	return has
}
