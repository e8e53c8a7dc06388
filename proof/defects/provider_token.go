package defects

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

var providerTokenDefects = []Defect[mockprovider.Policy]{
	{
		ID: "thirdparty.access-with-scheme", Story: "access_token carries its scheme, and so a blank.",
		Aims: []string{"oauth2.token.access-token"},
		Change: func(p *mockprovider.Policy) {
			before := p.TokenAnswer
			p.TokenAnswer = func(access, refresh, scope string, ttl time.Duration) map[string]any {
				return before("Bearer "+access, refresh, scope, ttl)
			}
		},
	},
	{
		ID: "thirdparty.error-quoted", Story: "error_description quotes what was sent.",
		Aims: []string{"oauth2.error.charset"},
		Change: thirdAnswersBy(at(tokenAt), func(r mock.Request, a mock.Answer) mock.Answer {
			if a.Status == http.StatusOK {
				return a
			}
			return member("error_description", `not "`+fields(r).Get("grant_type")+`"`)(a)
		}),
	},
	{
		ID: "thirdparty.text-plain", Story: "Tokens come as text/plain: no home can link.",
		Aims:   []string{"oauth2.token.status-200", "oauth2.stock.code"},
		Change: thirdAnswers(tokenAt, header("Content-Type", "text/plain")),
	},
	{
		ID: "thirdparty.no-token-type", Story: "token_type is left out.",
		Aims:   []string{"oauth2.token.token-type"},
		Change: tokenMember("token_type", nil),
	},
	{
		ID: "thirdparty.token-type-mac", Story: "token_type is bearer_token.",
		Aims:   []string{"oauth2.token.token-type"},
		Change: tokenMember("token_type", "bearer_token"),
	},
	{
		ID: "thirdparty.no-life", Story: "expires_in is left out.",
		Aims:   []string{"oauth2.token.expires-in", "provider.refresh.grant"},
		Change: tokenMember("expires_in", nil),
	},
	{
		ID: "thirdparty.life-as-text", Story: "expires_in is a text.",
		Aims:   []string{"oauth2.token.expires-in", "provider.refresh.grant"},
		Change: tokenMember("expires_in", "1800"),
	},
	{
		ID: "thirdparty.no-refresh-token", Story: "A refresh token comes only with a scope that no home sends.",
		Aims:   []string{"provider.token.refresh-token"},
		Change: tokenMember("refresh_token", nil),
	},
	{
		ID: "thirdparty.tokens-stored", Story: "Token answers can be cached on the way.",
		Aims:   []string{"oauth2.token.cache-no-store"},
		Change: func(p *mockprovider.Policy) { p.TokenHeader = mock.Is(http.Header{}) },
	},
	{
		ID: "thirdparty.refreshed-stored", Story: "The answer to a refresh may be kept.",
		Aims: []string{"oauth2.token.cache-no-store"},
		Change: func(p *mockprovider.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); at(tokenAt)(r) && fields(r).Get("grant_type") == "refresh_token" {
					a.Header = setHeader(a.Header, "Cache-Control", "max-age=60")
				}
				return a
			}
		},
	},
	{
		ID: "thirdparty.charset", Story: "A form whose type has a charset is not read.",
		Aims: []string{"oauth2.token.form-encoding"},
		Change: thirdTakes(at(tokenAt).and(func(r mock.Request) bool {
			return strings.Contains(r.Header.Get("Content-Type"), ";")
		}), func(r mock.Request) mock.Request {
			r.Body = nil
			return r
		}),
	},
	{
		ID: "thirdparty.form-type-case", Story: "The type of a form is compared letter by letter.",
		Aims: []string{"oauth2.token.form-encoding"},
		Change: thirdTakes(at(tokenAt).and(func(r mock.Request) bool {
			return strings.ContainsFunc(r.Header.Get("Content-Type"), unicode.IsUpper)
		}), func(r mock.Request) mock.Request {
			r.Body = nil
			return r
		}),
	},
	{
		ID: "thirdparty.token-short", Story: "Tokens have twelve hex digits.",
		Aims:   []string{"oauth2.token.entropy", "oauth2.token.access-entropy"},
		Change: func(p *mockprovider.Policy) { p.NewToken = func() string { return mock.Secret(6) } },
	},
	{
		ID: "thirdparty.token-counter", Story: "Tokens are numbered.",
		Aims: []string{"oauth2.token.entropy", "oauth2.token.access-entropy"},
		Change: func(p *mockprovider.Policy) {
			var n atomic.Int64
			p.NewToken = func() string { return fmt.Sprintf("token-of-demo-devices-%020d", n.Add(1)) }
		},
	},
	{
		ID: "thirdparty.token-by-get", Story: "The token endpoint answers GET.",
		Aims: []string{"oauth2.token.post-only"},
		Change: thirdTakes(at("GET /oauth/token"), func(r mock.Request) mock.Request {
			r.Method, r.Body, r.Header = http.MethodPost, []byte(queryOf(r).Encode()), setHeader(
				r.Header,
				"Content-Type",
				"application/x-www-form-urlencoded",
			)
			return r
		}),
	},
	{
		ID: "thirdparty.token-query", Story: "Query and form are one.",
		Aims: []string{"oauth2.token.query-ignored"},
		Change: thirdTakes(at(tokenAt), func(r mock.Request) mock.Request {
			if len(r.Body) == 0 {
				r.Body = []byte(queryOf(r).Encode())
			}
			return r
		}),
	},
	{
		ID: "thirdparty.token-unknown-parameter", Story: "A parameter that is not in the list is an error.",
		Aims:   []string{"oauth2.token.ignore-unknown"},
		Change: thirdTakes(at(tokenAt).and(otherThan(tokenParameters...)), withFields(func(v url.Values) { v.Set("grant_type", "") })),
	},
	{
		ID: "thirdparty.token-repeated", Story: "Of parameters that stand twice the first counts.",
		Aims:   []string{"oauth2.error.duplicate-parameter"},
		Change: func(p *mockprovider.Policy) { p.Duplicates = mock.Is(false) },
	},
	{
		ID: "thirdparty.token-redirects", Story: "A grant that is not served is a redirect to a page with help.",
		Aims: []string{"provider.token.no-redirect"},
		Change: thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
			if decoded(a.Body)["error"] == "unsupported_grant_type" {
				a.Status, a.Header = http.StatusFound, setHeader(a.Header, "Location", "/help")
			}
			return a
		}),
	},
	{
		ID: "thirdparty.repetition-redirects", Story: "A form that names a parameter twice is a redirect to the login.",
		Aims: []string{"provider.token.no-redirect"},
		Change: thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
			if strings.Contains(a.Why, "each parameter appears once") {
				a.Status, a.Header = http.StatusFound, setHeader(a.Header, "Location", "/login")
			}
			return a
		}),
	},
	{
		ID: "thirdparty.repetition-500", Story: "A form that names a parameter twice causes an uncaught exception.",
		Aims: []string{"oauth2.error.duplicate-parameter"},
		Change: thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
			if strings.Contains(a.Why, "each parameter appears once") {
				a.Status = http.StatusInternalServerError
			}
			return a
		}),
	},
	{
		ID: "thirdparty.grant-type-optional", Story: "Without grant_type a code is meant.",
		Aims:   []string{"oauth2.error.grant-type-missing"},
		Change: thirdTakes(at(tokenAt).and(lacks("grant_type")).and(has("code")), set("grant_type", "authorization_code")),
	},
	{
		ID: "thirdparty.grant-type-word", Story: "An unknown grant_type is invalid_grant.",
		Aims:   []string{"oauth2.error.unsupported-grant"},
		Change: refusals(tokenAt, "unsupported_grant_type", http.StatusBadRequest, "invalid_grant"),
	},
	{
		ID: "thirdparty.password-grant", Story: "The password grant is on for old apps.",
		Aims: []string{"provider.token.password-grant"},
		Change: func(p *mockprovider.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); at(tokenAt)(r) && fields(r).Get("grant_type") == "password" {
					a.Status, a.Body = http.StatusOK, []byte(`{"access_token":"x","token_type":"Bearer","expires_in":60}`)
				}
				return a
			}
		},
	},
	{
		ID: "thirdparty.errors-200", Story: "A grant that is not served is 200 with an error in it.",
		Aims: []string{"oauth2.error.status-400", "oauth2.error.unsupported-grant"},
		Change: thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
			if decoded(a.Body)["error"] == "unsupported_grant_type" {
				a.Status = http.StatusOK
			}
			return a
		}),
	},
	{
		ID: "thirdparty.errors-text", Story: "A grant that is not served is refused in plain text.",
		Aims: []string{"oauth2.error.status-400", "oauth2.error.unsupported-grant"},
		Change: thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
			if decoded(a.Body)["error"] == "unsupported_grant_type" {
				a.Header, a.Body = setHeader(a.Header, "Content-Type", "text/plain"), []byte("no")
			}
			return a
		}),
	},
}
