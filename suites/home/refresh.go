package home

import (
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

const day = 24 * time.Hour

var _ = Describe("Refresh tokens", func() {
	It(requirement("oauth2.refresh.grant"), func(ctx SpecContext) {
		h := home.From(ctx)
		answer := h.Refresh(ctx, h.Tokens(ctx, home.Login{}))
		Expect(ctx, answer).To(IssueTokens())
		Expect(ctx, h.API(ctx, answer.Text("access_token"), "/api/")).To(HaveStatus(200))
	})

	It(requirement("ha.refresh.response-shape"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, h.Refresh(ctx, h.Tokens(ctx, home.Login{}))).To(All(
			HaveStatus(200), HaveText("access_token"), HaveText("token_type", "Bearer"), HaveWholeNumber("expires_in", 1800, 1800)))
	})

	It(requirement("ha.refresh.no-rotation"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.Tokens(ctx, home.Login{})
		for range 3 {
			Expect(ctx, h.Refresh(ctx, tokens)).To(All(IssueTokens(), LackMember("refresh_token")))
		}
	})

	It(requirement("oauth2.refresh.client-bound"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.Tokens(ctx, home.Login{})
		for _, foreign := range []string{h.Site.Other() + "/", h.Client().ID + "app", "https://app.example/"} {
			Expect(ctx, h.Refresh(ctx, tokens, oauth.Set("client_id", foreign))).To(BeRefused(ctx, "refresh-foreign"))
		}
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
	})

	It(requirement("oauth2.refresh.client-id-required"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.Tokens(ctx, home.Login{})
		Expect(ctx, h.Refresh(ctx, tokens, oauth.Drop("client_id"))).To(BeRefused(ctx, "client-refused"))
		Expect(ctx, h.Refresh(ctx, tokens, oauth.Set("client_id", ""))).To(BeRefused(ctx, "client-refused"))
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
	})

	It(requirement("ha.refresh.error"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.Tokens(ctx, home.Login{})
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
		for _, unknown := range []string{"unknown-token", strings.Repeat("0", 128), strings.Repeat("x", 4096)} {
			Expect(ctx, h.Refresh(ctx, tokens, oauth.Set("refresh_token", unknown))).To(BeRefused(ctx, "refresh-dead"))
		}
	})

	It(requirement("oauth2.refresh.missing-token"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.Tokens(ctx, home.Login{})
		Expect(ctx, h.Refresh(ctx, tokens, oauth.Drop("refresh_token"))).To(BeRefused(ctx, "request-refused"))
		Expect(ctx, h.Refresh(ctx, tokens, oauth.Set("refresh_token", ""))).To(BeRefused(ctx, "refresh-foreign"))
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
	})

	It(requirement("oauth2.refresh.malformed-client"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.Tokens(ctx, home.Login{})
		for _, malformed := range []string{"xyz", "https://app.example/#me", "http://[::1"} {
			Expect(ctx, h.Refresh(ctx, tokens, oauth.Set("client_id", malformed))).To(BeRefused(ctx, "refresh-foreign"))
		}
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
	})

	It(requirement("oauth2.refresh.access-token-refused"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		tokens := oauth.IssueRefreshable(ctx, server)
		Expect(ctx, server.Renew(ctx, tokens.Access)).To(BeRefused(ctx, "refresh-dead"))
		Control(ctx, server.Renew(ctx, tokens.Refresh)).To(IssueTokens())
	})

	It(requirement("oauth2.refresh.not-at-rs"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.Tokens(ctx, home.Login{})
		Expect(ctx, h.API(ctx, tokens.Refresh, "/api/")).To(BeRefused(ctx, "bearer-refused"))
		Control(ctx, h.API(ctx, tokens.Access, "/api/")).To(HaveStatus(200))
	})

	It(requirement("oauth2.refresh.tampered"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		tokens := oauth.IssueRefreshable(ctx, server)
		for _, t := range tamper(tokens.Refresh) {
			Secret(ctx, "refresh_token", t.value)
			Expect(Step(ctx, t.name), server.Renew(Step(ctx, t.name), t.value)).To(BeRefused(ctx, "refresh-dead"))
		}
		Control(ctx, server.Renew(ctx, tokens.Refresh)).To(IssueTokens())
	})

	It(requirement("oauth2.refresh.old-access-lives"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.Tokens(ctx, home.Login{})
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
		Note(ctx, "after a refresh the older access token gets %s", Outcome(h.API(ctx, tokens.Access, "/api/")))
	})

	It(requirement("oauth2.refresh.parallel"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.Tokens(ctx, home.Login{})
		answers := make([]*wire.Exchange, 8)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() { answers[i] = h.Refresh(ctx, tokens) })
		}
		wg.Wait()
		for _, e := range answers {
			if Expect(ctx, e).To(IssueTokens()) {
				Expect(ctx, h.API(ctx, e.Text("access_token"), "/api/")).To(HaveStatus(200))
			}
		}
	})

	It(requirement("oauth2.refresh.scope-ignored"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.Tokens(ctx, home.Login{})
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
		Expect(ctx, h.Refresh(ctx, tokens, oauth.Add("scope", "admin"))).To(IssueTokens())
	})

	It(requirement("ha.refresh.after-expiry"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.Tokens(ctx, home.Login{})
		Control(ctx, h.API(ctx, tokens.Access, "/api/")).To(HaveStatus(200))
		Advance(ctx, 31*time.Minute)
		Expect(ctx, h.API(ctx, tokens.Access, "/api/")).To(BeRefused(ctx, "bearer-refused"))
		Expect(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
	})

	It(requirement("ha.refresh.sliding"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.Tokens(ctx, home.Login{})
		for range 2 {
			Advance(ctx, 60*day)
			Expect(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
		}
	})

	It(requirement("ha.refresh.idle-expiry"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.Tokens(ctx, home.Login{})
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
		Advance(ctx, 91*day)
		Expect(ctx, h.Refresh(ctx, tokens)).To(BeRefused(ctx, "refresh-dead"))
	})

	It(requirement("ha.refresh.user-inactive"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "dismissed")
		tokens := h.Tokens(ctx, home.Login{Account: &user.Account})
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
		h.Deactivate(ctx, user)
		Expect(ctx, h.Refresh(ctx, tokens)).To(All(HaveStatus(400, 403), GrantNothing()))
		h.Activate(ctx, user)
		h.Tokens(ctx, home.Login{Account: &user.Account})
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
