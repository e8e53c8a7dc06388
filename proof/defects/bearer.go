package defects

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

// reads accepts Authorization headers that are no bearer tokens.
func reads(as func(header string) string) change {
	return func(p *mockserver.Policy) {
		strict := p.Bearer
		p.Bearer = func(header string) string {
			if token := as(header); token != "" {
				return token
			}
			return strict(header)
		}
	}
}

// unchallenged leaves out WWW-Authenticate in a 401 to one method.
func unchallenged(method string) change {
	return answers(at(method+" /api/states/*"), header("WWW-Authenticate", ""), 401)
}

// schemes reads tokens only behind a scheme that is written in one of these ways.
func schemes(ways ...string) change {
	return func(p *mockserver.Policy) {
		before := p.Bearer
		p.Bearer = func(header string) string {
			if scheme, _, _ := strings.Cut(header, " "); !slices.Contains(ways, scheme) {
				return ""
			}
			return before(header)
		}
	}
}

var bearerDefects = []Defect[mockserver.Policy]{
	{
		ID: "bearer.403", Story: "Without a token the API answers 403.",
		Aims:   []string{"ha.rest.401"},
		Change: answers(api, status(403), 401),
	},
	{
		ID: "bearer.decoded-only", Story: "The token is decoded, but its signature is never checked.",
		Aims:   []string{"oauth2.bearer.forged", "oauth2.bearer.validates", "oauth2.bearer.forged-expiry"},
		Change: opensTo(func(s string) bool { return strings.Contains(jwtAlg(s), "HS256") }),
	},
	{
		ID: "bearer.alg-none", Story: "The algorithm none is accepted.",
		Aims:   []string{"oauth2.bearer.alg-none", "robust.authorization"},
		Change: opensTo(func(s string) bool { return strings.Contains(jwtAlg(s), `"none"`) }),
	},
	{
		ID: "bearer.alg-none-case", Story: "none is refused, but None is accepted.",
		Aims: []string{"oauth2.bearer.alg-none"},
		Change: opensTo(func(s string) bool {
			return strings.Contains(jwtAlg(s), `"None"`) || strings.Contains(jwtAlg(s), `"NONE"`)
		}),
	},
	{
		ID: "bearer.alg-empty", Story: "A token without an algorithm is treated as an unsigned one.",
		Aims:   []string{"oauth2.bearer.alg-none"},
		Change: opensTo(func(s string) bool { return strings.Contains(jwtAlg(s), `"alg":""`) }),
	},
	{
		ID: "bearer.alg-512", Story: "Tokens signed with another HMAC algorithm are not verified.",
		Aims:   []string{"oauth2.bearer.forged"},
		Change: opensTo(func(s string) bool { return strings.Contains(jwtAlg(s), "HS512") }),
	},
	{
		ID: "bearer.empty-key", Story: "A token signed with the empty key is accepted.",
		Aims:   []string{"oauth2.bearer.forged"},
		Change: opensTo(func(s string) bool { return signedWith(s, "") }),
	},
	{
		ID: "bearer.well-known-key", Story: "The signing key is the example key from a tutorial.",
		Aims:   []string{"oauth2.bearer.forged"},
		Change: opensTo(func(s string) bool { return signedWith(s, "secret") }),
	},
	{
		ID: "bearer.id-as-key", Story: "The signing key is the token's own id.",
		Aims:   []string{"oauth2.bearer.forged"},
		Change: opensTo(func(s string) bool { return signedWithOwnID(s) }),
	},
	{
		ID: "bearer.garbage", Story: "An error of the token library is treated as success.",
		Aims: []string{"oauth2.bearer.validates"},
		Change: opensTo(func(s string) bool {
			t, is := strings.CutPrefix(s, "Bearer ")
			return is && t != "" && !strings.ContainsAny(t, "., ")
		}),
	},
	{
		ID: "bearer.query", Story: "access_token in the query opens the API.",
		Aims:   []string{"oauth2.bearer.query-refused", "ha.advisory.token-in-query"},
		Change: takes(api, bearerFromQuery("access_token")),
	},
	{
		ID: "bearer.query-password", Story: "The legacy api_password in the query opens the API.",
		Aims:   []string{"oauth2.bearer.query-refused", "ha.advisory.token-in-query"},
		Change: takes(api, bearerFromQuery("api_password")),
	},
	{
		ID: "bearer.form", Story: "access_token in a form opens the API.",
		Aims: []string{"oauth2.bearer.form-refused"},
		Change: takes(at("POST /api/events/*"), func(r mock.Request) mock.Request {
			if t := fields(r).Get("access_token"); t != "" {
				r.Body = []byte("{}")
				return withHeader("Authorization", "Bearer "+t)(r)
			}
			return r
		}),
	},
	{
		ID: "bearer.form-root", Story: "The API root accepts a POST with the token in a form.",
		Aims:   []string{"oauth2.bearer.form-refused"},
		Change: answers(at("POST /api/"), status(200), 405),
	},
	{
		ID: "bearer.basic", Story: "The token is also accepted as HTTP Basic.",
		Aims: []string{"ha.bearer.basic-refused"},
		Change: reads(func(h string) string {
			t, _ := strings.CutPrefix(h, "Basic ")
			return keep(t, strings.HasPrefix(h, "Basic "))
		}),
	},
	{
		ID: "bearer.basic-password", Story: "HTTP Basic with any name and password opens the API.",
		Aims:   []string{"ha.bearer.basic-refused"},
		Change: opensTo(func(s string) bool { name, password := basic(s); return name != "" && password != "" }),
	},
	{
		ID: "bearer.no-scheme", Story: "The token is accepted without a scheme.",
		Aims: []string{"ha.bearer.empty"},
		Change: reads(func(h string) string {
			return keep(h, !strings.Contains(h, " ") && strings.Count(h, ".") == 2 && !strings.Contains(h, "="))
		}),
	},
	{
		ID: "bearer.any-scheme", Story: "The scheme before the token is not checked.",
		Aims: []string{"ha.bearer.empty"},
		Change: reads(func(h string) string {
			f := strings.Fields(h)
			return keep(h[strings.LastIndex(h, " ")+1:], len(f) == 2)
		}),
	},
	{
		ID: "bearer.more-behind", Story: "Text after the token is ignored.",
		Aims: []string{"ha.bearer.empty"},
		Change: reads(func(h string) string {
			f := strings.Fields(h)
			if len(f) > 2 && f[0] == "Bearer" {
				return f[1]
			}
			return ""
		}),
	},
	{
		ID: "bearer.scheme-case", Story: "The scheme is compared with its letter case.",
		Aims:   []string{"oauth2.bearer.scheme-insensitive"},
		Change: schemes("Bearer"),
	},
	{
		ID: "bearer.scheme-two-ways", Story: "The scheme may be written in two ways: Bearer and bearer.",
		Aims:   []string{"oauth2.bearer.scheme-insensitive"},
		Change: schemes("Bearer", "bearer"),
	},
	{
		ID: "bearer.no-challenge", Story: "A 401 does not name an authentication scheme.",
		Aims:   []string{"oauth2.resource-metadata.announced", "oauth2.bearer.www-authenticate"},
		Change: answers(api, header("WWW-Authenticate", ""), 401),
	},
	{
		ID: "bearer.no-challenge-post", Story: "A 401 to a POST does not say which authentication is required.",
		Aims:   []string{"oauth2.bearer.challenge-every-method"},
		Change: unchallenged(http.MethodPost),
	},
	{
		ID: "bearer.no-challenge-delete", Story: "A 401 to a DELETE is made by other code, and asks for no authentication.",
		Aims:   []string{"oauth2.bearer.challenge-every-method"},
		Change: unchallenged(http.MethodDelete),
	},
	{
		ID: "bearer.no-challenge-head", Story: "A HEAD is answered with 401, and without WWW-Authenticate.",
		Aims:   []string{"oauth2.bearer.challenge-every-method"},
		Change: answers(at("HEAD /api/states/*"), all(status(401), header("WWW-Authenticate", ""))),
	},
	{
		ID: "bearer.challenge-basic", Story: "A refused token is answered with a Basic challenge, so browsers ask for a password.",
		Aims:   []string{"oauth2.bearer.www-authenticate"},
		Change: answers(api.and(authorization(func(s string) bool { return s != "" })), header("WWW-Authenticate", `Basic realm="home"`), 401),
	},
	{
		ID:     "bearer.revoked-elsewhere",
		Story:  "Only the API root checks whether a token is still valid; elsewhere any token that was ever issued is accepted.",
		Aims:   []string{"oauth2.bearer.revoked-live", "oauth2.bearer.expired"},
		Change: everGiven("GET /api/config"),
	},
	{
		ID: "bearer.root-unasked", Story: "The API root accepts any token that was ever issued.",
		Aims:   []string{"oauth2.bearer.revoked-live", "ha.bearer.user-inactive", "ha.bearer.user-deleted"},
		Change: everGiven("GET /api/"),
	},
	{
		ID: "bearer.inactive", Story: "A deactivated user's tokens work until they expire.",
		Aims: []string{"ha.bearer.user-inactive", "ha.llat.dies-with-user", "ha.signed-path.dies-with-deactivation"},
		Change: func(p *mockserver.Policy) {
			p.Ends = except(p.Ends, []mockserver.End{mockserver.EndDeactivated})
			p.Closes = p.Ends
			p.Caller = func(there bool, _ mockserver.User) bool { return there }
		},
	},
	{
		ID: "bearer.deleted", Story: "A deleted user's tokens work until they expire.",
		Aims: []string{"ha.bearer.user-deleted", "ha.signed-path.dies-with-user", "ha.llat.dies-with-user"},
		Change: func(p *mockserver.Policy) {
			p.Ends = except(p.Ends, []mockserver.End{mockserver.EndUserDeleted})
			p.Closes = p.Ends
			p.Caller = func(there bool, u mockserver.User) bool { return !there || !u.Inactive }
		},
	},
	{
		ID: "bearer.no-expiry", Story: "exp is never checked.",
		Aims: []string{"oauth2.bearer.expired", "ha.ws.expired"},
		Change: func(p *mockserver.Policy) {
			p.Access = func(mockserver.AccessClaims, time.Time) bool { return true }
		},
	},
	{
		ID: "bearer.expired-states", Story: "One endpoint has a guard of its own that does not check exp.",
		Aims: []string{"oauth2.bearer.expired"},
		Change: answers(at("GET /api/states").and(authorization(func(s string) bool {
			return strings.Contains(jwtAlg(s), "HS256")
		})), ok("[]"), 401),
	},
}

func keep(token string, when bool) string {
	if !when {
		return ""
	}
	return token
}

// everGiven opens a resource to every token that was ever issued.
func everGiven(place string) change {
	return func(p *mockserver.Policy) {
		given := &idSecrets{}
		answer := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			a = answer(r, a)
			if token, there := decoded(a.Body)["access_token"].(string); there && a.Status == 200 {
				given.add("Bearer " + token)
			}
			if at(place)(r) && a.Status == 401 && slices.Contains(given.list(), r.Header.Get("Authorization")) {
				a = ok("{}")(a)
			}
			return a
		}
	}
}
