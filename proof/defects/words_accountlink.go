package defects

import (
	"maps"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider/accountlink"
)

// The words for defects of account-link proxies.

// proxySays edits the frames of a proxy.
func proxySays(edit func(map[string]any) map[string]any) func(*accountlink.Policy) {
	return func(p *accountlink.Policy) {
		p.Says = func(m map[string]any) map[string]any { return edit(maps.Clone(m)) }
	}
}

// tokensFrame edits the tokens of a frame.
func tokensFrame(edit func(map[string]any)) func(*accountlink.Policy) {
	return proxySays(func(m map[string]any) map[string]any {
		if t, ok := m["tokens"].(map[string]any); ok {
			t = maps.Clone(t)
			edit(t)
			m["tokens"] = t
		}
		return m
	})
}

// proxyAnswers changes answers of a proxy.
func proxyAnswers(place string, with func(mock.Answer) mock.Answer) func(*accountlink.Policy) {
	w := at(place)
	return func(p *accountlink.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); w(r) {
				a = with(a)
			}
			return a
		}
	}
}

const refreshAt = "POST /refresh_token/*"
