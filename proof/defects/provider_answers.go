package defects

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

const longState = 255 // bytes that a column of a table holds

// providerAnswerDefects are answers of a provider that are almost right.
var providerAnswerDefects = []Defect[mockprovider.Policy]{
	{
		ID: "thirdparty.revoke-unknown-client-500", Story: "A revocation by an unauthenticated client causes an uncaught exception.",
		Aims: []string{"provider.revoke.authenticated"},
		Change: func(p *mockprovider.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); at("POST /oauth/revoke")(r) && a.Status == http.StatusUnauthorized {
					a.Status, a.Body = http.StatusInternalServerError, []byte("uncaught exception")
				}
				return a
			}
		},
	},
	{
		ID: "thirdparty.revoke-204", Story: "A revocation is answered with 204.",
		Aims: []string{"provider.revoke.refresh-token"},
		Change: thirdAnswers("POST /oauth/revoke", func(a mock.Answer) mock.Answer {
			if a.Status == http.StatusOK {
				a.Status = http.StatusNoContent
			}
			return a
		}),
	},
	{
		ID: "thirdparty.denied-with-code", Story: "When the user denies access, the redirect carries a code beside the error.",
		Aims: []string{"provider.authorize.denied"},
		Change: func(p *mockprovider.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); strings.Contains(a.Header.Get("Location"), "error=access_denied") {
					a = header("Location", a.Header.Get("Location")+"&code="+mock.Secret(codeBytes))(a)
				}
				return a
			}
		},
	},
	{
		ID: "thirdparty.long-state-414", Story: "A state of more than 255 characters is refused as too long a request.",
		Aims: []string{"provider.authorize.long-state"},
		Change: thirdAnswersBy(at(authorizeAt), func(r mock.Request, a mock.Answer) mock.Answer {
			if len(queryOf(r).Get("state")) > longState {
				return all(status(http.StatusRequestURITooLong), header("Location", ""), body("too long"))(a)
			}
			return a
		}),
	},
	{
		ID: "thirdparty.error-by-redirect", Story: "The error is sent to a redirect_uri that is not registered.",
		Aims: []string{"provider.authorize.redirect-exact"},
		Change: thirdAnswersBy(at(authorizeAt), func(r mock.Request, a mock.Answer) mock.Answer {
			to := queryOf(r).Get("redirect_uri")
			if _, err := url.Parse(to); err != nil || a.Status != http.StatusBadRequest || to == "" {
				return a
			}
			separator := "?"
			if strings.Contains(to, "?") {
				separator = "&"
			}
			return all(status(http.StatusFound), header("Location", to+separator+"error=invalid_request"))(a)
		}),
	},
	{
		ID: "register.secret-number", Story: "client_secret is a number.",
		Aims: []string{"oauth2.registration.secret"},
		Change: registersAs(func(_ mockprovider.Registration, v map[string]any) {
			if v["client_secret"] != nil {
				v["client_secret"] = 20261127
			}
		}),
	},
}

const codeBytes = 16
