package defects

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

const introspectAt = "POST /oauth/introspect"

var providerIntrospectionDefects = []Defect[mockprovider.Policy]{
	{
		ID: "introspect.active-as-text", Story: "active is the string true.",
		Aims:   []string{"oauth2.introspection.active"},
		Change: thirdAnswers(introspectAt, object(func(m map[string]any) { m["active"] = map[bool]string{true: "true"}[m["active"] == true] })),
	},
	{
		ID: "introspect.html", Story: "The response is declared as text/html.",
		Aims:   []string{"oauth2.introspection.active"},
		Change: thirdAnswers(introspectAt, header("Content-Type", "text/html")),
	},
	{
		ID: "introspect.without-secret", Story: "A client id is enough to introspect.",
		Aims:   []string{"oauth2.introspection.authorized", "oauth2.introspection.wrong-secret"},
		Change: unauthenticated(at(introspectAt)),
	},
	{
		ID: "introspect.anybody", Story: "Without a client id a caller may introspect every token.",
		Aims:   []string{"oauth2.introspection.authorized"},
		Change: asksForAll,
	},
	{
		ID: "introspect.wrong-secret-inactive", Story: "With a wrong secret every token is inactive.",
		Aims: []string{"oauth2.introspection.wrong-secret"},
		Change: thirdAnswers(introspectAt, func(a mock.Answer) mock.Answer {
			if a.Status == http.StatusUnauthorized {
				a.Status, a.Body = http.StatusOK, []byte(`{"active":false}`)
			}
			return a
		}),
	},
	{
		ID: "introspect.public-asks", Story: "Public clients may introspect.",
		Aims: []string{"oauth2.introspection.public"},
		Change: func(p *mockprovider.Policy) {
			p.MayIntrospect = func(mockprovider.App) *mock.Refusal { return nil }
		},
	},
	{
		ID: "introspect.unknown-404", Story: "An unknown token is answered with 404.",
		Aims: []string{"oauth2.introspection.unknown"},
		Change: thirdAnswers(introspectAt, func(a mock.Answer) mock.Answer {
			if decoded(a.Body)["active"] == false {
				a.Status = http.StatusNotFound
			}
			return a
		}),
	},
	{
		ID: "introspect.by-beginning", Story: "Tokens are looked up by their first thirty characters.",
		Aims: []string{"oauth2.introspection.unknown"},
		Change: func(p *mockprovider.Policy) {
			given := &idSecrets{}
			token := p.NewToken
			p.NewToken = func() string {
				t := token()
				given.add(t)
				return t
			}
			thirdTakes(at(introspectAt), func(r mock.Request) mock.Request {
				for _, t := range given.list() {
					if sent := fields(r).Get("token"); len(sent) > 30 && len(t) > 30 && sent[:30] == t[:30] {
						return set("token", t)(r)
					}
				}
				return r
			})(p)
		},
	},
	{
		ID: "introspect.says-why", Story: "The response says why a token is not active.",
		Aims: []string{"oauth2.introspection.bare"},
		Change: tellsOf(func(_ mockprovider.App, _ *mockprovider.Token, v map[string]any) {
			if v["active"] == false {
				v["reason"] = "unknown or expired"
			}
		}),
	},
	{
		ID: "introspect.empty-is-newest", Story: "Without a token parameter the newest token is introspected.",
		Aims: []string{"oauth2.introspection.missing-token"},
		Change: func(p *mockprovider.Policy) {
			newest := issuedAccess(p)
			thirdTakes(at(introspectAt).and(lacks("token")), func(r mock.Request) mock.Request {
				if list := newest.list(); len(list) > 0 {
					return set("token", list[len(list)-1])(r)
				}
				return r
			})(p)
		},
	},
	{
		ID: "introspect.cached", Story: "Once active, a token stays active in a cache.",
		Aims:   []string{"oauth2.introspection.revoked", "oauth2.introspection.expired"},
		Change: introspectsFromCache(nil),
	},
	{
		ID: "introspect.expiry-ignored", Story: "An expired token is active until it is revoked.",
		Aims:   []string{"oauth2.introspection.expired"},
		Change: introspectsFromCache(at("POST /oauth/revoke")),
	},
	{
		ID: "introspect.spent-active", Story: "Every refresh token that was ever issued is active.",
		Aims:   []string{"oauth2.introspection.spent", "oauth2.introspection.revoked"},
		Change: spentActive,
	},
	{
		ID: "introspect.scope-list", Story: "scope is a list.",
		Aims: []string{"oauth2.introspection.members"},
		Change: tellsOf(func(_ mockprovider.App, t *mockprovider.Token, v map[string]any) {
			if t != nil {
				v["scope"] = strings.Fields(t.Scope)
			}
		}),
	},
	{
		ID: "introspect.exp-in-words", Story: "exp is a date string.",
		Aims: []string{"oauth2.introspection.members"},
		Change: tellsOf(func(_ mockprovider.App, t *mockprovider.Token, v map[string]any) {
			if t != nil && v["exp"] != nil {
				v["exp"] = t.Expires.Format(time.RFC1123)
			}
		}),
	},
	{
		ID: "introspect.exp-in-milliseconds", Story: "exp is in milliseconds.",
		Aims: []string{"oauth2.introspection.true"},
		Change: tellsOf(func(_ mockprovider.App, t *mockprovider.Token, v map[string]any) {
			if t != nil && v["exp"] != nil {
				v["exp"] = t.Expires.UnixMilli()
			}
		}),
	},
	{
		ID: "introspect.scope-of-the-app", Story: "scope lists everything that the app may request.",
		Aims: []string{"oauth2.introspection.true", "oauth2.scope.refresh-narrower"},
		Change: tellsOf(func(app mockprovider.App, t *mockprovider.Token, v map[string]any) {
			if t != nil && v["scope"] != nil {
				v["scope"] = strings.Join(app.Scopes, " ")
			}
		}),
	},
	{
		ID: "introspect.client-by-name", Story: "client_id is the app's display name.",
		Aims: []string{"oauth2.introspection.true"},
		Change: tellsOf(func(app mockprovider.App, _ *mockprovider.Token, v map[string]any) {
			if v["client_id"] != nil {
				v["client_id"] = app.Name
			}
		}),
	},
	{
		ID: "introspect.hint-trusted", Story: "With the hint refresh_token only refresh tokens are searched.",
		Aims: []string{"oauth2.introspection.hint"},
		Change: func(p *mockprovider.Policy) {
			given := issuedAccess(p)
			thirdTakes(at(introspectAt).and(field("token_type_hint", "refresh_token")).and(func(r mock.Request) bool {
				return slices.Contains(given.list(), fields(r).Get("token"))
			}), set("token", "nothing"))(p)
		},
	},
	{
		ID: "introspect.access-only", Story: "Only access tokens are searched.",
		Aims: []string{"oauth2.introspection.refresh-token"},
		Change: func(p *mockprovider.Policy) {
			before := p.Tells
			p.Tells = func(app mockprovider.App, t *mockprovider.Token, issuer string) map[string]any {
				if t != nil && t.Expires.IsZero() {
					t = nil
				}
				return before(app, t, issuer)
			}
		},
	},
	{
		ID: "introspect.tells-all", Story: "Any client may introspect any token.",
		Aims: []string{"oauth2.introspection.foreign"},
		Change: func(p *mockprovider.Policy) {
			before := p.Tells
			p.Tells = func(app mockprovider.App, t *mockprovider.Token, issuer string) map[string]any {
				if t != nil {
					app.ID = t.AppID
				}
				return before(app, t, issuer)
			}
		},
	},
	{
		ID: "introspect.by-get", Story: "GET is answered like POST.",
		Aims: []string{"oauth2.introspection.get"},
		Change: thirdTakes(at("GET /oauth/introspect"), func(r mock.Request) mock.Request {
			r.Method, r.Body = http.MethodPost, []byte(queryOf(r).Encode())
			return withHeader("Content-Type", "application/x-www-form-urlencoded")(r)
		}),
	},
}

