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
		ID: "thirdparty.refresh-missing-500", Story: "A refresh without a token causes an uncaught exception.",
		Aims: []string{"oauth2.refresh.missing-token"},
		Change: thirdAnswersBy(at(tokenAt).and(field("grant_type", "refresh_token")).and(lacks("refresh_token")),
			func(_ mock.Request, a mock.Answer) mock.Answer { return status(http.StatusInternalServerError)(a) }),
	},
	{
		ID: "thirdparty.refresh-ends-access", Story: "A refresh ends the access token that was issued with its refresh token.",
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
		ID: "thirdparty.refresh-same-token", Story: "A refresh returns the old access token.",
		Aims:   []string{"provider.refresh.grant", "oauth2.token.access-entropy"},
		Change: sameAccess,
	},
	{
		ID: "thirdparty.refresh-told", Story: "A foreign client's refresh is refused, but the response still contains a token.",
		Aims: []string{"oauth2.refresh.client-bound"},
		Change: both(foreignRefresh(http.StatusBadRequest, "invalid_grant"), thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
			if strings.Contains(a.Why, foreign) {
				a.Body = []byte(`{"error":"invalid_grant","access_token":"x"}`)
			}
			return a
		})),
	},
	{
		ID: "thirdparty.refresh-foreign-500", Story: "A foreign client's refresh causes an uncaught exception.",
		Aims:   []string{"oauth2.refresh.client-bound"},
		Change: foreignRefresh(http.StatusInternalServerError, "access_denied"),
	},
	{
		ID: "thirdparty.refresh-any-client", Story: "Any client refreshes any token.",
		Aims: []string{"oauth2.refresh.client-bound"},
		Change: func(p *mockprovider.Policy) {
			p.Refresh = func(mockprovider.Grant, mockprovider.App, time.Time) *mock.Refusal { return nil }
		},
	},
	{
		ID: "thirdparty.refresh-unauthenticated", Story: "A refresh requires no client secret.",
		Aims:   []string{"provider.refresh.authenticated"},
		Change: unauthenticated(at(tokenAt).and(field("grant_type", "refresh_token"))),
	},
	{
		ID: "thirdparty.refresh-unknown-401", Story: "An unknown refresh token is answered with 401.",
		Aims: []string{"provider.error.invalid-grant"},
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
		ID: "thirdparty.refresh-token-trimmed", Story: "A refresh token with an extra letter at the end is accepted.",
		Aims:   []string{"oauth2.refresh.tampered"},
		Change: refreshBy(func(given, sent string) bool { return strings.HasPrefix(sent, given) }),
	},
	{
		ID: "thirdparty.refresh-token-case", Story: "Refresh tokens are compared without regard to case.",
		Aims:   []string{"oauth2.refresh.tampered"},
		Change: refreshBy(strings.EqualFold),
	},
	{
		ID: "thirdparty.refresh-token-half", Story: "Refresh tokens are looked up by their first half.",
		Aims:   []string{"oauth2.refresh.tampered"},
		Change: refreshBy(func(given, sent string) bool { return len(sent) >= 32 && sent[:32] == given[:32] }),
	},
	{
		ID: "thirdparty.refresh-by-access", Story: "An access token works as a refresh token.",
		Aims:   []string{"oauth2.refresh.access-token-refused"},
		Change: refreshByAccess,
	},
	{
		ID: "thirdparty.refresh-widens", Story: "A refresh gets any scope that it asks for.",
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
		Change: func(p *mockprovider.Policy) { p.Rotate = func(mockprovider.App) bool { return false } },
	},
	{
		ID: "thirdparty.reuse-unnoticed", Story: "A reused refresh token is refused, but its family stays valid.",
		Aims:   []string{"provider.refresh.reuse"},
		Change: func(p *mockprovider.Policy) { p.ReuseKills = mock.Is(false) },
	},
	{
		ID: "thirdparty.code-as-refresh", Story: "Codes and refresh tokens share one table, so a code works as a refresh token.",
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
		ID: "thirdparty.refresh-wider-500", Story: "A refresh for more than was granted causes an uncaught exception.",
		Aims: []string{"provider.refresh.wider"},
		Change: thirdAnswersBy(at(tokenAt).and(field("grant_type", "refresh_token")).and(has("scope")),
			func(_ mock.Request, a mock.Answer) mock.Answer {
				if a.Status == http.StatusBadRequest {
					a.Status = http.StatusInternalServerError
				}
				return a
			}),
	},
	{
		ID: "thirdparty.reuse-works", Story: "A refresh token still works after it was rotated.",
		Aims:   []string{"provider.refresh.reuse"},
		Change: spentWorks,
	},
	{
		ID: "thirdparty.refresh-as-code", Story: "Codes and refresh tokens are in one table: a refresh token is accepted as a code.",
		Aims: []string{"provider.refresh.code-is-none"},
		Change: func(p *mockprovider.Policy) {
			issued := remembered(&p.NewToken)
			thirdAnswersBy(at(tokenAt).and(field("grant_type", "authorization_code")).and(func(r mock.Request) bool {
				return issued(fields(r).Get("code"))
			}), func(_ mock.Request, a mock.Answer) mock.Answer {
				return all(status(http.StatusOK), body(`{"access_token":"x","token_type":"Bearer","expires_in":60}`))(a)
			})(p)
		},
	},
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

// spentWorks accepts a rotated refresh token in place of its successor.
func spentWorks(p *mockprovider.Policy) {
	var next sync.Map
	refresh := at(tokenAt).and(field("grant_type", "refresh_token"))
	thirdTakes(refresh, withFields(func(v url.Values) {
		for fresh, ok := next.Load(v.Get("refresh_token")); ok; fresh, ok = next.Load(fresh) {
			v.Set("refresh_token", textOf(fresh))
		}
	}))(p)
	thirdAnswersBy(refresh, func(r mock.Request, a mock.Answer) mock.Answer {
		if fresh, _ := decoded(a.Body)["refresh_token"].(string); fresh != "" && fresh != fields(r).Get("refresh_token") {
			next.Store(fields(r).Get("refresh_token"), fresh)
		}
		return a
	})(p)
}

// refreshBy finds refresh tokens by another comparison than equality.
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

// refreshByAccess accepts the access token in place of its refresh token.
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

// foreignRefresh changes how a refresh by a client that does not own the token is refused.
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
