package defects

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider/accountlink"
	"github.com/authconform/authconform/mockserver/linking"
)

var accountLinkRefreshDefects = []Defect[accountlink.Policy]{
	{
		ID: "proxy.refresh-form", Story: "A refresh requires a form instead of JSON.",
		Aims: []string{"proxy.refresh.grant", "proxy.refresh.again", "proxy.refresh.malformed"},
		Change: func(p *accountlink.Policy) {
			p.Refresh = func(body []byte) (string, bool) {
				form, err := url.ParseQuery(string(body))
				return form.Get("refresh_token"), err == nil && form.Has("refresh_token")
			}
		},
	},
	{
		ID: "proxy.refresh-no-life", Story: "A refresh response has no expires_in.",
		Aims:   []string{"proxy.refresh.grant"},
		Change: refreshedAs(func(m map[string]any) { delete(m, "expires_in") }),
	},
	{
		ID: "proxy.rotation-kept", Story: "The third party rotates refresh tokens, and the proxy keeps the new one for itself.",
		Aims:   []string{"proxy.refresh.again"},
		Change: refreshedAs(func(m map[string]any) { delete(m, "refresh_token") }),
	},
	{
		ID: "proxy.refused-as-502", Story: "A refused refresh token is reported like an outage, so homes retry forever.",
		Aims: []string{"proxy.refresh.unknown-token"},
		Change: func(p *accountlink.Policy) {
			before := p.Refreshed
			p.Refreshed = func(status int, answer map[string]any) (int, map[string]any) {
				if code, m := before(status, answer); code != http.StatusBadRequest {
					return code, m
				}
				return http.StatusBadGateway, map[string]any{"error": "unavailable"}
			}
		},
	},
	{
		ID: "proxy.refused-as-200", Story: "A refused refresh token is answered with 200 and an error in the body.",
		Aims: []string{"proxy.refresh.unknown-token"},
		Change: func(p *accountlink.Policy) {
			before := p.Refreshed
			p.Refreshed = func(status int, answer map[string]any) (int, map[string]any) {
				_, m := before(status, answer)
				return http.StatusOK, m
			}
		},
	},
	{
		ID: "proxy.any-service", Story: "An unknown service is treated as the first one in the list.",
		Aims: []string{"proxy.refresh.unknown-service"},
		Change: func(p *accountlink.Policy) {
			before := p.Request
			p.Request = func(r mock.Request) mock.Request {
				if r = before(r); at("POST /refresh_token/*")(r) {
					r.Target = "/refresh_token/" + linking.Domain
				}
				return r
			}
		},
	},
	{
		ID: "proxy.malformed-500", Story: "A body that is not JSON causes a server error.",
		Aims: []string{"proxy.refresh.malformed"},
		Change: func(p *accountlink.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); at(refreshAt)(r) && !json.Valid(r.Body) {
					a.Status = http.StatusInternalServerError
				}
				return a
			}
		},
	},
	{
		ID: "proxy.refresh-by-get", Story: "GET refreshes too.",
		Aims: []string{"proxy.refresh.post-only"},
		Change: func(p *accountlink.Policy) {
			before := p.Request
			p.Request = func(r mock.Request) mock.Request {
				if r = before(r); at("GET /refresh_token/*")(r) {
					r.Method, r.Body = http.MethodPost, encoded(map[string]any{"refresh_token": queryOf(r).Get("refresh_token")})
				}
				return r
			}
		},
	},
	{
		ID: "proxy.refresh-stored", Story: "Token responses may be cached.",
		Aims:   []string{"proxy.refresh.no-store"},
		Change: func(p *accountlink.Policy) { p.RefreshHeader = mock.Is(http.Header{}) },
	},
}

// refreshedAs edits what a good refresh answers.
func refreshedAs(edit func(map[string]any)) func(*accountlink.Policy) {
	return func(p *accountlink.Policy) {
		before := p.Refreshed
		p.Refreshed = func(status int, answer map[string]any) (int, map[string]any) {
			code, m := before(status, answer)
			if code == http.StatusOK {
				m = maps.Clone(m)
				edit(m)
			}
			return code, m
		}
	}
}
