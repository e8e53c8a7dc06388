package server

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// elsewhere is a resource that no server knows.
const elsewhere = "https://unknown-resource.example/api"

var _ = Describe("Resource indicators", func() {
	It(requirement("oauth2.indicator.accepted"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		works(ctx, server)
		resource := indicated(ctx)
		first := server.Authorize(ctx, server.Request().Apply(resource))
		if Expect(ctx, first).To(BringCode()) {
			Expect(Step(ctx, "at the authorization endpoint"), server.Exchange(ctx, first.Code)).To(IssueTokens())
		}
		second := server.Authorize(ctx, server.Request().Apply(resource))
		if Expect(ctx, second).To(BringCode()) {
			Expect(Step(ctx, "at both"), server.Exchange(ctx, second.Code, resource)).To(IssueTokens())
		}
	})

	It(requirement("oauth2.indicator.unknown"), func(ctx SpecContext) {
		server := forResource(ctx)
		back := server.Authorize(ctx, server.Request().Apply(oauth.Set("resource", elsewhere)))
		Expect(ctx, back).To(RefuseAuthorization(ctx, "target-refused"))
	})

	It(requirement("oauth2.indicator.malformed"), func(ctx SpecContext) {
		server := forResource(ctx)
		known := oauth.Get[oauth.Indicated](ctx).Indicator()
		for _, value := range []string{"/api/here", "word", known + "#part"} {
			back := server.Authorize(ctx, server.Request().Apply(oauth.Set("resource", value)))
			Expect(Step(ctx, value), back).To(RefuseAuthorization(ctx, "target-refused"))
		}
	})

	It(requirement("oauth2.indicator.repeated"), func(ctx SpecContext) {
		server := forResource(ctx)
		known := oauth.Get[oauth.Indicated](ctx).Indicator()
		twice := oauth.Add("resource", known)
		back := server.Authorize(ctx, server.Request().Apply(indicated(ctx), twice))
		if back.Code == "" {
			Expect(ctx, back.Error).To(Be("error", "invalid_target"))
			return
		}
		answer := server.Exchange(ctx, back.Code, indicated(ctx), twice)
		right := IssueTokens()
		if !grants(answer) {
			right = All(HaveStatus(http.StatusBadRequest), HaveError("invalid_target"))
		}
		Expect(ctx, answer).To(right)
	})

	It(requirement("oauth2.indicator.ungranted"), func(ctx SpecContext) {
		server := forResource(ctx)
		refuse := All(HaveStatus(http.StatusBadRequest), HaveError("invalid_target"), GrantNothing())
		code := oauth.Code(ctx, server, "", indicated(ctx))
		Expect(Step(ctx, "code grant"), server.Exchange(ctx, code, oauth.Set("resource", elsewhere))).To(refuse)
		session, _ := oauth.Read(redeemedForResource(ctx, server), "")
		if session.Refresh != "" {
			Expect(Step(ctx, "refresh grant"), server.Renew(ctx, session.Refresh, oauth.Set("resource", elsewhere))).To(refuse)
		}
	})

	It(requirement("oauth2.indicator.refresh"), func(ctx SpecContext) {
		server := forResource(ctx)
		session, _ := oauth.Read(redeemedForResource(ctx, server), "")
		if session.Refresh == "" {
			NotApplicable(ctx, "no refresh token comes with the access token")
		}
		Expect(ctx, server.Renew(ctx, session.Refresh, indicated(ctx))).To(IssueTokens())
	})

	It(requirement("oauth2.indicator.audience"), func(ctx SpecContext) {
		server := forResource(ctx)
		shown := oauth.Get[oauth.Introspector](ctx).Introspect(ctx, redeemedForResource(ctx, server).Text("access_token"))
		mayKnow(ctx, shown)
		Control(ctx, shown).To(beActive(true))
		v, _ := shown.Object()
		known := oauth.Get[oauth.Indicated](ctx).Indicator()
		Expect(ctx, v["aud"] == any(known) || has(v["aud"], known)).To(Be("aud with the resource", true))
	})
})

// indicated requests the known resource.
func indicated(ctx Ctx) oauth.Change {
	return oauth.Set("resource", oauth.Get[oauth.Indicated](ctx).Indicator())
}

// forResource returns a server that gives a code for the known resource: the control of refusals.
func forResource(ctx Ctx) oauth.Server {
	server := oauth.Get[oauth.Server](ctx)
	Control(ctx, server.Authorize(ctx, server.Request().Apply(indicated(ctx)))).To(BringCode())
	return server
}

// redeemedForResource returns the answer to a code for the known resource. It is a control.
func redeemedForResource(ctx Ctx, server oauth.Server) *wire.Exchange {
	answer := server.Exchange(ctx, oauth.Code(ctx, server, "", indicated(ctx)), indicated(ctx))
	Control(ctx, answer).To(IssueTokens())
	return answer
}
