package defects

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

var providerPKCEDefects = []Defect[mockprovider.Policy]{
	{
		ID: "thirdparty.pkce-plain-compare", Story: "The challenge is compared with the verifier itself.",
		Aims:   []string{"oauth2.pkce.s256", "provider.pkce.public"},
		Change: redeemsBy(func(c mockprovider.Code, v string) bool { return c.Challenge == v }),
	},
	{
		ID: "thirdparty.pkce-not-compared", Story: "Any verifier is accepted.",
		Aims: []string{"oauth2.pkce.wrong-verifier", "oauth2.pkce.not-shared"},
		Change: redeems(func(_ mockprovider.Code, _ mockprovider.App, form url.Values, r *mock.Refusal) bool {
			return form.Get("code_verifier") != "" && strings.Contains(r.Description, "missing or wrong")
		}),
	},
	{
		ID: "thirdparty.pkce-case", Story: "One letter of the verifier may have the wrong case, to forgive typos.",
		Aims: []string{"oauth2.pkce.wrong-verifier"},
		Change: redeems(func(c mockprovider.Code, _ mockprovider.App, form url.Values, r *mock.Refusal) bool {
			return strings.Contains(r.Description, "missing or wrong") &&
				oneLetterOff(form.Get("code_verifier"), func(v string) bool { return s256(v) == c.Challenge })
		}),
	},
	{
		ID: "thirdparty.pkce-optional", Story: "PKCE is checked only if a verifier is sent.",
		Aims: []string{"oauth2.pkce.missing-verifier", "oauth2.metadata.pkce-true"},
		Change: redeems(func(_ mockprovider.Code, _ mockprovider.App, form url.Values, r *mock.Refusal) bool {
			return form.Get("code_verifier") == "" && strings.Contains(r.Description, "missing or wrong")
		}),
	},
	{
		ID: "thirdparty.pkce-empty", Story: "An empty verifier counts as missing and is accepted.",
		Aims: []string{"oauth2.pkce.missing-verifier"},
		Change: redeems(func(_ mockprovider.Code, _ mockprovider.App, form url.Values, r *mock.Refusal) bool {
			return form.Has("code_verifier") && form.Get("code_verifier") == "" && strings.Contains(r.Description, "missing or wrong")
		}),
	},
	{
		ID: "thirdparty.pkce-downgrade", Story: "A verifier for a code without a challenge is ignored.",
		Aims:   []string{"oauth2.pkce.unexpected-verifier"},
		Change: redeems(because("without a code_challenge")),
	},
	{
		ID: "thirdparty.pkce-downgrade-short", Story: "An unexpected verifier is refused only if it is longer than the minimum.",
		Aims: []string{"oauth2.pkce.unexpected-verifier"},
		Change: redeems(func(_ mockprovider.Code, _ mockprovider.App, form url.Values, r *mock.Refusal) bool {
			return strings.Contains(r.Description, "without a code_challenge") && len(form.Get("code_verifier")) == 43
		}),
	},
	{
		ID: "thirdparty.pkce-downgrade-500", Story: "An unexpected verifier causes an uncaught exception.",
		Aims: []string{"oauth2.pkce.unexpected-verifier"},
		Change: thirdAnswers(tokenAt, func(a mock.Answer) mock.Answer {
			if strings.Contains(a.Why, "without a code_challenge") {
				a.Status = http.StatusInternalServerError
			}
			return a
		}),
	},
	{
		ID: "thirdparty.pkce-longer", Story: "Only the first 43 characters of a verifier are compared.",
		Aims: []string{"oauth2.pkce.wrong-verifier"},
		Change: redeems(func(c mockprovider.Code, _ mockprovider.App, form url.Values, r *mock.Refusal) bool {
			v := form.Get("code_verifier")
			return strings.Contains(r.Description, "missing or wrong") && len(v) > 43 && s256(v[:43]) == c.Challenge
		}),
	},
	{
		ID: "thirdparty.pkce-wrong-401", Story: "A wrong verifier is answered with 401 invalid_client.",
		Aims:   []string{"provider.error.invalid-grant"},
		Change: wrongVerifier(http.StatusUnauthorized, func(v string) bool { return v != "" }),
	},
	{
		ID: "thirdparty.pkce-missing-500", Story: "A missing verifier causes an uncaught exception.",
		Aims:   []string{"oauth2.pkce.missing-verifier"},
		Change: wrongVerifier(http.StatusInternalServerError, is("")),
	},
	{
		ID: "thirdparty.pkce-wrong-500", Story: "A wrong verifier causes an uncaught exception.",
		Aims:   []string{"oauth2.pkce.wrong-verifier", "oauth2.pkce.not-shared", "provider.error.invalid-grant"},
		Change: wrongVerifier(http.StatusInternalServerError, func(v string) bool { return v != "" }),
	},
	{
		ID: "thirdparty.pkce-plain-dropped", Story: "plain is treated as an unknown method, and the code is issued without a challenge.",
		Aims:   []string{"oauth2.pkce.plain-refused"},
		Change: dropsMethod(is("plain")),
	},
	{
		ID: "thirdparty.pkce-method-dropped", Story: "An unknown method disables PKCE.",
		Aims:   []string{"oauth2.pkce.unknown-method"},
		Change: dropsMethod(unknownMethod),
	},
	{
		ID: "thirdparty.pkce-method-word", Story: "An unknown method is refused with unsupported_response_type.",
		Aims: []string{"oauth2.pkce.unknown-method"},
		Change: func(p *mockprovider.Policy) {
			before := p.Challenge
			p.Challenge = func(app mockprovider.App, challenge, method string) *mock.Refusal {
				if method != "S256" && method != "plain" && method != "" {
					return mock.Refuse(http.StatusBadRequest, "unsupported_response_type", "", "")
				}
				return before(app, challenge, method)
			}
		},
	},
	{
		ID: "thirdparty.pkce-plain", Story: "plain is accepted.",
		Aims:   []string{"oauth2.pkce.plain-refused"},
		Change: challenges(is("plain")),
	},
	{
		ID: "thirdparty.pkce-default-plain", Story: "A challenge without a method is treated as plain.",
		Aims:   []string{"oauth2.pkce.plain-refused"},
		Change: challenges(is("")),
	},
	{
		ID: "thirdparty.pkce-any-method", Story: "An unknown method is treated as S256.",
		Aims:   []string{"oauth2.pkce.unknown-method"},
		Change: challenges(unknownMethod),
	},
	{
		ID: "thirdparty.pkce-any-challenge", Story: "The syntax of a challenge is not checked.",
		Aims:   []string{"oauth2.pkce.malformed-challenge"},
		Change: challenges(is("S256")),
	},
	{
		ID: "thirdparty.pkce-burns", Story: "A wrong verifier spends the code.",
		Aims: []string{"oauth2.pkce.burns-code"},
		Change: func(p *mockprovider.Policy) {
			var burnt idSecrets // challenges of codes
			before := p.Redeem
			p.Redeem = func(c mockprovider.Code, app mockprovider.App, form url.Values, now time.Time) *mock.Refusal {
				if slices.Contains(burnt.list(), c.Challenge) {
					return mock.Refuse(http.StatusBadRequest, "invalid_grant", "", "")
				}
				refused := before(c, app, form, now)
				if refused != nil && strings.Contains(refused.Description, "missing or wrong") {
					burnt.add(c.Challenge)
				}
				return refused
			}
		},
	},
	{
		ID: "thirdparty.pkce-by-client", Story: "A verifier is compared with all of the client's challenges.",
		Aims:   []string{"oauth2.pkce.not-shared"},
		Change: challengesByClient,
	},
	{
		ID: "thirdparty.public-without-pkce", Story: "A public client does not need PKCE.",
		Aims: []string{"provider.pkce.public"},
		Change: func(p *mockprovider.Policy) {
			before := p.Challenge
			p.Challenge = func(app mockprovider.App, challenge, method string) *mock.Refusal {
				app.Public = false
				return before(app, challenge, method)
			}
		},
	},
	{
		ID: "thirdparty.public-needs-secret", Story: "Every client must have a secret.",
		Aims: []string{"provider.pkce.public"},
		Change: func(p *mockprovider.Policy) {
			before := p.Authenticate
			p.Authenticate = func(app mockprovider.App, known bool, way mockprovider.Way, secret string) *mock.Refusal {
				if app.Public {
					return before(app, false, way, secret)
				}
				return before(app, known, way, secret)
			}
		},
	},
}

