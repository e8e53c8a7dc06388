package server

import (
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/target"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Linking a credential", func() {
	It(requirement("ha.link.own"), func(ctx SpecContext) {
		home := target.From(ctx)
		Expect(ctx, linkCode(ctx, home.Session(ctx).Access, home.Code(ctx, target.Login{}))).To(HaveStatus(200))
		Expect(Step(ctx, "of a flow for linking"), linkCode(ctx, home.Session(ctx).Access, home.Code(ctx, target.Login{Body: map[string]any{"type": "link_user"}}))).To(HaveStatus(200))
	})

	It(requirement("ha.link.needs-token"), func(ctx SpecContext) {
		home := target.From(ctx)
		code := home.Code(ctx, target.Login{})
		body := map[string]string{"client_id": home.Client().ID, "code": code}
		Expect(Step(ctx, "none"), home.PostJSON(ctx, "/auth/link_user", body)).To(BeRefused(ctx, "bearer-refused"))
		Expect(Step(ctx, "junk"), linkCode(ctx, "junk", code)).To(BeRefused(ctx, "bearer-refused"))
		Control(ctx, linkCode(ctx, home.Session(ctx).Access, code)).To(HaveStatus(200))
	})

	It(requirement("ha.link.others-credential"), func(ctx SpecContext) {
		home := target.From(ctx)
		user := home.NewUser(ctx, "linked")
		login := target.Login{Account: &user.Account}
		Expect(ctx, linkCode(ctx, home.Session(ctx).Access, home.Code(ctx, login))).To(HaveStatus(400))
		Expect(ctx, whoIs(ctx, home.Tokens(ctx, login).Access) == user.ID).To(Be("the credential is its owner's", true))
		Control(ctx, linkCode(ctx, home.Session(ctx).Access, home.Code(ctx, target.Login{}))).To(HaveStatus(200))
	})

	It(requirement("ha.link.client-bound"), func(ctx SpecContext) {
		home := target.From(ctx)
		session, code := home.Session(ctx).Access, home.Code(ctx, target.Login{})
		for _, other := range []string{home.Site.Other() + "/", home.Client().ID + "app", "https://app.example/"} {
			Expect(Step(ctx, other), linkCodeAs(ctx, session, other, code)).To(HaveStatus(400))
		}
		Control(ctx, linkCode(ctx, session, code)).To(HaveStatus(200))
	})

	It(requirement("ha.link.single-use"), func(ctx SpecContext) {
		home := target.From(ctx)
		session, code := home.Session(ctx).Access, home.Code(ctx, target.Login{})
		Control(ctx, linkCode(ctx, session, code)).To(HaveStatus(200))
		Expect(Step(ctx, "linked twice"), linkCode(ctx, session, code)).To(HaveStatus(400))
		Expect(Step(ctx, "exchanged after linking"), home.Exchange(ctx, code)).To(BeRefused(ctx, "code-refused"))
		spent := home.Code(ctx, target.Login{})
		Control(ctx, home.Exchange(ctx, spent)).To(IssueTokens())
		Expect(Step(ctx, "linked after the exchange"), linkCode(ctx, session, spent)).To(HaveStatus(400))
	})

	It(requirement("ha.link.junk-code"), func(ctx SpecContext) {
		home := target.From(ctx)
		session, code := home.Session(ctx).Access, home.Code(ctx, target.Login{})
		for _, junk := range []string{"", "0", "0123456789abcdef0123456789abcdef", code[:len(code)-1], code + "0"} {
			Secret(ctx, "code", junk)
			Expect(ctx, linkCode(ctx, session, junk)).To(HaveStatus(400))
		}
		Control(ctx, linkCode(ctx, session, code)).To(HaveStatus(200))
	})

	It(requirement("ha.link.challenged"), func(ctx SpecContext) {
		home := target.From(ctx)
		session := home.Session(ctx).Access
		Expect(ctx, linkCode(ctx, session, home.Code(ctx, target.Login{Challenge: target.S256(target.Verifier)}))).To(HaveStatus(400))
		Control(ctx, linkCode(ctx, session, home.Code(ctx, target.Login{}))).To(HaveStatus(200))
	})

	It(requirement("ha.link.expired"), func(ctx SpecContext) {
		home := target.From(ctx)
		inTime, late := home.Code(ctx, target.Login{}), home.Code(ctx, target.Login{})
		Advance(ctx, 9*time.Minute)
		session := home.Tokens(ctx, target.Login{}).Access
		Expect(ctx, linkCode(ctx, session, inTime)).To(HaveStatus(200))
		Advance(ctx, 2*time.Minute)
		Expect(ctx, linkCode(ctx, session, late)).To(HaveStatus(400))
		Control(ctx, linkCode(ctx, session, home.Code(ctx, target.Login{}))).To(HaveStatus(200))
	})

	It(requirement("ha.link.dead-session"), func(ctx SpecContext) {
		home := target.From(ctx)
		dead, code := home.Tokens(ctx, target.Login{}), home.Code(ctx, target.Login{})
		Control(ctx, legacyRevoke(ctx, dead.Refresh)).To(HaveStatus(200))
		Expect(ctx, linkCode(ctx, dead.Access, code)).To(BeRefused(ctx, "bearer-refused"))
		Control(ctx, linkCode(ctx, home.Session(ctx).Access, code)).To(HaveStatus(200))
	})
})

// linkCode hands in a code of the run's own client.
func linkCode(ctx Ctx, session, code string) *wire.Exchange {
	return linkCodeAs(ctx, session, target.From(ctx).Client().ID, code)
}

func linkCodeAs(ctx Ctx, session, client, code string) *wire.Exchange {
	body := `{"client_id":` + quoted(client) + `,"code":` + quoted(code) + `}`
	return target.From(ctx).Send(ctx, http.MethodPost, "/auth/link_user", body, "Authorization", "Bearer "+session, "Content-Type", "application/json")
}
