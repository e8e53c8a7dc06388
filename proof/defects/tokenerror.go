package defects

import (
	"net/url"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var _ = listed([]Defect{
	{
		ID: "token.error-200", Story: "Refusals have status 200, and say error in their body.",
		Breaks: []string{
			"oauth2.metadata.endpoints",
			"oauth2.metadata.pkce-true",
			"oauth2.cimd.code-bound",
			"ha.flow.no-token-without-password",
			"oauth2.code.single-use",
			"oauth2.code.single-use-parallel",
			"oauth2.code.bound-client",
			"oauth2.code.client-id-required",
			"ha.code.exact-client-id",
			"oauth2.code.not-an-access-token",
			"oauth2.code.missing",
			"oauth2.code.expires",
			"oauth2.pkce.wrong-verifier",
			"oauth2.pkce.missing-verifier",
			"oauth2.pkce.unexpected-verifier",
			"oauth2.pkce.verifier-grammar",
			"oauth2.pkce.not-shared",
			"oauth2.pkce.parallel",
			"oauth2.token.query-ignored",
			"ha.token.multipart",
			"oauth2.error.status-400",
			"oauth2.error.charset",
			"oauth2.error.invalid-request",
			"oauth2.error.duplicate-parameter",
			"oauth2.error.unsupported-grant",
			"oauth2.error.grant-type-missing",
			"oauth2.error.wrong-content-type",
			"oauth2.refresh.client-bound",
			"oauth2.refresh.client-id-required",
			"ha.refresh.error",
			"oauth2.refresh.missing-token",
			"oauth2.refresh.malformed-client",
			"oauth2.refresh.access-token-refused",
			"oauth2.refresh.tampered",
			"ha.refresh.idle-expiry",
			"ha.refresh.user-inactive",
			"ha.revoke.path",
			"oauth2.revoke.immediate",
			"ha.revoke.no-client-id",
			"oauth2.revoke.hint",
			"ha.revoke.legacy-action",
			"oauth2.revoke.cors",
			"ha.ws.closed-by-delete",
			"ha.ws.delete-all",
			"ha.llat.not-a-refresh-token",
			"ha.link.single-use",
			"ha.cors.token-read",
		}, Blocks: []string{"*"}, Change: answers(tokenEndpoint, status(200), 400),
	},
	{
		ID: "token.error-html", Story: "Refusals are web pages.",
		Breaks: []string{
			"oauth2.metadata.endpoints",
			"oauth2.metadata.pkce-true",
			"oauth2.cimd.code-bound",
			"ha.flow.no-token-without-password",
			"oauth2.code.single-use",
			"oauth2.code.single-use-parallel",
			"oauth2.code.bound-client",
			"oauth2.code.client-id-required",
			"ha.code.exact-client-id",
			"oauth2.code.not-an-access-token",
			"oauth2.code.missing",
			"oauth2.code.expires",
			"oauth2.pkce.wrong-verifier",
			"oauth2.pkce.missing-verifier",
			"oauth2.pkce.unexpected-verifier",
			"oauth2.pkce.verifier-grammar",
			"oauth2.pkce.not-shared",
			"ha.token.multipart",
			"oauth2.error.status-400",
			"oauth2.error.invalid-request",
			"oauth2.error.duplicate-parameter",
			"oauth2.error.unsupported-grant",
			"oauth2.error.grant-type-missing",
			"oauth2.refresh.client-bound",
			"oauth2.refresh.client-id-required",
			"ha.refresh.error",
			"oauth2.refresh.missing-token",
			"oauth2.refresh.malformed-client",
			"oauth2.refresh.access-token-refused",
			"oauth2.refresh.tampered",
			"ha.refresh.idle-expiry",
			"ha.revoke.path",
			"oauth2.revoke.immediate",
			"ha.revoke.no-client-id",
			"oauth2.revoke.hint",
			"ha.revoke.legacy-action",
			"oauth2.revoke.cors",
			"ha.ws.closed-by-delete",
			"ha.ws.delete-all",
			"ha.llat.not-a-refresh-token",
			"ha.link.single-use",
			"ha.headers.content-type",
		}, Blocks: []string{"*"}, Change: answers(tokenEndpoint, all(header("Content-Type", "text/html"), body("<h1>Bad request</h1>")), 400),
	},
	{
		ID: "token.error-unnamed", Story: "Refusals of unknown grants have a message and no error.",
		Breaks: []string{
			"oauth2.metadata.endpoints",
			"oauth2.error.status-400",
			"oauth2.error.unsupported-grant",
			"oauth2.error.grant-type-missing",
		},
		Change: answers(tokenEndpoint, object(func(m map[string]any) {
			if m["error"] == "unsupported_grant_type" {
				m["message"] = m["error"]
				delete(m, "error")
			}
		}), 400),
	},
	{
		ID: "token.empty-500", Story: "An empty body is an exception that nobody catches.",
		Breaks: []string{
			"oauth2.metadata.endpoints",
			"oauth2.token.query-ignored",
			"oauth2.error.status-400",
			"robust.form.shapes",
			"robust.multipart",
			"robust.methods",
			"robust.generated-forms",
		}, Change: answers(tokenEndpoint.and(func(r mock.Request) bool { return len(r.Body) == 0 }), status(500), 400),
	},
	{
		ID: "token.echo", Story: "error_description repeats what was sent.",
		Breaks: []string{"oauth2.error.charset"},
		Change: func(p *mockserver.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); tokenEndpoint(r) && a.Status == 400 {
					a = member("error_description", "bad value: "+fields(r).Get("client_id")+fields(r).Get("grant_type")+fields(r).Get("code"))(a)
				}
				return a
			}
		},
	},
	{
		ID: "token.charset-500", Story: "A parameter with letters beyond ASCII is an exception that nobody catches.",
		Breaks: []string{"oauth2.error.charset", "robust.client-ids"}, Change: answers(tokenEndpoint.and(func(r mock.Request) bool { return strings.Contains(string(r.Body), "%C3%BC") }), status(500)),
	},
	{
		ID: "token.client-word", Story: "A malformed client_id is refused with unauthorized_client.",
		Breaks: []string{"oauth2.code.client-id-required", "oauth2.error.invalid-request"},
		Change: func(p *mockserver.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); codeGrant(r) && strings.Contains(a.Why, "client id") {
					a = word("", "unauthorized_client")(a)
				}
				return a
			}
		},
	},
	{
		ID: "token.first-of-two", Story: "Of two equal parameters the first is taken.",
		Breaks: []string{"oauth2.error.duplicate-parameter"}, Change: func(p *mockserver.Policy) { p.Duplicates = mock.Is(false) },
	},
	{
		ID: "token.equal-twice", Story: "A parameter may stand twice if both values are equal.",
		Breaks: []string{"oauth2.error.duplicate-parameter"},
		Change: takes(tokenEndpoint, withFields(func(v url.Values) {
			for name, values := range v {
				if len(values) == 2 && values[0] == values[1] {
					v[name] = values[:1]
				}
			}
		})),
	},
	{
		ID: "token.duplicate-burns", Story: "A request with a parameter twice spends the code.",
		Breaks: []string{"oauth2.error.duplicate-parameter"},
		Blocks: []string{"oauth2.error.duplicate-parameter"}, Change: spendsAtDuplicates,
	},
	{
		ID: "token.grant-case", Story: "The grant type's letter case is folded.",
		Breaks: []string{"oauth2.error.duplicate-parameter", "oauth2.error.unsupported-grant"}, Change: takes(tokenEndpoint, withFields(func(v url.Values) { v.Set("grant_type", strings.ToLower(v.Get("grant_type"))) })),
	},
	{
		ID: "token.grant-password", Story: "The grant password is answered as if it were a code's.",
		Breaks: []string{"oauth2.error.unsupported-grant"}, Change: takes(tokenRequest("password").or(tokenRequest("client_credentials")), set("grant_type", "authorization_code")),
	},
	{
		ID: "token.grant-word", Story: "An unknown grant is refused with invalid_grant.",
		Breaks: []string{"oauth2.metadata.endpoints", "oauth2.error.unsupported-grant", "oauth2.error.grant-type-missing"}, Change: answers(tokenEndpoint, word("unsupported_grant_type", "invalid_grant"), 400),
	},
	{
		ID: "token.grant-implied", Story: "Without grant_type the code grant is implied.",
		Breaks: []string{"oauth2.error.status-400", "oauth2.error.grant-type-missing"}, Change: takes(tokenEndpoint.and(has("code")).and(lacks("grant_type")), set("grant_type", "authorization_code")),
	},
	{
		ID: "token.json", Story: "A JSON body is read as a form.",
		Breaks: []string{"oauth2.error.wrong-content-type"},
		Change: takes(tokenEndpoint.and(sent("application/json")), jsonAsForm),
	},
	{
		ID: "token.json-sniffed", Story: "A body that looks like JSON is read as a form, whatever it says it is.",
		Breaks: []string{"oauth2.error.wrong-content-type"},
		Change: takes(tokenEndpoint.and(sent("text/plain")).and(func(r mock.Request) bool { return strings.HasPrefix(string(r.Body), "{") }), jsonAsForm),
	},
	{
		ID: "token.any-media-type", Story: "A form is read whatever its media type.",
		Breaks: []string{"oauth2.error.wrong-content-type"},
		Change: takes(tokenEndpoint.and(sent("text/plain")).and(func(r mock.Request) bool { return !strings.HasPrefix(string(r.Body), "{") }), form),
	},
	{
		ID: "token.stock-refused", Story: "Answers of the code grant lack their media type, so that a stock library reads a form.",
		Breaks: []string{
			"oauth2.metadata.endpoints",
			"ha.clients.id-without-path",
			"ha.clients.no-registration",
			"oauth2.cimd.code-bound",
			"ha.code.survives-foreign-client",
			"oauth2.pkce.s256",
			"indieauth.authz.no-pkce-allowed",
			"ha.token.path",
			"oauth2.token.ignore-unknown",
			"ha.token.ignores-secret",
			"ha.token.extra-redirect-uri",
			"indieauth.token.short-lived",
			"ha.token.response-shape",
			"oauth2.token.cors",
			"oauth2.stock.code",
			"ha.cors.token-read",
			"oauth2.token.status-200",
		}, Blocks: []string{"*"}, Change: granted(header("Content-Type", "application/x-www-form-urlencoded"), codeGrant),
	},
	{
		ID: "token.refresh-empties", Story: "The refresh grant sends another refresh token, which does not work.",
		Breaks: []string{"oauth2.stock.refresh", "ha.refresh.no-rotation"}, Change: granted(member("refresh_token", strings.Repeat("0", 128)), refreshGrant),
	},
})

func jsonAsForm(r mock.Request) mock.Request {
	values := url.Values{}
	for name, v := range decoded(r.Body) {
		if s, ok := v.(string); ok {
			values.Set(name, s)
		}
	}
	r.Body = []byte(values.Encode())
	return form(r)
}