// wrongVerifier changes how some wrong verifiers are refused.
func wrongVerifier(status int, like func(verifier string) bool) third {
	return func(p *mockprovider.Policy) {
		before := p.Redeem
		p.Redeem = func(c mockprovider.Code, app mockprovider.App, form url.Values, now time.Time) *mock.Refusal {
			r := before(c, app, form, now)
			if r != nil && strings.Contains(r.Description, "missing or wrong") && like(form.Get("code_verifier")) {
				return mock.Refuse(status, "invalid_client", r.Description, r.Rule)
			}
			return r
		}
	}
}

// challengesByClient keeps challenges apart from their codes.
func challengesByClient(p *mockprovider.Policy) {
	kept := &idSecrets{}
	challenge := p.Challenge
	p.Challenge = func(app mockprovider.App, c, method string) *mock.Refusal {
		kept.add(c)
		return challenge(app, c, method)
	}
	redeem := p.Redeem
	p.Redeem = func(c mockprovider.Code, app mockprovider.App, form url.Values, now time.Time) *mock.Refusal {
		if fits := s256(form.Get("code_verifier")); c.Challenge != "" && slices.Contains(kept.list(), fits) {
			c.Challenge = fits
		}
		return redeem(c, app, form, now)
	}
}

// unknownMethod reports whether no specification defines a code_challenge_method.
func unknownMethod(method string) bool { return method != "" && method != "S256" && method != "plain" }

// challenges accepts methods other than S256.
func challenges(like func(method string) bool) third {
	return func(p *mockprovider.Policy) {
		before := p.Challenge
		p.Challenge = func(app mockprovider.App, challenge, m string) *mock.Refusal {
			if challenge != "" && like(m) {
				return nil
			}
			return before(app, challenge, m)
		}
	}
}

// redeemsBy compares verifiers by another rule.
func redeemsBy(right func(mockprovider.Code, string) bool) third {
	return func(p *mockprovider.Policy) {
		before := p.Redeem
		p.Redeem = func(c mockprovider.Code, app mockprovider.App, form url.Values, now time.Time) *mock.Refusal {
			if c.Challenge == "" {
				return before(c, app, form, now)
			}
			bare, f := c, copyOf(form)
			bare.Challenge = ""
			f.Del("code_verifier")
			if r := before(bare, app, f, now); r != nil {
				return r
			}
			if !right(c, form.Get("code_verifier")) {
				return mock.Refuse(http.StatusBadRequest, "invalid_grant", "it does not fit", "")
			}
			return nil
		}
	}
}

// dropsMethod ignores PKCE in authorization requests that name a method.
func dropsMethod(like func(method string) bool) third {
	return thirdTakes(at(authorizeAt).or(at("POST /oauth/consent")), withQuery(func(q url.Values) {
		if q.Has("code_challenge_method") && like(q.Get("code_challenge_method")) {
			q.Del("code_challenge_method")
			q.Del("code_challenge")
		}
	}))
}
