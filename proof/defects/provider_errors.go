package defects

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

var providerErrorDefects = []Defect[mockprovider.Policy]{
	{
		ID: "errors.state-lost", Story: "Errors of malformed requests come back without the state.",
		Aims: []string{"oauth2.authorize.error-state"},
		Change: comesBackAs(func(v url.Values) {
			if v.Has("error") && v.Get("error") != "access_denied" {
				v.Del("state")
			}
		}),
	},
	{
		ID: "errors.state-lost-on-scope", Story: "The error about a scope comes back without the state.",
		Aims: []string{"oauth2.authorize.error-state"},
		Change: comesBackAs(func(v url.Values) {
			if v.Get("error") == "invalid_scope" {
				v.Del("state")
			}
		}),
	},
	{
		ID: "errors.own-word", Story: "An unknown scope is reported as scope_not_allowed.",
		Aims: []string{"oauth2.authorize.error-code"},
		Change: comesBackAs(func(v url.Values) {
			if v.Get("error") == "invalid_scope" {
				v.Set("error", "scope_not_allowed")
			}
		}),
	},
	{
		ID: "errors.with-a-code", Story: "The error about a scope still carries a code.",
		Aims: []string{"oauth2.authorize.error-code"},
		Change: comesBackAs(func(v url.Values) {
			if v.Get("error") == "invalid_scope" {
				v.Set("code", mock.Secret(24))
			}
		}),
	},
	{
		ID: "errors.quoted", Story: "error_description contains quotation marks.",
		Aims: []string{"oauth2.authorize.error-charset"},
		Change: comesBackAs(func(v url.Values) {
			if v.Get("error") == "unsupported_response_type" {
				v.Set("error_description", `only "code" is supported`)
			}
		}),
	},
	{
		ID: "errors.translated", Story: "error_description is in the user's language, including non-ASCII letters.",
		Aims: []string{"oauth2.authorize.error-charset"},
		Change: comesBackAs(func(v url.Values) {
			if v.Has("error_description") {
				v.Set("error_description", "Das dürfen Sie nicht.")
			}
		}),
	},
	{
		ID: "errors.without-iss", Story: "Errors of malformed requests come without iss.",
		Aims: []string{"oauth2.authorize.error-iss"},
		Change: comesBackAs(func(v url.Values) {
			if v.Has("error") && v.Get("error") != "access_denied" {
				v.Del("iss")
			}
		}),
	},
	{
		ID: "errors.iss-host", Story: "iss is only the host.",
		Aims: []string{"oauth2.authorize.error-iss", "oauth2.authorize.iss-announced", "provider.authorize.iss"},
		Change: func(p *mockprovider.Policy) {
			p.Iss = func(issuer string) string { return parsed(issuer).Host }
		},
	},
	{
		ID: "errors.iss-not-announced", Story: "iss is sent, but the metadata do not announce it.",
		Aims:   []string{"oauth2.authorize.iss-announced"},
		Change: metadataMember("authorization_response_iss_parameter_supported", nil),
	},
	{
		ID: "errors.state-required", Story: "Without a state the request is refused.",
		Aims: []string{"oauth2.authorize.state-optional"},
		Change: thirdAnswersBy(at(authorizeAt).and(func(r mock.Request) bool { return !queryOf(r).Has("state") }),
			func(_ mock.Request, a mock.Answer) mock.Answer {
				return all(status(http.StatusBadRequest), header("Content-Type", "text/plain"), body("state is required"))(a)
			}),
	},
	{
		ID: "errors.empty-scope", Story: "An empty scope is treated as an unknown scope.",
		Aims: []string{"oauth2.authorize.empty-parameter"},
		Change: thirdTakes(at(authorizeAt), withQuery(func(q url.Values) {
			if q.Has("scope") && q.Get("scope") == "" {
				q.Set("scope", "(empty)")
			}
		})),
	},
	{
		ID: "errors.hybrid", Story: "A response type of two words returns both results, in the fragment.",
		Aims: []string{"oauth2.authorize.no-hybrid"},
		Change: thirdAnswersBy(at(authorizeAt).and(func(r mock.Request) bool {
			words := strings.Fields(queryOf(r).Get("response_type"))
			return len(words) > 1 && slices.Contains(words, "token")
		}), func(r mock.Request, a mock.Answer) mock.Answer {
			to := queryOf(r).Get("redirect_uri") + "#code=" + mock.Secret(24) + "&access_token=" + mock.Secret(24) + "&token_type=Bearer"
			return all(status(http.StatusSeeOther), header("Location", to))(a)
		}),
	},
	{
		ID: "errors.cors-everywhere", Story: "Pages from any origin may read every response.",
		Aims: []string{"oauth2.authorize.no-cors"},
		Change: thirdAnswersBy(origin(func(string) bool { return true }), func(_ mock.Request, a mock.Answer) mock.Answer {
			return allow("*")(a)
		}),
	},
	{
		ID: "errors.cors-echo", Story: "The login page allows whatever Origin asks.",
		Aims: []string{"oauth2.authorize.no-cors"},
		Change: thirdAnswersBy(at(authorizeAt), func(r mock.Request, a mock.Answer) mock.Answer {
			return allow(r.Header.Get("Origin"))(a)
		}),
	},
	{
		ID: "errors.code-missing-grant", Story: "A request without a code is invalid_grant.",
		Aims: []string{"provider.error.missing-parameter"},
		Change: refusesWith(at(tokenAt).and(field("grant_type", "authorization_code")).and(lacks("code")),
			http.StatusBadRequest, "invalid_grant"),
	},
	{
		ID: "errors.refresh-missing-grant", Story: "A refresh without a refresh token is invalid_grant.",
		Aims: []string{"provider.error.missing-parameter"},
		Change: refusesWith(at(tokenAt).and(field("grant_type", "refresh_token")).and(lacks("refresh_token")),
			http.StatusBadRequest, "invalid_grant"),
	},
	{
		ID: "errors.empty-scope-at-refresh", Story: "A refresh with an empty scope is refused as an unknown scope.",
		Aims:   []string{"provider.token.empty-parameter"},
		Change: thirdTakes(at(tokenAt).and(has("scope")).and(lacks("scope")), set("scope", "(empty)")),
	},
	{
		ID: "errors.wide-scope-grant", Story: "A refresh for a wider scope is refused with invalid_grant.",
		Aims:   []string{"provider.error.invalid-scope"},
		Change: refusals(tokenAt, "invalid_scope", http.StatusBadRequest, "invalid_grant"),
	},
	{
		ID: "scope.empty-is-another-error", Story: "A scope is required, and an empty one makes the whole request invalid.",
		Aims: []string{"oauth2.authorize.empty-parameter"},
		Change: both(
			thirdTakes(at(authorizeAt).and(func(r mock.Request) bool { return !queryOf(r).Has("scope") }),
				withQuery(func(v url.Values) { v.Set("scope", "none-was-named") })),
			thirdTakes(at(authorizeAt).and(func(r mock.Request) bool { return queryOf(r).Has("scope") && queryOf(r).Get("scope") == "" }),
				withQuery(func(v url.Values) { v.Del("response_type") })),
		),
	},
}
