package defects

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

// authenticates changes who is let in at the token endpoint: it sees the strict refusal.
func authenticates(edit func(app mockprovider.App, known bool, way mockprovider.Way, secret string, strict *mock.Refusal) *mock.Refusal) third {
	return func(p *mockprovider.Policy) {
		before := p.Authenticate
		p.Authenticate = func(app mockprovider.App, known bool, way mockprovider.Way, secret string) *mock.Refusal {
			return edit(app, known, way, secret, before(app, known, way, secret))
		}
	}
}

// metadataMember changes a member of the metadata; nil takes it away.
func metadataMember(name string, value any) third {
	return func(p *mockprovider.Policy) {
		before := p.Metadata
		p.Metadata = func(issuer string) map[string]any {
			v := before(issuer)
			if v[name] = value; value == nil {
				delete(v, name)
			}
			return v
		}
	}
}

var provTokens = []string{"oauth2.*", "provider.token.*", "provider.refresh.*", "provider.resource.*", "provider.revoke.*", "provider.pkce.*", "provider.authorize.code*", "provider.metadata.*", "provider.authorize.unknown-scope"}

var _ = listed([]Defect{
	{ID: "thirdparty.text-plain", Story: "Tokens come as text/plain: no home can link.", Breaks: []string{"oauth2.token.status-200", "provider.token.post", "provider.authorize.code", "oauth2.pkce.s256", "provider.pkce.public", "oauth2.pkce.not-shared", "provider.token.basic-refused", "oauth2.code.missing", "oauth2.code.single-use-parallel", "provider.refresh.unknown"}, Blocks: everyProviderRow,
		Provider: thirdAnswers(tokenAt, header("Content-Type", "text/plain"))},
	{ID: "thirdparty.no-token-type", Story: "token_type is left out.", Breaks: []string{"oauth2.token.token-type"}, Provider: tokenMember("token_type", nil)},
	{ID: "thirdparty.token-type-mac", Story: "token_type is bearer_token.", Breaks: []string{"oauth2.token.token-type"}, Provider: tokenMember("token_type", "bearer_token")},
	{ID: "thirdparty.no-life", Story: "expires_in is left out.", Breaks: []string{"oauth2.token.expires-in", "provider.refresh.grant", "provider.resource.expired"}, Blocks: []string{"provider.resource.expired"}, Provider: tokenMember("expires_in", nil)},
	{ID: "thirdparty.life-as-text", Story: "expires_in is a text.", Breaks: []string{"oauth2.token.expires-in", "provider.refresh.grant", "provider.resource.expired"}, Blocks: []string{"provider.resource.expired"}, Provider: tokenMember("expires_in", "1800")},
	{ID: "thirdparty.no-refresh-token", Story: "A refresh token comes only with a scope that no home sends.", Breaks: []string{"provider.token.refresh-token"}, Blocks: everyProviderRow, Provider: tokenMember("refresh_token", nil)},
	{ID: "thirdparty.tokens-stored", Story: "Token answers may be kept by whoever stands between.", Breaks: []string{"oauth2.token.cache-no-store"}, Provider: func(p *mockprovider.Policy) { p.TokenHeader = http.Header{} }},
	{ID: "thirdparty.refreshed-stored", Story: "The answer to a refresh may be kept.", Breaks: []string{"oauth2.token.cache-no-store"}, Provider: func(p *mockprovider.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); at(tokenAt)(r) && fields(r).Get("grant_type") == "refresh_token" {
				a.Header = setHeader(a.Header, "Cache-Control", "max-age=60")
			}
			return a
		}
	}},
	{ID: "thirdparty.charset", Story: "A form whose type has a charset is not read.", Breaks: []string{"oauth2.token.form-encoding"}, Provider: thirdTakes(at(tokenAt).and(func(r mock.Request) bool { return strings.Contains(r.Header.Get("Content-Type"), ";") }), func(r mock.Request) mock.Request {
		r.Body = nil
		return r
	})},
	{ID: "thirdparty.form-type-case", Story: "The type of a form is compared letter by letter.", Breaks: []string{"oauth2.token.form-encoding"}, Provider: thirdTakes(at(tokenAt).and(func(r mock.Request) bool { return strings.Contains(r.Header.Get("Content-Type"), "WWW") }), func(r mock.Request) mock.Request {
		r.Body = nil
		return r
	})},
	{ID: "thirdparty.token-short", Story: "Tokens have twelve hex digits.", Breaks: []string{"oauth2.token.entropy", "oauth2.token.access-entropy"}, Provider: func(p *mockprovider.Policy) { p.NewToken = func() string { return mock.Secret(6) } }},
	{ID: "thirdparty.token-counter", Story: "Tokens are numbered.", Breaks: []string{"oauth2.token.entropy", "oauth2.token.access-entropy"}, Provider: func(p *mockprovider.Policy) {
		var n atomic.Int64
		p.NewToken = func() string { return fmt.Sprintf("token-of-demo-devices-%020d", n.Add(1)) }
	}},
	{ID: "thirdparty.token-by-get", Story: "The token endpoint answers GET.", Breaks: []string{"oauth2.token.post-only"}, Provider: thirdTakes(at("GET /oauth/token"), func(r mock.Request) mock.Request {
		r.Method, r.Body, r.Header = http.MethodPost, []byte(queryOf(r).Encode()), setHeader(r.Header, "Content-Type", "application/x-www-form-urlencoded")
		return r
	})},
	{ID: "thirdparty.token-query", Story: "Query and form are one.", Breaks: []string{"oauth2.token.query-ignored"}, Provider: thirdTakes(at(tokenAt), func(r mock.Request) mock.Request {
		if len(r.Body) == 0 {
			r.Body = []byte(queryOf(r).Encode())
		}
		return r
	})},
	{ID: "thirdparty.token-unknown-parameter", Story: "A parameter that is not in the list is an error.", Breaks: []string{"provider.token.unknown-parameters"}, Provider: thirdTakes(at(tokenAt).and(has("foo")), withFields(func(v url.Values) { v.Set("grant_type", "") }))},
	{ID: "thirdparty.token-repeated", Story: "Of parameters that stand twice the first counts.", Breaks: []string{"provider.token.repeated-parameters"}, Provider: func(p *mockprovider.Policy) { p.Duplicates = false }},
	{ID: "thirdparty.token-redirects", Story: "A grant that is not served is a redirect to a page with help.", Breaks: []string{"provider.token.no-redirect", "provider.token.grant-type", "provider.token.error-object", "provider.token.password-grant"}, Blocks: everyProviderRow, Provider: thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
		if decoded(a.Body)["error"] == "unsupported_grant_type" {
			a.Status, a.Header = http.StatusFound, setHeader(a.Header, "Location", "/help")
		}
		return a
	})},
	{ID: "thirdparty.code-idempotent", Story: "The same request again gets the same tokens again, lest an answer be lost.", Breaks: []string{"oauth2.code.single-use", "oauth2.code.single-use-parallel", "oauth2.pkce.parallel"}, Blocks: []string{"provider.token.replay-kills"}, Provider: sameAnswers},
	{ID: "thirdparty.code-reusable", Story: "A code is good for as long as it lives.", Breaks: []string{"oauth2.code.single-use", "oauth2.code.single-use-parallel", "oauth2.pkce.parallel"}, Blocks: []string{"provider.token.replay-kills"}, Provider: func(p *mockprovider.Policy) { p.SingleUse = false }},
	{ID: "thirdparty.replay-harmless", Story: "A code that comes again is refused, and its tokens live.", Breaks: []string{"provider.token.replay-kills"}, Provider: func(p *mockprovider.Policy) { p.ReplayKills = false }},
	{ID: "thirdparty.code-any-client", Story: "Any client redeems any code.", Breaks: []string{"provider.token.bound-client"}, Provider: redeems(func(c mockprovider.Code, app mockprovider.App, _ url.Values, _ *mock.Refusal) bool {
		return c.AppID != app.ID
	})},
	{ID: "thirdparty.code-any-redirect", Story: "redirect_uri is not compared when the code is redeemed.", Breaks: []string{"provider.token.bound-redirect"}, Provider: redeems(because("redirect_uri"))},
	{ID: "thirdparty.code-redirect-optional", Story: "redirect_uri is compared where it comes, and may be left out.", Breaks: []string{"provider.token.bound-redirect"}, Provider: redeems(func(_ mockprovider.Code, _ mockprovider.App, form url.Values, r *mock.Refusal) bool {
		return !form.Has("redirect_uri") && strings.Contains(r.Description, "redirect_uri")
	})},
	{ID: "thirdparty.code-redirect-slash", Story: "A slash at the end makes no difference when the code is redeemed.", Breaks: []string{"provider.token.bound-redirect"}, Provider: redeems(func(c mockprovider.Code, _ mockprovider.App, form url.Values, _ *mock.Refusal) bool {
		return form.Get("redirect_uri") == c.Redirect+"/"
	})},
	{ID: "thirdparty.code-lives-a-day", Story: "A code lives for a day.", Breaks: []string{"oauth2.code.expires"}, Provider: redeems(func(c mockprovider.Code, app mockprovider.App, form url.Values, r *mock.Refusal) bool {
		return c.AppID == app.ID && strings.Contains(r.Description, "too old") && form.Get("redirect_uri") == c.Redirect
	})},
	{ID: "thirdparty.no-secret", Story: "The client id is enough.", Breaks: []string{"provider.token.wrong-secret", "provider.token.basic-refused", "provider.refresh.authenticated", "provider.revoke.authenticated"}, Provider: authenticates(func(_ mockprovider.App, known bool, _ mockprovider.Way, _ string, strict *mock.Refusal) *mock.Refusal {
		if known {
			return nil
		}
		return strict
	})},
	{ID: "thirdparty.secret-optional", Story: "A wrong secret is refused, none is not.", Breaks: []string{"provider.token.wrong-secret", "provider.refresh.authenticated", "provider.revoke.authenticated"}, Provider: authenticates(func(_ mockprovider.App, known bool, way mockprovider.Way, _ string, strict *mock.Refusal) *mock.Refusal {
		if known && way == mockprovider.None {
			return nil
		}
		return strict
	})},
	{ID: "thirdparty.secret-prefix", Story: "A secret with something behind it is taken.", Breaks: []string{"provider.token.wrong-secret", "provider.token.basic-refused"}, Provider: authenticates(func(app mockprovider.App, known bool, way mockprovider.Way, secret string, strict *mock.Refusal) *mock.Refusal {
		if known && way != mockprovider.None && strings.HasSuffix(secret, "x") && strings.Contains(secret, "-secret-") {
			return nil
		}
		return strict
	})},
	{ID: "thirdparty.secret-403", Story: "A wrong secret is 403.", Breaks: []string{"provider.token.wrong-secret", "provider.token.unknown-client", "provider.token.basic-refused", "provider.token.error-object", "provider.refresh.authenticated", "provider.revoke.authenticated", "oauth2.token.query-ignored"}, Provider: both3(refusals(tokenAt, "invalid_client", http.StatusForbidden, ""), refusals("POST /oauth/revoke", "invalid_client", http.StatusForbidden, ""))},
	{ID: "thirdparty.unknown-client-grant", Story: "An unknown client is invalid_grant: the home asks the person to log in again, for ever.", Breaks: []string{"provider.token.unknown-client"}, Provider: authenticates(func(_ mockprovider.App, known bool, _ mockprovider.Way, _ string, strict *mock.Refusal) *mock.Refusal {
		if !known {
			return mock.Refuse(http.StatusBadRequest, "invalid_grant", "", "")
		}
		return strict
	})},
	{ID: "thirdparty.no-basic", Story: "Only the form is read: HTTP Basic is not.", Breaks: []string{"provider.token.basic", "provider.metadata.auth-methods"}, Provider: authenticates(func(app mockprovider.App, known bool, way mockprovider.Way, secret string, strict *mock.Refusal) *mock.Refusal {
		if way == mockprovider.Basic {
			return mock.Refuse(http.StatusUnauthorized, "invalid_client", "", "")
		}
		return strict
	})},
	{ID: "thirdparty.no-challenge", Story: "A refusal of HTTP Basic has no WWW-Authenticate.", Breaks: []string{"provider.token.basic-refused"}, Provider: thirdAnswers(tokenAt, header("WWW-Authenticate", ""))},
	{ID: "thirdparty.no-post", Story: "Only HTTP Basic is served, which few homes send.", Breaks: []string{"provider.token.post", "provider.authorize.code", "oauth2.pkce.s256", "oauth2.token.status-200", "provider.metadata.auth-methods", "oauth2.pkce.not-shared", "oauth2.code.missing", "oauth2.code.single-use-parallel", "oauth2.pkce.parallel", "provider.refresh.unknown"}, Blocks: everyProviderRow, Provider: authenticates(func(_ mockprovider.App, known bool, way mockprovider.Way, _ string, strict *mock.Refusal) *mock.Refusal {
		if way == mockprovider.Post {
			return mock.Refuse(http.StatusUnauthorized, "invalid_client", "", "")
		}
		return strict
	})},
	{ID: "thirdparty.two-methods", Story: "Header and form may both come: the header counts.", Breaks: []string{"provider.token.two-methods"}, Provider: thirdTakes(at(tokenAt).and(func(r mock.Request) bool { return strings.HasPrefix(r.Header.Get("Authorization"), "Basic ") }), withFields(func(v url.Values) { v.Del("client_secret") }))},
	{ID: "thirdparty.grant-type-optional", Story: "Without grant_type a code is meant.", Breaks: []string{"provider.token.grant-type"}, Provider: thirdTakes(at(tokenAt).and(lacks("grant_type")).and(has("code")), set("grant_type", "authorization_code"))},
	{ID: "thirdparty.grant-type-word", Story: "An unknown grant_type is invalid_grant.", Breaks: []string{"provider.token.grant-type"}, Provider: refusals(tokenAt, "unsupported_grant_type", http.StatusBadRequest, "invalid_grant")},
	{ID: "thirdparty.password-grant", Story: "The password grant is on for old apps.", Breaks: []string{"provider.token.password-grant"}, Provider: func(p *mockprovider.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); at(tokenAt)(r) && fields(r).Get("grant_type") == "password" {
				a.Status, a.Body = http.StatusOK, []byte(`{"access_token":"x","token_type":"Bearer","expires_in":60}`)
			}
			return a
		}
	}},
	{ID: "thirdparty.bad-code-404", Story: "A code that nobody knows is 404.", Breaks: []string{"oauth2.code.missing", "oauth2.code.single-use", "provider.token.bound-client", "oauth2.code.expires", "provider.refresh.code-is-none", "provider.token.error-object", "oauth2.code.single-use-parallel"}, Blocks: provTokens, Provider: func(p *mockprovider.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); at(tokenAt)(r) && strings.Contains(a.Why, "the code is unknown") {
				a.Status = http.StatusNotFound
			}
			return a
		}
	}},
	{ID: "thirdparty.code-cut", Story: "A code is compared up to the length that was sent.", Breaks: []string{"oauth2.code.missing", "provider.token.repeated-parameters"}, Provider: cutCodes},
	{ID: "thirdparty.errors-200", Story: "A grant that is not served is 200 with an error in it.", Breaks: []string{"provider.token.error-object", "provider.token.grant-type", "provider.token.password-grant"}, Blocks: everyProviderRow, Provider: thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
		if decoded(a.Body)["error"] == "unsupported_grant_type" {
			a.Status = http.StatusOK
		}
		return a
	})},
	{ID: "thirdparty.errors-text", Story: "A grant that is not served is refused in plain text.", Breaks: []string{"provider.token.error-object", "provider.token.grant-type", "provider.token.password-grant"}, Blocks: everyProviderRow, Provider: thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
		if decoded(a.Body)["error"] == "unsupported_grant_type" {
			a.Header, a.Body = setHeader(a.Header, "Content-Type", "text/plain"), []byte("no")
		}
		return a
	})},

	{ID: "thirdparty.refresh-wants-scope", Story: "A refresh without a scope is refused.", Breaks: []string{"provider.refresh.grant", "provider.revoke.authenticated", "provider.revoke.bound-client", "oauth2.token.status-200"}, Blocks: provTokens, Provider: func(p *mockprovider.Policy) {
		before := p.Narrow
		p.Narrow = func(granted, asked string) (string, bool) {
			if asked == "" {
				return "", false
			}
			return before(granted, asked)
		}
	}},
	{ID: "thirdparty.refresh-same-token", Story: "A refresh answers the access token of before.", Breaks: []string{"provider.refresh.grant", "oauth2.token.access-entropy"}, Blocks: provTokens, Provider: sameAccess},
	{ID: "thirdparty.refresh-any-client", Story: "Any client refreshes any token.", Breaks: []string{"provider.refresh.bound-client"}, Provider: func(p *mockprovider.Policy) {
		p.Refresh = func(mockprovider.Grant, mockprovider.App, time.Time) *mock.Refusal { return nil }
	}},
	{ID: "thirdparty.refresh-unauthenticated", Story: "The refresh token is enough: no secret is asked for.", Breaks: []string{"provider.refresh.authenticated"}, Provider: thirdTakes(at(tokenAt).and(field("grant_type", "refresh_token")).and(field("client_id", "home")), set("client_secret", "home-secret-0123456789"))},
	{ID: "thirdparty.refresh-unknown-401", Story: "A refresh token that nobody knows is 401.", Breaks: []string{"provider.refresh.unknown", "provider.refresh.reuse", "provider.refresh.code-is-none", "provider.revoke.refresh-token", "oauth2.refresh.access-token-refused", "oauth2.refresh.tampered"}, Blocks: provTokens, Provider: func(p *mockprovider.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); at(tokenAt)(r) && strings.Contains(a.Why, "the refresh token is unknown") {
				a.Status = http.StatusUnauthorized
			}
			return a
		}
	}},
	{ID: "thirdparty.refresh-token-trimmed", Story: "A letter more at the end of a refresh token makes no difference.", Breaks: []string{"oauth2.refresh.tampered"}, Blocks: []string{"provider.refresh.unknown"}, Provider: thirdTakes(at(tokenAt).and(field("grant_type", "refresh_token")), withFields(func(v url.Values) {
		if t := v.Get("refresh_token"); len(t) == 65 {
			v.Set("refresh_token", t[:64])
		}
	}))},
	{ID: "thirdparty.refresh-token-case", Story: "Refresh tokens are found whatever their letter case.", Breaks: []string{"oauth2.refresh.tampered"}, Provider: refreshBy(strings.EqualFold)},
	{ID: "thirdparty.refresh-token-half", Story: "Refresh tokens are looked up by their first half.", Breaks: []string{"oauth2.refresh.tampered"}, Provider: refreshBy(func(given, sent string) bool { return len(sent) >= 32 && sent[:32] == given[:32] })},
	{ID: "thirdparty.refresh-by-access", Story: "An access token refreshes, for grants are looked up by either.", Breaks: []string{"oauth2.refresh.access-token-refused"}, Provider: refreshByAccess},
	{ID: "thirdparty.refresh-widens", Story: "A refresh gets whatever scope it asks for.", Breaks: []string{"provider.refresh.wider"}, Provider: func(p *mockprovider.Policy) {
		before := p.Narrow
		p.Narrow = func(granted, asked string) (string, bool) {
			if asked != "" {
				return asked, true
			}
			return before(granted, asked)
		}
	}},
	{ID: "thirdparty.no-rotation", Story: "Refresh tokens do not rotate.", Breaks: []string{"provider.refresh.rotation"}, Provider: func(p *mockprovider.Policy) { p.Rotate = false }},
	{ID: "thirdparty.reuse-unnoticed", Story: "A spent refresh token is refused, and its family lives.", Breaks: []string{"provider.refresh.reuse"}, Provider: func(p *mockprovider.Policy) { p.ReuseKills = false }},
	{ID: "thirdparty.code-as-refresh", Story: "Codes and refresh tokens are in one table: a code refreshes.", Breaks: []string{"provider.refresh.code-is-none"}, Provider: func(p *mockprovider.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); at(tokenAt)(r) && fields(r).Get("grant_type") == "refresh_token" && len(fields(r).Get("refresh_token")) == 48 {
				a.Status, a.Body = http.StatusOK, []byte(`{"access_token":"x","token_type":"Bearer","expires_in":60}`)
			}
			return a
		}
	}},

	{ID: "thirdparty.api-closed", Story: "The API does not take the token that the token endpoint gives.", Breaks: []string{"provider.resource.bearer", "provider.refresh.grant"}, Blocks: everyProviderRow, Provider: func(p *mockprovider.Policy) { p.Access = func(mockprovider.Access, time.Time) bool { return false } }},
	{ID: "thirdparty.api-403", Story: "Without a token the API answers 403.", Breaks: []string{"provider.resource.missing", "provider.resource.invalid", "provider.resource.expired"}, Provider: thirdAnswers("GET /api/me", func(a mock.Answer) mock.Answer {
		if a.Status == http.StatusUnauthorized {
			a.Status = http.StatusForbidden
		}
		return a
	})},
	{ID: "thirdparty.api-no-challenge", Story: "A refusal of the API does not say that it wants Bearer.", Breaks: []string{"provider.resource.missing", "provider.resource.invalid", "provider.resource.expired"}, Provider: thirdAnswers("GET /api/me", header("WWW-Authenticate", ""))},
	{ID: "thirdparty.api-no-word", Story: "The API does not say invalid_token.", Breaks: []string{"provider.resource.invalid", "provider.resource.expired"}, Provider: thirdAnswers("GET /api/me", func(a mock.Answer) mock.Answer {
		if a.Status == http.StatusUnauthorized {
			a.Header = setHeader(a.Header, "WWW-Authenticate", `Bearer realm="x"`)
		}
		return a
	})},
	{ID: "thirdparty.access-for-ever", Story: "The life of an access token is told, and not kept.", Breaks: []string{"provider.resource.expired"}, Provider: func(p *mockprovider.Policy) { p.Access = func(mockprovider.Access, time.Time) bool { return true } }},
	{ID: "thirdparty.token-in-query", Story: "A token in the query opens the API.", Breaks: []string{"provider.resource.not-in-query"}, Provider: func(p *mockprovider.Policy) {
		before := p.Bearer
		p.Bearer = func(r mock.Request) string {
			if t := before(r); t != "" {
				return t
			}
			return queryOf(r).Get("access_token")
		}
	}},

	{ID: "thirdparty.revoke-does-nothing", Story: "Revocation is an empty 200.", Breaks: []string{"provider.revoke.refresh-token", "provider.revoke.cascade", "provider.revoke.access-token"}, Blocks: []string{"provider.revoke.bound-client"}, Provider: func(p *mockprovider.Policy) {
		p.MayRevoke = func(mockprovider.App, mockprovider.Grant) bool { return false }
	}},
	{ID: "thirdparty.revoke-spares-access", Story: "With a refresh token its access tokens live on.", Breaks: []string{"provider.revoke.cascade"}, Provider: func(p *mockprovider.Policy) { p.Cascades = false }},
	{ID: "thirdparty.revoke-unknown-400", Story: "An unknown token is an error at revocation.", Breaks: []string{"provider.revoke.unknown"}, Provider: revokeUnknown},
	{ID: "thirdparty.revoke-anybody", Story: "Revocation asks for no secret.", Breaks: []string{"provider.revoke.authenticated"}, Provider: thirdTakes(at("POST /oauth/revoke").and(field("client_id", "home")), set("client_secret", "home-secret-0123456789"))},
	{ID: "thirdparty.revoke-any-client", Story: "Any client revokes any token.", Breaks: []string{"provider.revoke.bound-client"}, Provider: func(p *mockprovider.Policy) {
		p.MayRevoke = func(mockprovider.App, mockprovider.Grant) bool { return true }
	}},

	{ID: "thirdparty.no-metadata", Story: "No metadata are published.", Breaks: []string{"provider.metadata.served", "provider.metadata.pkce"}, Blocks: everyProviderRow, Provider: thirdAnswers("GET /.well-known/oauth-authorization-server", all(status(http.StatusNotFound), header("Content-Type", "text/plain")))},
	{ID: "thirdparty.inner-issuer", Story: "The issuer names the inner host.", Breaks: []string{"provider.metadata.issuer", "provider.authorize.iss"}, Provider: metadataMember("issuer", "http://10.0.0.7:8080")},
	{ID: "thirdparty.pkce-not-named", Story: "S256 works, and the metadata do not name it.", Breaks: []string{"provider.metadata.pkce"}, Provider: metadataMember("code_challenge_methods_supported", []string{"plain"})},
	{ID: "thirdparty.grants-default", Story: "Of the grants only authorization_code is named.", Breaks: []string{"provider.metadata.grants"}, Provider: metadataMember("grant_types_supported", []string{"authorization_code"})},
	{ID: "thirdparty.methods-untrue", Story: "client_secret_post works and is not named.", Breaks: []string{"provider.metadata.auth-methods"}, Provider: metadataMember("token_endpoint_auth_methods_supported", []string{"client_secret_basic"})},
})

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
			a.Status, a.Body, a.Header = http.StatusBadRequest, []byte(`{"error":"invalid_grant"}`), setHeader(a.Header, "Content-Type", "application/json")
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
