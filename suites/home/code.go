package home

import (
	"reflect"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Authorization code", func() {
	It(requirement("ha.code.survives-foreign-client"), func(ctx SpecContext) {
		h := home.From(ctx)
		var foreign *wire.Exchange
		own := spend(ctx, func(ctx Ctx, code string) *wire.Exchange {
			foreign = h.Exchange(ctx, code, oauth.Set("client_id", h.Site.Other()+"/"))
			return h.Exchange(ctx, code)
		})
		Control(ctx, foreign).To(BeRefused(ctx, "code-refused"))
		Note(ctx, "after a foreign client's try the code gets its own client %s", Outcome(own))
	})

	It(requirement("ha.code.exact-client-id"), func(ctx SpecContext) {
		h := home.From(ctx)
		id := h.Site.Origin() + "/App"
		login := home.Login{ClientID: id, RedirectURI: h.Client().Redirect}
		others := []string{strings.ToLower(id), id + "/", id + "?x=1", h.Site.Origin() + "/", h.Site.Origin()}
		var changes [][]oauth.Change
		for _, other := range others {
			changes = append(changes, []oauth.Change{oauth.Set("client_id", other)})
		}
		liveCode(h, login).Refuses(ctx, BeRefused(ctx, "code-refused"), others, changes)
	})

	It(requirement("ha.code.lives-minutes"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Exchange(ctx, h.Code(ctx, home.Login{}))).To(IssueTokens())
		code := h.Code(ctx, home.Login{})
		Advance(ctx, 9*time.Minute+30*time.Second)
		Expect(ctx, h.Exchange(ctx, code)).To(IssueTokens())
	})

	It(requirement("ha.code.ten-minutes"), func(ctx SpecContext) {
		h := home.From(ctx)
		shortlyBefore(ctx, 15*time.Second, func(before time.Duration) func() {
			code := h.Code(ctx, home.Login{})
			Advance(ctx, 10*time.Minute-before)
			answer := h.Exchange(ctx, code)
			return func() { Expect(Step(ctx, "shortly before"), answer).To(IssueTokens()) }
		})
		code := h.Code(ctx, home.Login{})
		Advance(ctx, 10*time.Minute+time.Second)
		Expect(Step(ctx, "a second after"), h.Exchange(ctx, code)).To(Refused())
	})
})

// liveCode says how to get and redeem codes of a login.
func liveCode(h *home.Home, l home.Login) LiveCode {
	codes := LiveCode{
		Code: func(ctx Ctx) string { return h.Code(ctx, l) },
		Redeem: func(ctx Ctx, code string, changes ...oauth.Change) *wire.Exchange {
			if l.ClientID != "" {
				changes = append([]oauth.Change{oauth.Set("client_id", l.ClientID)}, changes...)
			}
			return h.Exchange(ctx, code, changes...)
		},
	}
	if reflect.ValueOf(l).IsZero() {
		codes.Spare = h.SpareCode
	}
	return codes
}

// spend hands in a code of the default client.
func spend(ctx Ctx, use func(ctx Ctx, code string) *wire.Exchange) *wire.Exchange {
	return liveCode(home.From(ctx), home.Login{}).Spend(ctx, use)
}

// redeemed is the answer to a code of the default client, with changes to the request.
func redeemed(ctx Ctx, changes ...oauth.Change) *wire.Exchange {
	return spend(ctx, func(ctx Ctx, code string) *wire.Exchange { return home.From(ctx).Exchange(ctx, code, changes...) })
}
