package defects

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/mockserver/linking"
)

// agent changes the home's MCP client.
func agent(edit func(*linking.AgentPolicy)) change {
	return client(func(p *linking.Policy) { edit(&p.Agent) })
}

// resourcePlacesBecome edits the URLs where the client looks for resource metadata.
func resourcePlacesBecome(edit func(named string, places []string) []string) change {
	return agent(func(p *linking.AgentPolicy) {
		before := p.ResourcePlaces
		p.ResourcePlaces = func(endpoint, named string) []string { return edit(named, before(endpoint, named)) }
	})
}

// serverPlacesBecome edits the URLs where the client looks for an issuer's metadata.
func serverPlacesBecome(edit func([]string) []string) change {
	return agent(func(p *linking.AgentPolicy) {
		before := p.ServerPlaces
		p.ServerPlaces = func(issuer string) []string { return edit(before(issuer)) }
	})
}

// indicatorBecomes edits the resource parameter of one kind of request.
func indicatorBecomes(sort string, edit func(string) string) change {
	return agent(func(p *linking.AgentPolicy) {
		p.Indicator = func(resource, in string) string {
			if in == sort {
				return edit(resource)
			}
			return resource
		}
	})
}

func nothing(string) string { return "" }

func reversed(list []string) []string {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

func atMost(n int) func([]string) []string {
	return func(list []string) []string { return list[:min(n, len(list))] }
}

// slashless returns a URL without a trailing slash.
func slashless(s string) string { return strings.TrimSuffix(s, "/") }

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Host
}

// registrationBecomes edits the client's metadata in its registration.
func registrationBecomes(edit func(map[string]any)) change {
	return agent(func(p *linking.AgentPolicy) {
		before := p.Registration
		p.Registration = func(redirect string) map[string]any {
			m := maps.Clone(before(redirect))
			edit(m)
			return m
		}
	})
}

// answeredBecomes edits whether the iss of an answer is accepted; before is the strict decision.
func answeredBecomes(edit func(before bool, iss string, given, promised bool, issuer string) bool) change {
	return agent(func(p *linking.AgentPolicy) {
		right := p.Answered
		p.Answered = func(iss string, given, promised bool, issuer string) bool {
			return edit(right(iss, given, promised, issuer), iss, given, promised, issuer)
		}
	})
}
