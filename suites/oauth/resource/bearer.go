package resource

import (
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
	"github.com/authconform/authconform/suites/tamper"
)

var _ = Describe("Bearer tokens", func() {
	It(requirement("provider.resource.bearer"), func(ctx SpecContext) {
		api := oauth.Get[oauth.Resource](ctx)
		Expect(ctx, api.Fetch(ctx, bearer(oauth.Issue(ctx, oauth.Get[oauth.Server](ctx)).Access))).To(HaveStatus(http.StatusOK))
	})

	It(requirement("oauth2.bearer.validates"), func(ctx SpecContext) {
		api, access := opened(ctx)
		list := append(tamper.Secret(access), tamper.Changed{Name: "RS04 garbage", Value: "garbage-that-is-no-token"},
			tamper.Changed{Name: "half a token twice", Value: access[:len(access)/2] + access[:len(access)/2]})
		for _, t := range list {
			Secret(ctx, "access_token", t.Value)
			Expect(Step(ctx, t.Name), api.Fetch(Step(ctx, t.Name), bearer(t.Value))).To(BeRefused(ctx, "bearer-refused"))
		}
	})

	It(requirement("oauth2.bearer.alg-none"), func(ctx SpecContext) {
		api, access := opened(ctx)
		token := tamper.Parse(ctx, access)
		for _, alg := range []string{"none", "None", "NONE", ""} {
			for _, signature := range []string{"", token.Signature} {
				under := Step(ctx, fmt.Sprintf("alg %q, signature of %d characters", alg, len(signature)))
				forged := token.With("alg", alg).Unsigned() + signature
				Expect(under, api.Fetch(under, bearer(forged))).To(BeRefused(ctx, "bearer-refused"))
			}
		}
	})

	It(requirement("oauth2.bearer.forged"), func(ctx SpecContext) {
		api, access := opened(ctx)
		token := tamper.Parse(ctx, access)
		for _, key := range []struct{ name, value string }{
			{"", ""}, {"secret", "secret"}, {"the token's iss", fmt.Sprint(token.Claims["iss"])},
			{"the client id", oauth.Get[oauth.Clients](ctx).Default().ID},
		} {
			for _, alg := range []string{"HS256", "HS512"} {
				under := Step(ctx, fmt.Sprintf("%s with key %q", alg, key.name))
				Expect(under, api.Fetch(under, bearer(token.With("alg", alg).Signed(key.value)))).To(BeRefused(ctx, "bearer-refused"))
			}
		}
	})

	It(requirement("oauth2.bearer.forged-expiry"), func(ctx SpecContext) {
		api, access := opened(ctx)
		token := tamper.Parse(ctx, access)
		for _, claim := range []struct {
			vector, name string
			value        any
		}{
			{"later exp", "exp", float64(time.Now().AddDate(1, 0, 0).Unix())}, {"other iss", "iss", "0123456789abcdef0123456789abcdef"},
		} {
			under := Step(ctx, claim.vector)
			forged := token.Claim(claim.name, claim.value).Unsigned() + token.Signature
			Expect(under, api.Fetch(under, bearer(forged))).To(BeRefused(ctx, "bearer-refused"))
		}
	})

	It(requirement("oauth2.bearer.refresh-refused"), func(ctx SpecContext) {
		server, api := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Resource](ctx)
		tokens := IssueRefreshable(ctx, server)
		Control(ctx, api.Fetch(ctx, bearer(tokens.Access))).To(HaveStatus(http.StatusOK))
		Expect(Step(ctx, "RS07 a code"), api.Fetch(ctx, bearer(oauth.Code(ctx, server, "")))).To(BeRefused(ctx, "bearer-refused"))
		Expect(Step(ctx, "RS07 a refresh token"), api.Fetch(ctx, bearer(tokens.Refresh))).To(BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("provider.resource.invalid"), func(ctx SpecContext) {
		server, api := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Resource](ctx)
		got := oauth.Issue(ctx, server)
		Control(ctx, api.Fetch(ctx, bearer(got.Access))).To(HaveStatus(http.StatusOK))
		for name, token := range Sorted(map[string]string{
			"what is no token": "invented-token", "a letter more": tamper.Longer(got.Access), "a letter less": tamper.Shorter(got.Access),
			"the refresh token": got.Refresh, "a code": oauth.Code(ctx, server, ""),
		}) {
			if token != "" {
				refusal := All(HaveStatus(http.StatusUnauthorized), Challenge("Bearer", "invalid_token"))
				Expect(Step(ctx, name), api.Fetch(ctx, bearer(token))).To(refusal)
			}
		}
	})

	It(requirement("oauth2.bearer.query-refused"), func(ctx SpecContext) {
		api, access := opened(ctx)
		for _, name := range []string{"access_token", "api_password", "token", "authSig"} {
			under := Step(ctx, "RS08 "+name)
			Expect(under, api.FetchQuery(under, name+"="+access)).To(BeRefused(ctx, "bearer-refused"))
		}
	})

	It(requirement("oauth2.bearer.scheme-case"), func(ctx SpecContext) {
		api, access := opened(ctx)
		for _, scheme := range []string{"bearer", "BEARER"} {
			Note(ctx, "scheme %s: %s", scheme, Outcome(api.Fetch(ctx, scheme+" "+access)))
		}
	})

	It(requirement("oauth2.bearer.www-authenticate"), func(ctx SpecContext) {
		api, _ := opened(ctx)
		Expect(Step(ctx, "no token"), api.Fetch(ctx, "")).To(All(BeRefused(ctx, "bearer-missing"), Challenge("Bearer", "")))
		Expect(Step(ctx, "a dead one"), api.Fetch(ctx, bearer("dead"))).To(All(BeRefused(ctx, "bearer-refused"), Challenge("Bearer", "")))
	})
})

// bearer returns the Authorization header of a token.
func bearer(token string) string { return "Bearer " + token }

// opened returns the resource and an access token that opens it. It is a control.
func opened(ctx Ctx) (oauth.Resource, string) {
	api, access := oauth.Get[oauth.Resource](ctx), oauth.Issue(ctx, oauth.Get[oauth.Server](ctx)).Access
	Control(ctx, api.Fetch(ctx, bearer(access))).To(HaveStatus(http.StatusOK))
	return api, access
}