// tellsOf edits the introspection answer that an app gets.
func tellsOf(edit func(app mockprovider.App, t *mockprovider.Token, v map[string]any)) third {
	return func(p *mockprovider.Policy) {
		before := p.Tells
		p.Tells = func(app mockprovider.App, t *mockprovider.Token, issuer string) map[string]any {
			v := before(app, t, issuer)
			edit(app, t, v)
			return v
		}
	}
}

// introspectsFromCache repeats old answers about active tokens; a request that w picks empties the cache.
func introspectsFromCache(w when) third {
	return func(p *mockprovider.Policy) {
		var kept sync.Map
		thirdAnswersBy(anyRequest, func(r mock.Request, a mock.Answer) mock.Answer {
			token := fields(r).Get("token")
			switch {
			case w != nil && w(r):
				kept.Clear()
			case !at(introspectAt)(r) || a.Status != http.StatusOK:
			case decoded(a.Body)["active"] == true:
				kept.Store(token, a)
			default:
				if before, ok := kept.Load(token); ok {
					return before.(mock.Answer)
				}
			}
			return a
		})(p)
	}
}

// spentActive reports every refresh token that was issued as active.
func spentActive(p *mockprovider.Policy) {
	given := &idSecrets{}
	answer := p.TokenAnswer
	p.TokenAnswer = func(access, refresh, scope string, ttl time.Duration) map[string]any {
		given.add(refresh)
		return answer(access, refresh, scope, ttl)
	}
	thirdAnswersBy(at(introspectAt), func(r mock.Request, a mock.Answer) mock.Answer {
		if decoded(a.Body)["active"] == false && slices.Contains(given.list(), fields(r).Get("token")) {
			a.Body = []byte(`{"active":true}`)
		}
		return a
	})(p)
}

// asksForAll answers a caller that names no client as if it were the token's client.
func asksForAll(p *mockprovider.Policy) {
	given := issuedAccess(p)
	thirdAnswersBy(at(introspectAt).and(lacks("client_id")), func(r mock.Request, a mock.Answer) mock.Answer {
		if r.Header.Get("Authorization") == "" && slices.Contains(given.list(), fields(r).Get("token")) {
			a.Status, a.Body = http.StatusOK, []byte(`{"active":true}`)
		}
		return a
	})(p)
}
