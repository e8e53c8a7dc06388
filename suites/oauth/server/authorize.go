package server

import (
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Authorization requests", func() {
	It(requirement("provider.authorize.code"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		back := server.Authorize(ctx, server.Request())
		if Expect(ctx, back).To(BringCode()) {
			Expect(ctx, server.Exchange(ctx, back.Code)).To(IssueTokens())
		}
	})

	It(requirement("provider.authorize.state"), func(ctx SpecContext) {
		server := allowing(ctx)
		for _, state := range []string{
			"a=b&c=d&&e==", "a+b %2B%20 +c", "eyJ.e30.x-_~", "[{\"a\":\"b\"}]", "<i>'1'</i>;\\#?", "0123456789", "Case-Of-Letters",
		} {
			back := server.Authorize(ctx, server.Request().Apply(oauth.Set("state", state)))
			if Expect(Step(ctx, state), back).To(BringCode()) {
				Expect(Step(ctx, state), back.State).To(Be("state", state))
			}
		}
		long := strings.Repeat("0123456789abcdef", 256)
		under := Step(ctx, "4,096 characters")
		back := server.Authorize(under, server.Request().Apply(oauth.Set("state", long)))
		if back.Code == "" { // no text limits the length of a state
			Expect(under, back).To(RefuseAuthorization(ctx, "state-too-long"))
			return
		}
		Expect(under, back.State == long).To(Be("the whole state comes back", true))
	})

	It(requirement("provider.authorize.iss"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Decliner](ctx)
		doc := document(ctx)
		said, _ := doc.JSON() // without a document it says nothing
		if says, _ := said["authorization_response_iss_parameter_supported"].(bool); !says {
			NotApplicable(ctx, "the metadata does not announce authorization_response_iss_parameter_supported")
		}
		back := server.Authorize(ctx, server.Request())
		Control(ctx, back).To(BringCode())
		Expect(ctx, back.Iss).To(Be("iss with a code", doc.Text("issuer")))
		if no, _ := declined(ctx, server); no.Offered {
			Expect(ctx, no.Iss).To(Be("iss with an error", doc.Text("issuer")))
		}
	})

	It(requirement("provider.authorize.unknown-client"), func(ctx SpecContext) {
		server, client := allowing(ctx), oauth.Get[oauth.Clients](ctx).Default()
		for _, id := range []string{"nobody-knows", client.ID + "x", ""} {
			back := server.Authorize(ctx, server.Request().Apply(oauth.Set("client_id", id)))
			Expect(ctx, back).To(SendNobody())
		}
	})

	It(requirement("provider.authorize.denied"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Decliner](ctx)
		allowing(ctx)
		back, asked := declined(ctx, server)
		switch {
		case !back.Offered && server.Declines():
			Block(ctx, "a page offered to deny access at first, but none does any more: the consent is remembered")
		case !back.Offered:
			NotApplicable(ctx, "no page offers to deny access, for none of our clients, not even with prompt=consent")
		}
		Expect(ctx, back.Error).To(Be("error", "access_denied"))
		Expect(ctx, back.Code).To(Be("code", ""))
		Expect(ctx, back.State).To(Be("state", asked.Get("state")))
	})

	It(requirement("provider.authorize.response-type"), func(ctx SpecContext) {
		server := allowing(ctx)
		none := server.Authorize(ctx, server.Request().Apply(oauth.Drop("response_type")))
		Expect(Step(ctx, "none"), none).To(RefuseAuthorization(ctx, "response-type-missing"))
		magic := server.Authorize(ctx, server.Request().Apply(oauth.Set("response_type", "magic")))
		Expect(Step(ctx, "an invented one"), magic).To(RefuseAuthorization(ctx, "response-type-refused"))
	})

	It(requirement("provider.authorize.no-token-response"), func(ctx SpecContext) {
		server := allowing(ctx)
		back := server.Authorize(ctx, server.Request().Apply(oauth.Set("response_type", "token")))
		Expect(ctx, strings.Contains(back.Last.Header.Get("Location"), "access_token=")).To(Be("a token in the redirect", false))
		Expect(ctx, back).To(RefuseAuthorization(ctx, "response-type-refused"))
	})

	It(requirement("provider.authorize.unknown-scope"), func(ctx SpecContext) {
		allowing(ctx)
		server := oauth.Get[oauth.Server](ctx)
		wider := strings.TrimSpace(server.Request().Get("scope") + " x-invented")
		back := server.Authorize(ctx, server.Request().Apply(oauth.Set("scope", wider)))
		if back.Code == "" {
			Expect(ctx, back).To(RefuseAuthorization(ctx, "scope-refused"))
			return
		}
		answer := server.Exchange(ctx, back.Code)
		Control(ctx, answer).To(IssueTokens())
		less := answer.Text("scope") != "" && !strings.Contains(answer.Text("scope"), "x-invented")
		Expect(ctx, less).To(Be("the scope of the answer without it", true))
	})

	It(requirement("provider.authorize.unknown-parameters"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Authorizer](ctx)
		more := changes(oauth.Set("foo", "bar"), oauth.Set("x_nonce", "1"), oauth.Set("resource_x", "y"))
		Expect(ctx, server.Authorize(ctx, server.Request().Apply(more...))).To(BringCode())
	})

	It(requirement("provider.authorize.repeated-parameters"), func(ctx SpecContext) {
		server := allowing(ctx)
		good := server.Request()
		for _, again := range []oauth.Param{
			{Name: "state", Value: "another"}, {Name: "redirect_uri", Value: good.Get("redirect_uri")},
			{Name: "response_type", Value: "code"}, {Name: "client_id", Value: good.Get("client_id")},
		} {
			back := server.Authorize(ctx, good.Apply(oauth.Add(again.Name, again.Value)))
			Expect(Step(ctx, again.Name), back).To(BringNoCode())
		}
	})

	It(requirement("provider.authorize.asks"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		first := server.Authorize(ctx, server.Request())
		Control(ctx, first).To(BringCode())
		Control(ctx, server.Exchange(ctx, first.Code)).To(IssueTokens())
		Expect(ctx, first.Asked).To(Be("a page is shown first", true))
		Expect(ctx, server.Authorize(ctx, server.Request()).Asked).To(Be("a page is shown to the next browser", true))
	})

	It(requirement("provider.authorize.redirect-status"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Authorizer](ctx)
		back := server.Authorize(ctx, server.Request())
		Control(ctx, back).To(BringCode())
		Expect(ctx, back.Last).NotTo(HaveStatus(http.StatusTemporaryRedirect, http.StatusPermanentRedirect))
	})
})

