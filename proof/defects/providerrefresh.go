package defects

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

var providerRefreshDefects = []Defect[mockprovider.Policy]{
	{
		ID: "thirdparty.refresh-wants-scope", Story: "A refresh without a scope is refused.",
		Aims: []string{"provider.refresh.grant", "oauth2.refresh.grant", "oauth2.stock.refresh"},
		Change: func(p *mockprovider.Policy) {
			before := p.Narrow
			p.Narrow = func(granted, asked string) (string, bool) {
				if asked == "" {
					return "", false
				}
				return before(granted, asked)
			}
		},
	},
	{
		ID: "thirdparty.refresh-missing-500", Story: "A refresh without a token is an exception that nobody catches.",
		Aims: []string{"oauth2.refresh.missing-token"},
		Change: thirdAnswersBy(at(tokenAt).and(field("grant_type", "refresh_token")).and(lacks("refresh_token")),
			func(_ mock.Request, a mock.Answer) mock.Answer { return status(http.StatusInternalServerError)(a) }),
	},
	{
		ID: "thirdparty.refresh-ends-access", Story: "A refresh ends the access token that came with its refresh token.",
		Aims: []string{"oauth2.refresh.old-access-lives"},
		Change: func(p *mockprovider.Policy) {
			beside, ended := accessBeside(p), &idSecrets{}
			thirdAnswersBy(at(tokenAt).and(field("grant_type", "refresh_token")), func(r mock.Request, a mock.Answer) mock.Answer {
				if access := beside(fields(r).Get("refresh_token")); a.Status == http.StatusOK && access != "" {
					ended.add(access)
				}
				return a
			})(p)
			before := p.Bearer
			p.Bearer = func(r mock.Request) string {
				if t := before(r); !slices.Contains(ended.list(), t) {
					return t
				}
				return ""
			}
		},
	},
	{
		ID: "thirdparty.refresh-same-token", Story: "A refresh answers the access token of before.",
		Aims:   []string{"provider.refresh.grant", "oauth2.token.access-entropy"},
		Change: sameAccess,
	},
	{
		ID: "thirdparty.refresh-told", Story: "A foreign client is refused a refresh, and a token stands in the answer all the same.",
		Aims: []string{"oauth2.refresh.client-bound"},
		Change: both(foreignRefresh(http.StatusBadRequest, "invalid_grant"), thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
			if strings.Contains(a.Why, foreign) {
				a.Body = []byte(`{"error":"invalid_grant","access_token":"x"}`)
			}
			return a
		})),
	},
	{
		ID: "thirdparty.refresh-foreign-403", Story: "A foreign client that refreshes is answered with 403.",
		Aims:   []string{"oauth2.refresh.client-bound"},
		Change: foreignRefresh(http.StatusForbidden, "access_denied"),
	},
	{
		ID: "thirdparty.refresh-any-client", Story: "Any client refreshes any token.",
		Aims: []string{"oauth2.refresh.client-bound"},
		Change: func(p *mockprovider.Policy) {
			p.Refresh = func(mockprovider.Grant, mockprovider.App, time.Time) *mock.Refusal { return nil }
		},
	},
	{
		ID: "thirdparty.refresh-unauthenticated", Story: "The refresh token is enough: no secret is asked for.",
		Aims:   []string{"provider.refresh.authenticated"},
		Change: unauthenticated(at(tokenAt).and(field("grant_type", "refresh_token"))),
	},
	{
		ID: "thirdparty.refresh-unknown-401", Story: "A refresh token that nobody knows is 401.",
		Aims: []string{"oauth2.refresh.tampered"},
		Change: func(p *mockprovider.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); at(tokenAt)(r) && strings.Contains(a.Why, "the refresh token is unknown") {
					a.Status = http.StatusUnauthorized
				}
				return a
			}
		},
	},
	{
		ID: "thirdparty.refresh-token-trimmed", Story: "A letter more at the end of a refresh token makes no difference.",
		Aims:   []string{"oauth2.refresh.tampered"},
		Change: refreshBy(func(given, sent string) bool { return strings.HasPrefix(sent, given) }),
	},
	{
		ID: "thirdparty.refresh-token-case", Story: "Refresh tokens are found whatever their letter case.",
		Aims:   []string{"oauth2.refresh.tampered"},
		Change: refreshBy(strings.EqualFold),
	},
	{
		ID: "thirdparty.refresh-token-half", Story: "Refresh tokens are looked up by their first half.",
		Aims:   []string{"oauth2.refresh.tampered"},
		Change: refreshBy(func(given, sent string) bool { return len(sent) >= 32 && sent[:32] == given[:32] }),
	},
	{
		ID: "thirdparty.refresh-by-access", Story: "An access token refreshes, for grants are looked up by either.",
		Aims:   []string{"oauth2.refresh.access-token-refused"},
		Change: refreshByAccess,
	},
	{
		ID: "thirdparty.refresh-widens", Story: "A refresh gets whatever scope it asks for.",
		Aims: []string{"provider.refresh.wider"},
		Change: func(p *mockprovider.Policy) {
			before := p.Narrow
			p.Narrow = func(granted, asked string) (string, bool) {
				if asked != "" {
					return asked, true
				}
				return before(granted, asked)
			}
		},
	},
	{
		ID: "thirdparty.no-rotation", Story: "Refresh tokens do not rotate.",
		Aims:   []string{"provider.refresh.rotation"},
		Change: func(p *mockprovider.Policy) { p.Rotate = mock.Is(false) },
	},
	{
		ID: "thirdparty.reuse-unnoticed", Story: "A spent refresh token is refused, and its family lives.",
		Aims:   []string{"provider.refresh.reuse"},
		Change: func(p *mockprovider.Policy) { p.ReuseKills = mock.Is(false) },
	},
	{
		ID: "thirdparty.code-as-refresh", Story: "Codes and refresh tokens are in one table: a code refreshes.",
		Aims: []string{"provider.refresh.code-is-none", "oauth2.code.not-an-access-token"},
		Change: func(p *mockprovider.Policy) {
			issued := remembered(&p.NewCode)
			thirdAnswersBy(at(tokenAt).and(field("grant_type", "refresh_token")).and(func(r mock.Request) bool {
				return issued(fields(r).Get("refresh_token"))
			}), func(_ mock.Request, a mock.Answer) mock.Answer {
				return all(status(http.StatusOK), body(`{"access_token":"x","token_type":"Bearer","expires_in":60}`))(a)
			})(p)
		},
	},
	{
		ID: "thirdparty.api-closed", Story: "The API does not take the token that the token endpoint gives.",
		Aims:   []string{"provider.resource.bearer", "oauth2.token.access-token"},
		Change: func(p *mockprovider.Policy) { p.Access = func(mockprovider.Access, time.Time) bool { return false } },
	},
	{
		ID: "thirdparty.api-403", Story: "Without a token the API answers 403.",
		Aims: []string{"oauth2.bearer.www-authenticate", "provider.resource.invalid"},
		Change: thirdAnswers("GET /api/me", func(a mock.Answer) mock.Answer {
			if a.Status == http.StatusUnauthorized {
				a.Status = http.StatusForbidden
			}
			return a
		}),
	},
	{
		ID: "thirdparty.api-no-challenge", Story: "A refusal of the API does not say that it wants Bearer.",
		Aims:   []string{"oauth2.bearer.www-authenticate", "provider.resource.invalid"},
		Change: thirdAnswers("GET /api/me", header("WWW-Authenticate", "")),
	},
	{
		ID: "thirdparty.api-no-word", Story: "The API does not say invalid_token.",
		Aims: []string{"provider.resource.invalid"},
		Change: thirdAnswers("GET /api/me", func(a mock.Answer) mock.Answer {
			if a.Status == http.StatusUnauthorized {
				a.Header = setHeader(a.Header, "WWW-Authenticate", `Bearer realm="x"`)
			}
			return a
		}),
	},
	{
		ID: "thirdparty.api-guest", Story: "A token that nobody knows is a guest's.",
		Aims: []string{"oauth2.bearer.validates"},
		Change: thirdAnswersBy(at("GET /api/me").and(authorization(func(s string) bool {
			return s != ""
		})), func(_ mock.Request, a mock.Answer) mock.Answer {
			if a.Status == http.StatusUnauthorized {
				a = ok(`{"name":"guest"}`)(a)
			}
			return a
		}),
	},
	{
		ID: "thirdparty.api-takes-refresh", Story: "A refresh token opens the API.",
		Aims: []string{"oauth2.refresh.not-at-rs", "oauth2.bearer.refresh-refused"},
		Change: func(p *mockprovider.Policy) {
			beside := accessBeside(p)
			before := p.Bearer
			p.Bearer = func(r mock.Request) string {
				t := before(r)
				if access := beside(t); access != "" {
					return access
				}
				return t
			}
		},
	},
	{
		ID: "thirdparty.api-scheme-case", Story: "The scheme is compared with its letter case.",
		Aims: []string{"oauth2.bearer.scheme-case"},
		Change: func(p *mockprovider.Policy) {
			before := p.Bearer
			p.Bearer = func(r mock.Request) string {
				if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
					return ""
				}
				return before(r)
			}
		},
	},
	{
		ID: "thirdparty.access-for-ever", Story: "The life of an access token is told, and not kept.",
		Aims:   []string{"oauth2.token.expires-in-true"},
		Change: func(p *mockprovider.Policy) { p.Access = func(mockprovider.Access, time.Time) bool { return true } },
	},
	{
		ID: "thirdparty.token-in-query", Story: "A token in the query opens the API.",
		Aims: []string{"oauth2.bearer.query-refused"},
		Change: func(p *mockprovider.Policy) {
			before := p.Bearer
			p.Bearer = func(r mock.Request) string {
				if t := before(r); t != "" {
					return t
				}
				return queryOf(r).Get("access_token")
			}
		},
	},
	{
		ID: "thirdparty.revoke-lazily", Story: "A revoked refresh token is dead from its second use on: the first finds it in a cache.",
		Aims:   []string{"provider.revoke.refresh-token", "oauth2.revoke.immediate"},
		Change: revokesLazily,
	},
	{
		ID: "thirdparty.api-cache", Story: "What a token opened once it opens again after its revocation, for the answer is in a cache.",
		Aims:   []string{"oauth2.revoke.cascade-access", "provider.revoke.access-token"},
		Change: apiAfter(at("POST /oauth/revoke")),
	},
	{
		ID: "thirdparty.revoke-hint-trusted", Story: "token_type_hint access_token keeps the server from looking among refresh tokens.",
		Aims:   []string{"oauth2.revoke.hint"},
		Change: thirdTakes(at("POST /oauth/revoke").and(field("token_type_hint", "access_token")), set("token", "nothing")),
	},
	{
		ID: "thirdparty.revoke-access-400", Story: "Access tokens cannot be revoked: unsupported_token_type.",
		Aims:   []string{"provider.revoke.access-token"},
		Change: revokesNoAccess,
	},
	{
		ID: "thirdparty.revoke-does-nothing", Story: "Revocation is an empty 200.",
		Aims: []string{"provider.revoke.refresh-token", "oauth2.revoke.cascade-access", "provider.revoke.access-token"},
		Change: func(p *mockprovider.Policy) {
			p.MayRevoke = func(mockprovider.App, mockprovider.Grant) bool { return false }
		},
	},
	{
		ID: "thirdparty.revoke-spares-access", Story: "With a refresh token its access tokens live on.",
		Aims:   []string{"oauth2.revoke.cascade-access"},
		Change: func(p *mockprovider.Policy) { p.Cascades = mock.Is(false) },
	},
	{
		ID: "thirdparty.revoke-unknown-400", Story: "An unknown token is an error at revocation.",
		Aims:   []string{"oauth2.revoke.unknown-200"},
		Change: revokeUnknown,
	},
	{
		ID: "thirdparty.revoke-anybody", Story: "Revocation asks for no secret.",
		Aims:   []string{"provider.revoke.authenticated"},
		Change: unauthenticated(at("POST /oauth/revoke")),
	},
	{
		ID: "thirdparty.revoke-any-client", Story: "Any client revokes any token.",
		Aims: []string{"provider.revoke.bound-client"},
		Change: func(p *mockprovider.Policy) {
			p.MayRevoke = func(mockprovider.App, mockprovider.Grant) bool { return true }
		},
	},
	{
		ID: "thirdparty.no-metadata", Story: "No metadata are published.",
		Aims: []string{"oauth2.metadata.served"},
		Change: thirdAnswers(
			"GET /.well-known/oauth-authorization-server",
			all(status(http.StatusNotFound), header("Content-Type", "text/plain")),
		),
	},
	{
		ID: "thirdparty.no-response-types", Story: "Of the response types code is not named.",
		Aims:   []string{"oauth2.metadata.response-types"},
		Change: metadataMember("response_types_supported", []string{"token"}),
	},
	{
		ID: "thirdparty.relative-endpoint", Story: "The revocation endpoint is a path.",
		Aims:   []string{"oauth2.metadata.absolute-endpoints"},
		Change: metadataMember("revocation_endpoint", "/oauth/revoke"),
	},
	{
		ID: "thirdparty.scopes-as-text", Story: "The scopes are one text, with blanks.",
		Aims:   []string{"oauth2.metadata.member-types"},
		Change: metadataMember("scopes_supported", "profile devices:read"),
	},
	{
		ID: "thirdparty.inner-issuer", Story: "The issuer names the inner host.",
		Aims:   []string{"oauth2.metadata.issuer", "provider.authorize.iss"},
		Change: metadataMember("issuer", "http://10.0.0.7:8080"),
	},
	{
		ID: "thirdparty.pkce-not-named", Story: "S256 works, and the metadata do not name it.",
		Aims:   []string{"provider.metadata.pkce"},
		Change: metadataMember("code_challenge_methods_supported", []string{"plain"}),
	},
	{
		ID: "thirdparty.grants-default", Story: "Of the grants only authorization_code is named.",
		Aims:   []string{"oauth2.metadata.grant-types"},
		Change: metadataMember("grant_types_supported", []string{"authorization_code"}),
	},
	{
		ID: "thirdparty.methods-untrue", Story: "client_secret_post works and is not named.",
		Aims:   []string{"provider.metadata.auth-methods"},
		Change: metadataMember("token_endpoint_auth_methods_supported", []string{"client_secret_basic"}),
	},
}

