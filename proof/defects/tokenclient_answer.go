package defects

import (
	"net/http"
	"strings"

	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/linking"
)

var tokenAnswerReadDefects = []Defect[mockserver.Policy]{
	{
		ID: "exchange.any-media-type", Story: "JSON is read whatever its media type.",
		Aims: []string{"oauth2.client.wrong-media-type"},
		Change: client(func(p *linking.Policy) {
			before := p.Read
			p.Read = func(a linking.TokenAnswer, refresh bool) (linking.Token, linking.Failure) {
				if a.Header != nil {
					a.Header = setHeader(a.Header, "Content-Type", "application/json")
				}
				return before(a, refresh)
			}
		}),
	},
	{
		ID: "exchange.html-crash", Story: "A response whose media type is not JSON causes a server error.",
		Aims: []string{"oauth2.client.wrong-media-type"},
		Change: func(p *mockserver.Policy) {
			odd := &idSecrets{}
			reading(func(a linking.TokenAnswer, _ bool, t linking.Token, f linking.Failure) (linking.Token, linking.Failure) {
				if a.Status == http.StatusOK && !strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
					odd.add("one")
					f.Reason = "crash"
				}
				return t, f
			})(p)
			reasonCrashes("crash")(p)
		},
	},
	{
		ID:    "exchange.broken-json-crash",
		Story: "A token response that is not a JSON object causes a server error (as in releases up to 2026.11).",
		Aims:  []string{"oauth2.client.malformed-answers"},
		Change: both(
			reading(func(a linking.TokenAnswer, _ bool, t linking.Token, f linking.Failure) (linking.Token, linking.Failure) {
				if a.Status == http.StatusOK && decoded(a.Body) == nil && !strings.HasPrefix(string(a.Body), "[") &&
					strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
					f.Reason = "crash"
				}
				return t, f
			}), reasonCrashes("crash")),
	},
	{
		ID:    "exchange.broken-json-again",
		Story: "After a response that is not JSON the flow stays open, and every poll sends the code again.",
		Aims:  []string{"oauth2.client.code-once", "oauth2.client.malformed-answers"},
		Change: both(client(func(p *linking.Policy) {
			p.Ends = func(reason string) bool { return reason != "crash" }
			before := p.Read
			p.Read = func(a linking.TokenAnswer, refresh bool) (linking.Token, linking.Failure) {
				t, f := before(a, refresh)
				if a.Status == http.StatusOK && decoded(a.Body) == nil && !strings.HasPrefix(string(a.Body), "[") &&
					strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
					f.Reason = "crash"
				}
				return t, f
			}
		}), reasonCrashes("crash")),
	},
	{
		ID: "exchange.error-stored", Story: "A 200 with an error in it is stored as a token.",
		Aims: []string{"oauth2.client.error-in-200"},
		Change: asJSON(func(_ linking.TokenAnswer, m map[string]any) {
			if m["error"] != nil {
				delete(m, "error")
				m["access_token"], m["expires_in"] = "x", 3600
			}
		}),
	},
	{
		ID: "exchange.life-optional", Story: "A token without expires_in is assumed to live for an hour.",
		Aims: []string{"oauth2.client.error-in-200"},
		Change: asJSON(func(_ linking.TokenAnswer, m map[string]any) {
			if _, there := m["expires_in"]; !there && m["access_token"] != nil {
				m["expires_in"] = 3600
			}
		}),
	},
	{
		ID: "exchange.access-token-unread", Story: "A missing access token goes unnoticed: the API is called with Bearer None.",
		Aims: []string{"oauth2.client.no-access-token", "oauth2.client.refresh-no-access-token"},
		Change: asJSON(func(_ linking.TokenAnswer, m map[string]any) {
			if s, _ := m["access_token"].(string); s == "" && m["expires_in"] != nil {
				m["access_token"] = "None"
			}
		}),
	},
	{
		ID: "exchange.any-token-type", Story: "token_type is not checked.",
		Aims:   []string{"oauth2.client.token-type"},
		Change: asJSON(func(_ linking.TokenAnswer, m map[string]any) { delete(m, "token_type") }),
	},
	{
		ID: "exchange.life-number-only", Story: "A lifetime given as a string is ignored.",
		Aims: []string{"oauth2.client.life-as-text"},
		Change: asJSON(func(_ linking.TokenAnswer, m map[string]any) {
			if s, ok := m["expires_in"].(string); ok {
				m["expires_in"] = s + "?"
			}
		}),
	},
	{
		ID: "exchange.life-minutes", Story: "The lifetime is read as minutes.",
		Aims: []string{"oauth2.client.refresh-at-use"},
		Change: asJSON(func(_ linking.TokenAnswer, m map[string]any) {
			if n, ok := m["expires_in"].(float64); ok {
				m["expires_in"] = n * 60
			}
		}),
	},
	{
		ID: "exchange.unknown-members", Story: "Unknown members make the response invalid.",
		Aims: []string{"oauth2.client.unknown-members"},
		Change: asJSON(func(_ linking.TokenAnswer, m map[string]any) {
			if m["id_token"] != nil {
				m["error"] = "unknown member"
			}
		}),
	},
	{
		ID: "exchange.refresh-token-wanted", Story: "Without a refresh token no entry is created.",
		Aims: []string{"oauth2.client.no-refresh-token", "oauth2.client.rotation-absent"},
		Change: asJSON(func(_ linking.TokenAnswer, m map[string]any) {
			if m["refresh_token"] == nil && m["access_token"] != nil {
				m["error"] = "no refresh token"
			}
		}),
	},
	{
		ID: "exchange.asked-scope-stored", Story: "The requested scope is stored instead of the granted one.",
		Aims: []string{"oauth2.client.scope-narrower"},
		Change: asJSON(func(_ linking.TokenAnswer, m map[string]any) {
			if m["scope"] != nil {
				m["scope"] = "profile devices:read"
			}
		}),
	},
	{
		ID: "exchange.scope-must-match", Story: "If the granted scope differs from the requested one, no entry is created.",
		Aims: []string{"oauth2.client.scope-narrower"},
		Change: asJSON(func(_ linking.TokenAnswer, m map[string]any) {
			if m["scope"] == "profile" {
				m["error"] = "scope"
			}
		}),
	},
	{
		ID: "exchange.media-type-whole", Story: "A media type with a charset parameter is not recognised.",
		Aims: []string{"oauth2.client.json-with-parameters"},
		Change: client(func(p *linking.Policy) {
			before := p.Read
			p.Read = func(a linking.TokenAnswer, refresh bool) (linking.Token, linking.Failure) {
				if strings.Contains(a.Header.Get("Content-Type"), ";") {
					a.Header = setHeader(a.Header, "Content-Type", "text/plain")
				}
				return before(a, refresh)
			}
		}),
	},
}
