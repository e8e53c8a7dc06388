package defects

import (
	"net/url"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var tokenErrorDefects = []Defect[mockserver.Policy]{
	{
		ID: "token.error-200", Story: "Errors have status 200, with error in the body.",
		Aims:   []string{"oauth2.error.status-400"},
		Change: answers(tokenEndpoint, status(200), 400),
	},
	{
		ID: "token.error-html", Story: "Errors are web pages.",
		Aims:   []string{"oauth2.error.status-400"},
		Change: answers(tokenEndpoint, all(header("Content-Type", "text/html"), body("<h1>Bad request</h1>")), 400),
	},
	{
		ID: "token.error-unnamed", Story: "Errors for unknown grants have a message but no error.",
		Aims: []string{"oauth2.error.unsupported-grant"},
		Change: answers(tokenEndpoint, object(func(m map[string]any) {
			if m["error"] == "unsupported_grant_type" {
				m["message"] = m["error"]
				delete(m, "error")
			}
		}), 400),
	},
	{
		ID: "token.empty-500", Story: "An empty body causes an uncaught exception.",
		Aims:   []string{"robust.form.shapes"},
		Change: answers(tokenEndpoint.and(func(r mock.Request) bool { return len(r.Body) == 0 }), status(500), 400),
	},
	{
		ID: "token.echo", Story: "error_description repeats the request.",
		Aims: []string{"oauth2.error.charset"},
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
		ID: "token.charset-500", Story: "A parameter with non-ASCII letters causes an uncaught exception.",
		Aims:   []string{"oauth2.error.charset", "robust.client-ids"},
		Change: answers(tokenEndpoint.and(func(r mock.Request) bool { return strings.Contains(string(r.Body), "%C3%BC") }), status(500)),
	},
	{
		ID: "token.client-word", Story: "A malformed client_id is refused with unauthorized_client.",
		Aims: []string{"oauth2.code.client-id-required", "oauth2.error.invalid-request"},
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
		ID: "token.first-of-two", Story: "The first of two equal parameters is used.",
		Aims:   []string{"oauth2.error.duplicate-parameter"},
		Change: func(p *mockserver.Policy) { p.Duplicates = mock.Is(false) },
	},
	{
		ID: "token.equal-twice", Story: "A parameter may be repeated if both values are equal.",
		Aims: []string{"oauth2.error.duplicate-parameter"},
		Change: takes(tokenEndpoint, withFields(func(v url.Values) {
			for name, values := range v {
				if len(values) == 2 && values[0] == values[1] {
					v[name] = values[:1]
				}
			}
		})),
	},
	{
		ID: "token.duplicate-burns", Story: "A request with a repeated parameter spends the code.",
		Aims:   []string{"oauth2.error.duplicate-parameter"},
		Change: spendsAtDuplicates,
	},
	{
		ID: "token.grant-case", Story: "The grant type is compared without regard to case.",
		Aims:   []string{"oauth2.error.duplicate-parameter", "oauth2.error.unsupported-grant"},
		Change: takes(tokenEndpoint, withFields(func(v url.Values) { v.Set("grant_type", strings.ToLower(v.Get("grant_type"))) })),
	},
	{
		ID: "token.grant-password", Story: "The password grant is answered with an error of the code grant.",
		Aims:   []string{"oauth2.error.unsupported-grant"},
		Change: takes(tokenRequest("password").or(tokenRequest("client_credentials")), set("grant_type", "authorization_code")),
	},
	{
		ID: "token.grant-word", Story: "An unknown grant is refused with invalid_grant.",
		Aims:   []string{"oauth2.metadata.endpoints", "oauth2.error.unsupported-grant", "oauth2.error.grant-type-missing"},
		Change: answers(tokenEndpoint, word("unsupported_grant_type", "invalid_grant"), 400),
	},
	{
		ID: "token.grant-implied", Story: "A missing grant_type is treated as authorization_code.",
		Aims:   []string{"oauth2.error.status-400", "oauth2.error.grant-type-missing"},
		Change: takes(tokenEndpoint.and(has("code")).and(lacks("grant_type")), set("grant_type", "authorization_code")),
	},
	{
		ID: "token.json", Story: "A JSON body is read as a form.",
		Aims:   []string{"oauth2.error.wrong-content-type"},
		Change: takes(tokenEndpoint.and(sent("application/json")), jsonAsForm),
	},
	{
		ID: "token.json-sniffed", Story: "A body that looks like JSON is read as a form, whatever its media type.",
		Aims: []string{"oauth2.error.wrong-content-type"},
		Change: takes(tokenEndpoint.and(sent("text/plain")).and(func(r mock.Request) bool {
			return strings.HasPrefix(string(r.Body), "{")
		}), jsonAsForm),
	},
	{
		ID: "token.any-media-type", Story: "A form is read whatever its media type.",
		Aims: []string{"oauth2.error.wrong-content-type"},
		Change: takes(tokenEndpoint.and(sent("text/plain")).and(func(r mock.Request) bool {
			return !strings.HasPrefix(string(r.Body), "{")
		}), form),
	},
	{
		ID: "token.stock-refused", Story: "Responses of the code grant lack their media type, so standard libraries read them as a form.",
		Aims:   []string{"oauth2.stock.code"},
		Change: granted(header("Content-Type", "application/x-www-form-urlencoded"), codeGrant),
	},
	{
		ID: "token.refresh-empties", Story: "The refresh grant returns another refresh token, which does not work.",
		Aims:   []string{"oauth2.stock.refresh", "ha.refresh.no-rotation"},
		Change: granted(member("refresh_token", strings.Repeat("0", 128)), refreshGrant),
	},
}

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
