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

// resourcePlacesBecome edits where the resource metadata are looked for.
func resourcePlacesBecome(edit func(named string, places []string) []string) change {
	return agent(func(p *linking.AgentPolicy) {
		before := p.ResourcePlaces
		p.ResourcePlaces = func(endpoint, named string) []string { return edit(named, before(endpoint, named)) }
	})
}

// serverPlacesBecome edits where the metadata of an issuer are looked for.
func serverPlacesBecome(edit func([]string) []string) change {
	return agent(func(p *linking.AgentPolicy) {
		before := p.ServerPlaces
		p.ServerPlaces = func(issuer string) []string { return edit(before(issuer)) }
	})
}

// indicatorBecomes edits the resource of requests of one sort.
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

// slashless is a URL without a slash at its end.
func slashless(s string) string { return strings.TrimSuffix(s, "/") }

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Host
}

// registrationBecomes edits what the client says of itself.
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

// answeredBecomes edits whether the iss of an answer fits; before is what the home would say.
func answeredBecomes(edit func(before bool, iss string, given, promised bool, issuer string) bool) change {
	return agent(func(p *linking.AgentPolicy) {
		right := p.Answered
		p.Answered = func(iss string, given, promised bool, issuer string) bool {
			return edit(right(iss, given, promised, issuer), iss, given, promised, issuer)
		}
	})
}
