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

var providerPublicDefects = []Defect[mockprovider.Policy]{
	{
		ID: "public.secret-required", Story: "Every client must send a secret.",
		Aims: []string{"oauth2.public.flow", "provider.pkce.public"},
		Change: func(p *mockprovider.Policy) {
			before := p.Authenticate
			p.Authenticate = func(app mockprovider.App, known bool, way mockprovider.Way, secret string) *mock.Refusal {
				if way == mockprovider.None {
					return mock.Refuse(http.StatusUnauthorized, "invalid_client", "there is no secret", "")
				}
				return before(app, known, way, secret)
			}
		},
	},
	{
		ID: "public.no-refresh", Story: "A refresh requires a secret, although public clients get refresh tokens.",
		Aims: []string{"oauth2.public.flow"},
		Change: refusesWith(at(tokenAt).and(field("grant_type", "refresh_token")).and(lacks("client_secret")).
			and(authorization(is(""))), http.StatusUnauthorized, "invalid_client"),
	},
	{
		ID: "public.verifier-optional", Story: "A public client's verifier is checked only if it is present.",
		Aims: []string{"oauth2.public.verifier"},
		Change: redeems(func(_ mockprovider.Code, app mockprovider.App, form url.Values, r *mock.Refusal) bool {
			return app.Public && form.Get("code_verifier") == "" && strings.Contains(r.Description, "code_verifier is missing or wrong")
		}),
	},
	{
		ID: "public.any-verifier", Story: "Any verifier of a public client is accepted.",
		Aims: []string{"oauth2.public.verifier"},
		Change: redeems(func(_ mockprovider.Code, app mockprovider.App, form url.Values, r *mock.Refusal) bool {
			return app.Public && form.Get("code_verifier") != "" && strings.Contains(r.Description, "code_verifier is missing or wrong")
		}),
	},
	{
		ID: "public.any-code", Story: "A public client may redeem any client's code.",
		Aims: []string{"oauth2.public.code-bound"},
		Change: redeems(func(c mockprovider.Code, app mockprovider.App, _ url.Values, _ *mock.Refusal) bool {
			return app.Public && c.AppID != app.ID
		}),
	},
	{
		ID: "public.code-for-all", Story: "Any client may redeem a public client's code.",
		Aims: []string{"oauth2.public.code-bound"},
		Change: func(p *mockprovider.Policy) {
			public := publicIDs(p)
			redeems(func(c mockprovider.Code, app mockprovider.App, _ url.Values, _ *mock.Refusal) bool {
				return c.AppID != app.ID && slices.Contains(public.list(), c.AppID)
			})(p)
		},
	},
	{
		ID: "public.refresh-for-all", Story: "Any client may use a public client's refresh token.",
		Aims: []string{"oauth2.public.refresh-bound"},
		Change: func(p *mockprovider.Policy) {
			public := publicIDs(p)
			before := p.Refresh
			p.Refresh = func(g mockprovider.Grant, app mockprovider.App, now time.Time) *mock.Refusal {
				if slices.Contains(public.list(), g.AppID) {
					return nil
				}
				return before(g, app, now)
			}
		},
	},
	{
		ID: "public.no-rotation", Story: "A public client's refresh token does not rotate.",
		Aims:   []string{"oauth2.public.rotation"},
		Change: func(p *mockprovider.Policy) { p.Rotate = func(app mockprovider.App) bool { return !app.Public } },
	},
	{
		ID: "public.revoke-needs-secret", Story: "Revocation requires a secret.",
		Aims: []string{"provider.revoke.public"},
		Change: refusesWith(at("POST /oauth/revoke").and(lacks("client_secret")).and(authorization(is(""))),
			http.StatusUnauthorized, "invalid_client"),
	},
	{
		ID: "public.revoke-without-effect", Story: "A revocation without a secret answers 200 and revokes nothing.",
		Aims: []string{"provider.revoke.public"},
		Change: func(p *mockprovider.Policy) {
			before := p.MayRevoke
			p.MayRevoke = func(app mockprovider.App, g mockprovider.Grant) bool { return !app.Public && before(app, g) }
		},
	},
	{
		ID: "revocation.empty-200", Story: "A revocation without a token is answered with 200.",
		Aims: []string{"provider.revoke.missing-token"},
		Change: thirdAnswersBy(at("POST /oauth/revoke").and(lacks("token")), func(_ mock.Request, a mock.Answer) mock.Answer {
			return all(status(http.StatusOK), body(""))(a)
		}),
	},
	{
		ID: "revocation.access-lives", Story: "Revoking an access token answers 200 but leaves it valid.",
		Aims: []string{"provider.revoke.access-answer", "provider.revoke.access-token"},
		Change: func(p *mockprovider.Policy) {
			given := issuedAccess(p)
			thirdTakes(at("POST /oauth/revoke").and(func(r mock.Request) bool {
				return slices.Contains(given.list(), fields(r).Get("token"))
			}), set("token", "nothing"))(p)
		},
	},
	{
		ID: "revocation.access-unknown-word", Story: "Revoking an access token is refused with invalid_request.",
		Aims: []string{"provider.revoke.access-answer", "provider.revoke.access-token"},
		Change: func(p *mockprovider.Policy) {
			given := issuedAccess(p)
			refusesWith(at("POST /oauth/revoke").and(func(r mock.Request) bool {
				return slices.Contains(given.list(), fields(r).Get("token"))
			}), http.StatusBadRequest, "invalid_request")(p)
		},
	},
	{
		ID: "revocation.access-hint-trusted", Story: "With the hint refresh_token access tokens are not searched.",
		Aims: []string{"provider.revoke.hint-access"},
		Change: func(p *mockprovider.Policy) {
			given := issuedAccess(p)
			thirdTakes(at("POST /oauth/revoke").and(field("token_type_hint", "refresh_token")).and(func(r mock.Request) bool {
				return slices.Contains(given.list(), fields(r).Get("token"))
			}), set("token", "nothing"))(p)
		},
	},
}

// publicIDs remembers the ids of public clients.
func publicIDs(p *mockprovider.Policy) *idSecrets {
	seen := &idSecrets{}
	before := p.Authenticate
	p.Authenticate = func(app mockprovider.App, known bool, way mockprovider.Way, secret string) *mock.Refusal {
		if app.Public {
			seen.add(app.ID)
		}
		return before(app, known, way, secret)
	}
	judged := p.Challenge
	p.Challenge = func(app mockprovider.App, challenge, method string) *mock.Refusal {
		if app.Public {
			seen.add(app.ID)
		}
		return judged(app, challenge, method)
	}
	return seen
}
