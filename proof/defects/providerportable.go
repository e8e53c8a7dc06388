package defects

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

// What any authorization server may get wrong, and a third party too.
var providerPortableDefects = []Defect[mockprovider.Policy]{
	{
		ID: "thirdparty.response-types-as-text", Story: "response_types_supported is a text.",
		Aims:   []string{"oauth2.metadata.response-types"},
		Change: metadataHas("response_types_supported", "code"),
	},
	{
		ID: "thirdparty.scopes-as-text", Story: "scopes_supported is a text with spaces.",
		Aims:   []string{"oauth2.metadata.member-types"},
		Change: metadataHas("scopes_supported", "profile devices:read"),
	},
	{
		ID: "thirdparty.relative-endpoint", Story: "The introspection endpoint is named by its path alone.",
		Aims:   []string{"oauth2.metadata.absolute-endpoints"},
		Change: metadataHas("introspection_endpoint", "/oauth/introspect"),
	},
	{
		ID: "thirdparty.nameless-client", Story: "Who does not name itself is taken for the client that asked last.",
		Aims:   []string{"oauth2.code.client-id-required"},
		Change: namelessIsLast,
	},
	{
		ID: "thirdparty.code-opens-the-api", Story: "Codes and tokens are kept in one table, so that a code opens the API.",
		Aims: []string{"oauth2.code.not-an-access-token", "oauth2.bearer.refresh-refused"},
		Change: func(p *mockprovider.Policy) {
			codes, fresh := &idSecrets{}, p.NewCode
			p.NewCode = func() string {
				code := fresh()
				codes.add(code)
				return code
			}
			opensAPI(p, func(token string) bool { return slices.Contains(codes.list(), token) })
		},
	},
	{
		ID: "thirdparty.refresh-token-opens-the-api", Story: "The API takes refresh tokens for access tokens.",
		Aims: []string{"oauth2.refresh.not-at-rs"},
		Change: func(p *mockprovider.Policy) {
			tokens := &idSecrets{}
			p.TokenAnswer = watching(p.TokenAnswer, func(_, refresh string) { tokens.add(refresh) })
			opensAPI(p, func(token string) bool { return slices.Contains(tokens.list(), token) })
		},
	},
	{
		ID: "thirdparty.half-a-token", Story: "The API compares the first half of a token only.",
		Aims: []string{"oauth2.bearer.validates"},
		Change: func(p *mockprovider.Policy) {
			tokens := &idSecrets{}
			p.TokenAnswer = watching(p.TokenAnswer, func(access, _ string) { tokens.add(access[:len(access)/2]) })
			opensAPI(p, func(token string) bool {
				return slices.ContainsFunc(tokens.list(), func(half string) bool { return strings.HasPrefix(token, half) })
			})
		},
	},
	{
		ID: "thirdparty.any-challenge", Story: "A code_challenge of any form is taken.",
		Aims: []string{"oauth2.pkce.malformed-challenge"},
		Change: func(p *mockprovider.Policy) {
			strict := p.Challenge
			p.Challenge = func(app mockprovider.App, challenge, method string) *mock.Refusal {
				if method == "S256" && challenge != "" {
					return nil
				}
				return strict(app, challenge, method)
			}
		},
	},
	{
		ID: "thirdparty.wrong-verifier-burns", Story: "A wrong verifier spends the code.",
		Aims:   []string{"oauth2.pkce.burns-code"},
		Change: burnsRefused,
	},
	{
		ID: "thirdparty.refresh-is-created", Story: "A refresh is answered with 201.",
		Aims:   []string{"oauth2.token.status-200"},
		Change: answersToken("refresh_token", http.StatusOK, status(http.StatusCreated)),
	},
	{
		ID: "thirdparty.quoted-token", Story: "An access token ends in a quote.",
		Aims: []string{"oauth2.token.access-token"},
		Change: func(p *mockprovider.Policy) {
			fresh := p.NewToken
			p.NewToken = func() string { return fresh() + `"` }
		},
	},
	{
		ID: "thirdparty.description-repeats", Story: "error_description repeats what was sent.",
		Aims:   []string{"oauth2.error.charset"},
		Change: describesWhatWasSent,
	},
	{
		ID: "thirdparty.life-fraction", Story: "expires_in is a fraction.",
		Aims:   []string{"oauth2.stock.code", "oauth2.stock.refresh"},
		Change: tokenMember("expires_in", 1799.5),
	},
	{
		ID: "thirdparty.empty-refresh-crashes", Story: "A refresh without a token is a server error.",
		Aims: []string{"oauth2.refresh.missing-token"},
		Change: func(p *mockprovider.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); fields(r).Get("grant_type") == "refresh_token" && fields(r).Get("refresh_token") == "" {
					a.Status = http.StatusInternalServerError
				}
				return a
			}
		},
	},
	{
		ID: "thirdparty.refresh-ends-access", Story: "A refresh ends the access token that came before it.",
		Aims:   []string{"oauth2.refresh.old-access-lives"},
		Change: refreshEndsAccess,
	},
	{
		ID: "thirdparty.scheme-as-written", Story: "The API wants the word Bearer in this very spelling.",
		Aims: []string{"oauth2.bearer.scheme-case"},
		Change: func(p *mockprovider.Policy) {
			strict := p.Bearer
			p.Bearer = func(r mock.Request) string {
				if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
					return ""
				}
				return strict(r)
			}
		},
	},
}

