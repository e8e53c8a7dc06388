package defects

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

var providerClientDefects = []Defect[mockprovider.Policy]{
	{
		ID: "thirdparty.client-id-optional", Story: "Without client_id the request is attributed to the public client.",
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
		ID: "thirdparty.no-secret", Story: "The client id alone is enough.",
		Aims: []string{"provider.token.wrong-secret", "provider.refresh.authenticated", "provider.revoke.authenticated"},
		Change: authenticates(func(known bool, _ mockprovider.Way, strict *mock.Refusal) *mock.Refusal {
			if known {
				return nil
			}
			return strict
		}),
	},
	{
		ID: "thirdparty.secret-optional", Story: "A wrong secret is refused, but a missing one is accepted.",
		Aims: []string{"provider.token.wrong-secret", "provider.refresh.authenticated", "provider.revoke.authenticated"},
		Change: authenticates(func(known bool, way mockprovider.Way, strict *mock.Refusal) *mock.Refusal {
			if known && way == mockprovider.None {
				return nil
			}
			return strict
		}),
	},
	{
		ID: "thirdparty.secret-prefix", Story: "A secret with extra characters at the end is accepted.",
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
		ID: "thirdparty.secret-403", Story: "A wrong secret is answered with 403.",
		Aims: []string{"provider.token.wrong-secret"},
		Change: both(
			refusals(tokenAt, "invalid_client", http.StatusForbidden, ""),
			refusals("POST /oauth/revoke", "invalid_client", http.StatusForbidden, ""),
		),
	},
	{
		ID:    "thirdparty.unknown-client-grant",
		Story: "An unknown client gets invalid_grant, so the home keeps asking the user to log in again.",
		Aims:  []string{"provider.token.unknown-client"},
		Change: authenticates(func(known bool, _ mockprovider.Way, strict *mock.Refusal) *mock.Refusal {
			if !known {
				return mock.Refuse(http.StatusBadRequest, "invalid_grant", "", "")
			}
			return strict
		}),
	},
	{
		ID: "thirdparty.no-basic", Story: "Only the form is read, not HTTP Basic.",
		Aims: []string{"provider.token.basic", "provider.metadata.auth-methods"},
		Change: authenticates(func(known bool, way mockprovider.Way, strict *mock.Refusal) *mock.Refusal {
			if way == mockprovider.Basic {
				return mock.Refuse(http.StatusUnauthorized, "invalid_client", "", "")
			}
			return strict
		}),
	},
	{
		ID: "thirdparty.no-challenge", Story: "A refused HTTP Basic login is answered without WWW-Authenticate.",
		Aims:   []string{"provider.token.basic-refused"},
		Change: thirdAnswers(tokenAt, header("WWW-Authenticate", "")),
	},
	{
		ID: "thirdparty.no-post", Story: "Only HTTP Basic is supported, which few homes send.",
		Aims: []string{"provider.token.post", "provider.metadata.auth-methods"},
		Change: authenticates(func(known bool, way mockprovider.Way, strict *mock.Refusal) *mock.Refusal {
			if way == mockprovider.Post {
				return mock.Refuse(http.StatusUnauthorized, "invalid_client", "", "")
			}
			return strict
		}),
	},
	{
		ID: "thirdparty.two-methods", Story: "Credentials in both header and form are accepted: the header wins.",
		Aims: []string{"provider.token.two-methods"},
		Change: thirdTakes(at(tokenAt).and(func(r mock.Request) bool {
			return strings.HasPrefix(r.Header.Get("Authorization"), "Basic ")
		}), withFields(func(v url.Values) { v.Del("client_secret") })),
	},
}

// authenticates changes which clients the token endpoint accepts: it sees the strict refusal.
func authenticates(edit func(known bool, way mockprovider.Way, strict *mock.Refusal) *mock.Refusal) third {
	return func(p *mockprovider.Policy) {
		before := p.Authenticate
		p.Authenticate = func(app mockprovider.App, known bool, way mockprovider.Way, secret string) *mock.Refusal {
			return edit(known, way, before(app, known, way, secret))
		}
	}
}
