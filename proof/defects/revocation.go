package defects

import (
	"net/http"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var _ = listed([]Defect{
	{
		ID: "revoke.nothing", Story: "/auth/revoke answers 200 and revokes nothing.",
		Breaks: []string{
			"ha.token.multipart",
			"ha.revoke.path",
			"oauth2.revoke.immediate",
			"oauth2.revoke.cascade-access",
			"ha.revoke.no-client-id",
			"oauth2.revoke.hint",
			"oauth2.revoke.cors",
		}, Blocks: []string{"*"}, Change: notEnding(mockserver.EndRevoked),
	},
	{
		ID: "revoke.cached", Story: "A revoked session stays in a cache: its access tokens work until they expire.",
		Breaks: []string{
			"oauth2.revoke.immediate",
			"oauth2.revoke.cascade-access",
			"ha.revoke.legacy-action",
			"oauth2.bearer.revoked-live",
			"ha.signed-path.dies-with-token",
			"ha.ws.revoked",
			"ha.ws.closed-by-delete",
			"ha.llat.revocable",
			"ha.link.dead-session",
		}, Blocks: []string{"*"},
		Change: keeps(remembering),
	},
	{
		ID: "revoke.everything", Story: "Revoking a session ends all sessions of the user.",
		Breaks: []string{"ha.revoke.others-live", "ha.ws.delete-all", "ha.llat.outlives-session", "ha.llat.revocable"}, Blocks: []string{"*"},
		Change: keeps(chaining),
	},
	{
		ID: "revoke.created", Story: "A successful revocation has status 204.",
		Breaks: []string{
			"oauth2.metadata.revocation-endpoint",
			"ha.token.multipart",
			"ha.revoke.path",
			"oauth2.revoke.immediate",
			"oauth2.revoke.cascade-access",
			"ha.revoke.always-200",
			"oauth2.revoke.unknown-200",
			"ha.revoke.no-client-id",
			"oauth2.revoke.hint",
			"ha.revoke.access-token",
			"oauth2.revoke.cors",
			"ha.llat.not-for-link",
		}, Blocks: []string{"*"}, Change: answers(revokeRequest, status(204), 200),
	},
	{
		ID: "revoke.live-body", Story: "A revocation that found a session says so in a body.",
		Breaks: []string{"ha.revoke.always-200"}, Change: func(p *mockserver.Policy) {
			again := repeated("token")
			answers(revokeRequest.and(func(r mock.Request) bool { return len(fields(r).Get("token")) == 128 && !again(r) }), ok(`{"revoked":true}`), 200)(p)
		},
	},
	{
		ID: "revoke.body", Story: "A revocation is answered with a JSON object.",
		Breaks: []string{"ha.revoke.always-200"}, Change: answers(revokeRequest, ok(`{"revoked":true}`), 200),
	},
	{
		ID: "revoke.unknown-400", Story: "An unknown token is refused.",
		Breaks: []string{"ha.revoke.always-200", "oauth2.revoke.unknown-200"}, Change: answers(revokeRequest.and(field("token", "unknown-token")), refused("invalid_request"), 200),
	},
	{
		ID: "revoke.twice-400", Story: "A token that was revoked before is refused.",
		Breaks: []string{"ha.revoke.always-200", "oauth2.revoke.unknown-200"}, Change: func(p *mockserver.Policy) {
			answers(revokeRequest.and(repeated("token")), refused("invalid_request"), 200)(p)
		},
	},
	{
		ID: "revoke.empty-400", Story: "An empty token is refused.",
		Breaks: []string{"ha.revoke.always-200"}, Change: answers(revokeRequest.and(has("token")).and(lacks("token")), refused("invalid_request"), 200),
	},
	{
		ID: "revoke.missing-400", Story: "A request without a token is refused.",
		Breaks: []string{"ha.revoke.always-200"}, Change: answers(revokeRequest.and(func(r mock.Request) bool { return len(r.Body) == 0 }), refused("invalid_request"), 200),
	},
	{
		ID: "revoke.needs-client", Story: "A revocation without client_id answers 200 and does nothing.",
		Breaks: []string{
			"ha.revoke.path",
			"oauth2.revoke.immediate",
			"oauth2.revoke.cascade-access",
			"ha.revoke.no-client-id",
			"oauth2.revoke.hint",
			"oauth2.revoke.cors",
			"ha.ws.closed-by-revoke",
		}, Blocks: []string{"*"}, Change: takes(revokeRequest.and(lacks("client_id")), set("token", "nothing")),
	},
	{
		ID: "revoke.client-401", Story: "A revocation without client_id is refused with 401.",
		Breaks: []string{
			"oauth2.metadata.revocation-endpoint",
			"ha.token.multipart",
			"ha.revoke.path",
			"oauth2.revoke.immediate",
			"oauth2.revoke.cascade-access",
			"ha.revoke.always-200",
			"oauth2.revoke.unknown-200",
			"ha.revoke.no-client-id",
			"oauth2.revoke.hint",
			"ha.revoke.access-token",
			"oauth2.revoke.cors",
			"ha.llat.not-for-link",
		}, Blocks: []string{"*"}, Change: answers(revokeRequest.and(lacks("client_id")), status(401)),
	},
	{
		ID: "revoke.hint-trusted", Story: "token_type_hint access_token keeps the server from looking among refresh tokens.",
		Breaks: []string{"oauth2.revoke.hint"}, Change: takes(revokeRequest.and(field("token_type_hint", "access_token")), set("token", "nothing")),
	},
	{
		ID: "revoke.hint-400", Story: "A token_type_hint that the server does not know is refused.",
		Breaks: []string{"oauth2.revoke.hint"}, Change: answers(revokeRequest.and(field("token_type_hint", "foo")), refused("unsupported_token_type"), 200),
	},
	{
		ID: "revoke.by-get", Story: "A GET revokes, so that a picture in a page ends a session.",
		Breaks: []string{"oauth2.revoke.get-harmless"}, Change: takes(at("GET /auth/revoke"), func(r mock.Request) mock.Request {
			_, query, _ := strings.Cut(r.Target, "?")
			r.Method, r.Target, r.Body = http.MethodPost, "/auth/revoke", []byte(query)
			return form(r)
		}),
	},
	{
		ID: "revoke.get-all-the-same", Story: "A GET is refused with 405, and revokes all the same.",
		Breaks: []string{"oauth2.revoke.get-harmless"}, Change: both(takes(at("GET /auth/revoke"), func(r mock.Request) mock.Request {
			_, query, _ := strings.Cut(r.Target, "?")
			r.Method, r.Target, r.Body = http.MethodPost, "/auth/revoke", []byte(query+"&by=get")
			return form(r)
		}), answers(field("by", "get"), status(405))),
	},
	{
		ID: "revoke.get-200", Story: "A GET of the revocation endpoint answers 200, as if it had revoked.",
		Breaks: []string{"oauth2.revoke.get-harmless"}, Change: answers(at("GET /auth/revoke"), ok("{}")),
	},
	{
		ID: "revoke.access-ends-session", Story: "Revoking an access token is refused.",
		Breaks: []string{"ha.revoke.access-token", "ha.llat.not-for-link"}, Change: answers(revokeRequest.and(func(r mock.Request) bool { return strings.Count(fields(r).Get("token"), ".") == 2 }), refused("unsupported_token_type"), 200),
	},
	{
		ID: "revoke.no-legacy", Story: "action=revoke at the token endpoint, which the companion apps send, is a grant that nobody knows.",
		Breaks: []string{"ha.revoke.legacy-action", "ha.revoke.legacy-always-200"}, Blocks: []string{"*"}, Change: answers(legacyRequest, refused("unsupported_grant_type")),
	},
	{
		ID: "revoke.legacy-nothing", Story: "action=revoke answers 200 and revokes nothing.",
		Breaks: []string{
			"ha.revoke.legacy-action",
			"oauth2.bearer.revoked-live",
			"ha.signed-path.dies-with-token",
			"ha.ws.revoked",
			"ha.link.dead-session",
		}, Blocks: []string{"*"}, Change: notEnding(mockserver.EndLegacy),
	},
	{
		ID: "revoke.legacy-unknown-400", Story: "action=revoke refuses an unknown token.",
		Breaks: []string{"ha.revoke.legacy-always-200"}, Change: answers(legacyRequest.and(field("token", "unknown-token")), refused("invalid_request"), 200),
	},
	{
		ID: "revoke.legacy-twice-400", Story: "action=revoke refuses a token that was revoked before.",
		Breaks: []string{"ha.revoke.legacy-always-200"}, Change: func(p *mockserver.Policy) {
			answers(legacyRequest.and(repeated("token")), refused("invalid_request"), 200)(p)
		},
	},
	{
		ID: "revoke.no-cors", Story: "No page of another origin may read the revocation endpoint.",
		Breaks: []string{"oauth2.revoke.cors", "ha.cors.token-preflight"}, Change: func(p *mockserver.Policy) {
			strict := p.PublicCORS
			p.PublicCORS = func(path string) bool { return path != "/auth/revoke" && strict(path) }
		},
	},
	{
		ID: "revoke.cors-inert", Story: "A revocation that names an Origin is only answered as a preflight.",
		Breaks: []string{"oauth2.revoke.cors"}, Change: takes(revokeRequest.and(func(r mock.Request) bool { return r.Header.Get("Origin") != "" }), set("token", "nothing")),
	},
	{
		ID: "revoke.cors-credentials", Story: "The revocation endpoint lets pages send cookies along.",
		Breaks: []string{"oauth2.revoke.cors"}, Change: answers(revokeRequest, header("Access-Control-Allow-Credentials", "true")),
	},
})
