package mcp

import (
	"net/http"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	. "github.com/authconform/authconform/suites/expect"
)

const noMoreScope = "offline_access"

var _ = Describe("Metadata of an MCP endpoint", func() {
	It(requirement("mcp.rs.metadata-findable"), func(ctx SpecContext) {
		e, _ := opened(ctx)
		by := e.Place().By
		if by == "" {
			Violated(ctx, "resource metadata by the challenge, or at a well-known address", "none of them leads to a JSON object")
			return
		}
		Expect(Step(ctx, "found by "+by), e.Description(ctx)).To(All(HaveStatus(http.StatusOK), BeJSONObject()))
	})

	It(requirement("mcp.rs.metadata-servers"), func(ctx SpecContext) {
		e, _ := opened(ctx)
		Expect(ctx, e.Description(ctx)).To(HaveMembers("authorization_servers"))
		Expect(ctx, len(e.Named(ctx)) > 0).To(Be("an authorization server with an absolute URL", true))
	})

	It(requirement("mcp.rs.metadata-path"), func(ctx SpecContext) {
		e, _ := opened(ctx)
		for _, place := range e.WellKnownPlaces() {
			Note(Step(ctx, place.By), "status %d", e.Beside(ctx, http.MethodGet, place.URL, nil).Status)
		}
	})

	It(requirement("mcp.rs.metadata-no-offline"), func(ctx SpecContext) {
		e, _ := opened(ctx)
		doc := e.Description(ctx)
		Control(ctx, doc).To(BeJSONObject())
		v, _ := doc.Object()
		list, _ := v["scopes_supported"].([]any)
		Expect(Step(ctx, "the metadata"), slices.Contains(list, any(noMoreScope))).To(Be(noMoreScope+" in scopes_supported", false))
		words := strings.Fields(ChallengeParameter(e.Fetch(ctx, ""), "Bearer", "scope"))
		Expect(Step(ctx, "the challenge"), slices.Contains(words, noMoreScope)).To(Be(noMoreScope+" in scope", false))
	})

	It(requirement("mcp.rs.metadata-cors"), func(ctx SpecContext) {
		e, _ := opened(ctx)
		const origin = "https://app.example"
		for _, at := range []string{e.Place().URL, e.Document(ctx).Request.URL} {
			if at == "" {
				continue
			}
			a := e.Beside(Step(ctx, "GET"), http.MethodGet, at, http.Header{"Origin": {origin}})
			Note(Step(ctx, "GET"), "Access-Control-Allow-Origin %q", a.Header.Get("Access-Control-Allow-Origin"))
			a = e.Beside(Step(ctx, "a preflight"), http.MethodOptions, at, http.Header{
				"Origin": {origin}, "Access-Control-Request-Method": {"GET"}, "Access-Control-Request-Headers": {"mcp-protocol-version"},
			})
			Note(Step(ctx, "a preflight"), "status %d, Access-Control-Allow-Headers %q", a.Status, a.Header.Get("Access-Control-Allow-Headers"))
		}
	})
})
