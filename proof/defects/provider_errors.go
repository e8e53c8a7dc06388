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
		ID: "errors.state-lost", Story: "Only who has read the request to its end remembers its state: errors of bad requests have none.",
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
		ID: "errors.own-word", Story: "A scope that there is not is the error scope_not_allowed.",
		Aims: []string{"oauth2.authorize.error-code"},
		Change: comesBackAs(func(v url.Values) {
			if v.Get("error") == "invalid_scope" {
				v.Set("error", "scope_not_allowed")
			}
		}),
	},
	{
		ID: "errors.with-a-code", Story: "The error about a scope comes with a code all the same.",
		Aims: []string{"oauth2.authorize.error-code"},
		Change: comesBackAs(func(v url.Values) {
			if v.Get("error") == "invalid_scope" {
				v.Set("code", mock.Secret(24))
			}
		}),
	},
	{
		ID: "errors.quoted", Story: "error_description puts what it is about in quotes.",
		Aims: []string{"oauth2.authorize.error-charset"},
		Change: comesBackAs(func(v url.Values) {
			if v.Get("error") == "unsupported_response_type" {
				v.Set("error_description", `only "code" is supported`)
			}
		}),
	},
	{
		ID: "errors.translated", Story: "error_description is in the language of the person, umlauts and all.",
		Aims: []string{"oauth2.authorize.error-charset"},
		Change: comesBackAs(func(v url.Values) {
			if v.Has("error_description") {
				v.Set("error_description", "Das dürfen Sie nicht.")
			}
		}),
	},
	{
		ID: "errors.without-iss", Story: "Errors of bad requests come without iss.",
		Aims: []string{"oauth2.authorize.error-iss"},
		Change: comesBackAs(func(v url.Values) {
			if v.Has("error") && v.Get("error") != "access_denied" {
				v.Del("iss")
			}
		}),
	},
	{
		ID: "errors.iss-host", Story: "iss is the host alone.",
		Aims: []string{"oauth2.authorize.error-iss", "oauth2.authorize.iss-announced", "provider.authorize.iss"},
		Change: func(p *mockprovider.Policy) {
			p.Iss = func(issuer string) string { return parsed(issuer).Host }
		},
	},
	{
		ID: "errors.iss-not-announced", Story: "iss comes, and the metadata do not say so.",
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
		ID: "errors.empty-scope", Story: "An empty scope is a scope that there is not.",
		Aims: []string{"oauth2.authorize.empty-parameter"},
		Change: thirdTakes(at(authorizeAt), withQuery(func(q url.Values) {
			if q.Has("scope") && q.Get("scope") == "" {
				q.Set("scope", "(empty)")
			}
		})),
	},
	{
		ID: "errors.hybrid", Story: "Of a response type with two words both come, in the fragment.",
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
		ID: "errors.cors-everywhere", Story: "Every answer may be read by pages of every origin.",
		Aims: []string{"oauth2.authorize.no-cors"},
		Change: thirdAnswersBy(origin(func(string) bool { return true }), func(_ mock.Request, a mock.Answer) mock.Answer {
			return allow("*")(a)
		}),
	},
	{
		ID: "errors.cors-echo", Story: "Whatever Origin asks is allowed at the login.",
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
		ID: "errors.empty-scope-at-refresh", Story: "A refresh with an empty scope asks for a scope that there is not.",
		Aims:   []string{"provider.token.empty-parameter"},
		Change: thirdTakes(at(tokenAt).and(has("scope")).and(lacks("scope")), set("scope", "(empty)")),
	},
	{
		ID: "errors.wide-scope-grant", Story: "A refresh for too much is invalid_grant.",
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
