package provider

import (
	"cmp"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

const longestLife = 1 << 31 // seconds

var _ = Describe("What homes need of a token endpoint", func() {
	It(requirement("provider.token.refresh-token"), func(ctx SpecContext) {
		t := provider.From(ctx)
		answer := t.Exchange(ctx, oauth.Code(ctx, t, ""))
		Control(ctx, answer).To(IssueTokens())
		Expect(ctx, answer).To(HaveText("refresh_token"))
	})

	It(requirement("provider.token.no-redirect"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Exchange(ctx, oauth.Code(ctx, t, ""))).To(IssueTokens())
		for name, answer := range Sorted(map[string]*wire.Exchange{
			"an invented code":          t.Exchange(ctx, "invented"),
			"a wrong secret":            t.Exchange(ctx, "invented", oauth.Set("client_secret", "wrong")),
			"an invented refresh token": t.Renew(ctx, "invented"),
			"an invented grant":         t.Exchange(ctx, "invented", oauth.Set("grant_type", "magic")),
			"a code twice":              t.Exchange(ctx, "invented", oauth.Add("code", "invented")),
			"no secret":                 t.Exchange(ctx, "invented", oauth.Drop("client_secret")),
		}) {
			Expect(Step(ctx, name), answer).To(noRedirect())
		}
	})

	It(requirement("provider.refresh.grant"), func(ctx SpecContext) {
		t := provider.From(ctx)
		first := oauth.IssueRefreshable(ctx, t)
		answer := t.Renew(ctx, first.Refresh)
		Expect(ctx, answer).To(All(IssueTokens(), HaveWholeNumber("expires_in", 1, longestLife)))
		if IsJWT(first.Access) && answer.Text("access_token") == first.Access {
			NextSecond(ctx)
			answer = t.Renew(ctx, newest(answer, first.Refresh))
			Control(Step(ctx, "a second later"), answer).To(IssueTokens())
		}
		Expect(ctx, answer.Text("access_token") == first.Access).To(Be("the old access token", false))
	})
})

// newest returns the refresh token after a refresh: without a new one, the old one stays (RFC 6749 §6).
func newest(answer *wire.Exchange, before string) string {
	return cmp.Or(answer.Text("refresh_token"), before)
}

// noRedirect holds for an answer that does not redirect.
func noRedirect() Expectation {
	return Hold("no redirect", func(e *wire.Exchange) error {
		if e.Status >= 300 && e.Status < 400 {
			return ErrOther
		}
		return nil
	})
}