const resourceAt = "GET /api/me"

// metadataHas sets a member of the metadata.
func metadataHas(name string, value any) third {
	return func(p *mockprovider.Policy) {
		before := p.Metadata
		p.Metadata = func(issuer string) map[string]any {
			m := maps.Clone(before(issuer))
			m[name] = value
			return m
		}
	}
}

// namelessIsLast names the client that sent somebody last where a token request names none.
func namelessIsLast(p *mockprovider.Policy) {
	var mu sync.Mutex
	last := ""
	before := p.Request
	p.Request = func(r mock.Request) mock.Request {
		r = before(r)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case at(authorizeAt)(r):
			last = queryOf(r).Get("client_id")
		case at(tokenAt)(r) && fields(r).Get("client_id") == "" && r.Header.Get("Authorization") == "":
			name := last
			return withFields(func(v url.Values) { v.Set("client_id", name) })(r)
		}
		return r
	}
}

// opensAPI lets the API take tokens of a kind that it should refuse.
func opensAPI(p *mockprovider.Policy, like func(token string) bool) {
	before := p.Answer
	p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
		a = before(r, a)
		token, bears := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if at(resourceAt)(r) && bears && like(token) {
			a.Status, a.Body = http.StatusOK, []byte(`{"id":"1","name":"somebody"}`)
		}
		return a
	}
}

// watching is a token answer that tells somebody which tokens it gives.
func watching(
	before func(access, refresh, scope string, ttl time.Duration) map[string]any, tell func(access, refresh string),
) func(access, refresh, scope string, ttl time.Duration) map[string]any {
	return func(access, refresh, scope string, ttl time.Duration) map[string]any {
		tell(access, refresh)
		return before(access, refresh, scope, ttl)
	}
}

// answersToken changes answers of a status to token requests of a grant.
func answersToken(grant string, ofStatus int, with func(mock.Answer) mock.Answer) third {
	return func(p *mockprovider.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); at(tokenAt)(r) && fields(r).Get("grant_type") == grant && a.Status == ofStatus {
				a = with(a)
			}
			return a
		}
	}
}

// burnsRefused refuses a code that was refused once.
func burnsRefused(p *mockprovider.Policy) {
	refused, strict := &idSecrets{}, p.Redeem
	p.Redeem = func(c mockprovider.Code, app mockprovider.App, form url.Values, now time.Time) *mock.Refusal {
		code := form.Get("code")
		if slices.Contains(refused.list(), code) {
			return mock.Refuse(http.StatusBadRequest, "invalid_grant", "the code was refused before", "RFC 6749 §5.2")
		}
		refusal := strict(c, app, form, now)
		if refusal != nil {
			refused.add(code)
		}
		return refusal
	}
}

// describesWhatWasSent puts the parameters of a refused token request into its error_description.
func describesWhatWasSent(p *mockprovider.Policy) {
	before := p.Answer
	p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
		a = before(r, a)
		m := decoded(a.Body)
		if !at(tokenAt)(r) || m["error"] == nil {
			return a
		}
		m["error_description"] = "bad: " + fields(r).Get("grant_type") + fields(r).Get("client_id") + fields(r).Get("code")
		a.Body = encoded(m)
		return a
	}
}

// refreshEndsAccess refuses an access token once its refresh token has been used.
func refreshEndsAccess(p *mockprovider.Policy) {
	var mu sync.Mutex
	access, dead := map[string]string{}, map[string]bool{} // by refresh token; by access token
	p.TokenAnswer = watching(p.TokenAnswer, func(a, refresh string) {
		mu.Lock()
		defer mu.Unlock()
		access[refresh] = a
	})
	before := p.Answer
	p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
		a = before(r, a)
		mu.Lock()
		defer mu.Unlock()
		if at(tokenAt)(r) && a.Status == http.StatusOK {
			dead[access[fields(r).Get("refresh_token")]] = true
		}
		if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && at(resourceAt)(r) && dead[token] && token != "" {
			a.Status, a.Body = http.StatusUnauthorized, []byte(`{}`)
		}
		return a
	}
}
