package linking

import (
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home/linking"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/mcpserver"
	. "github.com/authconform/authconform/suites/expect"
)

// lead judges that the home sends the person to the server itself.
func lead(ctx Ctx, s *mcpserver.Server) {
	step := connected(ctx, s)
	Expect(ctx, step.Exchange).To(sendAway())
	Expect(ctx, strings.HasPrefix(step.URL, s.AuthorizeURL()+"?")).To(Be("the authorize URL of the server that the documents name", true))
}

// challenge returns a challenge that names the metadata of the server's resource, with more parameters.
func challenge(s *mcpserver.Server, more string) string {
	return `Bearer resource_metadata="` + s.Origin() + s.ResourceByPath() + `"` + more
}

var _ = Describe("Discovery by the home's MCP client", func() {
	It(requirement("mcp.client.metadata-used"), func(ctx SpecContext) {
		s := served(ctx)
		step := connected(ctx, s)
		Expect(ctx, step.Exchange).To(sendAway())
		Expect(ctx, strings.HasPrefix(step.URL, s.AuthorizeURL()+"?")).To(Be("the authorize URL of the server that the documents name", true))
		Control(ctx, linking.Finish(ctx, s.App, step).Exchange).To(makeEntry())
	})

	It(requirement("mcp.client.challenge-first"), func(ctx SpecContext) {
		s, other := served(ctx), served(ctx)
		wrong := with(s.Resource(), "authorization_servers", []string{other.Issuer()})
		s.Publish(s.ResourceNamed(), s.Resource(), late)
		s.Publish(s.ResourceByPath(), wrong, 0)
		other.Publish(other.ResourceAtRoot(), wrong, 0)
		s.Challenge = `Bearer resource_metadata="` + s.Origin() + s.ResourceNamed() + `"`
		lead(ctx, s)
		control(ctx)
	})

	It(requirement("mcp.client.well-known-order"), func(ctx SpecContext) {
		each(ctx, []string{"both", "root alone"}, AsIs, func(ctx Ctx, there string) {
			s, other := served(ctx), served(ctx)
			s.Challenge = "Bearer"
			if there == "both" {
				s.Publish(s.ResourceByPath(), s.Resource(), late)
				other.Publish(other.ResourceAtRoot(), with(s.Resource(), "authorization_servers", []string{other.Issuer()}), 0)
			} else {
				s.Withdraw(s.ResourceByPath())
				other.Publish(other.ResourceAtRoot(), s.Resource(), 0)
			}
			lead(ctx, s)
		})
		control(ctx)
	})

	It(requirement("mcp.client.resource-compared"), func(ctx SpecContext) {
		resource := func(of func(*mcpserver.Server) string) func(*mcpserver.Server) {
			return func(s *mcpserver.Server) { s.Publish(s.ResourceByPath(), with(s.Resource(), "resource", of(s)), 0) }
		}
		stopsAt(ctx,
			change{"another host", resource(func(s *mcpserver.Server) string { return "https://elsewhere.example" + s.Path() + "/mcp" })},
			change{"another path", resource(func(s *mcpserver.Server) string { return s.Origin() + s.Path() + "/other" })},
		)
	})

	It(requirement("mcp.client.both-discoveries"), func(ctx SpecContext) {
		each(ctx, []string{"path inserted", "path appended"}, AsIs, func(ctx Ctx, place string) {
			s := served(ctx)
			s.Withdraw(s.OAuth())
			at := s.OpenID()
			if place == "path appended" {
				at = s.OpenIDAppended()
			}
			s.Publish(at, s.Metadata(), 0)
			lead(ctx, s)
		})
		control(ctx)
	})

	It(requirement("mcp.client.server-order"), func(ctx SpecContext) {
		each(ctx, []string{"RFC 8414 first", "inserted before appended", "an issuer without a path"}, AsIs, func(ctx Ctx, order string) {
			s := served(ctx)
			right := s.OAuth()
			switch order {
			case "inserted before appended":
				s.Withdraw(right)
				right = s.OpenID()
			case "an issuer without a path":
				s.AtRoot()
				right = s.OAuth()
			}
			for _, place := range []string{s.OpenID(), s.OpenIDAppended()} {
				s.Publish(place, elsewhere(s), 0)
			}
			s.Publish(right, s.Metadata(), late)
			lead(ctx, s)
		})
		control(ctx)
	})

	It(requirement("mcp.client.issuer-compared"), func(ctx SpecContext) {
		issuer := func(of func(string) string) func(*mcpserver.Server) {
			return func(s *mcpserver.Server) { metadataWith("issuer", of(s.Issuer()))(s) }
		}
		stopsAt(ctx,
			change{"another host", issuer(func(string) string { return "https://elsewhere.example" })},
			change{"a slash more", issuer(func(own string) string { return own + "/" })},
			change{"another case", issuer(strings.ToUpper)},
		)
	})

	It(requirement("mcp.client.absolute"), func(ctx SpecContext) {
		path := func(s *mcpserver.Server, raw string) string { return strings.TrimPrefix(raw, s.Origin()) }
		stopsAt(ctx,
			change{"both", func(s *mcpserver.Server) {
				metadataWith("authorization_endpoint", path(s, s.AuthorizeURL()), "token_endpoint", path(s, s.TokenURL()))(s)
			}},
			change{"authorization_endpoint", func(s *mcpserver.Server) { metadataWith("authorization_endpoint", path(s, s.AuthorizeURL()))(s) }},
		)
	})

	It(requirement("mcp.client.pkce-checked"), func(ctx SpecContext) {
		const member = "code_challenge_methods_supported"
		stopsAt(ctx,
			change{"absent", metadataWith(member, nil)},
			change{"empty", metadataWith(member, []string{})},
			change{"plain alone", metadataWith(member, []string{"plain"})},
		)
	})

	It(requirement("mcp.client.scope-challenge"), func(ctx SpecContext) {
		s := served(ctx)
		s.Challenge = challenge(s, `, scope="notes:read notes:write"`)
		s.Publish(s.ResourceByPath(), with(s.Resource(), "scopes_supported", []string{"notes:read", "notes:delete"}), 0)
		metadataWith("scopes_supported", []string{"everything"})(s)
		step := sentTo(ctx, s)
		Expect(ctx, query(step.URL).Get("scope")).To(Be("scope", "notes:read notes:write"))
		Control(ctx, linking.Finish(ctx, s.App, step).Exchange).To(makeEntry())
	})

	It(requirement("mcp.client.scope-fallback"), func(ctx SpecContext) {
		s := served(ctx)
		s.Publish(s.ResourceByPath(), with(s.Resource(), "scopes_supported", []string{"notes:read", "notes:write"}), 0)
		metadataWith("scopes_supported", []string{"everything"})(s)
		Expect(Step(ctx, "scopes of the resource"), query(sentTo(ctx, s).URL).Get("scope")).To(Be("scope", "notes:read notes:write"))
		s = served(ctx)
		metadataWith("scopes_supported", []string{"everything"})(s)
		step := sentTo(ctx, s)
		Expect(Step(ctx, "scopes of the server alone"), query(step.URL).Has("scope")).To(Be("a scope", false))
		Control(ctx, linking.Finish(ctx, s.App, step).Exchange).To(makeEntry())
	})
})
