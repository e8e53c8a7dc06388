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
		ID: "thirdparty.access-with-scheme", Story: "access_token contains its scheme, and so a space.",
		Aims: []string{"oauth2.token.access-token"},
		Change: func(p *mockprovider.Policy) {
			before := p.TokenAnswer
			p.TokenAnswer = func(access, refresh, scope string, ttl time.Duration) map[string]any {
				return before("Bearer "+access, refresh, scope, ttl)
			}
		},
	},
	{
		ID: "thirdparty.error-quoted", Story: "error_description quotes the request.",
		Aims: []string{"oauth2.error.charset"},
		Change: thirdAnswersBy(at(tokenAt), func(r mock.Request, a mock.Answer) mock.Answer {
			if a.Status == http.StatusOK {
				return a
			}
			return member("error_description", `not "`+fields(r).Get("grant_type")+`"`)(a)
		}),
	},
	{
		ID: "thirdparty.text-plain", Story: "Tokens are sent as text/plain, so no home can link.",
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
		ID: "thirdparty.life-as-text", Story: "expires_in is a string.",
		Aims:   []string{"oauth2.token.expires-in", "provider.refresh.grant"},
		Change: tokenMember("expires_in", "1800"),
	},
	{
		ID: "thirdparty.no-refresh-token", Story: "A refresh token is issued only for a scope that no home requests.",
		Aims:   []string{"provider.token.refresh-token"},
		Change: tokenMember("refresh_token", nil),
	},
	{
		ID: "thirdparty.tokens-stored", Story: "Token responses may be cached.",
		Aims:   []string{"oauth2.token.cache-no-store"},
		Change: func(p *mockprovider.Policy) { p.TokenHeader = mock.Is(http.Header{}) },
	},
	{
		ID: "thirdparty.refreshed-stored", Story: "The refresh response may be cached.",
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
		ID: "thirdparty.charset", Story: "A form whose media type has a charset is not read.",
		Aims: []string{"oauth2.token.form-encoding"},
		Change: thirdTakes(at(tokenAt).and(func(r mock.Request) bool {
			return strings.Contains(r.Header.Get("Content-Type"), ";")
		}), func(r mock.Request) mock.Request {
			r.Body = nil
			return r
		}),
	},
	{
		ID: "thirdparty.form-type-case", Story: "The media type of a form is compared with regard to case.",
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
		ID: "thirdparty.token-counter", Story: "Tokens are sequential numbers.",
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
		ID: "thirdparty.token-query", Story: "Parameters in the query are accepted in place of the form.",
		Aims: []string{"oauth2.token.query-ignored"},
		Change: thirdTakes(at(tokenAt), func(r mock.Request) mock.Request {
			if len(r.Body) == 0 {
				r.Body = []byte(queryOf(r).Encode())
			}
			return r
		}),
	},
	{
		ID: "thirdparty.token-unknown-parameter", Story: "An unknown parameter is an error.",
		Aims:   []string{"oauth2.token.ignore-unknown"},
		Change: thirdTakes(at(tokenAt).and(otherThan(tokenParameters...)), withFields(func(v url.Values) { v.Set("grant_type", "") })),
	},
	{
		ID: "thirdparty.token-repeated", Story: "The first of several equal parameters is used.",
		Aims:   []string{"oauth2.error.duplicate-parameter"},
		Change: func(p *mockprovider.Policy) { p.Duplicates = mock.Is(false) },
	},
	{
		ID: "thirdparty.token-redirects", Story: "An unsupported grant is redirected to a help page.",
		Aims: []string{"provider.token.no-redirect"},
		Change: thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
			if decoded(a.Body)["error"] == "unsupported_grant_type" {
				a.Status, a.Header = http.StatusFound, setHeader(a.Header, "Location", "/help")
			}
			return a
		}),
	},
	{
		ID: "thirdparty.repetition-redirects", Story: "A form with a repeated parameter is redirected to the login.",
		Aims: []string{"provider.token.no-redirect"},
		Change: thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
			if strings.Contains(a.Why, "each parameter appears once") {
				a.Status, a.Header = http.StatusFound, setHeader(a.Header, "Location", "/login")
			}
			return a
		}),
	},
	{
		ID: "thirdparty.repetition-500", Story: "A form with a repeated parameter causes an uncaught exception.",
		Aims: []string{"oauth2.error.duplicate-parameter"},
		Change: thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
			if strings.Contains(a.Why, "each parameter appears once") {
				a.Status = http.StatusInternalServerError
			}
			return a
		}),
	},
	{
		ID: "thirdparty.grant-type-optional", Story: "A missing grant_type is treated as authorization_code.",
		Aims:   []string{"oauth2.error.grant-type-missing"},
		Change: thirdTakes(at(tokenAt).and(lacks("grant_type")).and(has("code")), set("grant_type", "authorization_code")),
	},
	{
		ID: "thirdparty.grant-type-word", Story: "An unknown grant_type is refused with invalid_grant.",
		Aims:   []string{"oauth2.error.unsupported-grant"},
		Change: refusals(tokenAt, "unsupported_grant_type", http.StatusBadRequest, "invalid_grant"),
	},
	{
		ID: "thirdparty.password-grant", Story: "The password grant is enabled for old apps.",
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
		ID: "thirdparty.errors-200", Story: "An unsupported grant is answered with 200 and an error in the body.",
		Aims: []string{"oauth2.error.status-400", "oauth2.error.unsupported-grant"},
		Change: thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
			if decoded(a.Body)["error"] == "unsupported_grant_type" {
				a.Status = http.StatusOK
			}
			return a
		}),
	},
	{
		ID: "thirdparty.errors-text", Story: "An unsupported grant is refused in plain text.",
		Aims: []string{"oauth2.error.status-400", "oauth2.error.unsupported-grant"},
		Change: thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
			if decoded(a.Body)["error"] == "unsupported_grant_type" {
				a.Header, a.Body = setHeader(a.Header, "Content-Type", "text/plain"), []byte("no")
			}
			return a
		}),
	},
}
