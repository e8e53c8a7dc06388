package defects

import (
	"net/url"
	"strings"

	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/linking"
)

var agentDiscoveryDefects = []Defect[mockserver.Policy]{
	{
		ID: "agent.origin-is-server", Story: "The endpoint's origin is taken for its authorization server (as the first revision had it).",
		Aims: []string{"mcp.client.metadata-used"},
		Change: agent(func(p *linking.AgentPolicy) {
			p.Servers = func(endpoint string, _ []string) []string {
				u, err := url.Parse(endpoint)
				if err != nil {
					return nil
				}
				return []string{u.Scheme + "://" + u.Host}
			}
		}),
	},
	{
		ID: "agent.challenge-last", Story: "The well-known addresses are asked before the one that the challenge names.",
		Aims: []string{"mcp.client.challenge-first"},
		Change: agent(func(p *linking.AgentPolicy) {
			before := p.ResourcePlaces
			p.ResourcePlaces = func(endpoint, named string) []string { return append(before(endpoint, ""), named) }
		}),
	},
	{
		ID: "agent.root-first", Story: "The metadata at the root are asked for before those of the path.",
		Aims:   []string{"mcp.client.well-known-order"},
		Change: resourcePlacesBecome(func(_ string, places []string) []string { return reversed(places) }),
	},
	{
		ID: "agent.path-only", Story: "The metadata are looked for at the endpoint's path alone.",
		Aims:   []string{"mcp.client.well-known-order"},
		Change: resourcePlacesBecome(func(_ string, places []string) []string { return atMost(1)(places) }),
	},
	{
		ID: "agent.challenge-only", Story: "Where the challenge names no metadata none are looked for (as 2026.11 does).",
		Aims: []string{"mcp.client.well-known-order"},
		Change: resourcePlacesBecome(func(named string, places []string) []string {
			if named == "" {
				return nil
			}
			return places
		}),
	},
	{
		ID: "agent.any-resource", Story: "The resource of the metadata is not looked at.",
		Aims:   []string{"mcp.client.resource-compared"},
		Change: agent(func(p *linking.AgentPolicy) { p.ResourceFits = func(string, string) bool { return true } }),
	},
	{
		ID: "agent.resource-by-host", Story: "Of the resource only the host is compared.",
		Aims: []string{"mcp.client.resource-compared"},
		Change: agent(func(p *linking.AgentPolicy) {
			p.ResourceFits = func(resource, endpoint string) bool { return hostOf(resource) == hostOf(endpoint) }
		}),
	},
	{
		ID: "agent.no-openid", Story: "Only RFC 8414 is known.",
		Aims:   []string{"mcp.client.both-discoveries"},
		Change: serverPlacesBecome(atMost(1)),
	},
	{
		ID: "agent.openid-inserted-only", Story: "OpenID discovery puts its path after the issuer's, and the client does not.",
		Aims:   []string{"mcp.client.both-discoveries"},
		Change: serverPlacesBecome(atMost(2)),
	},
	{
		ID: "agent.openid-first", Story: "OpenID metadata are preferred.",
		Aims:   []string{"mcp.client.server-order"},
		Change: serverPlacesBecome(reversed),
	},
	{
		ID: "agent.openid-first-at-root", Story: "For issuers without a path OpenID metadata are preferred.",
		Aims: []string{"mcp.client.server-order"},
		Change: serverPlacesBecome(func(places []string) []string {
			if len(places) == 2 {
				return reversed(places)
			}
			return places
		}),
	},
	{
		ID: "agent.any-issuer", Story: "The issuer of the metadata is not looked at (as 2026.11 does).",
		Aims:   []string{"mcp.client.issuer-compared"},
		Change: agent(func(p *linking.AgentPolicy) { p.IssuerFits = func(string, string) bool { return true } }),
	},
	{
		ID: "agent.issuer-slash", Story: "A slash at the end of the issuer is passed over.",
		Aims: []string{"mcp.client.issuer-compared"},
		Change: agent(func(p *linking.AgentPolicy) {
			p.IssuerFits = func(named, asked string) bool { return slashless(named) == slashless(asked) }
		}),
	},
	{
		ID: "agent.issuer-case", Story: "Issuers are compared without their letter case.",
		Aims:   []string{"mcp.client.issuer-compared"},
		Change: agent(func(p *linking.AgentPolicy) { p.IssuerFits = strings.EqualFold }),
	},
	{
		ID: "agent.relative-resolved", Story: "Endpoints that are paths are resolved against the issuer (as 2026.11 does).",
		Aims: []string{"mcp.client.absolute"},
		Change: agent(func(p *linking.AgentPolicy) {
			p.Endpoint = func(endpoint, issuer string) string {
				base, err := url.Parse(issuer)
				if err != nil {
					return endpoint
				}
				u, err := base.Parse(endpoint)
				if err != nil {
					return endpoint
				}
				return u.String()
			}
		}),
	},
	{
		ID: "agent.pkce-assumed", Story: "A server that does not list its PKCE methods is taken to have S256 (as 2026.11 and most SDKs do).",
		Aims: []string{"mcp.client.pkce-checked"},
		Change: agent(func(p *linking.AgentPolicy) {
			before := p.Challenges
			p.Challenges = func(methods []string, listed bool) bool { return !listed || before(methods, listed) }
		}),
	},
	{
		ID: "agent.pkce-empty", Story: "An empty list of PKCE methods is taken for none.",
		Aims: []string{"mcp.client.pkce-checked"},
		Change: agent(func(p *linking.AgentPolicy) {
			before := p.Challenges
			p.Challenges = func(methods []string, listed bool) bool {
				return listed && len(methods) == 0 || before(methods, listed)
			}
		}),
	},
	{
		ID: "agent.pkce-any-method", Story: "Any PKCE method that is listed is enough.",
		Aims: []string{"mcp.client.pkce-checked"},
		Change: agent(func(p *linking.AgentPolicy) {
			p.Challenges = func(methods []string, _ bool) bool { return len(methods) > 0 }
		}),
	},
	{
		ID: "agent.scopes-of-resource", Story: "All scopes of the resource are asked for, whatever the challenge says.",
		Aims: []string{"mcp.client.scope-challenge"},
		Change: agent(func(p *linking.AgentPolicy) {
			p.Scopes = func(challenge, resource, _ []string) []string {
				if len(resource) > 0 {
					return resource
				}
				return challenge
			}
		}),
	},
	{
		ID: "agent.scopes-of-server", Story: "Where nobody says which scopes are needed, all of the server's are asked for (as 2026.11 does).",
		Aims: []string{"mcp.client.scope-fallback"},
		Change: agent(func(p *linking.AgentPolicy) {
			before := p.Scopes
			p.Scopes = func(challenge, resource, server []string) []string {
				if list := before(challenge, resource, server); len(list) > 0 {
					return list
				}
				return server
			}
		}),
	},
	{
		ID: "agent.no-scopes", Story: "No scope is ever asked for.",
		Aims:   []string{"mcp.client.scope-challenge", "mcp.client.scope-fallback"},
		Change: agent(func(p *linking.AgentPolicy) { p.Scopes = func(_, _, _ []string) []string { return nil } }),
	},
}
