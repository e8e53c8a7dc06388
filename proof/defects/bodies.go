package defects

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var bodyDefects = []Defect[mockserver.Policy]{
	{
		ID: "body.encoding-500", Story: "A body that cannot be decompressed causes an uncaught exception.",
		Aims: []string{"robust.body-encoding"},
		Change: crashes(when(anyRequest).and(func(r mock.Request) bool {
			return r.Header.Get("Content-Encoding") == "gzip" && !bytes.HasPrefix(r.Body, []byte{0x1f, 0x8b})
		})),
	},
	{
		ID: "body.encoding-unknown", Story: "An unknown content encoding causes an uncaught exception.",
		Aims: []string{"robust.body-encoding"},
		Change: crashes(when(anyRequest).and(func(r mock.Request) bool {
			as := r.Header.Get("Content-Encoding")
			return as != "" && as != "gzip"
		})),
	},
	{
		ID: "body.bomb", Story: "A body is decompressed in full before its size is checked, so memory runs out.",
		Aims: []string{"robust.body-bomb"},
		Change: crashes(when(anyRequest).and(func(r mock.Request) bool {
			return r.Header.Get("Content-Encoding") == "gzip" && len(r.Body) > 16<<10
		})),
	},
	{
		ID: "body.password-number", Story: "A numeric password is passed to the hash as if it were text.",
		Aims:   []string{"robust.login-fields"},
		Change: crashes(steps(func(m map[string]any) bool { _, number := m["password"].(float64); return number })),
	},
	{
		ID: "body.name-list", Story: "A user name that is a list causes an uncaught exception.",
		Aims:   []string{"robust.login-fields"},
		Change: crashes(steps(func(m map[string]any) bool { _, list := m["username"].([]any); return list })),
	},
	{
		ID: "body.password-null", Story: "A null password is treated as a login without a password.",
		Aims: []string{"robust.login-fields"},
		Change: answers(steps(func(m map[string]any) bool {
			v, there := m["password"]
			return there && v == nil
		}), ok(aCode), 400),
	},
	{
		ID: "body.factor-object", Story: "A second-factor code that is an object causes an uncaught exception.",
		Aims:   []string{"robust.login-fields"},
		Change: crashes(steps(func(m map[string]any) bool { _, object := m["code"].(map[string]any); return object })),
	},
	{
		ID: "revoke.by-query", Story: "A token in the query of a POST is revoked as well.",
		Aims: []string{"ha.revoke.query-harmless"},
		Change: takes(at("POST /auth/revoke").and(query("?token=")), func(r mock.Request) mock.Request {
			_, raw, _ := strings.Cut(r.Target, "?")
			r.Target, r.Body = "/auth/revoke", []byte(raw)
			return form(r)
		}),
	},
	{
		ID: "revoke.action-case", Story: "action is compared without regard to case.",
		Aims: []string{"ha.revoke.query-harmless"},
		Change: takes(tokenEndpoint, withFields(func(v url.Values) {
			if v.Has("action") {
				v.Set("action", strings.ToLower(v.Get("action")))
			}
		})),
	},
	{
		ID: "revoke.by-put", Story: "PUT revokes like POST.",
		Aims: []string{"ha.revoke.query-harmless"},
		Change: takes(at("PUT /auth/revoke"), func(r mock.Request) mock.Request {
			r.Method = "POST"
			return r
		}),
	},
	{
		ID: "revoke.json-500", Story: "A revocation that is not a form causes an uncaught exception.",
		Aims:   []string{"ha.revoke.other-bodies"},
		Change: crashes(revokeRequest.and(sent("application/json"))),
	},
	{
		ID: "code.replay-ends-all", Story: "A second use of a code ends all sessions of its user.",
		Aims:   []string{"ha.code.replay-others"},
		Change: keeps(replaying(endsAll)),
	},
	{
		ID: "code.replay-ends-first", Story: "A second use of a code ends the session of its first use, as RFC 6749 §4.1.2 advises.",
		Aims:   []string{"ha.code.replay-tokens"},
		Change: keeps(replaying(endsFirst)),
	},
	{
		ID: "headers.bare-413", Story: "An oversized request is refused before any security header is set.",
		Aims:   []string{"ha.headers.on-errors"},
		Change: answers(anyRequest, header("X-Frame-Options", ""), 413),
	},
	{
		ID: "headers.bare-flow", Story: "The answer for an unknown flow lacks X-Content-Type-Options.",
		Aims:   []string{"ha.headers.on-errors"},
		Change: answers(flowStep, header("X-Content-Type-Options", ""), 404),
	},
	{
		ID:     "headers.errors-name-server",
		Story:  "The answer to a wrong method comes from the web server itself and names it with its version.",
		Aims:   []string{"ha.headers.on-errors"},
		Change: answers(at("PUT /auth/login_flow"), header("Server", "Python/3.14 aiohttp/3.14.5"), 405),
	},
	{
		ID: "headers.filter-bare", Story: "The attack filter answers before the security headers are set.",
		Aims: []string{"ha.headers.filtered"},
		Change: answers(when(anyRequest).and(func(r mock.Request) bool {
			return r.Method == "GET" && strings.Contains(r.Target, "?")
		}), all(header("X-Frame-Options", ""), header("X-Content-Type-Options", "")), 400),
	},
	{
		ID: "metadata.grants-invented", Story: "grant_types_supported names a grant that the token endpoint does not support.",
		Aims: []string{"ha.metadata.grants-true"},
		Change: answers(metadataDocument, member("grant_types_supported",
			[]string{"authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer"}), 200),
	},
	{
		ID: "metadata.pkce-hidden", Story: "PKCE works, but the document does not announce it.",
		Aims:   []string{"ha.metadata.pkce-announced"},
		Change: answers(metadataDocument, member("code_challenge_methods_supported", nil), 200),
	},
}

var metadataDocument = at("GET /.well-known/oauth-authorization-server")
