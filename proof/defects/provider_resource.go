package defects

import (
	"net/http"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

var providerResourceDefects = []Defect[mockprovider.Policy]{
	{
		ID: "thirdparty.api-closed", Story: "The API does not accept the token that the token endpoint issued.",
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
		ID: "thirdparty.api-no-challenge", Story: "A 401 from the API does not name the Bearer scheme.",
		Aims:   []string{"oauth2.bearer.www-authenticate", "provider.resource.invalid"},
		Change: thirdAnswers("GET /api/me", header("WWW-Authenticate", "")),
	},
	{
		ID: "thirdparty.api-no-word", Story: "A 401 from the API lacks error=\"invalid_token\".",
		Aims: []string{"provider.resource.invalid"},
		Change: thirdAnswers("GET /api/me", func(a mock.Answer) mock.Answer {
			if a.Status == http.StatusUnauthorized {
				a.Header = setHeader(a.Header, "WWW-Authenticate", `Bearer realm="x"`)
			}
			return a
		}),
	},
	{
		ID: "thirdparty.api-guest", Story: "A request with an unknown token is served as a guest's.",
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
		ID: "thirdparty.api-scheme-case", Story: "The authentication scheme is compared with regard to case.",
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
		ID: "thirdparty.access-for-ever", Story: "The announced lifetime of an access token is not enforced.",
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
}
