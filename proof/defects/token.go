package defects

import (
	"net/http"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var tokenDefects = []Defect[mockserver.Policy]{
	{
		ID: "token.needs-redirect-uri", Story: "A token request without redirect_uri is refused, as RFC 6749 requires.",
		Aims:   []string{"ha.token.path"},
		Change: answers(codeGrant.and(func(r mock.Request) bool { return !has("redirect_uri")(r) }), refused("invalid_request"), 200),
	},
	{
		ID: "token.by-get", Story: "The token endpoint also reads its parameters from GET.",
		Aims: []string{"oauth2.token.post-only", "oauth2.token.methods", "ha.http.allow"},
		Change: takes(at("GET /auth/token"), func(r mock.Request) mock.Request {
			_, query, _ := strings.Cut(r.Target, "?")
			r.Method, r.Target, r.Body = http.MethodPost, "/auth/token", []byte(query)
			return form(r)
		}),
	},
	{
		ID: "token.query", Story: "Parameters are read from both query and form.",
		Aims: []string{"oauth2.token.query-ignored"},
		Change: takes(tokenEndpoint, func(r mock.Request) mock.Request {
			if _, query, ok := strings.Cut(r.Target, "?"); ok {
				r.Target, r.Body = "/auth/token", append(append([]byte{}, r.Body...), "&"+query...)
			}
			return r
		}),
	},
	{
		ID: "token.charset-refused", Story: "A media type with a charset parameter is not recognised.",
		Aims: []string{"oauth2.token.form-encoding"},
		Change: takes(tokenEndpoint.and(func(r mock.Request) bool {
			return strings.Contains(r.Header.Get("Content-Type"), "charset")
		}), withHeader("Content-Type", "text/plain")),
	},
	{
		ID: "token.media-type-case", Story: "The media type is compared with regard to case.",
		Aims:   []string{"oauth2.token.form-encoding"},
		Change: takes(tokenEndpoint.and(sent("Application/")), withHeader("Content-Type", "text/plain")),
	},
	{
		ID: "token.no-multipart", Story: "Only urlencoded forms are read.",
		Aims:   []string{"ha.token.multipart"},
		Change: takes(at("POST /auth/*").and(sent("multipart/")), withHeader("Content-Type", "text/plain")),
	},
	{
		ID: "token.no-multipart-refresh", Story: "multipart is read only for the code grant.",
		Aims: []string{"ha.token.multipart"},
		Change: takes(tokenEndpoint.and(sent("multipart/")).and(func(r mock.Request) bool {
			return strings.Contains(string(r.Body), "refresh_token\"\r\n\r\n") || strings.Contains(string(r.Body), "\r\n\r\nrefresh_token")
		}), withHeader("Content-Type", "text/plain")),
	},
	{
		ID: "token.no-multipart-revoke", Story: "The revocation endpoint reads only urlencoded forms but always answers 200.",
		Aims:   []string{"ha.token.multipart"},
		Change: takes(at("POST /auth/revoke").and(sent("multipart/")), withHeader("Content-Type", "text/plain")),
	},
	{
		ID: "token.revoke-multipart-415", Story: "The revocation endpoint answers multipart with 415.",
		Aims:   []string{"ha.token.multipart"},
		Change: answers(at("POST /auth/revoke").and(sent("multipart/")), status(415)),
	},
	{
		ID: "token.unknown-parameter", Story: "An unknown parameter is refused.",
		Aims:   []string{"oauth2.token.ignore-unknown", "oauth2.refresh.scope-ignored", "oauth2.token.resource-taken"},
		Change: answers(tokenEndpoint.and(otherThan(tokenParameters...)), refused("invalid_request"), 200),
	},
	{
		ID: "token.resource-refused", Story: "The token endpoint does not know resource, and refuses it.",
		Aims:   []string{"oauth2.token.resource-taken"},
		Change: answers(tokenEndpoint.and(has("resource")), refused("invalid_request"), 200),
	},
	{
		ID: "token.resource-refused-on-refresh", Story: "resource is refused in a refresh.",
		Aims:   []string{"oauth2.token.resource-taken"},
		Change: answers(refreshGrant.and(has("resource")), refused("invalid_request"), 200),
	},
	{
		ID: "token.resource-unread", Story: "The login page is not shown to a client that names a resource.",
		Aims:   []string{"oauth2.token.resource-taken"},
		Change: answers(at("GET /auth/authorize").and(query("resource=")), all(status(400), body("Bad request"))),
	},
	{
		ID: "token.secret-refused", Story: "A client_secret, which no client of a home has, is refused.",
		Aims:   []string{"ha.token.ignores-secret"},
		Change: answers(tokenEndpoint.and(has("client_secret")), refused("invalid_client"), 200),
	},
	{
		ID: "token.authorization-judged", Story: "An Authorization header at the token endpoint is checked as at the API.",
		Aims:   []string{"ha.token.ignores-secret"},
		Change: answers(tokenEndpoint.and(func(r mock.Request) bool { return r.Header.Get("Authorization") != "" }), status(401), 200),
	},
	{
		ID: "token.redirect-compared", Story: "Any redirect_uri at the token endpoint is refused.",
		Aims:   []string{"ha.token.extra-redirect-uri", "oauth2.stock.code"},
		Change: answers(codeGrant.and(has("redirect_uri")), refused("invalid_grant"), 200),
	},
	{
		ID: "token.created", Story: "A token response has status 201.",
		Aims:   []string{"oauth2.token.status-200"},
		Change: granted(status(201)),
	},
	{
		ID: "token.refresh-created", Story: "The refresh grant answers 201.",
		Aims:   []string{"oauth2.token.status-200"},
		Change: granted(status(201), refreshGrant),
	},
	{
		ID: "token.html", Story: "Token answers are sent as text/html.",
		Aims:   []string{"oauth2.token.status-200"},
		Change: granted(header("Content-Type", "text/html; charset=utf-8")),
	},
	{
		ID: "token.refresh-text", Story: "The refresh response is sent as text/plain.",
		Aims:   []string{"oauth2.token.status-200"},
		Change: granted(header("Content-Type", "text/plain; charset=utf-8"), refreshGrant),
	},
	{
		ID: "token.cacheable", Story: "Token responses may be cached.",
		Aims:   []string{"oauth2.token.cache-no-store"},
		Change: func(p *mockserver.Policy) { p.TokenHeader = mock.Is(http.Header{}) },
	},
	{
		ID: "token.refresh-cacheable", Story: "Refresh responses may be cached.",
		Aims:   []string{"oauth2.token.cache-no-store"},
		Change: granted(header("Cache-Control", "private"), refreshGrant),
	},
	{
		ID: "token.pragma-only", Story: "Only the obsolete Pragma header is sent.",
		Aims:   []string{"oauth2.token.cache-no-store"},
		Change: granted(header("Cache-Control", "")),
	},
	{
		ID: "token.access-with-blank", Story: "access_token contains its scheme, and so a space.",
		Aims: []string{"oauth2.token.access-token"},
		Change: granted(object(func(m map[string]any) {
			if s, ok := m["access_token"].(string); ok {
				m["access_token"] = "Bearer " + s
			}
		})),
	},
	{
		ID: "token.access-dead", Story: "The code grant's access token is signed with a key that the API does not know.",
		Aims: []string{"oauth2.token.access-token"},
		Change: granted(object(func(m map[string]any) {
			if s, ok := m["access_token"].(string); ok && len(s) > 12 {
				m["access_token"] = s[:len(s)-12] + "AAAAAAAAAAAA"
			}
		}), codeGrant),
	},
	{
		ID: "token.refreshed-dead", Story: "The refresh grant's access token is signed with a key that the API does not know.",
		Aims: []string{"oauth2.refresh.grant"},
		Change: granted(object(func(m map[string]any) {
			if s, ok := m["access_token"].(string); ok && len(s) > 12 {
				m["access_token"] = s[:len(s)-12] + "AAAAAAAAAAAA"
			}
		}), refreshGrant),
	},
}
