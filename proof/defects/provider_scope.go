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

var providerScopeDefects = []Defect[mockprovider.Policy]{
	{
		ID: "scope.omitted-crash", Story: "A request without a scope causes an uncaught exception.",
		Aims:   []string{"oauth2.scope.omitted"},
		Change: thirdCrashes(at(authorizeAt).and(func(r mock.Request) bool { return queryOf(r).Get("scope") == "" })),
	},
	{
		ID: "scope.omitted-barren", Story: "A code requested without a scope cannot be redeemed.",
		Aims: []string{"oauth2.scope.omitted"},
		Change: func(p *mockprovider.Policy) {
			before := p.Scope
			p.Scope = func(app mockprovider.App, asked string) (string, bool) {
				scope, ok := before(app, asked)
				if asked == "" {
					scope = ""
				}
				return scope, ok
			}
			redeem := p.Redeem
			p.Redeem = func(c mockprovider.Code, app mockprovider.App, form url.Values, now time.Time) *mock.Refusal {
				if c.Scope == "" {
					return mock.Refuse(http.StatusBadRequest, "invalid_grant", "there is no scope", "")
				}
				return redeem(c, app, form, now)
			}
		},
	},
	{
		ID: "scope.default-untold", Story: "Without a scope the full scope is granted, and the response does not say so.",
		Aims: []string{"oauth2.scope.default-told"},
		Change: func(p *mockprovider.Policy) {
			before := p.TokenAnswer
			p.TokenAnswer = func(access, refresh, scope string, ttl time.Duration) map[string]any {
				v := before(access, refresh, scope, ttl)
				if len(strings.Fields(scope)) > 2 {
					delete(v, "scope")
				}
				return v
			}
		},
	},
	{
		ID: "scope.list", Story: "scope is a list.",
		Aims: []string{"oauth2.scope.form"},
		Change: func(p *mockprovider.Policy) {
			before := p.TokenAnswer
			p.TokenAnswer = func(access, refresh, scope string, ttl time.Duration) map[string]any {
				v := before(access, refresh, scope, ttl)
				v["scope"] = strings.Fields(scope)
				return v
			}
		},
	},
	{
		ID: "scope.two-spaces", Story: "Scopes are separated by two spaces.",
		Aims: []string{"oauth2.scope.form"},
		Change: func(p *mockprovider.Policy) {
			before := p.TokenAnswer
			p.TokenAnswer = func(access, refresh, scope string, ttl time.Duration) map[string]any {
				return before(access, refresh, strings.ReplaceAll(scope, " ", "  "), ttl)
			}
		},
	},
	{
		ID: "scope.in-order", Story: "Scopes are accepted only in the order in which they were registered.",
		Aims: []string{"oauth2.scope.order"},
		Change: func(p *mockprovider.Policy) {
			before := p.Scope
			p.Scope = func(app mockprovider.App, asked string) (string, bool) {
				last := -1
				for _, word := range strings.Fields(asked) {
					if i := slices.Index(app.Scopes, word); i >= 0 && i < last {
						return "", false
					} else if i >= 0 {
						last = i
					}
				}
				return before(app, asked)
			}
		},
	},
	{
		ID: "scope.first-of-list", Story: "If the scopes are in another order than the registered one, only the first is granted.",
		Aims: []string{"oauth2.scope.order"},
		Change: func(p *mockprovider.Policy) {
			before := p.Scope
			p.Scope = func(app mockprovider.App, asked string) (string, bool) {
				scope, ok := before(app, asked)
				if list := strings.Fields(scope); len(list) > 1 && list[0] < list[1] {
					scope = list[0]
				}
				return scope, ok
			}
		},
	},
	{
		ID: "scope.refresh-echo", Story: "A refresh for a narrower scope grants the full one but reports the narrower.",
		Aims: []string{"oauth2.scope.refresh-narrower"},
		Change: both(func(p *mockprovider.Policy) {
			before := p.Narrow
			p.Narrow = func(granted, asked string) (string, bool) {
				scope, ok := before(granted, asked)
				if ok {
					scope = granted
				}
				return scope, ok
			}
		}, thirdAnswersBy(at(tokenAt).and(func(r mock.Request) bool {
			return len(strings.Fields(fields(r).Get("scope"))) == 1
		}), func(r mock.Request, a mock.Answer) mock.Answer {
			if a.Status != http.StatusOK {
				return a
			}
			return member("scope", fields(r).Get("scope"))(a)
		})),
	},
	{
		ID: "scope.refresh-shrinks", Story: "A refresh for a narrower scope narrows the refresh token permanently.",
		Aims:   []string{"oauth2.scope.refresh-kept"},
		Change: shrinks,
	},
	{
		ID: "scope.default-misnamed", Story: "If no scope is requested, everything is granted, but the response names only a part.",
		Aims: []string{"oauth2.scope.default-told"},
		Change: func(p *mockprovider.Policy) {
			before := p.TokenAnswer
			p.TokenAnswer = func(access, refresh, scope string, ttl time.Duration) map[string]any {
				v := before(access, refresh, scope, ttl)
				if list := strings.Fields(scope); len(list) > 2 {
					v["scope"] = strings.Join(list[:2], " ")
				}
				return v
			}
		},
	},
	{
		ID: "scope.refresh-stays-narrow", Story: "After a refresh for less, later refreshes get no more than that, whatever they ask for.",
		Aims:   []string{"oauth2.scope.refresh-kept"},
		Change: staysNarrow,
	},
}

// staysNarrow gives a refresh the scope of the session's last refresh.
func staysNarrow(p *mockprovider.Policy) {
	var narrow sync.Map // refresh token -> scope
	refresh := at(tokenAt).and(field("grant_type", "refresh_token"))
	thirdTakes(refresh, withFields(func(v url.Values) {
		if scope, ok := narrow.Load(v.Get("refresh_token")); ok {
			v.Set("scope", textOf(scope))
		}
	}))(p)
	thirdAnswersBy(refresh.and(has("scope")), func(r mock.Request, a mock.Answer) mock.Answer {
		if fresh, _ := decoded(a.Body)["refresh_token"].(string); fresh != "" {
			narrow.Store(fresh, fields(r).Get("scope"))
		}
		return a
	})(p)
}

// shrinks refuses a refresh for more scope than the session's last refresh asked for.
func shrinks(p *mockprovider.Policy) {
	var narrow sync.Map // refresh token -> scope
	thirdAnswersBy(at(tokenAt).and(field("grant_type", "refresh_token")), func(r mock.Request, a mock.Answer) mock.Answer {
		asked := strings.Fields(fields(r).Get("scope"))
		if last, ok := narrow.Load(fields(r).Get("refresh_token")); ok && a.Status == http.StatusOK {
			for _, word := range asked {
				if !slices.Contains(last.([]string), word) {
					return all(status(http.StatusBadRequest), body(`{"error":"invalid_scope"}`))(a)
				}
			}
		}
		if fresh, _ := decoded(a.Body)["refresh_token"].(string); len(asked) > 0 && fresh != "" {
			narrow.Store(fresh, asked)
		}
		return a
	})(p)
}
