package defects

import (
	"bytes"
	"encoding/json"
	"math"
	"mime"
	"net/url"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

func bodyHas(parts ...string) when {
	return func(r mock.Request) bool {
		for _, p := range parts {
			if bytes.Contains(r.Body, []byte(p)) {
				return true
			}
		}
		return false
	}
}

func notJSON(r mock.Request) bool { return !json.Valid(r.Body) }

var robustnessDefects = []Defect[mockserver.Policy]{
	{
		ID: "robust.charset", Story: "A form's charset is passed to a codec that may not exist.",
		Aims: []string{"robust.form.charset"},
		Change: crashes(at("POST /auth/*").and(func(r mock.Request) bool {
			_, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
			return parameters["charset"] != "" && !strings.EqualFold(parameters["charset"], "utf-8")
		})),
	},
	{
		ID: "robust.form-bytes", Story: "Form bytes that are not text cause an uncaught exception.",
		Aims:   []string{"robust.form.bytes", "robust.generated-forms"},
		Change: crashes(at("POST /auth/*").and(func(r mock.Request) bool { return !utf8.Valid(r.Body) && sent("application/x-www-form")(r) })),
	},
	{
		ID: "robust.form-escape", Story: "A broken percent escape in a form causes an uncaught exception.",
		Aims: []string{"robust.form.bytes"},
		Change: crashes(at("POST /auth/*").and(sent("application/x-www-form")).and(func(r mock.Request) bool {
			_, err := url.ParseQuery(string(r.Body))
			return err != nil
		})),
	},
	{
		ID: "robust.form-many", Story: "A form with many fields overflows the stack.",
		Aims:   []string{"robust.form.shapes"},
		Change: crashes(at("POST /auth/*").and(func(r mock.Request) bool { return bytes.Count(r.Body, []byte("&")) > 500 })),
	},
	{
		ID: "robust.no-media-type", Story: "A request without Content-Type causes an uncaught exception.",
		Aims: []string{"robust.form.shapes"},
		Change: crashes(at("POST /auth/token").and(func(r mock.Request) bool {
			t, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
			return t == ""
		})),
	},
	{
		ID: "robust.multipart-boundary", Story: "multipart without a boundary causes an uncaught exception.",
		Aims:   []string{"robust.multipart"},
		Change: crashes(at("POST /auth/*").and(func(r mock.Request) bool { return r.Header.Get("Content-Type") == "multipart/form-data" })),
	},
	{
		ID: "robust.multipart-file", Story: "A file in place of a text field causes an uncaught exception.",
		Aims:   []string{"robust.multipart"},
		Change: crashes(at("POST /auth/revoke").and(bodyHas("filename="))),
	},
	{
		ID: "robust.token-letters", Story: "Tokens are compared with a function that accepts only ASCII.",
		Aims: []string{"robust.token.words"},
		Change: crashes(at("POST /auth/*").and(func(r mock.Request) bool {
			for _, values := range fields(r) {
				if strings.ContainsFunc(strings.Join(values, ""), func(c rune) bool { return c > unicode.MaxASCII && c != utf8.RuneError }) {
					return true
				}
			}
			return false
		})),
	},
	{
		ID: "robust.generated-forms", Story: "A form field without a name causes an uncaught exception.",
		Aims: []string{"robust.form.shapes", "robust.generated-forms"},
		Change: crashes(at("POST /auth/*").and(func(r mock.Request) bool {
			return bytes.Contains(r.Body, []byte("&=")) || bytes.HasPrefix(r.Body, []byte("="))
		})),
	},
	{
		ID: "robust.json-null", Story: "A body of null is read as an object, which causes an uncaught exception.",
		Aims:   []string{"robust.json.shapes"},
		Change: crashes(jsonEndpoints.and(func(r mock.Request) bool { return string(r.Body) == "null" })),
	},
	{
		ID: "robust.json-broken", Story: "A body that is not JSON causes an uncaught exception.",
		Aims:   []string{"robust.json.shapes"},
		Change: crashes(jsonEndpoints.and(notJSON)),
	},
	{
		ID: "robust.json-type", Story: "A number in place of a string causes an uncaught exception.",
		Aims:   []string{"robust.json.types"},
		Change: crashes(jsonEndpoints.and(func(r mock.Request) bool { _, n := decoded(r.Body)["redirect_uri"].(float64); return n })),
	},
	{
		ID: "robust.json-depth", Story: "A deeply nested body overflows the JSON parser's stack.",
		Aims:   []string{"robust.json.depth"},
		Change: crashes(jsonEndpoints.and(func(r mock.Request) bool { return bytes.HasPrefix(r.Body, []byte("[[[[[[[[")) })),
	},
	{
		ID: "robust.handler-short", Story: "A handler with only one part causes an uncaught exception.",
		Aims:   []string{"robust.json.types", "robust.handler", "robust.generated-json"},
		Change: crashes(jsonEndpoints.and(bodyHas(`"handler":[]`, `"handler":"`))),
	},
	{
		ID: "robust.link-empty", Story: "An empty object at the linking endpoint causes an uncaught exception.",
		Aims:   []string{"robust.link-user"},
		Change: crashes(linkRequest.and(func(r mock.Request) bool { return string(r.Body) == "{}" })),
	},
	{
		ID: "robust.password-nul", Story: "A NUL in a password causes an uncaught exception in the hash.",
		Aims:   []string{"robust.json.types", "robust.password", "robust.generated-json"},
		Change: crashes(flowStep.and(bodyHas(`\u0000`))),
	},
	{
		ID: "robust.password-long", Story: "A password of 72 bytes or more causes an uncaught exception in the hash.",
		Aims:   []string{"robust.password"},
		Change: crashes(flowStep.and(func(r mock.Request) bool { s, _ := decoded(r.Body)["password"].(string); return len(s) > 72 })),
	},
	{
		ID: "robust.client-bracket", Story: "A client id with half an IPv6 address causes an uncaught exception.",
		Aims: []string{"robust.client-ids", "indieauth.client-id.well-formed"},
		Change: crashes(func(r mock.Request) bool {
			id, _ := decoded(r.Body)["client_id"].(string)
			return strings.Contains(id, "[") && !strings.Contains(id, "]") ||
				strings.Contains(fields(r).Get("client_id"), "[") && !strings.Contains(fields(r).Get("client_id"), "]")
		}),
	},
	{
		ID:    "robust.redirect-port",
		Story: "A port that is too large in a redirect URI causes an uncaught exception when a login starts.",
		Aims:  []string{"robust.redirects", "robust.client-ids", "indieauth.client-id.port-valid"},
		Change: answers(at("POST /auth/login_flow").and(func(r mock.Request) bool {
			s, _ := decoded(r.Body)["redirect_uri"].(string)
			return port(parsed(s)) > math.MaxUint16
		}), status(500)),
	},
	{
		ID: "robust.redirect-bracket", Story: "A redirect URI with half an IPv6 address causes an uncaught exception.",
		Aims: []string{"ha.redirect.malformed", "robust.redirects"},
		Change: func(p *mockserver.Policy) {
			before := p.Redirect
			p.Redirect = func(clientID, redirectURI string, pkce bool, published func() []string) error {
				return before(clientID, redirectURI, pkce, published)
			}
			var odd idSecrets
			takes(at("POST /auth/login_flow"), func(r mock.Request) mock.Request {
				if s, _ := decoded(r.Body)["redirect_uri"].(string); strings.Contains(s, "[") && !strings.Contains(s, "]") {
					odd.add("odd")
				}
				return r
			})(p)
			answers(flowStep.and(func(mock.Request) bool { return len(odd.list()) > 0 }), status(500), 403)(p)
		},
	},
	{
		ID: "robust.get-flow", Story: "GET of a login flow causes an uncaught exception.",
		Aims:   []string{"robust.methods", "robust.paths"},
		Change: crashes(at("GET /auth/login_flow/*")),
	},
	{
		ID: "robust.path-bytes", Story: "A path with bytes that are not text causes an uncaught exception.",
		Aims: []string{"robust.paths", "robust.queries", "robust.signatures"},
		Change: crashes(func(r mock.Request) bool {
			return strings.Contains(r.Target, "%ff") || strings.Contains(r.Target, "%FF")
		}),
	},
	{
		ID: "robust.query-brackets", Story: "A query with repeated parameters causes an uncaught exception.",
		Aims: []string{"ha.authorize.path", "robust.queries", "robust.generated-urls"},
		Change: crashes(at("GET /auth/authorize").and(func(r mock.Request) bool {
			return strings.Contains(r.Target, "%") && strings.Contains(r.Target, "&") && strings.Contains(r.Target, "?")
		})),
	},
	{
		ID: "robust.authorization-bytes", Story: "An Authorization header with bytes that are not text causes an uncaught exception.",
		Aims:   []string{"robust.authorization"},
		Change: crashes(authorization(func(s string) bool { return !utf8.ValidString(s) })),
	},
	{
		ID: "robust.authorization-iss", Story: "A token whose iss is a list causes an uncaught exception.",
		Aims: []string{"robust.authorization"},
		Change: crashes(authorization(func(s string) bool {
			parts := strings.Split(s, ".")
			return len(parts) == 3 && strings.Contains(unbase64(parts[1]), `"iss":[`)
		})),
	},
	{
		ID: "robust.signature", Story: "A signature that is not a token causes an uncaught exception.",
		Aims: []string{"ha.signed-path.tampered", "robust.signatures"},
		Change: crashes(func(r mock.Request) bool {
			_, sig, ok := strings.Cut(r.Target, "authSig=")
			return ok && strings.Count(sig, ".") != 2
		}),
	},
	{
		ID: "robust.header-odd", Story: "Unusual headers cause an uncaught exception.",
		Aims: []string{"robust.headers"},
		Change: crashes(func(r mock.Request) bool {
			for name := range r.Header {
				if name == "Range" || name == "If-Modified-Since" || name == "Accept" && r.Header.Get(name) != "*/*" || name == "Cookie" {
					return true
				}
			}
			return false
		}),
	},
	{
		ID: "robust.host", Story: "An invalid Host header causes an uncaught exception.",
		Aims:   []string{"robust.host", "robust.body-size"},
		Change: crashes(func(r mock.Request) bool { return strings.ContainsAny(r.Host, "@ ") || r.Host == "" }),
	},
	{
		ID: "robust.body-500", Story: "A body that is too large causes an uncaught exception.",
		Aims:   []string{"robust.body-size"},
		Change: answers(anyRequest, status(500), 413),
	},
	{
		ID: "robust.socket-dies", Story: "After a frame that is not an object the server stops reading for good.",
		Aims: []string{"ha.ws.id-required"},
		Change: says(func(m map[string]any) map[string]any {
			if e, ok := m["error"].(map[string]string); ok && e["code"] == "invalid_format" {
				return nil
			}
			return m
		}),
	},
	{
		ID: "robust.generated-json", Story: "A body that is a list causes an uncaught exception.",
		Aims: []string{"robust.json.shapes", "robust.generated-json"},
		Change: crashes(jsonEndpoints.and(func(r mock.Request) bool {
			return bytes.HasPrefix(r.Body, []byte("[")) && json.Valid(r.Body) && len(r.Body) > 2 && len(r.Body) < 4000
		})),
	},
	{
		ID: "robust.generated-url", Story: "A redirect URI with a percent sign in its host causes an uncaught exception.",
		Aims: []string{"robust.generated-urls"},
		Change: crashes(at("GET /auth/authorize").and(func(r mock.Request) bool {
			return strings.Contains(r.Target, "%5B") || strings.Contains(r.Target, "%40")
		})),
	},
	{
		ID: "robust.odd-type-locks", Story: "After a command whose type is not a string no new socket is accepted.",
		Aims: []string{"robust.websocket"},
		Change: func(p *mockserver.Policy) {
			var locked atomic.Bool
			hears(func(m map[string]any) map[string]any {
				if _, text := m["type"].(string); !text {
					locked.Store(true)
				}
				return m
			})(p)
			p.SocketSessions = func(store.Refresh) bool { return !locked.Load() }
		},
	},
	{
		ID: "robust.packed-is-trusted", Story: "A compressed body that is too large is not read, and a token is issued.",
		Aims: []string{"robust.body-bomb"},
		Change: answers(tokenEndpoint.and(func(r mock.Request) bool { return r.Header.Get("Content-Encoding") != "" }),
			ok(`{"access_token":"a","token_type":"Bearer","expires_in":1800}`), 400, 413),
	},
}
