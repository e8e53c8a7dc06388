package mcp

import (
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/mcp"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("An MCP endpoint without a good token", func() {
	It(requirement("mcp.rs.no-token"), func(ctx SpecContext) {
		e, _ := opened(ctx)
		for _, name := range []string{"initialize", "tools/list", "server/discover"} {
			Expect(Step(ctx, name), e.Send(ctx, http.MethodPost, name, nil)).To(HaveStatus(http.StatusUnauthorized))
		}
	})

	It(requirement("mcp.rs.bad-token"), func(ctx SpecContext) {
		e, _ := opened(ctx)
		for name, header := range Sorted(map[string]string{
			"an invented one": "Bearer invented", "none behind the scheme": "Bearer ", "another scheme": "Basic YWRhOmxvdmVsYWNl",
		}) {
			Expect(Step(ctx, name), e.Fetch(ctx, header)).To(HaveStatus(http.StatusUnauthorized))
		}
	})

	It(requirement("mcp.rs.every-request"), func(ctx SpecContext) {
		e, access := opened(ctx)
		first := e.Fetch(ctx, bearer(access))
		Control(ctx, first).To(HaveStatus(http.StatusOK))
		session := first.Header.Get("Mcp-Session-Id")
		e.Ready(ctx, bearer(access), session)
		Control(ctx, e.List(ctx, bearer(access), session)).To(HaveStatus(http.StatusOK))
		Expect(ctx, e.List(ctx, "", session)).To(HaveStatus(http.StatusUnauthorized))
	})

	It(requirement("mcp.rs.same-on-all-methods"), func(ctx SpecContext) {
		e, _ := opened(ctx)
		for _, method := range []string{http.MethodGet, http.MethodDelete, http.MethodHead} {
			a := e.Ask(ctx, method, nil)
			Note(Step(ctx, method), "status %d, WWW-Authenticate %q", a.Status, a.Header.Get("WWW-Authenticate"))
		}
	})

	It(requirement("mcp.rs.scope-in-challenge"), func(ctx SpecContext) {
		e, _ := opened(ctx)
		refusal := e.Fetch(ctx, "")
		Control(ctx, refusal).To(HaveStatus(http.StatusUnauthorized))
		Expect(ctx, ChallengeParameter(refusal, "Bearer", "scope") != "").To(Be("a scope in the challenge", true))
	})

	It(requirement("mcp.rs.statuses"), func(ctx SpecContext) {
		e, access := opened(ctx)
		for name, body := range Sorted(map[string]string{
			"broken JSON": `{"jsonrpc":`, "no JSON": "hello", "another version": `{"jsonrpc":"1.0","id":1,"method":"initialize"}`, "nothing": "",
		}) {
			a := e.Post(Step(ctx, name), bearer(access), body)
			Expect(Step(ctx, name), a).To(BeAnswered())
			Expect(Step(ctx, name), a).NotTo(HaveStatus(301, 302, 303, 307, 308, http.StatusUnauthorized, http.StatusForbidden))
		}
		malformed := map[string]string{"two words": "Bearer a b", "one long word": strings.Repeat("a", 3000), "a comma": "Bearer ,"}
		for name, header := range Sorted(malformed) {
			Expect(Step(ctx, name), e.Fetch(ctx, header)).To(HaveStatus(http.StatusBadRequest, http.StatusUnauthorized))
		}
	})

	It(requirement("mcp.rs.origin"), func(ctx SpecContext) {
		e, access := opened(ctx)
		for _, origin := range []string{"https://evil.example", "http://evil.example:8123", "null"} {
			header := http.Header{"Authorization": {bearer(access)}, "Origin": {origin}}
			Expect(Step(ctx, origin), e.Ask(ctx, http.MethodPost, header)).To(HaveStatus(http.StatusForbidden))
		}
	})

	It(requirement("mcp.rs.audience"), func(ctx SpecContext) {
		e, _ := opened(ctx)
		server := oauth.Get[oauth.Server](ctx)
		own, other := oauth.Set("resource", e.Address()), oauth.Set("resource", "https://other.example/mcp")
		granted := server.Exchange(ctx, oauth.Code(ctx, server, "", own), own)
		Control(ctx, granted).To(IssueTokens())
		Control(ctx, e.Fetch(ctx, bearer(granted.Text("access_token")))).To(HaveStatus(http.StatusOK))
		back := server.Authorize(ctx, server.Request().Apply(other))
		if back.Code == "" {
			Held(ctx) // nobody gets a token
			return
		}
		elsewhere, _ := oauth.Read(server.Exchange(ctx, back.Code, other), "")
		if elsewhere.Access == "" {
			Held(ctx)
			return
		}
		Expect(ctx, e.Fetch(ctx, bearer(elsewhere.Access))).To(HaveStatus(http.StatusUnauthorized))
	})
})

// opened returns the endpoint and an access token that opens it. It is a control.
func opened(ctx Ctx) (*mcp.Endpoint, string) {
	e, access := mcp.From(ctx), oauth.Issue(ctx, oauth.Get[oauth.Server](ctx)).Access
	Control(ctx, e.Fetch(ctx, bearer(access))).To(HaveStatus(http.StatusOK))
	return e, access
}

// bearer returns the Authorization header of a token.
func bearer(token string) string { return "Bearer " + token }
