package server

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

const formType = "application/x-www-form-urlencoded"

var (
	b64token   = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`) // RFC 6750 §2.1
	bearerWord = regexp.MustCompile(`(?i)^bearer$`)
)

const longestLife = 1 << 31 // seconds

var _ = Describe("Token request and answer", func() {
	It(requirement("oauth2.token.post-only"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		code := oauth.Code(ctx, server, "")
		answer := server.SendToken(ctx, http.MethodGet, server.CodeGrant(code).Encode(), "", "")
		liveCode(server).Still(ctx, code)
		Expect(ctx, answer).To(BeRefused(ctx, "get-refused"))
	})

	It(requirement("oauth2.token.query-ignored"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		var answer *wire.Exchange
		if !grants(liveCode(server).Spend(ctx, func(ctx Ctx, code string) *wire.Exchange {
			query := server.CodeGrant(code).Encode()
			answer = server.SendToken(ctx, http.MethodPost, query, formType, "")
			return server.SendToken(Step(ctx, "in the body"), http.MethodPost, "", formType, query)
		})) {
			body := server.CodeGrant(oauth.Code(ctx, server, "")).Encode()
			Control(Step(ctx, "in the body"), server.SendToken(ctx, http.MethodPost, "", formType, body)).To(IssueTokens())
		}
		Expect(ctx, answer).To(BeRefused(ctx, "query-refused"))
	})

	It(requirement("oauth2.token.form-encoding"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		works(ctx, server)
		kinds := []string{formType + "; charset=utf-8", formType + ";charset=UTF-8", "Application/X-WWW-Form-Urlencoded"}
		Each(ctx, kinds, AsIs, func(ctx Ctx, kind string) {
			Expect(ctx, liveCode(server).Spend(ctx, func(ctx Ctx, code string) *wire.Exchange {
				return server.SendToken(ctx, http.MethodPost, "", kind, server.CodeGrant(code).Encode())
			})).To(IssueTokens())
		})
	})

	It(requirement("oauth2.token.ignore-unknown"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		list := changes(oauth.Add("foo", "bar"), oauth.Add("x_nonce", "1"))
		for _, name := range Inputs(ctx, "unknown-parameters") {
			list = append(list, oauth.Add(name, "read"))
		}
		Expect(ctx, exchange(ctx, server, list...)).To(IssueTokens())
	})

	It(requirement("oauth2.token.status-200"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		good := All(HaveStatus(200), BeJSONObject())
		answer := exchange(ctx, server)
		Expect(Step(ctx, "code grant"), answer).To(good)
		tokens, _ := oauth.Read(answer, "")
		if tokens.Refresh == "" && RefreshOptional(ctx) {
			return
		}
		if tokens.Refresh == "" {
			Block(ctx, "the code grant gave no refresh token: %s", answer)
		}
		Expect(Step(ctx, "refresh grant"), server.Renew(ctx, tokens.Refresh)).To(good)
	})

	It(requirement("oauth2.token.cache-no-store"), func(ctx SpecContext) {
		bothGrants(ctx, All(HaveStatus(200), HaveDirective("Cache-Control", "no-store")))
	})

	It(requirement("oauth2.token.access-token"), func(ctx SpecContext) {
		server, api := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Resource](ctx)
		bothGrants(ctx, All(HaveStatus(200), HaveTextLike("access_token", b64token, "a b64token")))
		Expect(ctx, api.Fetch(ctx, bearer(oauth.Issue(ctx, server).Access))).To(HaveStatus(200))
	})

	It(requirement("oauth2.token.token-type"), func(ctx SpecContext) {
		bothGrants(ctx, HaveTextLike("token_type", bearerWord, "Bearer"))
	})

	It(requirement("oauth2.token.expires-in"), func(ctx SpecContext) {
		bothGrants(ctx, HaveWholeNumber("expires_in", 1, longestLife))
	})

	It(requirement("oauth2.token.entropy"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		unguessable(ctx, 8, oauth.Samples.RefreshTokens, func(ctx Ctx) string { return FreshRefreshable(ctx, server).Refresh })
	})

	It(requirement("oauth2.token.access-entropy"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		unguessable(ctx, 8, oauth.Samples.AccessTokens, func(ctx Ctx) string { return oauth.Fresh(ctx, server).Access })
	})

	It(requirement("oauth2.token.expires-in-true"), func(ctx SpecContext) {
		server, api := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Resource](ctx)
		answer := exchange(ctx, server)
		Control(ctx, answer).To(All(IssueTokens(), HaveText("refresh_token"), HaveWholeNumber("expires_in", 1, longestLife)))
		tokens, _ := oauth.Read(answer, "")
		Control(ctx, api.Fetch(ctx, bearer(tokens.Access))).To(HaveStatus(200))
		lifetime := time.Duration(tokens.Expires) * time.Second
		Advance(ctx, lifetime-30*time.Second)
		Expect(ctx, api.Fetch(ctx, bearer(tokens.Access))).To(HaveStatus(200))
		Advance(ctx, 90*time.Second)
		Expect(ctx, api.Fetch(ctx, bearer(tokens.Access))).To(BeRefused(ctx, "bearer-refused"))
		Control(ctx, server.Renew(ctx, tokens.Refresh)).To(IssueTokens())
	})
})

// bothGrants judges the answers to the code grant and to the refresh grant.
func bothGrants(ctx Ctx, x Expectation) {
	server := oauth.Get[oauth.Server](ctx)
	answer := exchange(Step(ctx, "code grant"), server)
	Control(ctx, answer).To(IssueTokens())
	Expect(Step(ctx, "code grant"), answer).To(x)
	tokens, _ := oauth.Read(answer, "")
	if tokens.Refresh == "" && RefreshOptional(ctx) {
		return
	}
	if tokens.Refresh == "" {
		Block(ctx, "the code grant gave no refresh token: %s", answer)
	}
	refreshed := server.Renew(Step(ctx, "refresh grant"), tokens.Refresh)
	Control(ctx, refreshed).To(IssueTokens())
	Expect(Step(ctx, "refresh grant"), refreshed).To(x)
}

// unguessable judges that n secrets cannot be guessed: those that earlier rows saw, and fresh ones for the rest. Only secrets
// that the row itself got can fail the target.
func unguessable(ctx Ctx, n int, seen func(oauth.Samples) []string, fresh func(Ctx) string) {
	var earlier []string
	if samples, ok := oauth.Get[oauth.Server](ctx).(oauth.Samples); ok {
		earlier = seen(samples)
		earlier = earlier[:min(n, len(earlier))]
	}
	own := func(n int) []string {
		list := make([]string, n)
		Each(ctx, Indices(n), Nameless, func(ctx Ctx, i int) { list[i] = fresh(ctx) })
		return list
	}
	list := append(own(n-len(earlier)), earlier...)
	if len(earlier) > 0 {
		Remark(ctx, fmt.Sprintf("%d of the %d secrets were seen in earlier rows", len(earlier), n))
		if ok, _ := BeUnguessable(128).Match(list); !ok {
			list = own(n)
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(list)))) < len(list) && slices.ContainsFunc(list, IsJWT) {
		list = nil
		for range 4 {
			list = append(list, fresh(ctx))
			NextSecond(ctx)
		}
	}
	Expect(ctx, list).To(BeUnguessable(128))
}