// unauthenticated makes a provider ask nobody for a secret at some requests.
func unauthenticated(w when) third {
	return func(p *mockprovider.Policy) {
		before := p.Authenticate
		p.Authenticate = func(app mockprovider.App, known bool, way mockprovider.Way, secret string) *mock.Refusal {
			if known && secret == passes {
				return nil
			}
			return before(app, known, way, secret)
		}
		thirdTakes(w, func(r mock.Request) mock.Request {
			return withHeader("Authorization", "")(set("client_secret", passes)(r))
		})(p)
	}
}

// sameAccess answers every refresh with the first access token.
func sameAccess(p *mockprovider.Policy) {
	first := &idSecrets{}
	before := p.TokenAnswer
	p.TokenAnswer = func(access, refresh, scope string, ttl time.Duration) map[string]any {
		v := before(access, refresh, scope, ttl)
		first.add(access)
		v["access_token"] = first.list()[0]
		return v
	}
}

// revokeUnknown remembers tokens that were given, and refuses to revoke others.
func revokeUnknown(p *mockprovider.Policy) {
	given := &idSecrets{}
	token := p.NewToken
	p.NewToken = func() string {
		t := token()
		given.add(t)
		return t
	}
	before := p.Answer
	p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
		if a = before(r, a); at("POST /oauth/revoke")(r) && a.Status == http.StatusOK && !slices.Contains(given.list(), fields(r).Get("token")) {
			a.Status, a.Body, a.Header = http.StatusBadRequest, encoded(map[string]any{"error": "invalid_grant"}), setHeader(
				a.Header,
				"Content-Type",
				"application/json",
			)
		}
		return a
	}
}