// declined makes a request that the person denies, and returns it too: the first one for which a page lets them.
func declined(ctx Ctx, server oauth.Decliner) (back oauth.Return, asked oauth.Form) {
	for _, asked = range consentRequests(ctx, server) {
		if back = server.Deny(ctx, asked); back.Offered {
			break
		}
	}
	return back, asked
}

// consentRequests returns requests that may show a consent page. An earlier consent may be remembered, so OpenID Connect servers are
// asked to ask again (Core §3.1.2.1; others ignore the parameter), and other clients are tried.
func consentRequests(ctx Ctx, server oauth.Authorizer) []oauth.Form {
	again, clients := oauth.Set("prompt", "consent"), oauth.Get[oauth.Clients](ctx)
	list := []oauth.Form{server.Request(), server.Request().Apply(again)}
	for _, c := range []oauth.Client{clients.Other(), clients.Public()} {
		if c.ID != "" {
			list = append(list, server.Request().Apply(c.Asks()...).Apply(again))
		}
	}
	return list
}

// allowing returns an authorization endpoint where a good request brings a code: the control of most refusals.
func allowing(ctx Ctx) oauth.Authorizer {
	server := oauth.Get[oauth.Authorizer](ctx)
	Control(ctx, server.Authorize(ctx, server.Request())).To(BringCode())
	return server
}
