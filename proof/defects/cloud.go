package defects

import (
	"maps"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/linking"
)

// frames changes what the home hears from the proxy.
func frames(edit func(map[string]any) map[string]any) change {
	return client(func(p *linking.Policy) {
		p.Hears = func(m map[string]any) map[string]any { return edit(maps.Clone(m)) }
	})
}

var cloudDefects = []Defect[mockserver.Policy]{
	{
		ID: "cloud.min-version-unread", Story: "min_version is ignored.",
		Aims: []string{"ha.cloud.offered"},
		Change: client(func(p *linking.Policy) {
			before := p.Offers
			p.Offers = func(s linking.Service, domain, _ string, linked bool) bool {
				return before(s, domain, "2999.1.1", linked)
			}
		}),
	},
	{
		ID: "cloud.closed-unread", Story: "accepts_new_authorizations is ignored.",
		Aims: []string{"ha.cloud.offered"},
		Change: client(func(p *linking.Policy) {
			before := p.Offers
			p.Offers = func(s linking.Service, domain, version string, _ bool) bool { return before(s, domain, version, true) }
		}),
	},
	{
		ID: "cloud.any-domain", Story: "Every integration is offered, whatever the list says.",
		Aims: []string{"ha.cloud.offered"},
		Change: client(func(p *linking.Policy) {
			before := p.Offers
			p.Offers = func(s linking.Service, _, version string, linked bool) bool {
				return before(s, s.Service, version, linked)
			}
		}),
	},
	{
		ID: "cloud.extra-members", Story: "The frame also names the home's release, which no proxy asked for.",
		Aims: []string{"ha.cloud.conversation"},
		Change: client(func(p *linking.Policy) {
			p.Says = func(m map[string]any) map[string]any {
				m = maps.Clone(m)
				m["version"] = "2026.11.0"
				return m
			}
		}),
	},
	{
		ID: "cloud.socket-stays", Story: "The socket stays open after the tokens have arrived.",
		Aims:   []string{"ha.cloud.conversation"},
		Change: client(func(p *linking.Policy) { p.ClosesSocket = mock.Is(false) }),
	},
	{
		ID: "cloud.scope-kept", Story: "The scope in the proxy's URL is kept, and the integration's scope is lost.",
		Aims: []string{"ha.cloud.authorize-url"},
		Change: client(func(p *linking.Policy) {
			before := p.Authorize
			p.Authorize = func(endpoint string, list [][2]string) string {
				if len(list) == 1 {
					return endpoint
				}
				return before(endpoint, list)
			}
		}),
	},
	{
		ID: "cloud.own-state", Story: "The home adds its own state to the proxy's URL.",
		Aims: []string{"ha.cloud.authorize-url"},
		Change: frames(func(m map[string]any) map[string]any {
			if raw, ok := m["authorize_url"].(string); ok {
				m["authorize_url"] = strings.Replace(raw, "state=of-the-proxy", "state=of-the-proxy&state=mine", 1)
			}
			return m
		}),
	},
	{
		ID: "cloud.service-lost", Story: "The stored token does not name the service.",
		Aims: []string{"ha.cloud.entry", "ha.cloud.refresh"},
		Change: answers(at("GET /api/authconform_demo"), func(a mock.Answer) mock.Answer {
			a.Body = []byte(strings.ReplaceAll(string(a.Body), `"service":"authconform_demo"`, `"service":null`))
			return a
		}),
	},
	{
		ID: "cloud.refresh-elsewhere", Story: "A proxy's token is refreshed at the third party, without the proxy's secret.",
		Aims:   []string{"ha.cloud.refresh"},
		Change: client(func(p *linking.Policy) { p.AtProxy = mock.Is(false) }),
	},
	{
		ID: "cloud.entry-as-local", Story: "The entry's implementation is the domain, as for a user's own credential.",
		Aims: []string{"ha.cloud.entry"},
		Change: answers(at("GET /api/authconform_demo"), func(a mock.Answer) mock.Answer {
			a.Body = []byte(strings.ReplaceAll(string(a.Body), `"auth_implementation":"cloud"`, `"auth_implementation":"authconform_demo"`))
			return a
		}),
	},
	{
		ID: "cloud.timeout-crash", Story: "A proxy that gives up causes a server error.",
		Aims:   []string{"ha.cloud.timeout"},
		Change: reasonCrashes("authorize_url_timeout"),
	},
	{
		ID: "cloud.timeout-word", Story: "A proxy that gives up is reported as unavailable.",
		Aims:   []string{"ha.cloud.timeout"},
		Change: reasonBecomes("authorize_url_timeout", "oauth_implementation_unavailable"),
	},
	{
		ID: "cloud.errors-crash", Story: "Any other error in the first frame causes a server error (as in releases up to 2026.11).",
		Aims:   []string{"ha.cloud.errors", "ha.cloud.down"},
		Change: reasonCrashes("oauth_implementation_unavailable"),
	},
	{
		ID: "cloud.down-is-missing", Story: "An unreachable proxy is reported as missing credentials (as 2025.4 does).",
		Aims:   []string{"ha.cloud.down"},
		Change: reasonBecomes("oauth_implementation_unavailable", "missing_credentials"),
	},
	{
		ID: "cloud.socket-per-poll", Story: "Each poll of a waiting flow opens another socket (as in releases up to 2026.11).",
		Aims:   []string{"ha.cloud.one-socket"},
		Change: client(func(p *linking.Policy) { p.OneSocket = mock.Is(false) }),
	},
	{
		ID: "cloud.error-stored", Story: "tokens that contain an error are stored as a token.",
		Aims: []string{"ha.cloud.rejected"},
		Change: frames(func(m map[string]any) map[string]any {
			if t, ok := m["tokens"].(map[string]any); ok && t["error"] != nil {
				m["tokens"] = map[string]any{"access_token": "x", "expires_in": 3600, "token_type": "Bearer"}
			}
			return m
		}),
	},
	{
		ID: "cloud.rejected-word", Story: "tokens that contain an error are reported as an unreadable response.",
		Aims: []string{"ha.cloud.rejected"},
		Change: frames(func(m map[string]any) map[string]any {
			if t, ok := m["tokens"].(map[string]any); ok && t["error"] != nil {
				m["tokens"] = map[string]any{"expires_in": "soon"}
			}
			return m
		}),
	},
}
