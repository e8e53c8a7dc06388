package defects

import (
	"net/http"
	"slices"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/linking"
)

// outcomes changes what a failed refresh leads to.
func outcomes(edit func(linking.Failure, linking.Outcome) linking.Outcome) change {
	return client(func(p *linking.Policy) {
		before := p.Outcome
		p.Outcome = func(f linking.Failure) linking.Outcome { return edit(f, before(f)) }
	})
}

// merging changes the token that a refresh leaves.
func merging(edit func(old, fresh, merged linking.Token)) change {
	return client(func(p *linking.Policy) {
		before := p.Merge
		p.Merge = func(old, fresh linking.Token) linking.Token {
			merged := before(old, fresh)
			edit(old, fresh, merged)
			return merged
		}
	})
}

var refreshRows = []string{"oauth2.client.ref*", "oauth2.client.rotation*", "oauth2.client.reauth*", "oauth2.client.retry", "ha.linking.re*", "ha.linking.wrong-account"}

var _ = listed([]Defect{
	{
		ID: "use.never-refreshed", Story: "A token is used until the API refuses it.",
		Breaks: []string{"oauth2.client.refresh-at-use", "oauth2.client.reauth", "oauth2.client.retry", "oauth2.client.refresh-no-access-token", "oauth2.client.refresh-once"}, Blocks: slices.Concat(refreshRows, []string{"ha.cloud.refresh"}),
		Change: client(func(p *linking.Policy) { p.RefreshEarly = mock.Is(-time.Hour) }),
	},
	{
		ID: "use.refreshed-at-the-end", Story: "A token is refreshed when it has ended, not a little before.",
		Breaks: []string{"oauth2.client.refresh-at-use", "oauth2.client.reauth", "oauth2.client.retry", "oauth2.client.refresh-no-access-token", "oauth2.client.refresh-once"}, Blocks: slices.Concat(refreshRows, []string{"ha.cloud.refresh"}),
		Change: client(func(p *linking.Policy) { p.RefreshEarly = mock.Is[time.Duration](0) }),
	},
	{
		ID: "use.refreshed-always", Story: "Every use refreshes.",
		Breaks: []string{"oauth2.client.refresh-not-early", "oauth2.client.refresh-reads-life", "oauth2.client.refresh-once", "ha.cloud.entry", "oauth2.client.state-replay", "oauth2.client.callback-again", "oauth2.client.round-trip", "oauth2.client.no-refresh-token", "oauth2.client.bearer-header"}, Blocks: everyRow,
		Change: client(func(p *linking.Policy) { p.RefreshEarly = mock.Is(24 * time.Hour) }),
	},
	{
		ID: "use.refreshed-minutes-early", Story: "A token is refreshed five minutes before its end.",
		Breaks: []string{"oauth2.client.refresh-not-early"}, Change: client(func(p *linking.Policy) { p.RefreshEarly = mock.Is(5 * time.Minute) }),
	},
	{
		ID: "use.refresh-with-code", Story: "A refresh repeats the redirect_uri of the code.",
		Breaks: []string{"oauth2.client.refresh-request"}, Change: tokenSent("refresh_token", func(r linking.TokenRequest) linking.TokenRequest {
			r.Form = append(r.Form, [2]string{"redirect_uri", "http://127.0.0.1/auth/external/callback"})
			return r
		}),
	},
	{
		ID: "use.refresh-in-query", Story: "The refresh token is in the query of the token endpoint, too.",
		Breaks: []string{"oauth2.client.refresh-request"}, Change: tokenSent("refresh_token", func(r linking.TokenRequest) linking.TokenRequest {
			r.URL += "?refresh_token=" + formValue(r, "refresh_token")
			return r
		}),
	},
	{
		ID: "use.refresh-unauthenticated", Story: "A refresh is sent without the client's secret.",
		Breaks: []string{"oauth2.client.refresh-at-use", "oauth2.client.refresh-once", "oauth2.client.refresh-failure-keeps", "oauth2.client.retry", "oauth2.client.rotation-absent"}, Blocks: slices.Concat(refreshRows, everyRow), Change: tokenSent("refresh_token", formSet("client_secret", dropped)),
	},
	{
		ID: "use.life-not-read", Story: "The end of the first token stays, whatever a refresh answers.",
		Breaks: []string{"oauth2.client.refresh-reads-life", "oauth2.client.refresh-once"}, Change: merging(func(old, _, merged linking.Token) { merged["expires_in"] = old["expires_in"] }),
	},
	{
		ID: "use.rotation-ignored", Story: "The first refresh token is kept for ever.",
		Breaks: []string{"oauth2.client.rotation", "ha.cloud.refresh"}, Change: merging(func(old, _, merged linking.Token) { merged["refresh_token"] = old["refresh_token"] }),
	},
	{
		ID: "use.rotation-once", Story: "Only the first rotation is kept.",
		Breaks: []string{"oauth2.client.rotation"}, Blocks: []string{"ha.linking.reauth-success"}, Change: merging(func(old, _, merged linking.Token) {
			if old["rotated"] != nil {
				merged["refresh_token"] = old["refresh_token"]
			}
			merged["rotated"] = true
		}),
	},
	{
		ID: "use.absent-is-null", Story: "Where a refresh brings no refresh token, null is stored.",
		Breaks: []string{"oauth2.client.rotation-absent"}, Blocks: []string{"oauth2.client.refresh-no-access-token"}, Change: merging(func(_, fresh, merged linking.Token) {
			if fresh["refresh_token"] == nil {
				merged["refresh_token"] = nil
			}
		}),
	},
	{
		ID: "use.refreshes-race", Story: "Parallel uses refresh each for itself.",
		Breaks: []string{"oauth2.client.refresh-once"}, Change: client(func(p *linking.Policy) { p.OneRefresh = mock.Is(false) }),
	},
	{
		ID: "use.failure-clears", Story: "Any failed refresh clears the stored token.",
		Breaks: []string{"oauth2.client.refresh-failure-keeps", "oauth2.client.retry", "oauth2.client.refresh-no-access-token", "ha.linking.reauth-denied", "ha.linking.wrong-account"}, Blocks: refreshRows,
		Change: client(func(p *linking.Policy) { p.KeepsToken = mock.Is(false) }),
	},
	{
		ID: "use.no-reauth", Story: "A dead grant is logged, and nobody is asked to log in (as 2025.4 leaves it to integrations).",
		Breaks: []string{"oauth2.client.reauth"}, Blocks: refreshRows, Change: outcomes(func(_ linking.Failure, o linking.Outcome) linking.Outcome {
			if o == linking.Reauth {
				return linking.Ignore
			}
			return o
		}),
	},
	{
		ID: "use.reauth-only-400", Story: "Only 400 asks for a login: 401 and 403 do not.",
		Breaks: []string{"oauth2.client.reauth"}, Change: outcomes(func(f linking.Failure, o linking.Outcome) linking.Outcome {
			if o == linking.Reauth && f.Status != http.StatusBadRequest {
				return linking.Ignore
			}
			return o
		}),
	},
	{
		ID: "use.trouble-logs-out", Story: "Any failed refresh asks the person to log in again.",
		Breaks: []string{"oauth2.client.retry", "ha.linking.reload-dead"}, Change: outcomes(func(linking.Failure, linking.Outcome) linking.Outcome { return linking.Reauth }),
	},
	{
		ID: "use.429-logs-out", Story: "Being asked to slow down is taken for a refusal.",
		Breaks: []string{"oauth2.client.retry"}, Change: outcomes(func(f linking.Failure, o linking.Outcome) linking.Outcome {
			if f.Status == http.StatusTooManyRequests {
				return linking.Reauth
			}
			return o
		}),
	},
	{
		ID: "use.reauth-each-time", Story: "Each use of a dead grant asks anew.",
		Breaks: []string{"oauth2.client.reauth-once"}, Change: client(func(p *linking.Policy) { p.ReauthOnce = mock.Is(false) }),
	},
	{
		ID: "reauth.second-entry", Story: "Logging in again makes a second entry.",
		Breaks: []string{"ha.linking.reauth-success"}, Change: reasonBecomes("reauth_successful", "already_configured"),
	},
	{
		ID: "reauth.no-scope", Story: "The second authorize URL has no scope.",
		Breaks: []string{"ha.linking.reauth-authorize"}, Change: parametersBecome(func(a linking.Authorization, list [][2]string) [][2]string {
			if a.Reauth {
				list = list[:len(list)-1]
			}
			return list
		}),
	},
	{
		ID: "reauth.any-account", Story: "Logging in again as somebody else gives the entry that account.",
		Breaks: []string{"ha.linking.wrong-account"}, Change: client(func(p *linking.Policy) { p.SameAccount = func(string, string) bool { return true } }),
	},
	{
		ID: "use.no-access-token-prolongs", Story: "A refresh without an access token prolongs the life of the old one (as 2025.4 does it).",
		Breaks: []string{"oauth2.client.refresh-no-access-token"}, Change: client(func(p *linking.Policy) {
			before := p.Read
			p.Read = func(a linking.TokenAnswer, refresh bool) (linking.Token, linking.Failure) {
				if m := decoded(a.Body); refresh && a.Status == http.StatusOK && m != nil && m["access_token"] == nil {
					return linking.Token{"expires_in": 3600}, linking.Failure{}
				}
				return before(a, refresh)
			}
		}),
	},
	{
		ID: "use.reload-always-error", Story: "Whatever goes wrong at set-up is an error for good.",
		Breaks: []string{"ha.linking.reload-dead"}, Change: client(func(p *linking.Policy) { p.SetupState = func(linking.Outcome) string { return linking.SetupError } }),
	},
	{
		ID: "use.reload-always-retry", Story: "Whatever goes wrong at set-up is tried again later, a dead grant too.",
		Breaks: []string{"ha.linking.reload-dead"}, Change: client(func(p *linking.Policy) { p.SetupState = func(linking.Outcome) string { return linking.SetupRetry } }),
	},
	{
		ID: "use.refresh-token-to-api", Story: "Both tokens are sent to the API.",
		Breaks: []string{"oauth2.client.refresh-token-stays"}, Change: client(func(p *linking.Policy) {
			before := p.APIRequest
			p.APIRequest = func(to string, t linking.Token) (string, http.Header) {
				to, h := before(to, t)
				h.Set("X-Refresh-Token", textOf(t["refresh_token"]))
				return to, h
			}
		}),
	},
})
