package defects

import (
	"net/url"
	"strings"

	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/linking"
)

var agentDiscoveryDefects = []Defect[mockserver.Policy]{
	{
		ID:    "agent.origin-is-server",
		Story: "The client assumes that the endpoint's origin is its authorization server (as in the first revision of MCP).",
		Aims:  []string{"mcp.client.metadata-used"},
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
		ID: "agent.challenge-last", Story: "The client tries the well-known URLs before the URL that the challenge names.",
		Aims: []string{"mcp.client.challenge-first"},
		Change: agent(func(p *linking.AgentPolicy) {
			before := p.ResourcePlaces
			p.ResourcePlaces = func(endpoint, named string) []string { return append(before(endpoint, ""), named) }
		}),
	},
	{
		ID: "agent.root-first", Story: "The client tries the metadata at the root before those of the path.",
		Aims:   []string{"mcp.client.well-known-order"},
		Change: resourcePlacesBecome(func(_ string, places []string) []string { return reversed(places) }),
	},
	{
		ID: "agent.path-only", Story: "The client looks for metadata only under the endpoint's path.",
		Aims:   []string{"mcp.client.well-known-order"},
		Change: resourcePlacesBecome(func(_ string, places []string) []string { return atMost(1)(places) }),
	},
	{
		ID: "agent.challenge-only", Story: "If the challenge names no metadata, the client does not look for any (as 2026.11 does).",
		Aims: []string{"mcp.client.well-known-order"},
		Change: resourcePlacesBecome(func(named string, places []string) []string {
			if named == "" {
				return nil
			}
			return places
		}),
	},
	{
		ID: "agent.any-resource", Story: "The client does not check the resource in the metadata.",
		Aims:   []string{"mcp.client.resource-compared"},
		Change: agent(func(p *linking.AgentPolicy) { p.ResourceFits = func(string, string) bool { return true } }),
	},
	{
		ID: "agent.resource-by-host", Story: "The client compares only the host of the resource.",
		Aims: []string{"mcp.client.resource-compared"},
		Change: agent(func(p *linking.AgentPolicy) {
			p.ResourceFits = func(resource, endpoint string) bool { return hostOf(resource) == hostOf(endpoint) }
		}),
	},
	{
		ID: "agent.no-openid", Story: "The client knows only RFC 8414 metadata.",
		Aims:   []string{"mcp.client.both-discoveries"},
		Change: serverPlacesBecome(atMost(1)),
	},
	{
		ID: "agent.openid-inserted-only", Story: "The client does not append the OpenID well-known path after the issuer's path.",
		Aims:   []string{"mcp.client.both-discoveries"},
		Change: serverPlacesBecome(atMost(2)),
	},
	{
		ID: "agent.openid-first", Story: "The client prefers OpenID metadata.",
		Aims:   []string{"mcp.client.server-order"},
		Change: serverPlacesBecome(reversed),
	},
	{
		ID: "agent.openid-first-at-root", Story: "For issuers without a path the client prefers OpenID metadata.",
		Aims: []string{"mcp.client.server-order"},
		Change: serverPlacesBecome(func(places []string) []string {
			if len(places) == 2 {
				return reversed(places)
			}
			return places
		}),
	},
	{
		ID: "agent.any-issuer", Story: "The client does not check the issuer in the metadata (as 2026.11 does not).",
		Aims:   []string{"mcp.client.issuer-compared"},
		Change: agent(func(p *linking.AgentPolicy) { p.IssuerFits = func(string, string) bool { return true } }),
	},
	{
		ID: "agent.issuer-slash", Story: "The client ignores a slash at the end of the issuer.",
		Aims: []string{"mcp.client.issuer-compared"},
		Change: agent(func(p *linking.AgentPolicy) {
			p.IssuerFits = func(named, asked string) bool { return slashless(named) == slashless(asked) }
		}),
	},
	{
		ID: "agent.issuer-case", Story: "The client compares issuers without regard to case.",
		Aims:   []string{"mcp.client.issuer-compared"},
		Change: agent(func(p *linking.AgentPolicy) { p.IssuerFits = strings.EqualFold }),
	},
	{
		ID: "agent.relative-resolved", Story: "The client resolves relative endpoints against the issuer (as 2026.11 does).",
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
		ID:    "agent.pkce-assumed",
		Story: "A server that does not list its PKCE methods is assumed to support S256 (as 2026.11 and most SDKs do).",
		Aims:  []string{"mcp.client.pkce-checked"},
		Change: agent(func(p *linking.AgentPolicy) {
			before := p.Challenges
			p.Challenges = func(methods []string, listed bool) bool { return !listed || before(methods, listed) }
		}),
	},
	{
		ID: "agent.pkce-empty", Story: "An empty list of PKCE methods is treated as no list.",
		Aims: []string{"mcp.client.pkce-checked"},
		Change: agent(func(p *linking.AgentPolicy) {
			before := p.Challenges
			p.Challenges = func(methods []string, listed bool) bool {
				return listed && len(methods) == 0 || before(methods, listed)
			}
		}),
	},
	{
		ID: "agent.pkce-any-method", Story: "Any listed PKCE method is good enough.",
		Aims: []string{"mcp.client.pkce-checked"},
		Change: agent(func(p *linking.AgentPolicy) {
			p.Challenges = func(methods []string, _ bool) bool { return len(methods) > 0 }
		}),
	},
	{
		ID: "agent.scopes-of-resource", Story: "The client asks for all scopes of the resource, whatever the challenge says.",
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
		ID:    "agent.scopes-of-server",
		Story: "If nothing says which scopes are needed, the client asks for all of the server's scopes (as 2026.11 does).",
		Aims:  []string{"mcp.client.scope-fallback"},
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
		ID: "agent.no-scopes", Story: "The client never asks for a scope.",
		Aims:   []string{"mcp.client.scope-challenge", "mcp.client.scope-fallback"},
		Change: agent(func(p *linking.AgentPolicy) { p.Scopes = func(_, _, _ []string) []string { return nil } }),
	},
}
