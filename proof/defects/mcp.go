package defects

import (
	"net/url"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var mcpResourceDefects = []Defect[mockserver.Policy]{
	{
		ID: "mcp.handshake-open", Story: "initialize needs no token, so clients learn too late that they must log in.",
		Aims: []string{"mcp.rs.no-token"},
		Change: func(p *mockserver.Policy) {
			p.MCPGuarded = func(method string) bool { return method != "initialize" }
		},
	},
	{
		ID: "mcp.tools-open", Story: "tools/list needs no token.",
		Aims: []string{"mcp.rs.no-token", "mcp.rs.every-request"},
		Change: func(p *mockserver.Policy) {
			p.MCPGuarded = func(method string) bool { return method != "tools/list" }
		},
	},
	{
		ID: "mcp.discovery-open", Story: "server/discover needs no token.",
		Aims: []string{"mcp.rs.no-token"},
		Change: func(p *mockserver.Policy) {
			p.MCPGuarded = func(method string) bool { return method != "server/discover" }
		},
	},
	{
		ID: "mcp.forbidden", Story: "A missing token is answered with 403.",
		Aims:   []string{"mcp.rs.no-token"},
		Change: answers(mcpAny.and(tokenless), status(403), 401),
	},
	{
		ID: "mcp.bad-forbidden", Story: "A bad token is answered with 403, which means that it is valid but insufficient.",
		Aims:   []string{"mcp.rs.bad-token"},
		Change: answers(mcpAny.and(func(r mock.Request) bool { return !tokenless(r) }), status(403), 401),
	},
	{
		ID: "mcp.bad-request", Story: "Every bad Authorization header is answered with 400.",
		Aims:   []string{"mcp.rs.bad-token"},
		Change: answers(mcpAny.and(func(r mock.Request) bool { return !tokenless(r) }), status(400), 401),
	},
	{
		ID: "mcp.second-request-open", Story: "After the handshake, requests need no token.",
		Aims:   []string{"mcp.rs.every-request"},
		Change: answers(message("tools/list").and(tokenless).and(shaken), ok(mcpAnswer), 401),
	},
	{
		ID: "mcp.no-token-fits", Story: "The endpoint rejects tokens from the server that it names.",
		Aims:   []string{"provider.resource.bearer"},
		Change: answers(mcpPost, status(401), 200),
	},
	{
		ID: "mcp.no-challenge", Story: "The 401 has no WWW-Authenticate.",
		Aims:   []string{"oauth2.bearer.www-authenticate"},
		Change: answers(mcpAny, header("WWW-Authenticate", ""), 401),
	},
	{
		ID: "mcp.no-challenge-other-name", Story: "Under its second host name the 401 has no WWW-Authenticate.",
		Aims:   []string{"oauth2.bearer.challenge-every-name"},
		Change: answers(mcpAny.and(asLocalhost), header("WWW-Authenticate", ""), 401),
	},
	{
		ID: "mcp.open-other-name", Story: "Under its second host name, meant for internal use, the endpoint requires no token.",
		Aims:   []string{"oauth2.bearer.challenge-every-name"},
		Change: answers(mcpAny.and(asLocalhost), ok(mcpAnswer), 401),
	},
	{
		ID: "mcp.no-scope", Story: "The challenge names no scopes.",
		Aims:   []string{"mcp.rs.scope-in-challenge"},
		Change: challenging(withoutParameter("scope")),
	},
	{
		ID: "mcp.offline-challenged", Story: "The challenge asks for offline_access.",
		Aims: []string{"mcp.rs.metadata-no-offline"},
		Change: challenging(func(c string) string {
			if !strings.Contains(c, "scope=") {
				return c + `, scope="offline_access"`
			}
			return strings.Replace(c, `scope="`, `scope="offline_access `, 1)
		}),
	},
	{
		ID: "mcp.error-always", Story: "The challenge says invalid_token although no token was sent.",
		Aims: []string{"oauth2.bearer.error-word"},
		Change: answers(mcpAny.and(tokenless), func(a mock.Answer) mock.Answer {
			return header("WWW-Authenticate", a.Header.Get("WWW-Authenticate")+`, error="invalid_token"`)(a)
		}, 401),
	},
	{
		ID: "mcp.error-never", Story: "The challenge is the same with and without a token.",
		Aims:   []string{"oauth2.bearer.error-word"},
		Change: challenging(withoutParameter("error")),
	},
	{
		ID: "mcp.get-open", Story: "GET without a token opens a stream.",
		Aims:   []string{"mcp.rs.same-on-all-methods"},
		Change: answers(at("GET "+mcpPath), all(status(200), header("Content-Type", "text/event-stream"), body(""))),
	},
	{
		ID: "mcp.get-unchallenged", Story: "GET without a token is answered with 401, and no challenge.",
		Aims:   []string{"oauth2.bearer.challenge-every-method"},
		Change: answers(at("GET "+mcpPath), status(401)),
	},
	{
		ID: "mcp.delete-other-challenge", Story: "DELETE without a token is answered with a challenge for Basic.",
		Aims:   []string{"oauth2.bearer.challenge-every-method"},
		Change: answers(at("DELETE "+mcpPath), all(status(401), header("WWW-Authenticate", `Basic realm="home"`))),
	},
	{
		ID: "mcp.any-audience", Story: "A token for another resource also opens the endpoint.",
		Aims: []string{"mcp.rs.audience"},
		Change: takes(at("POST /auth/token"), withFields(func(v url.Values) {
			v.Del("resource")
		})),
	},
	{
		ID: "mcp.broken-json-crashes", Story: "A message that is not JSON causes an uncaught exception.",
		Aims:   []string{"mcp.rs.statuses"},
		Change: answers(mcpPost, all(status(500), body("500 Internal Server Error")), 400),
	},
	{
		ID: "mcp.malformed-unauthorized", Story: "A malformed message with a good token is answered with 401.",
		Aims:   []string{"mcp.rs.statuses"},
		Change: answers(mcpPost, status(401), 400),
	},
	{
		ID: "mcp.login-page", Story: "A malformed Authorization header redirects to a login page.",
		Aims: []string{"mcp.rs.statuses"},
		Change: answers(mcpPost.and(authorization(func(s string) bool { return strings.Contains(s, ",") || strings.Count(s, " ") > 1 })),
			all(status(302), header("Location", "/login")), 401),
	},
	{
		ID: "mcp.any-origin", Story: "Pages from any origin are served.",
		Aims:   []string{"mcp.rs.origin"},
		Change: func(p *mockserver.Policy) { p.MCPOrigin = func(string, string) bool { return true } },
	},
	{
		ID: "mcp.null-origin", Story: "Pages with Origin null are served.",
		Aims: []string{"mcp.rs.origin"},
		Change: func(p *mockserver.Policy) {
			before := p.MCPOrigin
			p.MCPOrigin = func(origin, host string) bool { return origin == "null" || before(origin, host) }
		},
	},
	{
		ID: "mcp.origin-bad-request", Story: "A foreign origin is answered with 400.",
		Aims:   []string{"mcp.rs.origin"},
		Change: answers(mcpPost.and(origin(elsewhereOrigin)), status(400), 403),
	},
}