// refreshBy finds refresh tokens by something else than equality.
func refreshBy(like func(given, sent string) bool) third {
	return func(p *mockprovider.Policy) {
		given := &idSecrets{}
		token := p.NewToken
		p.NewToken = func() string {
			t := token()
			given.add(t)
			return t
		}
		thirdTakes(at(tokenAt).and(field("grant_type", "refresh_token")), withFields(func(v url.Values) {
			for _, t := range given.list() {
				if like(t, v.Get("refresh_token")) {
					v.Set("refresh_token", t)
				}
			}
		}))(p)
	}
}

// accessBeside remembers which access token came with a refresh token; "": none.
func accessBeside(p *mockprovider.Policy) func(refresh string) string {
	var beside sync.Map
	answer := p.TokenAnswer
	p.TokenAnswer = func(access, refresh, scope string, ttl time.Duration) map[string]any {
		beside.Store(refresh, access)
		return answer(access, refresh, scope, ttl)
	}
	return func(refresh string) string {
		access, _ := beside.Load(refresh)
		s, _ := access.(string)
		return s
	}
}

// refreshByAccess takes the access token for the refresh token beside it.
func refreshByAccess(p *mockprovider.Policy) {
	var beside sync.Map
	answer := p.TokenAnswer
	p.TokenAnswer = func(access, refresh, scope string, ttl time.Duration) map[string]any {
		beside.Store(access, refresh)
		return answer(access, refresh, scope, ttl)
	}
	thirdTakes(at(tokenAt), withFields(func(v url.Values) {
		if refresh, ok := beside.Load(v.Get("refresh_token")); ok {
			v.Set("refresh_token", refresh.(string))
		}
	}))(p)
}

