package defects

import (
	"maps"
	"net/http"
	"sync"

	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/linking"
)

// askingAPI changes the token in requests to the third party's API.
func askingAPI(edit func(linking.Token) linking.Token) change {
	return client(func(p *linking.Policy) {
		before := p.APIRequest
		p.APIRequest = func(to string, t linking.Token) (string, http.Header) { return before(to, edit(maps.Clone(t))) }
	})
}

// worksOnce loses those access tokens that like picks after their first request.
func worksOnce(p *mockserver.Policy, like func(linking.Token) bool) {
	var used sync.Map
	askingAPI(func(t linking.Token) linking.Token {
		if !like(t) {
			return t
		}
		if _, again := used.LoadOrStore(textOf(t["access_token"]), true); again {
			t["access_token"] = "None"
		}
		return t
	})(p)
}

// tokenSendingDefects are mistakes in the requests that a home sends with its tokens.
var tokenSendingDefects = []Defect[mockserver.Policy]{
	{
		ID: "use.refresh-by-put", Story: "A refresh is sent with PUT.",
		Aims: []string{"oauth2.client.refresh-request"},
		Change: tokenSent("refresh_token", func(r linking.TokenRequest) linking.TokenRequest {
			r.Method = http.MethodPut
			return r
		}),
	},
	{
		ID: "use.first-refresh-token", Story: "Every refresh sends the refresh token that the first one sent.",
		Aims: []string{"oauth2.client.refresh-request", "oauth2.client.rotation"},
		Change: func(p *mockserver.Policy) {
			var first idSecrets
			tokenSent("refresh_token", formSet("refresh_token", edited(func(s string) string {
				first.add(s)
				return first.list()[0]
			})))(p)
		},
	},
	{
		ID: "use.access-as-refresh", Story: "If a refresh returns no refresh token, the access token is stored as one.",
		Aims: []string{"oauth2.client.rotation-absent"},
		Change: merging(func(_, fresh, merged linking.Token) {
			if fresh["refresh_token"] == nil {
				merged["refresh_token"] = fresh["access_token"]
			}
		}),
	},
	{
		ID: "use.refreshes-afterwards", Story: "The request that triggers a refresh is still sent with the old access token.",
		Aims: []string{"oauth2.client.refresh-at-use"},
		Change: func(p *mockserver.Policy) {
			var before sync.Map // access token -> the one that it came for
			merging(func(old, _, merged linking.Token) { before.Store(textOf(merged["access_token"]), old["access_token"]) })(p)
			askingAPI(func(t linking.Token) linking.Token {
				if old, ok := before.LoadAndDelete(textOf(t["access_token"])); ok {
					t["access_token"] = old
				}
				return t
			})(p)
		},
	},
	{
		ID: "use.refreshed-works-once", Story: "A refreshed access token is used for one request and is not kept.",
		Aims: []string{"oauth2.client.refresh-reads-life"},
		Change: func(p *mockserver.Policy) {
			var fresh sync.Map
			merging(func(_, _, merged linking.Token) { fresh.Store(textOf(merged["access_token"]), true) })(p)
			worksOnce(p, func(t linking.Token) bool { _, ok := fresh.Load(textOf(t["access_token"])); return ok })
		},
	},
	{
		ID: "cloud.works-once", Story: "A token from the proxy is used when the entry is set up, and lost afterwards.",
		Aims: []string{"ha.cloud.entry"},
		Change: func(p *mockserver.Policy) {
			worksOnce(p, func(t linking.Token) bool { return t["service"] != nil })
		},
	},
	{
		ID: "exchange.public-nameless", Story: "A client without a secret does not send its client_id.",
		Aims: []string{"oauth2.client.public"},
		Change: tokenSent("authorization_code", func(r linking.TokenRequest) linking.TokenRequest {
			if formValue(r, "client_secret") == "" && r.Header.Get("Authorization") == "" {
				return formSet("client_id", dropped)(r)
			}
			return r
		}),
	},
	{
		ID: "exchange.error-crash", Story: "A 200 with an error in it is a server error.",
		Aims:   []string{"oauth2.client.error-in-200"},
		Change: crashesReading(func(m map[string]any) bool { return m["error"] != nil }),
	},
	{
		ID: "exchange.no-access-token-crash", Story: "A token response without an access token is a server error.",
		Aims: []string{"oauth2.client.no-access-token"},
		Change: crashesReading(func(m map[string]any) bool {
			s, _ := m["access_token"].(string)
			return s == "" && m["error"] == nil
		}),
	},
}

// crashesReading fails with an unhandled exception at successful token answers that like picks.
func crashesReading(like func(m map[string]any) bool) change {
	return both(
		reading(func(a linking.TokenAnswer, refresh bool, t linking.Token, f linking.Failure) (linking.Token, linking.Failure) {
			if m := decoded(a.Body); !refresh && a.Status == http.StatusOK && m != nil && like(m) {
				f.Reason = "crash"
			}
			return t, f
		}), reasonCrashes("crash"))
}
