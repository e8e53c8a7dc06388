package defects

import (
	"net/http"
	"slices"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

var providerRevocationDefects = []Defect[mockprovider.Policy]{
	{
		ID: "thirdparty.revoke-lazily", Story: "A revoked refresh token still works once, from a cache.",
		Aims:   []string{"provider.revoke.refresh-token", "oauth2.revoke.immediate"},
		Change: revokesLazily,
	},
	{
		ID: "thirdparty.api-cache", Story: "A token that opened the API once still works after its revocation, from a cache.",
		Aims:   []string{"oauth2.revoke.cascade-access", "provider.revoke.access-token"},
		Change: apiAfter(at("POST /oauth/revoke")),
	},
	{
		ID: "thirdparty.revoke-hint-trusted", Story: "token_type_hint access_token keeps the server from looking among refresh tokens.",
		Aims:   []string{"oauth2.revoke.hint"},
		Change: thirdTakes(at("POST /oauth/revoke").and(field("token_type_hint", "access_token")), set("token", "nothing")),
	},
	{
		ID: "thirdparty.revoke-access-400", Story: "Access tokens cannot be revoked: unsupported_token_type.",
		Aims:   []string{"provider.revoke.access-token"},
		Change: revokesNoAccess,
	},
	{
		ID: "thirdparty.revoke-does-nothing", Story: "Revocation answers an empty 200 and revokes nothing.",
		Aims: []string{"provider.revoke.refresh-token", "oauth2.revoke.cascade-access", "provider.revoke.access-token"},
		Change: func(p *mockprovider.Policy) {
			p.MayRevoke = func(mockprovider.App, mockprovider.Grant) bool { return false }
		},
	},
	{
		ID: "thirdparty.revoke-spares-access", Story: "Revoking a refresh token leaves its access tokens valid.",
		Aims:   []string{"oauth2.revoke.cascade-access"},
		Change: func(p *mockprovider.Policy) { p.Cascades = mock.Is(false) },
	},
	{
		ID: "thirdparty.revoke-unknown-400", Story: "Revoking an unknown token is an error.",
		Aims:   []string{"oauth2.revoke.unknown-200"},
		Change: revokeUnknown,
	},
	{
		ID: "thirdparty.revoke-anybody", Story: "Revocation requires no secret.",
		Aims:   []string{"provider.revoke.authenticated"},
		Change: unauthenticated(at("POST /oauth/revoke")),
	},
	{
		ID: "thirdparty.revoke-any-client", Story: "Any client may revoke any token.",
		Aims: []string{"provider.revoke.bound-client"},
		Change: func(p *mockprovider.Policy) {
			p.MayRevoke = func(mockprovider.App, mockprovider.Grant) bool { return true }
		},
	},
}

// revokeUnknown remembers issued tokens and refuses to revoke any others.
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
			a.Status, a.Body, a.Header = http.StatusBadRequest, encoded(map[string]any{"error": "invalid_grant"}), setHeader(
				a.Header,
				"Content-Type",
				"application/json",
			)
		}
		return a
	}
}

// revokesLazily answers the first refresh after a revocation as if nothing had been revoked.
func revokesLazily(p *mockprovider.Policy) {
	revoked := &idSecrets{}
	answer := p.Answer
	p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
		a = answer(r, a)
		if at("POST /oauth/revoke")(r) && a.Status == http.StatusOK {
			revoked.add(fields(r).Get("token"))
		}
		if f := fields(r); at(tokenAt)(r) && f.Get("refresh_token") != "" && a.Status != http.StatusOK &&
			slices.Contains(revoked.list(), f.Get("refresh_token")) {
			a.Status, a.Body = http.StatusOK, []byte(`{"access_token":"x","token_type":"Bearer","expires_in":60}`)
		}
		return a
	}
}

// revokesNoAccess refuses to revoke access tokens.
func revokesNoAccess(p *mockprovider.Policy) {
	given := &idSecrets{}
	answer := p.TokenAnswer
	p.TokenAnswer = func(access, refresh, scope string, ttl time.Duration) map[string]any {
		given.add(access)
		return answer(access, refresh, scope, ttl)
	}
	before := p.Answer
	p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
		if a = before(r, a); at("POST /oauth/revoke")(r) && slices.Contains(given.list(), fields(r).Get("token")) {
			a.Status, a.Body, a.Header = http.StatusBadRequest, []byte(`{"error":"unsupported_token_type"}`), setHeader(
				a.Header,
				"Content-Type",
				"application/json",
			)
		}
		return a
	}
}