const foreign = "the refresh token is of somebody else"

// foreignRefresh refuses a refresh by the client that does not own the token in another way.
func foreignRefresh(status int, word string) third {
	return func(p *mockprovider.Policy) {
		before := p.Refresh
		p.Refresh = func(g mockprovider.Grant, app mockprovider.App, now time.Time) *mock.Refusal {
			if g.AppID != app.ID {
				return mock.Refuse(status, word, foreign, "")
			}
			return before(g, app, now)
		}
	}
}

// revokesLazily answers the first refresh after a revocation as if nothing had been revoked.
func revokesLazily(p *mockprovider.Policy) {
	revoked := &idSecrets{}
	answer := p.Answer
	p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
		a = answer(r, a)
		if at("POST /oauth/revoke")(r) && a.Status == http.StatusOK {
			revoked.add(fields(r).Get("token"))
		}
		if f := fields(r); at(tokenAt)(r) && f.Get("refresh_token") != "" && a.Status != http.StatusOK &&
			slices.Contains(revoked.list(), f.Get("refresh_token")) {
			a.Status, a.Body = http.StatusOK, []byte(`{"access_token":"x","token_type":"Bearer","expires_in":60}`)
		}
		return a
	}
}

// revokesNoAccess refuses to revoke access tokens.
func revokesNoAccess(p *mockprovider.Policy) {
	given := &idSecrets{}
	answer := p.TokenAnswer
	p.TokenAnswer = func(access, refresh, scope string, ttl time.Duration) map[string]any {
		given.add(access)
		return answer(access, refresh, scope, ttl)
	}
	before := p.Answer
	p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
		if a = before(r, a); at("POST /oauth/revoke")(r) && slices.Contains(given.list(), fields(r).Get("token")) {
			a.Status, a.Body, a.Header = http.StatusBadRequest, []byte(`{"error":"unsupported_token_type"}`), setHeader(
				a.Header,
				"Content-Type",
				"application/json",
			)
		}
		return a
	}
}
