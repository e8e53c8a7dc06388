package server

import (
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/target"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

const day = 24 * time.Hour

var _ = Describe("Refresh tokens", func() {
	It(requirement("oauth2.refresh.grant"), func(ctx SpecContext) {
		home := target.From(ctx)
		answer := home.Refresh(ctx, home.Tokens(ctx, target.Login{}))
		Expect(ctx, answer).To(IssueTokens())
		Expect(ctx, home.API(ctx, answer.Text("access_token"), "/api/")).To(HaveStatus(200))
	})

	It(requirement("ha.refresh.response-shape"), func(ctx SpecContext) {
		home := target.From(ctx)
		Expect(ctx, home.Refresh(ctx, home.Tokens(ctx, target.Login{}))).To(All(
			HaveStatus(200), HaveText("access_token"), HaveText("token_type", "Bearer"), HaveWholeNumber("expires_in", 1800, 1800)))
	})

	It(requirement("ha.refresh.no-rotation"), func(ctx SpecContext) {
		home := target.From(ctx)
		tokens := home.Tokens(ctx, target.Login{})
		for range 3 {
			Expect(ctx, home.Refresh(ctx, tokens)).To(All(IssueTokens(), LackMember("refresh_token")))
		}
	})

	It(requirement("oauth2.refresh.client-bound"), func(ctx SpecContext) {
		home := target.From(ctx)
		tokens := home.Tokens(ctx, target.Login{})
		for _, foreign := range []string{home.Site.Other() + "/", home.Client().ID + "app", "https://app.example/"} {
			Expect(ctx, home.Refresh(ctx, tokens, target.Set("client_id", foreign))).To(BeRefused(ctx, "refresh-foreign"))
		}
		Control(ctx, home.Refresh(ctx, tokens)).To(IssueTokens())
	})

	It(requirement("oauth2.refresh.client-id-required"), func(ctx SpecContext) {
		home := target.From(ctx)
		tokens := home.Tokens(ctx, target.Login{})
		Expect(ctx, home.Refresh(ctx, tokens, target.Drop("client_id"))).To(BeRefused(ctx, "client-refused"))
		Expect(ctx, home.Refresh(ctx, tokens, target.Set("client_id", ""))).To(BeRefused(ctx, "client-refused"))
		Control(ctx, home.Refresh(ctx, tokens)).To(IssueTokens())
	})

	It(requirement("ha.refresh.error"), func(ctx SpecContext) {
		home := target.From(ctx)
		tokens := home.Tokens(ctx, target.Login{})
		Control(ctx, home.Refresh(ctx, tokens)).To(IssueTokens())
		for _, unknown := range []string{"unknown-token", strings.Repeat("0", 128), strings.Repeat("x", 4096)} {
			Expect(ctx, home.Refresh(ctx, tokens, target.Set("refresh_token", unknown))).To(BeRefused(ctx, "refresh-dead"))
		}
	})

	It(requirement("oauth2.refresh.missing-token"), func(ctx SpecContext) {
		home := target.From(ctx)
		tokens := home.Tokens(ctx, target.Login{})
		Expect(ctx, home.Refresh(ctx, tokens, target.Drop("refresh_token"))).To(BeRefused(ctx, "request-refused"))
		Expect(ctx, home.Refresh(ctx, tokens, target.Set("refresh_token", ""))).To(BeRefused(ctx, "refresh-foreign"))
		Control(ctx, home.Refresh(ctx, tokens)).To(IssueTokens())
	})

	It(requirement("oauth2.refresh.malformed-client"), func(ctx SpecContext) {
		home := target.From(ctx)
		tokens := home.Tokens(ctx, target.Login{})
		for _, malformed := range []string{"xyz", "https://app.example/#me", "http://[::1"} {
			Expect(ctx, home.Refresh(ctx, tokens, target.Set("client_id", malformed))).To(BeRefused(ctx, "refresh-foreign"))
		}
		Control(ctx, home.Refresh(ctx, tokens)).To(IssueTokens())
	})

	It(requirement("oauth2.refresh.access-token-refused"), func(ctx SpecContext) {
		server := target.ServerFrom(ctx)
		tokens := server.FreshTokens(ctx)
		Expect(ctx, server.Renew(ctx, tokens.Access)).To(BeRefused(ctx, "refresh-dead"))
		Control(ctx, server.Renew(ctx, tokens.Refresh)).To(IssueTokens())
	})

	It(requirement("oauth2.refresh.not-at-rs"), func(ctx SpecContext) {
		home := target.From(ctx)
		tokens := home.Tokens(ctx, target.Login{})
		Expect(ctx, home.API(ctx, tokens.Refresh, "/api/")).To(BeRefused(ctx, "bearer-refused"))
		Control(ctx, home.API(ctx, tokens.Access, "/api/")).To(HaveStatus(200))
	})

	It(requirement("oauth2.refresh.tampered"), func(ctx SpecContext) {
		server := target.ServerFrom(ctx)
		tokens := server.FreshTokens(ctx)
		for _, t := range tamper(tokens.Refresh) {
			Secret(ctx, "refresh_token", t.value)
			Expect(Step(ctx, t.name), server.Renew(Step(ctx, t.name), t.value)).To(BeRefused(ctx, "refresh-dead"))
		}
		Control(ctx, server.Renew(ctx, tokens.Refresh)).To(IssueTokens())
	})

	It(requirement("oauth2.refresh.old-access-lives"), func(ctx SpecContext) {
		home := target.From(ctx)
		tokens := home.Tokens(ctx, target.Login{})
		Control(ctx, home.Refresh(ctx, tokens)).To(IssueTokens())
		Note(ctx, "after a refresh the older access token gets %s", Outcome(home.API(ctx, tokens.Access, "/api/")))
	})

	It(requirement("oauth2.refresh.parallel"), func(ctx SpecContext) {
		home := target.From(ctx)
		tokens := home.Tokens(ctx, target.Login{})
		answers := make([]*wire.Exchange, 8)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() { answers[i] = home.Refresh(ctx, tokens) })
		}
		wg.Wait()
		for _, e := range answers {
			if Expect(ctx, e).To(IssueTokens()) {
				Expect(ctx, home.API(ctx, e.Text("access_token"), "/api/")).To(HaveStatus(200))
			}
		}
	})

	It(requirement("oauth2.refresh.scope-ignored"), func(ctx SpecContext) {
		home := target.From(ctx)
		tokens := home.Tokens(ctx, target.Login{})
		Control(ctx, home.Refresh(ctx, tokens)).To(IssueTokens())
		Expect(ctx, home.Refresh(ctx, tokens, target.Add("scope", "admin"))).To(IssueTokens())
	})

	It(requirement("ha.refresh.after-expiry"), func(ctx SpecContext) {
		home := target.From(ctx)
		tokens := home.Tokens(ctx, target.Login{})
		Control(ctx, home.API(ctx, tokens.Access, "/api/")).To(HaveStatus(200))
		Advance(ctx, 31*time.Minute)
		Expect(ctx, home.API(ctx, tokens.Access, "/api/")).To(BeRefused(ctx, "bearer-refused"))
		Expect(ctx, home.Refresh(ctx, tokens)).To(IssueTokens())
	})

	It(requirement("ha.refresh.sliding"), func(ctx SpecContext) {
		home := target.From(ctx)
		tokens := home.Tokens(ctx, target.Login{})
		for range 2 {
			Advance(ctx, 60*day)
			Expect(ctx, home.Refresh(ctx, tokens)).To(IssueTokens())
		}
	})

	It(requirement("ha.refresh.idle-expiry"), func(ctx SpecContext) {
		home := target.From(ctx)
		tokens := home.Tokens(ctx, target.Login{})
		Control(ctx, home.Refresh(ctx, tokens)).To(IssueTokens())
		Advance(ctx, 91*day)
		Expect(ctx, home.Refresh(ctx, tokens)).To(BeRefused(ctx, "refresh-dead"))
	})

	It(requirement("ha.refresh.user-inactive"), func(ctx SpecContext) {
		home := target.From(ctx)
		user := home.NewUser(ctx, "dismissed")
		tokens := home.Tokens(ctx, target.Login{Account: &user.Account})
		Control(ctx, home.Refresh(ctx, tokens)).To(IssueTokens())
		home.Deactivate(ctx, user)
		Expect(ctx, home.Refresh(ctx, tokens)).To(All(HaveStatus(400, 403), GrantNothing()))
		home.Activate(ctx, user)
		home.Tokens(ctx, target.Login{Account: &user.Account})
	})
})

// tampered is a secret with one change.
type tampered struct{ name, value string }

// tamper changes a secret in the ways that a careless comparison overlooks.
func tamper(s string) []tampered {
	turn := func(i int) string {
		c := byte('0')
		if s[i] == '0' {
			c = '1'
		}
		return s[:i] + string(c) + s[i+1:]
	}
	list := []tampered{
		{"first character changed", turn(0)}, {"middle character changed", turn(len(s) / 2)}, {"last character changed", turn(len(s) - 1)},
		{"last character cut", s[:len(s)-1]}, {"a character added", s + "0"}, {"only its first half", s[:len(s)/2]},
	}
	if swapped := swapCase(s); swapped != s {
		list = append(list, tampered{"letter case swapped", swapped})
	}
	return list
}

func swapCase(s string) string {
	if upper := strings.ToUpper(s); upper != s {
		return upper
	}
	return strings.ToLower(s)
}
