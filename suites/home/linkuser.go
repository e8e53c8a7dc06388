package home

import (
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Linking a credential", func() {
	It(requirement("ha.link.own"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, links(ctx, h.Session(ctx).Access)).To(HaveStatus(200))
		forLinking := h.Code(ctx, home.Login{Unbound: true, Body: map[string]any{"type": "link_user"}})
		Expect(Step(ctx, "of a flow for linking"), linkCode(ctx, h.Session(ctx).Access, forLinking)).To(HaveStatus(200))
	})

	It(requirement("ha.link.needs-token"), func(ctx SpecContext) {
		h := home.From(ctx)
		var none, junk *wire.Exchange
		right := spendLinking(ctx, func(ctx Ctx, code string) *wire.Exchange {
			none = h.PostJSON(ctx, "/auth/link_user", map[string]string{"client_id": h.CodeGrant(code).Get("client_id"), "code": code})
			junk = linkCode(ctx, "junk", code)
			return linkCode(ctx, h.Session(ctx).Access, code)
		})
		Expect(Step(ctx, "none"), none).To(BeRefused(ctx, "bearer-refused"))
		Expect(Step(ctx, "junk"), junk).To(BeRefused(ctx, "bearer-refused"))
		Control(ctx, right).To(HaveStatus(200))
	})

	It(requirement("ha.link.others-credential"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "linked")
		login := home.Login{Account: &user.Account}
		Expect(ctx, linkCode(ctx, h.Session(ctx).Access, h.Code(ctx, login))).To(HaveStatus(400))
		Expect(ctx, whoIs(ctx, h.Tokens(ctx, login).Access) == user.ID).To(Be("the credential is its owner's", true))
		Control(ctx, links(ctx, h.Session(ctx).Access)).To(HaveStatus(200))
	})

	It(requirement("ha.link.client-bound"), func(ctx SpecContext) {
		h := home.From(ctx)
		session := h.Session(ctx).Access
		others := []string{h.Site.Other() + "/", h.Client().ID + "app", "https://app.example/"}
		answers := make([]*wire.Exchange, len(others))
		right := spendLinking(ctx, func(ctx Ctx, code string) *wire.Exchange {
			for i, other := range others {
				answers[i] = linkCodeAs(Step(ctx, other), session, other, code)
			}
			return linkCode(ctx, session, code)
		})
		for i, other := range others {
			Expect(Step(ctx, other), answers[i]).To(HaveStatus(400))
		}
		Control(ctx, right).To(HaveStatus(200))
	})

	It(requirement("ha.link.single-use"), func(ctx SpecContext) {
		h := home.From(ctx)
		session, code := h.Session(ctx).Access, ""
		Control(ctx, spendLinking(ctx, func(ctx Ctx, live string) *wire.Exchange {
			code = live
			return linkCode(ctx, session, live)
		})).To(HaveStatus(200))
		Expect(Step(ctx, "linked twice"), linkCode(ctx, session, code)).To(HaveStatus(400))
		Expect(Step(ctx, "exchanged after linking"), h.Exchange(ctx, code)).To(BeRefused(ctx, "code-refused"))
		spent, _ := liveCode(h, home.Login{}).Spent(ctx)
		Expect(Step(ctx, "linked after the exchange"), linkCode(ctx, session, spent)).To(HaveStatus(400))
	})

	It(requirement("ha.link.junk-code"), func(ctx SpecContext) {
		h := home.From(ctx)
		session, code := h.Session(ctx).Access, unbound(ctx)
		for _, junk := range []string{"", "0", "0123456789abcdef0123456789abcdef", code[:len(code)-1], code + "0"} {
			Secret(ctx, "code", junk)
			Expect(ctx, linkCode(ctx, session, junk)).To(HaveStatus(400))
		}
		Control(ctx, linkCode(ctx, session, code)).To(HaveStatus(200))
	})

	It(requirement("ha.link.challenged"), func(ctx SpecContext) {
		h := home.From(ctx)
		session := h.Session(ctx).Access
		Expect(ctx, linkCode(ctx, session, h.Code(ctx, home.Login{Challenge: oauth.S256(oauth.Verifier)}))).To(HaveStatus(400))
		Control(ctx, links(ctx, session)).To(HaveStatus(200))
	})

	It(requirement("ha.link.expired"), func(ctx SpecContext) {
		h := home.From(ctx)
		inTime, late := unbound(ctx), unbound(ctx)
		Advance(ctx, 9*time.Minute)
		session := h.Tokens(ctx, home.Login{}).Access
		Expect(ctx, linkCode(ctx, session, inTime)).To(HaveStatus(200))
		Advance(ctx, 2*time.Minute)
		Expect(ctx, linkCode(ctx, session, late)).To(HaveStatus(400))
		Control(ctx, linkCode(ctx, session, unbound(ctx))).To(HaveStatus(200))
	})

	It(requirement("ha.link.dead-session"), func(ctx SpecContext) {
		h := home.From(ctx)
		dead := h.OwnSession(ctx)
		Control(ctx, legacyRevoke(ctx, dead.Refresh)).To(HaveStatus(200))
		var wrong *wire.Exchange
		right := spendLinking(ctx, func(ctx Ctx, code string) *wire.Exchange {
			wrong = linkCode(ctx, dead.Access, code)
			return linkCode(ctx, h.Session(ctx).Access, code)
		})
		Expect(ctx, wrong).To(BeRefused(ctx, "bearer-refused"))
		Control(ctx, right).To(HaveStatus(200))
	})
})

// unbound returns a code for linking, which knows no PKCE: it has no challenge even if token requests need one.
func unbound(ctx Ctx) string { return home.From(ctx).Code(ctx, home.Login{Unbound: true}) }

// spendLinking hands in a code as unbound gets it, or one that an earlier row left and that can be linked.
func spendLinking(ctx Ctx, use func(ctx Ctx, code string) *wire.Exchange) *wire.Exchange {
	codes := liveCode(home.From(ctx), home.Login{})
	codes.Code = unbound
	return codes.SpendIf(ctx, func(e *wire.Exchange) bool { return e.Status == http.StatusOK }, use)
}

// links hands in a code as it should be.
func links(ctx Ctx, session string) *wire.Exchange {
	return spendLinking(ctx, func(ctx Ctx, code string) *wire.Exchange { return linkCode(ctx, session, code) })
}

// linkCode hands in a code by the client that got it.
func linkCode(ctx Ctx, session, code string) *wire.Exchange {
	return linkCodeAs(ctx, session, home.From(ctx).CodeGrant(code).Get("client_id"), code)
}

func linkCodeAs(ctx Ctx, session, client, code string) *wire.Exchange {
	body := `{"client_id":` + AsJSON(client) + `,"code":` + AsJSON(code) + `}`
	return home.From(ctx).Send(ctx, http.MethodPost, "/auth/link_user", body,
		"Authorization", "Bearer "+session, "Content-Type", "application/json")
}
