package home

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Authorization code", func() {
	It(requirement("ha.code.survives-foreign-client"), func(ctx SpecContext) {
		h := home.From(ctx)
		code := h.Code(ctx, home.Login{})
		Control(ctx, h.Exchange(ctx, code, oauth.Set("client_id", h.Site.Other()+"/"))).To(BeRefused(ctx, "code-refused"))
		Note(ctx, "after a foreign client's try the code gets its own client %s", Outcome(h.Exchange(ctx, code)))
	})

	It(requirement("ha.code.exact-client-id"), func(ctx SpecContext) {
		h := home.From(ctx)
		id := h.Site.Origin() + "/App"
		login := home.Login{ClientID: id, RedirectURI: h.Client().Redirect}
		Control(ctx, h.Exchange(ctx, h.Code(ctx, login), oauth.Set("client_id", id))).To(IssueTokens())
		Each(ctx, []string{strings.ToLower(id), id + "/", id + "?x=1", h.Site.Origin() + "/", h.Site.Origin()}, AsIs,
			func(ctx Ctx, other string) {
				Expect(ctx, h.Exchange(ctx, h.Code(ctx, login), oauth.Set("client_id", other))).To(BeRefused(ctx, "code-refused"))
			})
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
