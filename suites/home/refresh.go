package home

import (
	"net/http"
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
	It(requirement("ha.refresh.response-shape"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, h.Refresh(ctx, h.OwnSession(ctx))).To(All(
			HaveStatus(200), HaveText("access_token"), HaveText("token_type", "Bearer"), HaveWholeNumber("expires_in", 1800, 1800)))
	})

	It(requirement("ha.refresh.no-rotation"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.OwnSession(ctx)
		for range 3 {
			Expect(ctx, h.Refresh(ctx, tokens)).To(All(IssueTokens(), LackMember("refresh_token")))
		}
	})

	It(requirement("oauth2.refresh.client-id-required"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.OwnSession(ctx)
		Expect(ctx, h.Refresh(ctx, tokens, oauth.Drop("client_id"))).To(BeRefused(ctx, "client-refused"))
		Expect(ctx, h.Refresh(ctx, tokens, oauth.Set("client_id", ""))).To(BeRefused(ctx, "client-refused"))
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
	})

	It(requirement("ha.refresh.error"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.OwnSession(ctx)
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
		for _, unknown := range []string{"unknown-token", strings.Repeat("0", 128), strings.Repeat("x", 4096)} {
			Expect(ctx, h.Refresh(ctx, tokens, oauth.Set("refresh_token", unknown))).To(BeRefused(ctx, "refresh-dead"))
		}
	})

	It(requirement("oauth2.refresh.malformed-client"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.OwnSession(ctx)
		for _, malformed := range []string{"xyz", "https://app.example/#me", "http://[::1"} {
			Expect(ctx, h.Refresh(ctx, tokens, oauth.Set("client_id", malformed))).To(BeRefused(ctx, "refresh-foreign"))
		}
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
	})

	It(requirement("oauth2.refresh.parallel"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.OwnSession(ctx)
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
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
		tokens := h.OwnSession(ctx)
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
			Advance(ctx, 90*day-time.Minute)
			Expect(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
		}
	})

	It(requirement("ha.refresh.idle-expiry"), func(ctx SpecContext) {
		Expect(ctx, refreshAfterRest(ctx, 90*day+time.Minute)).To(BeRefused(ctx, "refresh-dead"))
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

// lateTimers is how many idle periods a home with late timers gets: about three years.
const lateTimers = 13

// refreshAfterRest returns the answer to a refresh token that was unused for this long. A home may expire sessions by a timer
// that its last expiry has set. Setting its clock back does not reset the timer, so after an earlier run it fires only after the
// time that the run had reached. Such a home gets more idle periods, each with its own session.
func refreshAfterRest(ctx Ctx, rest time.Duration) *wire.Exchange {
	h := home.From(ctx)
	for rests := 1; ; rests++ {
		tokens := h.Tokens(ctx, home.Login{})
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
		Advance(ctx, rest)
		if answer := h.Refresh(ctx, tokens); answer.Status != http.StatusOK || h.Clock.Instant() || rests == lateTimers {
			return answer
		}
	}
}
