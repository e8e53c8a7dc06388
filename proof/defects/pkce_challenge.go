package defects

import (
	"errors"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

var pkceChallengeDefects = []Defect[mockserver.Policy]{
	{
		ID: "pkce.plain", Story: "The method plain is accepted.",
		Aims: []string{"oauth2.pkce.plain-refused"},
		Change: opens(func(m map[string]any) {
			if m["code_challenge_method"] == "plain" {
				m["code_challenge_method"] = "S256"
			}
		}),
	},
	{
		ID: "pkce.implied", Story: "A challenge without a method is treated as S256, although RFC 7636 says plain.",
		Aims: []string{"oauth2.pkce.plain-refused"},
		Change: opens(func(m map[string]any) {
			if m["code_challenge_method"] == nil && m["code_challenge"] != nil {
				m["code_challenge_method"] = "S256"
			}
		}),
	},
	{
		ID: "pkce.plain-dropped", Story: "plain is treated as an unknown method, and the login continues without a challenge.",
		Aims: []string{"oauth2.pkce.plain-refused"},
		Change: opens(func(m map[string]any) {
			if m["code_challenge_method"] == "plain" {
				delete(m, "code_challenge_method")
				delete(m, "code_challenge")
			}
		}),
	},
	{
		ID: "pkce.method-case", Story: "The method is compared without regard to case.",
		Aims: []string{"oauth2.pkce.unknown-method"},
		Change: opens(func(m map[string]any) {
			if strings.EqualFold(textOf(m["code_challenge_method"]), "S256") {
				m["code_challenge_method"] = "S256"
			}
		}),
	},
	{
		ID: "pkce.unknown-method", Story: "An unknown method disables PKCE.",
		Aims: []string{"oauth2.pkce.unknown-method"},
		Change: opens(func(m map[string]any) {
			if s, ok := m["code_challenge_method"].(string); ok && !strings.EqualFold(s, "S256") && s != "plain" {
				delete(m, "code_challenge_method")
				delete(m, "code_challenge")
			}
		}),
	},
	{
		ID: "pkce.method-family", Story: "Any method that begins with S is treated as S256.",
		Aims: []string{"oauth2.pkce.unknown-method"},
		Change: opens(func(m map[string]any) {
			if s, ok := m["code_challenge_method"].(string); ok && strings.HasPrefix(s, "S") {
				m["code_challenge_method"] = "S256"
			}
		}),
	},
	{
		ID: "pkce.method-alone-500", Story: "A method without a challenge causes an uncaught exception.",
		Aims: []string{"oauth2.pkce.method-without-challenge", "robust.json.types"},
		Change: answers(at("POST /auth/login_flow").and(func(r mock.Request) bool {
			m := decoded(r.Body)
			return m["code_challenge_method"] != nil && m["code_challenge"] == nil
		}), status(500)),
	},
	{
		ID: "pkce.method-alone", Story: "A method without a challenge starts a login without PKCE.",
		Aims: []string{"oauth2.pkce.method-without-challenge"},
		Change: opens(func(m map[string]any) {
			if _, there := m["code_challenge"]; !there {
				delete(m, "code_challenge_method")
			}
		}),
	},
	{
		ID: "pkce.empty-challenge", Story: "An empty challenge starts a login without PKCE.",
		Aims: []string{"oauth2.pkce.method-without-challenge"},
		Change: opens(func(m map[string]any) {
			if m["code_challenge"] == "" {
				delete(m, "code_challenge")
				delete(m, "code_challenge_method")
			}
		}),
	},
	{
		ID: "pkce.short-challenge", Story: "A challenge that is too short is accepted.",
		Aims:   []string{"oauth2.pkce.malformed-challenge"},
		Change: challengeOf(func(s string) bool { return len(s) > 0 && len(s) < 43 }),
	},
	{
		ID: "pkce.long-challenge", Story: "A challenge that is too long is accepted.",
		Aims:   []string{"oauth2.pkce.malformed-challenge"},
		Change: challengeOf(func(s string) bool { return len(s) > 60 }),
	},
	{
		ID: "pkce.padded-challenge", Story: "A challenge with padding is accepted.",
		Aims:   []string{"oauth2.pkce.malformed-challenge"},
		Change: challengeOf(func(s string) bool { return strings.HasSuffix(s, "=") }),
	},
	{
		ID: "pkce.base64-challenge", Story: "A challenge in standard base64 is accepted.",
		Aims:   []string{"oauth2.pkce.malformed-challenge"},
		Change: challengeOf(func(s string) bool { return strings.ContainsAny(s, "+/") }),
	},
	{
		ID: "pkce.challenge-line", Story: "The challenge's pattern allows a line break at the end.",
		Aims:   []string{"oauth2.pkce.malformed-challenge"},
		Change: challengeOf(func(s string) bool { return strings.HasSuffix(s, "\n") }),
	},
	{
		ID: "pkce.no-s256", Story: "S256 is announced but refused.",
		Aims: []string{"oauth2.redirect.loopback-port", "oauth2.cimd.loopback-port"},
		Change: func(p *mockserver.Policy) {
			p.Challenge = func(_, _ string) error { return errors.New("Transform algorithm not supported") }
		},
	},
	{
		ID: "pkce.required", Story: "Clients without PKCE are refused, including older companion apps.",
		Aims: []string{"indieauth.authz.no-pkce-allowed"},
		Change: redeem(func(c *store.Code, _ *string, _ **string, _ *time.Time) {
			if c.Challenge == "" {
				c.Challenge = "x"
			}
		}),
	},
}

// challengeOf accepts challenges that look like these.
func challengeOf(like func(string) bool) change {
	return opens(func(m map[string]any) {
		if s, ok := m["code_challenge"].(string); ok && like(s) && m["code_challenge_method"] == "S256" {
			m["code_challenge"] = s256("any")
		}
	})
}
