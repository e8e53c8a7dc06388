package defects

import (
	"net/http"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

const castHost = "cast.home-assistant.io" // of the origin that homes allow

var headersDefects = []Defect[mockserver.Policy]{
	{
		ID: "headers.no-frame-options", Story: "The pages may be framed.",
		Aims:   []string{"ha.headers.frame", "ha.headers.frame-errors", "ha.advisory.framing"},
		Change: answers(anyRequest, header("X-Frame-Options", "")),
	},
	{
		ID: "headers.frame-pages-only", Story: "Only responses with status 200 forbid framing.",
		Aims:   []string{"ha.headers.frame", "ha.headers.frame-errors"},
		Change: answers(anyRequest, header("X-Frame-Options", ""), 400, 401, 403, 404, 405),
	},
	{
		ID: "headers.frame-page", Story: "Only the login page does not forbid framing.",
		Aims:   []string{"ha.headers.frame", "ha.advisory.framing"},
		Change: answers(at("GET /auth/authorize"), header("X-Frame-Options", "")),
	},
	{
		ID: "headers.allow-from", Story: "X-Frame-Options has the value ALLOW-FROM, which browsers ignore.",
		Aims:   []string{"ha.headers.frame", "ha.headers.frame-errors", "ha.advisory.framing"},
		Change: answers(anyRequest, header("X-Frame-Options", "ALLOW-FROM https://cast.home-assistant.io")),
	},
	{
		ID: "headers.frame-ancestors-any", Story: "The content security policy lets anyone frame the pages and replaces X-Frame-Options.",
		Aims:   []string{"ha.headers.frame", "ha.headers.frame-errors", "ha.advisory.framing"},
		Change: answers(anyRequest, all(header("X-Frame-Options", ""), header("Content-Security-Policy", "frame-ancestors *"))),
	},
	{
		ID: "headers.sniffable", Story: "Responses lack X-Content-Type-Options.",
		Aims:   []string{"ha.headers.nosniff"},
		Change: answers(anyRequest, header("X-Content-Type-Options", ""), 200),
	},
	{
		ID: "headers.sniffable-errors", Story: "Error responses lack X-Content-Type-Options.",
		Aims:   []string{"ha.headers.nosniff"},
		Change: answers(anyRequest, header("X-Content-Type-Options", ""), 400, 404, 405),
	},
	{
		ID: "headers.referrer", Story: "The login page leaks its whole URL in Referer.",
		Aims:   []string{"ha.headers.referrer"},
		Change: answers(at("GET /auth/authorize"), header("Referrer-Policy", "unsafe-url")),
	},
	{
		ID: "headers.no-referrer", Story: "The login page has no Referrer-Policy.",
		Aims:   []string{"ha.headers.referrer"},
		Change: answers(at("GET /auth/authorize"), header("Referrer-Policy", "")),
	},
	{
		ID: "headers.server-version", Story: "Server names the web server's version.",
		Aims:   []string{"ha.headers.server-quiet"},
		Change: answers(anyRequest, header("Server", "aiohttp/3.14.5"), 200),
	},
	{
		ID: "headers.server-version-errors", Story: "Error responses come from another layer, whose Server header names its version.",
		Aims:   []string{"ha.headers.server-quiet"},
		Change: answers(anyRequest, header("Server", "aiohttp/3.14.5"), 400, 404, 405),
	},
	{
		ID: "headers.powered-by", Story: "X-Powered-By names the framework.",
		Aims:   []string{"ha.headers.server-quiet"},
		Change: answers(anyRequest, header("X-Powered-By", "framework")),
	},
	{
		ID: "headers.page-as-text", Story: "The login page is sent as text/plain.",
		Aims:   []string{"oauth2.metadata.endpoints", "ha.authorize.path", "ha.headers.content-type"},
		Change: answers(at("GET /auth/authorize"), header("Content-Type", "text/plain")),
	},
	{
		ID: "headers.providers-as-html", Story: "The providers are sent as text/html.",
		Aims:   []string{"ha.providers.listed", "ha.headers.content-type"},
		Change: answers(at("GET /auth/providers"), header("Content-Type", "text/html")),
	},
	{
		ID: "cors.token-refusals", Story: "Pages cannot read the token endpoint's errors, so an app sees a network error.",
		Aims:   []string{"ha.cors.token-read", "ha.cors.null-origin"},
		Change: answers(tokenEndpoint, allow(""), 400),
	},
	{
		ID: "cors.token-refresh", Story: "Pages cannot read the refresh grant's response.",
		Aims:   []string{"ha.cors.token-read"},
		Change: answers(refreshGrant, allow(""), 200),
	},
	{
		ID: "cors.no-preflight", Story: "The token endpoint answers no preflight.",
		Aims:   []string{"ha.cors.token-preflight"},
		Change: answers(at("OPTIONS /auth/token"), all(status(405), allow(""))),
	},
	{
		ID: "cors.revoke-preflight", Story: "The revocation endpoint answers no preflight.",
		Aims:   []string{"ha.cors.token-preflight"},
		Change: answers(at("OPTIONS /auth/revoke"), all(status(403), allow(""))),
	},
	{
		ID: "cors.preflight-header", Story: "A preflight does not allow Content-Type.",
		Aims:   []string{"ha.cors.token-preflight"},
		Change: answers(at("OPTIONS /auth/*"), header("Access-Control-Allow-Headers", "X-Requested-With"), 200),
	},
	{
		ID: "cors.null", Story: "The origin null is answered with *.",
		Aims:   []string{"ha.cors.null-origin"},
		Change: answers(tokenEndpoint.and(origin(func(o string) bool { return o == "null" })), allow("*")),
	},
	{
		ID: "cors.credentials", Story: "All endpoints allow credentialed cross-origin requests.",
		Aims:   []string{"oauth2.token.cors", "oauth2.revoke.cors", "ha.cors.no-credentials"},
		Change: answers(origin(func(string) bool { return true }), header("Access-Control-Allow-Credentials", "true")),
	},
	{
		ID: "cors.api-credentials", Story: "The API allows credentialed cross-origin requests.",
		Aims:   []string{"ha.cors.no-credentials"},
		Change: answers(api.and(origin(func(string) bool { return true })), header("Access-Control-Allow-Credentials", "true")),
	},
	{
		ID: "cors.preflight-credentials", Story: "The token endpoint's preflight allows credentials.",
		Aims:   []string{"ha.cors.no-credentials"},
		Change: answers(at("OPTIONS /auth/token"), header("Access-Control-Allow-Credentials", "true")),
	},
	{
		ID: "cors.login-flow", Story: "Any page may read a login flow, and so guess passwords from a visitor's address.",
		Aims:   []string{"ha.cors.login-unreadable"},
		Change: answers(at("POST /auth/login_flow").and(origin(func(string) bool { return true })), allow("*")),
	},
	{
		ID: "cors.login-step", Story: "Any page may read the steps of a login flow.",
		Aims:   []string{"ha.cors.login-unreadable"},
		Change: answers(at("POST /auth/login_flow/*").and(origin(func(string) bool { return true })), allow("*")),
	},
	{
		ID: "cors.providers", Story: "Any page may read the providers.",
		Aims:   []string{"ha.cors.login-unreadable"},
		Change: answers(at("GET /auth/providers").and(origin(func(string) bool { return true })), allow("*")),
	},
	{
		ID: "cors.page", Story: "Any page may read the login page.",
		Aims:   []string{"ha.cors.login-unreadable"},
		Change: answers(at("GET /auth/authorize").and(origin(func(string) bool { return true })), allow("*")),
	},
	{
		ID: "cors.login-preflight", Story: "A preflight lets any page start a login flow.",
		Aims:   []string{"ha.cors.login-preflight"},
		Change: answers(at("OPTIONS /auth/login_flow"), all(status(200), allow("*"))),
	},
	{
		ID: "cors.step-preflight", Story: "A preflight lets any page post the steps of a login flow.",
		Aims: []string{"ha.cors.login-preflight"},
		Change: answers(at("OPTIONS /auth/login_flow/*").and(func(r mock.Request) bool {
			return r.Header.Get("Access-Control-Request-Method") == "POST"
		}), all(status(200), allow("*"))),
	},
	{
		ID: "cors.abort-preflight", Story: "A preflight lets any page abort a login flow.",
		Aims: []string{"ha.cors.login-preflight"},
		Change: answers(at("OPTIONS /auth/login_flow/*").and(func(r mock.Request) bool {
			return r.Header.Get("Access-Control-Request-Method") == "DELETE"
		}), all(status(200), allow("*"))),
	},
	{
		ID: "cors.api-any", Story: "Any page that has a token may read the API.",
		Aims:   []string{"ha.cors.configured-origins", "ha.cors.lookalike-origin"},
		Change: answers(at("GET /api/*").or(at("GET /api/")).and(origin(func(string) bool { return true })), allow("*"), 200),
	},
	{
		ID: "cors.api-refusals", Story: "Any page may read the API's errors.",
		Aims:   []string{"ha.cors.configured-origins"},
		Change: answers(at("GET /api/*").or(at("GET /api/")).and(origin(func(string) bool { return true })), allow("*"), 401),
	},
	{
		ID: "cors.api-preflight", Story: "A preflight lets any page call the API.",
		Aims:   []string{"ha.bearer.options-public", "ha.cors.configured-origins"},
		Change: answers(at("OPTIONS /api/*").or(at("OPTIONS /api/")), all(status(200), allow("*"))),
	},
	{
		ID: "cors.no-vary", Story: "Responses that name the requesting origin lack Vary: Origin.",
		Aims:   []string{"ha.cors.vary"},
		Change: answers(anyRequest, header("Vary", "")),
	},
	{
		ID: "cors.prefix", Story: "An origin that begins with a configured one is allowed.",
		Aims:   []string{"ha.cors.lookalike-origin"},
		Change: answers(api.and(origin(func(o string) bool { return strings.HasPrefix(o, "https://cast.home-assistant.io.") })), allow("*")),
	},
	{
		ID: "cors.suffix", Story: "An origin that ends with a configured one is allowed.",
		Aims: []string{"ha.cors.lookalike-origin"},
		Change: answers(api.and(origin(func(o string) bool {
			return strings.HasSuffix(o, castHost) && parsed(o).Host != castHost
		})), allow("*")),
	},
	{
		ID: "cors.scheme", Story: "Origins are compared without their scheme.",
		Aims:   []string{"ha.cors.lookalike-origin"},
		Change: answers(api.and(origin(func(o string) bool { return parsed(o).Host == castHost && parsed(o).Scheme == "http" })), allow("*")),
	},
	{
		ID: "cors.own-prefix", Story: "An origin that begins with the home's own is allowed.",
		Aims: []string{"ha.cors.lookalike-origin"},
		Change: func(p *mockserver.Policy) {
			answers(func(r mock.Request) bool {
				o := r.Header.Get("Origin")
				return api(r) && o != "http://"+r.Host && strings.HasPrefix(o, "http://"+r.Host)
			}, allow("*"))(p)
		},
	},
	{
		ID: "http.head-token", Story: "HEAD at the token endpoint answers 200.",
		Aims:   []string{"oauth2.token.methods"},
		Change: answers(at("HEAD /auth/token"), status(200)),
	},
	{
		ID: "http.put-token", Story: "PUT at the token endpoint works like POST.",
		Aims: []string{"oauth2.token.methods"},
		Change: takes(at("PUT /auth/token").or(at("PATCH /auth/token")), func(r mock.Request) mock.Request {
			r.Method = http.MethodPost
			return r
		}),
	},
	{
		ID: "http.no-allow", Story: "A 405 does not list the allowed methods.",
		Aims:   []string{"ha.http.allow"},
		Change: answers(anyRequest, header("Allow", ""), 405),
	},
	{
		ID: "http.method-404", Story: "A wrong method is answered with 404.",
		Aims:   []string{"ha.http.allow"},
		Change: answers(at("* /auth/token").or(at("* /auth/login_flow")), status(404), 405),
	},
	{
		ID: "http.trusts-forwarded", Story: "X-Forwarded-For is trusted from anyone.",
		Aims:   []string{"ha.http.forwarded-for"},
		Change: takes(func(r mock.Request) bool { return r.Header.Get("X-Forwarded-For") != "" }, withHeader("X-Forwarded-For", "")),
	},
}
