package defects

import (
	"net/http"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var revocationDefects = []Defect[mockserver.Policy]{
	{
		ID: "revoke.nothing", Story: "/auth/revoke answers 200 and revokes nothing.",
		Aims:   []string{"oauth2.revoke.immediate", "ha.revoke.path"},
		Change: notEnding(mockserver.EndRevoked),
	},
	{
		ID: "revoke.cached", Story: "A revoked session stays in a cache: its access tokens work until they expire.",
		Aims:   []string{"oauth2.revoke.cascade-access"},
		Change: keeps(remembering),
	},
	{
		ID: "revoke.everything", Story: "Revoking a session ends all sessions of the user.",
		Aims:   []string{"ha.revoke.others-live"},
		Change: keeps(chaining),
	},
	{
		ID: "revoke.created", Story: "A successful revocation has status 204.",
		Aims:   []string{"ha.revoke.always-200"},
		Change: answers(revokeRequest, status(204), 200),
	},
	{
		ID: "revoke.live-body", Story: "A revocation that found a session returns a body.",
		Aims: []string{"ha.revoke.always-200"},
		Change: func(p *mockserver.Policy) {
			given, again := remembered(&p.NewRefresh), sentBefore("token", 1)
			answers(revokeRequest.and(func(r mock.Request) bool {
				return given(fields(r).Get("token")) && !again(r)
			}), ok(`{"revoked":true}`), 200)(p)
		},
	},
	{
		ID: "revoke.body", Story: "A revocation returns a JSON object.",
		Aims:   []string{"ha.revoke.always-200"},
		Change: answers(revokeRequest, ok(`{"revoked":true}`), 200),
	},
	{
		ID: "revoke.unknown-400", Story: "An unknown token is refused.",
		Aims:   []string{"ha.revoke.always-200", "oauth2.revoke.unknown-200"},
		Change: unknownTokens(revokeRequest),
	},
	{
		ID: "revoke.twice-400", Story: "A token that is already revoked is refused.",
		Aims: []string{"ha.revoke.always-200", "oauth2.revoke.unknown-200"},
		Change: func(p *mockserver.Policy) {
			answers(revokeRequest.and(sentBefore("token", 1)), refused("invalid_request"), 200)(p)
		},
	},
	{
		ID: "revoke.empty-400", Story: "An empty token is refused.",
		Aims:   []string{"ha.revoke.always-200"},
		Change: answers(revokeRequest.and(has("token")).and(lacks("token")), refused("invalid_request"), 200),
	},
	{
		ID: "revoke.missing-400", Story: "A request without a token is refused.",
		Aims:   []string{"ha.revoke.always-200"},
		Change: answers(revokeRequest.and(func(r mock.Request) bool { return len(r.Body) == 0 }), refused("invalid_request"), 200),
	},
	{
		ID: "revoke.needs-client", Story: "A revocation without client_id answers 200 and does nothing.",
		Aims:   []string{"ha.revoke.no-client-id"},
		Change: takes(revokeRequest.and(lacks("client_id")), set("token", "nothing")),
	},
	{
		ID: "revoke.client-401", Story: "A revocation without client_id is refused with 401.",
		Aims:   []string{"ha.revoke.no-client-id"},
		Change: answers(revokeRequest.and(lacks("client_id")), status(401)),
	},
	{
		ID: "revoke.hint-trusted", Story: "token_type_hint access_token keeps the server from looking among refresh tokens.",
		Aims:   []string{"oauth2.revoke.hint"},
		Change: takes(revokeRequest.and(field("token_type_hint", "access_token")), set("token", "nothing")),
	},
	{
		ID: "revoke.hint-400", Story: "A token_type_hint that the server does not know is refused.",
		Aims: []string{"oauth2.revoke.hint"},
		Change: answers(revokeRequest.and(has("token_type_hint")).and(func(r mock.Request) bool {
			return !knownHint(fields(r).Get("token_type_hint"))
		}), refused("unsupported_token_type"), 200),
	},
	{
		ID: "revoke.by-get", Story: "A GET revokes, so an image in a page can end a session.",
		Aims: []string{"oauth2.revoke.get-harmless"},
		Change: takes(at("GET /auth/revoke"), func(r mock.Request) mock.Request {
			_, query, _ := strings.Cut(r.Target, "?")
			r.Method, r.Target, r.Body = http.MethodPost, "/auth/revoke", []byte(query)
			return form(r)
		}),
	},
	{
		ID: "revoke.get-all-the-same", Story: "A GET is refused with 405 but revokes anyway.",
		Aims: []string{"oauth2.revoke.get-harmless"},
		Change: both(takes(at("GET /auth/revoke"), func(r mock.Request) mock.Request {
			_, query, _ := strings.Cut(r.Target, "?")
			r.Method, r.Target, r.Body = http.MethodPost, "/auth/revoke", []byte(query+"&by=a-picture")
			return form(r)
		}), answers(field("by", "a-picture"), status(405))),
	},
	{
		ID: "revoke.get-200", Story: "A GET of the revocation endpoint answers 200, as if it had revoked.",
		Aims:   []string{"oauth2.revoke.get-harmless"},
		Change: answers(at("GET /auth/revoke"), ok("{}")),
	},
	{
		ID: "revoke.access-ends-session", Story: "Revoking an access token is refused.",
		Aims: []string{"ha.revoke.access-token", "ha.llat.not-for-link"},
		Change: answers(revokeRequest.and(func(r mock.Request) bool {
			return strings.Count(fields(r).Get("token"), ".") == 2
		}), refused("unsupported_token_type"), 200),
	},
	{
		ID:     "revoke.no-legacy",
		Story:  "action=revoke at the token endpoint, which the companion apps send, is treated as an unknown grant.",
		Aims:   []string{"ha.revoke.legacy-action", "ha.revoke.legacy-always-200"},
		Change: answers(legacyRequest, refused("unsupported_grant_type")),
	},
	{
		ID: "revoke.legacy-nothing", Story: "action=revoke answers 200 and revokes nothing.",
		Aims:   []string{"ha.revoke.legacy-action"},
		Change: notEnding(mockserver.EndLegacy),
	},
	{
		ID: "revoke.legacy-unknown-400", Story: "action=revoke refuses an unknown token.",
		Aims:   []string{"ha.revoke.legacy-always-200"},
		Change: unknownTokens(legacyRequest),
	},
	{
		ID: "revoke.legacy-twice-400", Story: "action=revoke refuses a token that is already revoked.",
		Aims: []string{"ha.revoke.legacy-always-200"},
		Change: func(p *mockserver.Policy) {
			answers(legacyRequest.and(sentBefore("token", 1)), refused("invalid_request"), 200)(p)
		},
	},
	{
		ID: "revoke.no-cors", Story: "Pages from other origins cannot read the revocation endpoint.",
		Aims: []string{"oauth2.revoke.cors", "ha.cors.token-preflight"},
		Change: func(p *mockserver.Policy) {
			strict := p.PublicCORS
			p.PublicCORS = func(path string) bool { return path != "/auth/revoke" && strict(path) }
		},
	},
	{
		ID: "revoke.cors-inert", Story: "A revocation with an Origin header gets the answer of a preflight and revokes nothing.",
		Aims:   []string{"oauth2.revoke.cors"},
		Change: takes(revokeRequest.and(func(r mock.Request) bool { return r.Header.Get("Origin") != "" }), set("token", "nothing")),
	},
	{
		ID: "revoke.cors-credentials", Story: "The revocation endpoint allows credentialed cross-origin requests.",
		Aims:   []string{"oauth2.revoke.cors"},
		Change: answers(revokeRequest, header("Access-Control-Allow-Credentials", "true")),
	},
}

var knownHint = is("access_token", "refresh_token")

// unknownTokens refuses to revoke tokens other than issued refresh tokens and access tokens.
func unknownTokens(w when) change {
	return func(p *mockserver.Policy) {
		given := remembered(&p.NewRefresh)
		answers(w.and(func(r mock.Request) bool {
			token := fields(r).Get("token")
			return token != "" && !given(token) && strings.Count(token, ".") != 2
		}), refused("invalid_request"), 200)(p)
	}
}
