package defects

import (
	"net/http"
	"net/url"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/linking"
)

// outcomes changes the consequence of a failed refresh.
func outcomes(edit func(linking.Failure, linking.Outcome) linking.Outcome) change {
	return client(func(p *linking.Policy) {
		before := p.Outcome
		p.Outcome = func(f linking.Failure) linking.Outcome { return edit(f, before(f)) }
	})
}

var tokenUseDefects = []Defect[mockserver.Policy]{
	{
		ID: "use.never-refreshed", Story: "A token is used until the API refuses it.",
		Aims:   []string{"oauth2.client.refresh-at-use", "mcp.client.refresh-first"},
		Change: client(func(p *linking.Policy) { p.RefreshEarly = mock.Is(-time.Hour) }),
	},
	{
		ID: "use.refreshed-at-the-end", Story: "A token is refreshed only after it has expired, not shortly before.",
		Aims:   []string{"oauth2.client.refresh-at-use"},
		Change: client(func(p *linking.Policy) { p.RefreshEarly = mock.Is[time.Duration](0) }),
	},
	{
		ID: "use.refreshed-always", Story: "Every use refreshes.",
		Aims:   []string{"oauth2.client.refresh-not-early"},
		Change: client(func(p *linking.Policy) { p.RefreshEarly = mock.Is(24 * time.Hour) }),
	},
	{
		ID: "use.refreshed-minutes-early", Story: "A token is refreshed five minutes before it expires.",
		Aims:   []string{"oauth2.client.refresh-not-early"},
		Change: client(func(p *linking.Policy) { p.RefreshEarly = mock.Is(5 * time.Minute) }),
	},
	{
		ID: "use.refresh-with-code", Story: "A refresh repeats the redirect_uri of the code.",
		Aims: []string{"oauth2.client.refresh-request"},
		Change: tokenSent("refresh_token", func(r linking.TokenRequest) linking.TokenRequest {
			r.Form = append(r.Form, [2]string{"redirect_uri", "http://127.0.0.1/auth/external/callback"})
			return r
		}),
	},
	{
		ID: "use.refresh-in-query", Story: "The refresh token is also sent in the query of the token endpoint.",
		Aims: []string{"oauth2.client.refresh-request"},
		Change: tokenSent("refresh_token", func(r linking.TokenRequest) linking.TokenRequest {
			r.URL += "?" + url.Values{"refresh_token": {formValue(r, "refresh_token")}}.Encode()
			return r
		}),
	},
	{
		ID: "use.refresh-unauthenticated", Story: "A refresh is sent without the client's secret.",
		Aims:   []string{"oauth2.client.refresh-at-use"},
		Change: tokenSent("refresh_token", formSet("client_secret", dropped)),
	},
	{
		ID: "use.life-not-read", Story: "The first token's expiry is kept, whatever a refresh returns.",
		Aims:   []string{"oauth2.client.refresh-reads-life", "oauth2.client.refresh-once"},
		Change: merging(func(old, _, merged linking.Token) { merged["expires_in"] = old["expires_in"] }),
	},
	{
		ID: "use.rotation-ignored", Story: "The first refresh token is kept forever.",
		Aims:   []string{"oauth2.client.rotation", "ha.cloud.refresh", "mcp.client.refresh-kept"},
		Change: merging(func(old, _, merged linking.Token) { merged["refresh_token"] = old["refresh_token"] }),
	},
	{
		ID: "use.rotation-once", Story: "Only the first rotation is kept.",
		Aims: []string{"oauth2.client.rotation"},
		Change: merging(func(old, _, merged linking.Token) {
			if old["rotated"] != nil {
				merged["refresh_token"] = old["refresh_token"]
			}
			merged["rotated"] = true
		}),
	},
	{
		ID: "use.absent-is-null", Story: "If a refresh returns no refresh token, null is stored.",
		Aims: []string{"oauth2.client.rotation-absent", "mcp.client.refresh-kept"},
		Change: merging(func(_, fresh, merged linking.Token) {
			if fresh["refresh_token"] == nil {
				merged["refresh_token"] = nil
			}
		}),
	},
	{
		ID: "use.refreshes-race", Story: "Parallel uses each send their own refresh.",
		Aims:   []string{"oauth2.client.refresh-once"},
		Change: client(func(p *linking.Policy) { p.OneRefresh = mock.Is(false) }),
	},
	{
		ID: "use.failure-clears", Story: "Any failed refresh clears the stored token.",
		Aims:   []string{"oauth2.client.refresh-failure-keeps"},
		Change: client(func(p *linking.Policy) { p.KeepsToken = mock.Is(false) }),
	},
	{
		ID: "use.no-reauth", Story: "An expired grant is logged, but no new login is requested (2025.4 leaves that to integrations).",
		Aims: []string{"oauth2.client.reauth"},
		Change: outcomes(func(_ linking.Failure, o linking.Outcome) linking.Outcome {
			if o == linking.Reauth {
				return linking.Ignore
			}
			return o
		}),
	},
	{
		ID: "use.reauth-only-400", Story: "Only 400 requests a new login: 401 and 403 do not.",
		Aims: []string{"oauth2.client.reauth"},
		Change: outcomes(func(f linking.Failure, o linking.Outcome) linking.Outcome {
			if o == linking.Reauth && f.Status != http.StatusBadRequest {
				return linking.Ignore
			}
			return o
		}),
	},
	{
		ID: "use.trouble-logs-out", Story: "Any failed refresh asks the user to log in again.",
		Aims:   []string{"oauth2.client.retry", "ha.linking.reload-dead"},
		Change: outcomes(func(linking.Failure, linking.Outcome) linking.Outcome { return linking.Reauth }),
	},
	{
		ID: "use.429-logs-out", Story: "A 429 is treated as a refusal.",
		Aims: []string{"oauth2.client.retry"},
		Change: outcomes(func(f linking.Failure, o linking.Outcome) linking.Outcome {
			if f.Status == http.StatusTooManyRequests {
				return linking.Reauth
			}
			return o
		}),
	},
	{
		ID: "use.reauth-each-time", Story: "Each use of a dead grant requests another login.",
		Aims:   []string{"oauth2.client.reauth-once"},
		Change: client(func(p *linking.Policy) { p.ReauthOnce = mock.Is(false) }),
	},
	{
		ID: "reauth.second-entry", Story: "Logging in again creates a second entry.",
		Aims:   []string{"ha.linking.reauth-success"},
		Change: reasonBecomes("reauth_successful", "already_configured"),
	},
	{
		ID: "reauth.no-scope", Story: "The second authorize URL has no scope.",
		Aims: []string{"ha.linking.reauth-authorize"},
		Change: parametersBecome(func(a linking.Authorization, list [][2]string) [][2]string {
			if a.Reauth {
				list = list[:len(list)-1]
			}
			return list
		}),
	},
	{
		ID: "reauth.any-account", Story: "Logging in again as a different user moves the entry to that account.",
		Aims:   []string{"ha.linking.wrong-account"},
		Change: client(func(p *linking.Policy) { p.SameAccount = func(string, string) bool { return true } }),
	},
	{
		ID: "use.no-access-token-prolongs", Story: "A refresh without an access token extends the old one (as 2025.4 does).",
		Aims: []string{"oauth2.client.refresh-no-access-token"},
		Change: client(func(p *linking.Policy) {
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
		ID: "use.reload-always-error", Story: "Any failure at set-up is permanent.",
		Aims:   []string{"ha.linking.reload-dead"},
		Change: client(func(p *linking.Policy) { p.SetupState = func(linking.Outcome) string { return linking.SetupError } }),
	},
	{
		ID: "use.reload-always-retry", Story: "Any failure at set-up is retried later, even a dead grant.",
		Aims:   []string{"ha.linking.reload-dead"},
		Change: client(func(p *linking.Policy) { p.SetupState = func(linking.Outcome) string { return linking.SetupRetry } }),
	},
	{
		ID: "use.refresh-token-to-api", Story: "Both tokens are sent to the API.",
		Aims: []string{"oauth2.client.refresh-token-stays"},
		Change: client(func(p *linking.Policy) {
			before := p.APIRequest
			p.APIRequest = func(to string, t linking.Token) (string, http.Header) {
				to, h := before(to, t)
				h.Set("X-Refresh-Token", textOf(t["refresh_token"]))
				return to, h
			}
		}),
	},
}
