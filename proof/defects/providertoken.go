package defects

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

// authenticates changes who is let in at the token endpoint: it sees the strict refusal.
func authenticates(edit func(known bool, way mockprovider.Way, strict *mock.Refusal) *mock.Refusal) third {
	return func(p *mockprovider.Policy) {
		before := p.Authenticate
		p.Authenticate = func(app mockprovider.App, known bool, way mockprovider.Way, secret string) *mock.Refusal {
			return edit(known, way, before(app, known, way, secret))
		}
	}
}

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
		ID: "thirdparty.client-id-optional", Story: "Without client_id the public client is meant.",
		Aims: []string{"oauth2.code.client-id-required"},
		Change: func(p *mockprovider.Policy) {
			var public idSecrets
			judged := p.Challenge
			p.Challenge = func(app mockprovider.App, challenge, method string) *mock.Refusal {
				if app.Public {
					public.replace(app.ID)
				}
				return judged(app, challenge, method)
			}
			thirdTakes(at(tokenAt).and(lacks("client_id")), withFields(func(v url.Values) {
				for _, id := range public.list() {
					v.Set("client_id", id)
				}
			}))(p)
		},
	},
	{
		ID: "thirdparty.text-plain", Story: "Tokens come as text/plain: no home can link.",
		Aims:   []string{"oauth2.token.status-200", "provider.token.post", "oauth2.stock.code"},
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
		ID: "thirdparty.tokens-stored", Story: "Token answers may be kept by whoever stands between.",
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
		ID: "thirdparty.code-idempotent", Story: "The same request again gets the same tokens again, lest an answer be lost.",
		Aims:   []string{"oauth2.code.single-use", "oauth2.code.single-use-parallel", "oauth2.pkce.parallel"},
		Change: sameAnswers,
	},
	{
		ID: "thirdparty.code-reusable", Story: "A code is good for as long as it lives.",
		Aims:   []string{"oauth2.code.single-use", "oauth2.code.single-use-parallel", "oauth2.pkce.parallel"},
		Change: func(p *mockprovider.Policy) { p.SingleUse = mock.Is(false) },
	},
	{
		ID: "thirdparty.code-half-hour", Story: "A code lives for half an hour.",
		Aims: []string{"oauth2.code.expires"},
		Change: func(p *mockprovider.Policy) {
			before := p.Redeem
			p.Redeem = func(c mockprovider.Code, app mockprovider.App, form url.Values, now time.Time) *mock.Refusal {
				return before(c, app, form, now.Add(-29*time.Minute))
			}
		},
	},
	{
		ID: "thirdparty.replay-spares-access", Story: "A code that comes again ends its refresh token, and not the access token.",
		Aims:   []string{"provider.token.replay-kills"},
		Change: apiAfter(replayed),
	},
	{
		ID: "thirdparty.replay-harmless", Story: "A code that comes again is refused, and its tokens live.",
		Aims:   []string{"provider.token.replay-kills"},
		Change: func(p *mockprovider.Policy) { p.ReplayKills = mock.Is(false) },
	},
	{
		ID: "thirdparty.code-any-client", Story: "Any client redeems any code.",
		Aims: []string{"oauth2.code.bound-client"},
		Change: redeems(func(c mockprovider.Code, app mockprovider.App, _ url.Values, _ *mock.Refusal) bool {
			return c.AppID != app.ID
		}),
	},
	{
		ID: "thirdparty.code-any-redirect", Story: "redirect_uri is not compared when the code is redeemed.",
		Aims:   []string{"provider.token.bound-redirect"},
		Change: redeems(because("redirect_uri")),
	},
	{
		ID: "thirdparty.code-redirect-optional", Story: "redirect_uri is compared where it comes, and may be left out.",
		Aims: []string{"provider.token.bound-redirect"},
		Change: redeems(func(_ mockprovider.Code, _ mockprovider.App, form url.Values, r *mock.Refusal) bool {
			return !form.Has("redirect_uri") && strings.Contains(r.Description, "redirect_uri")
		}),
	},
	{
		ID: "thirdparty.code-redirect-slash", Story: "A slash at the end makes no difference when the code is redeemed.",
		Aims: []string{"provider.token.bound-redirect"},
		Change: redeems(func(c mockprovider.Code, _ mockprovider.App, form url.Values, _ *mock.Refusal) bool {
			return form.Get("redirect_uri") == c.Redirect+"/"
		}),
	},
	{
		ID: "thirdparty.code-lives-a-day", Story: "A code lives for a day.",
		Aims: []string{"oauth2.code.expires"},
		Change: redeems(func(c mockprovider.Code, app mockprovider.App, form url.Values, r *mock.Refusal) bool {
			return c.AppID == app.ID && strings.Contains(r.Description, "too old") && form.Get("redirect_uri") == c.Redirect
		}),
	},
	{
		ID: "thirdparty.no-secret", Story: "The client id is enough.",
		Aims: []string{"provider.token.wrong-secret", "provider.refresh.authenticated", "provider.revoke.authenticated"},
		Change: authenticates(func(known bool, _ mockprovider.Way, strict *mock.Refusal) *mock.Refusal {
			if known {
				return nil
			}
			return strict
		}),
	},
	{
		ID: "thirdparty.secret-optional", Story: "A wrong secret is refused, none is not.",
		Aims: []string{"provider.token.wrong-secret", "provider.refresh.authenticated", "provider.revoke.authenticated"},
		Change: authenticates(func(known bool, way mockprovider.Way, strict *mock.Refusal) *mock.Refusal {
			if known && way == mockprovider.None {
				return nil
			}
			return strict
		}),
	},
	{
		ID: "thirdparty.secret-prefix", Story: "A secret with something behind it is taken.",
		Aims: []string{"provider.token.wrong-secret", "provider.token.basic-refused"},
		Change: func(p *mockprovider.Policy) {
			before := p.Authenticate
			p.Authenticate = func(app mockprovider.App, known bool, way mockprovider.Way, secret string) *mock.Refusal {
				refused := before(app, known, way, secret)
				for i := 1; i < len(secret) && refused != nil; i++ {
					refused = before(app, known, way, secret[:i])
				}
				return refused
			}
		},
	},
	{
		ID: "thirdparty.secret-403", Story: "A wrong secret is 403.",
		Aims: []string{"provider.token.wrong-secret"},
		Change: both(
			refusals(tokenAt, "invalid_client", http.StatusForbidden, ""),
			refusals("POST /oauth/revoke", "invalid_client", http.StatusForbidden, ""),
		),
	},
	{
		ID: "thirdparty.unknown-client-grant", Story: "An unknown client is invalid_grant: the home asks the person to log in again, for ever.",
		Aims: []string{"provider.token.unknown-client"},
		Change: authenticates(func(known bool, _ mockprovider.Way, strict *mock.Refusal) *mock.Refusal {
			if !known {
				return mock.Refuse(http.StatusBadRequest, "invalid_grant", "", "")
			}
			return strict
		}),
	},
	{
		ID: "thirdparty.no-basic", Story: "Only the form is read: HTTP Basic is not.",
		Aims: []string{"provider.token.basic", "provider.metadata.auth-methods"},
		Change: authenticates(func(known bool, way mockprovider.Way, strict *mock.Refusal) *mock.Refusal {
			if way == mockprovider.Basic {
				return mock.Refuse(http.StatusUnauthorized, "invalid_client", "", "")
			}
			return strict
		}),
	},
	{
		ID: "thirdparty.no-challenge", Story: "A refusal of HTTP Basic has no WWW-Authenticate.",
		Aims:   []string{"provider.token.basic-refused"},
		Change: thirdAnswers(tokenAt, header("WWW-Authenticate", "")),
	},
	{
		ID: "thirdparty.no-post", Story: "Only HTTP Basic is served, which few homes send.",
		Aims: []string{"provider.token.post", "provider.metadata.auth-methods"},
		Change: authenticates(func(known bool, way mockprovider.Way, strict *mock.Refusal) *mock.Refusal {
			if way == mockprovider.Post {
				return mock.Refuse(http.StatusUnauthorized, "invalid_client", "", "")
			}
			return strict
		}),
	},
	{
		ID: "thirdparty.two-methods", Story: "Header and form may both come: the header counts.",
		Aims: []string{"provider.token.two-methods"},
		Change: thirdTakes(at(tokenAt).and(func(r mock.Request) bool {
			return strings.HasPrefix(r.Header.Get("Authorization"), "Basic ")
		}), withFields(func(v url.Values) { v.Del("client_secret") })),
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
		ID: "thirdparty.bad-code-404", Story: "A code that nobody knows is 404.",
		Aims: []string{"oauth2.code.missing"},
		Change: func(p *mockprovider.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); at(tokenAt)(r) && strings.Contains(a.Why, "the code is unknown") {
					a.Status = http.StatusNotFound
				}
				return a
			}
		},
	},
	{
		ID: "thirdparty.code-cut", Story: "A code is compared up to the length that was sent.",
		Aims:   []string{"oauth2.code.missing", "oauth2.error.duplicate-parameter"},
		Change: cutCodes,
	},
	{
		ID: "thirdparty.errors-200", Story: "A grant that is not served is 200 with an error in it.",
		Aims: []string{"oauth2.error.status-400", "oauth2.error.unsupported-grant", "provider.token.password-grant"},
		Change: thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
			if decoded(a.Body)["error"] == "unsupported_grant_type" {
				a.Status = http.StatusOK
			}
			return a
		}),
	},
	{
		ID: "thirdparty.errors-text", Story: "A grant that is not served is refused in plain text.",
		Aims: []string{"oauth2.error.status-400", "oauth2.error.unsupported-grant", "provider.token.password-grant"},
		Change: thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
			if decoded(a.Body)["error"] == "unsupported_grant_type" {
				a.Header, a.Body = setHeader(a.Header, "Content-Type", "text/plain"), []byte("no")
			}
			return a
		}),
	},
}

// cutCodes remembers codes, and completes one that lacks its last letter.
func cutCodes(p *mockprovider.Policy) {
	known := &idSecrets{}
	code := p.NewCode
	p.NewCode = func() string {
		c := code()
		known.add(c)
		return c
	}
	thirdTakes(at(tokenAt), withFields(func(v url.Values) {
		for _, c := range known.list() {
			if v.Get("code") != "" && strings.HasPrefix(c, v.Get("code")) {
				v.Set("code", c)
			}
		}
	}))(p)
}

// sameAnswers repeats the answer to a code.
func sameAnswers(p *mockprovider.Policy) {
	var kept sync.Map
	answer := p.Answer
	p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
		a = answer(r, a)
		if code := fields(r).Get("code"); at(tokenAt)(r) && code != "" {
			if a.Status == http.StatusOK {
				kept.Store(code, a)
			} else if before, ok := kept.Load(code); ok {
				return before.(mock.Answer)
			}
		}
		return a
	}
}

// replayed picks a code's second redemption and those after it.
func replayed(r mock.Request) bool { return at(tokenAt)(r) && fields(r).Get("code") != "" }
