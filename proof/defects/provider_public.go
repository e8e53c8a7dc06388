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
		ID: "public.secret-required", Story: "Every client must show a secret.",
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
		ID: "public.no-refresh", Story: "A refresh wants a secret, though clients without one get refresh tokens.",
		Aims: []string{"oauth2.public.flow"},
		Change: refusesWith(at(tokenAt).and(field("grant_type", "refresh_token")).and(lacks("client_secret")).
			and(authorization(is(""))), http.StatusUnauthorized, "invalid_client"),
	},
	{
		ID: "public.verifier-optional", Story: "The verifier of a public client is checked where one comes.",
		Aims: []string{"oauth2.public.verifier"},
		Change: redeems(func(_ mockprovider.Code, app mockprovider.App, form url.Values, r *mock.Refusal) bool {
			return app.Public && form.Get("code_verifier") == "" && strings.Contains(r.Description, "code_verifier is missing or wrong")
		}),
	},
	{
		ID: "public.any-verifier", Story: "Any verifier will do for a public client.",
		Aims: []string{"oauth2.public.verifier"},
		Change: redeems(func(_ mockprovider.Code, app mockprovider.App, form url.Values, r *mock.Refusal) bool {
			return app.Public && form.Get("code_verifier") != "" && strings.Contains(r.Description, "code_verifier is missing or wrong")
		}),
	},
	{
		ID: "public.any-code", Story: "A public client may redeem every code.",
		Aims: []string{"oauth2.public.code-bound"},
		Change: redeems(func(c mockprovider.Code, app mockprovider.App, _ url.Values, _ *mock.Refusal) bool {
			return app.Public && c.AppID != app.ID
		}),
	},
	{
		ID: "public.code-for-all", Story: "The codes of public clients may be redeemed by every client.",
		Aims: []string{"oauth2.public.code-bound"},
		Change: func(p *mockprovider.Policy) {
			public := publicIDs(p)
			redeems(func(c mockprovider.Code, app mockprovider.App, _ url.Values, _ *mock.Refusal) bool {
				return c.AppID != app.ID && slices.Contains(public.list(), c.AppID)
			})(p)
		},
	},
	{
		ID: "public.refresh-for-all", Story: "The refresh tokens of public clients may be used by every client.",
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
		ID: "public.no-rotation", Story: "The refresh token of a public client is good for ever.",
		Aims:   []string{"oauth2.public.rotation"},
		Change: func(p *mockprovider.Policy) { p.Rotate = func(app mockprovider.App) bool { return !app.Public } },
	},
	{
		ID: "public.revoke-needs-secret", Story: "Nobody revokes without a secret.",
		Aims: []string{"provider.revoke.public"},
		Change: refusesWith(at("POST /oauth/revoke").and(lacks("client_secret")).and(authorization(is(""))),
			http.StatusUnauthorized, "invalid_client"),
	},
	{
		ID: "public.revoke-without-effect", Story: "Who shows no secret gets 200, and nothing is revoked.",
		Aims: []string{"provider.revoke.public"},
		Change: func(p *mockprovider.Policy) {
			before := p.MayRevoke
			p.MayRevoke = func(app mockprovider.App, g mockprovider.Grant) bool { return !app.Public && before(app, g) }
		},
	},
	{
		ID: "revocation.empty-200", Story: "A revocation without a token is 200.",
		Aims: []string{"provider.revoke.missing-token"},
		Change: thirdAnswersBy(at("POST /oauth/revoke").and(lacks("token")), func(_ mock.Request, a mock.Answer) mock.Answer {
			return all(status(http.StatusOK), body(""))(a)
		}),
	},
	{
		ID: "revocation.access-lives", Story: "The revocation of an access token is 200, and it lives.",
		Aims: []string{"provider.revoke.access-answer", "provider.revoke.access-token"},
		Change: func(p *mockprovider.Policy) {
			given := issuedAccess(p)
			thirdTakes(at("POST /oauth/revoke").and(func(r mock.Request) bool {
				return slices.Contains(given.list(), fields(r).Get("token"))
			}), set("token", "nothing"))(p)
		},
	},
	{
		ID: "revocation.access-unknown-word", Story: "The revocation of an access token is refused as invalid_request.",
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
