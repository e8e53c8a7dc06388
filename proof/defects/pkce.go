package defects

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

// opens lets a login flow open for a challenge and method that must be refused.
func opens(as func(m map[string]any)) change {
	return takes(at("POST /auth/login_flow"), withObject(as))
}

var pkceDefects = []Defect[mockserver.Policy]{
	{
		ID: "pkce.unchecked", Story: "The verifier is never compared with the challenge.",
		Aims:   []string{"oauth2.pkce.wrong-verifier", "oauth2.pkce.missing-verifier", "oauth2.pkce.verifier-grammar"},
		Change: fits(func(_, _ string) bool { return true }),
	},
	{
		ID: "pkce.beginning", Story: "A verifier passes that begins with the right one.",
		Aims:   []string{"oauth2.pkce.wrong-verifier"},
		Change: fits(func(c, v string) bool { return len(v) > 43 && s256(v[:len(v)-1]) == c }),
	},
	{
		ID: "pkce.verifier-case", Story: "One letter of the verifier may have the wrong case, for slips are forgiven.",
		Aims:   []string{"oauth2.pkce.wrong-verifier", "oauth2.pkce.verifier-grammar"},
		Change: fits(func(c, v string) bool { return oneLetterOff(v, func(v string) bool { return s256(v) == c }) }),
	},
	{
		ID: "pkce.challenge-as-verifier", Story: "The challenge itself passes as verifier, as with the method plain.",
		Aims:   []string{"oauth2.pkce.wrong-verifier"},
		Change: fits(func(c, v string) bool { return c == v }),
	},
	{
		ID: "pkce.any-long-verifier", Story: "Only the length of the verifier is looked at.",
		Aims:   []string{"oauth2.pkce.wrong-verifier", "oauth2.pkce.verifier-grammar", "oauth2.pkce.not-shared"},
		Change: fits(func(_, v string) bool { return len(v) == 43 }),
	},
	{
		ID: "pkce.optional-verifier", Story: "The verifier is checked if it is there: without one the code works.",
		Aims: []string{"oauth2.metadata.pkce-true", "oauth2.pkce.missing-verifier"},
		Change: redeem(func(c *store.Code, _ *string, verifier **string, _ *time.Time) {
			if *verifier == nil {
				c.Challenge = ""
			}
		}),
	},
	{
		ID: "pkce.empty-verifier", Story: "An empty verifier counts as none, and none as right.",
		Aims: []string{"oauth2.pkce.missing-verifier"},
		Change: redeem(func(c *store.Code, _ *string, verifier **string, _ *time.Time) {
			if *verifier != nil && **verifier == "" {
				c.Challenge, *verifier = "", nil
			}
		}),
	},
	{
		ID: "pkce.downgrade", Story: "A verifier for a code without a challenge is ignored, which hides that the challenge was taken away.",
		Aims: []string{"oauth2.pkce.unexpected-verifier"},
		Change: redeem(func(c *store.Code, _ *string, verifier **string, _ *time.Time) {
			if c.Challenge == "" {
				*verifier = nil
			}
		}),
	},
	{
		ID: "pkce.short-verifier", Story: "The verifier's length has no lower bound.",
		Aims:   []string{"oauth2.pkce.verifier-grammar"},
		Change: fits(func(c, v string) bool { return len(v) < 43 && s256(v) == c }),
	},
	{
		ID: "pkce.endless-verifier", Story: "The verifier's length has no upper bound.",
		Aims:   []string{"oauth2.pkce.verifier-grammar"},
		Change: fits(func(c, v string) bool { return len(v) > 128 && s256(v) == c }),
	},
	{
		ID: "pkce.verifier-characters", Story: "Any character may stand in a verifier.",
		Aims:   []string{"oauth2.pkce.verifier-grammar"},
		Change: fits(func(c, v string) bool { return strings.ContainsAny(v, "+/=") && s256(v) == c }),
	},
	{
		ID: "pkce.verifier-line", Story: "The verifier is matched by a pattern that lets a line end through.",
		Aims:   []string{"oauth2.pkce.verifier-grammar"},
		Change: fits(func(c, v string) bool { return strings.HasSuffix(v, "\n") && s256(v) == c }),
	},
	{
		ID: "pkce.limit-64", Story: "A verifier of more than 64 characters is refused.",
		Aims: []string{"oauth2.pkce.s256"},
		Change: redeem(func(c *store.Code, _ *string, verifier **string, _ *time.Time) {
			if *verifier != nil && len(**verifier) > 64 {
				c.Challenge = "x"
			}
		}),
	},
	{
		ID: "pkce.no-tilde", Story: "The pattern of verifiers forgets the tilde and the dot.",
		Aims: []string{"oauth2.pkce.s256"},
		Change: redeem(func(c *store.Code, _ *string, verifier **string, _ *time.Time) {
			if *verifier != nil && strings.ContainsAny(**verifier, "~.") {
				c.Challenge = "x"
			}
		}),
	},
	{
		ID: "pkce.word", Story: "A wrong verifier is refused with invalid_request.",
		Aims:   []string{"oauth2.pkce.wrong-verifier", "oauth2.pkce.verifier-grammar", "oauth2.pkce.not-shared"},
		Change: answers(codeGrant.and(has("code_verifier")), word("invalid_grant", "invalid_request"), 400),
	},
	{
		ID: "pkce.missing-401", Story: "A missing verifier is answered with 401.",
		Aims: []string{"oauth2.metadata.pkce-true", "oauth2.pkce.missing-verifier"},
		Change: func(p *mockserver.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); strings.Contains(a.Why, "verifier required") {
					a.Status = 401
				}
				return a
			}
		},
	},
	{
		ID: "pkce.unexpected-403", Story: "A verifier that was not expected is answered with 403.",
		Aims: []string{"oauth2.pkce.unexpected-verifier"},
		Change: func(p *mockserver.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); strings.Contains(a.Why, "no code challenge") {
					a.Status = 403
				}
				return a
			}
		},
	},
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
		ID: "pkce.implied", Story: "A challenge without a method is taken for S256, where RFC 7636 says plain.",
		Aims: []string{"oauth2.pkce.plain-refused"},
		Change: opens(func(m map[string]any) {
			if m["code_challenge_method"] == nil && m["code_challenge"] != nil {
				m["code_challenge_method"] = "S256"
			}
		}),
	},
	{
		ID: "pkce.plain-dropped", Story: "plain is not known, and so the login goes on without a challenge.",
		Aims: []string{"oauth2.pkce.plain-refused"},
		Change: opens(func(m map[string]any) {
			if m["code_challenge_method"] == "plain" {
				delete(m, "code_challenge_method")
				delete(m, "code_challenge")
			}
		}),
	},
	{
		ID: "pkce.method-case", Story: "The method's letter case is folded.",
		Aims: []string{"oauth2.pkce.unknown-method"},
		Change: opens(func(m map[string]any) {
			if strings.EqualFold(textOf(m["code_challenge_method"]), "S256") {
				m["code_challenge_method"] = "S256"
			}
		}),
	},
	{
		ID: "pkce.unknown-method", Story: "A method that nobody knows turns PKCE off.",
		Aims: []string{"oauth2.pkce.unknown-method"},
		Change: opens(func(m map[string]any) {
			if s, ok := m["code_challenge_method"].(string); ok && !strings.EqualFold(s, "S256") && s != "plain" {
				delete(m, "code_challenge_method")
				delete(m, "code_challenge")
			}
		}),
	},
	{
		ID: "pkce.method-family", Story: "Whatever begins with S is taken for S256.",
		Aims: []string{"oauth2.pkce.unknown-method"},
		Change: opens(func(m map[string]any) {
			if s, ok := m["code_challenge_method"].(string); ok && strings.HasPrefix(s, "S") {
				m["code_challenge_method"] = "S256"
			}
		}),
	},
	{
		ID: "pkce.method-alone-500", Story: "A method without a challenge is an exception that nobody catches.",
		Aims: []string{"oauth2.pkce.method-without-challenge", "robust.json.types"},
		Change: answers(at("POST /auth/login_flow").and(func(r mock.Request) bool {
			m := decoded(r.Body)
			return m["code_challenge_method"] != nil && m["code_challenge"] == nil
		}), status(500)),
	},
	{
		ID: "pkce.method-alone", Story: "A method without a challenge opens a login without PKCE.",
		Aims: []string{"oauth2.pkce.method-without-challenge"},
		Change: opens(func(m map[string]any) {
			if _, there := m["code_challenge"]; !there {
				delete(m, "code_challenge_method")
			}
		}),
	},
	{
		ID: "pkce.empty-challenge", Story: "An empty challenge opens a login without PKCE.",
		Aims: []string{"oauth2.pkce.method-without-challenge"},
		Change: opens(func(m map[string]any) {
			if m["code_challenge"] == "" {
				delete(m, "code_challenge")
				delete(m, "code_challenge_method")
			}
		}),
	},
	{
		ID: "pkce.short-challenge", Story: "The challenge's length is not looked at: a short one opens a login.",
		Aims:   []string{"oauth2.pkce.malformed-challenge"},
		Change: challengeOf(func(s string) bool { return len(s) > 0 && len(s) < 43 }),
	},
	{
		ID: "pkce.long-challenge", Story: "The challenge's length is not looked at: a long one opens a login.",
		Aims:   []string{"oauth2.pkce.malformed-challenge"},
		Change: challengeOf(func(s string) bool { return len(s) > 60 }),
	},
	{
		ID: "pkce.padded-challenge", Story: "A challenge with padding opens a login.",
		Aims:   []string{"oauth2.pkce.malformed-challenge"},
		Change: challengeOf(func(s string) bool { return strings.HasSuffix(s, "=") }),
	},
	{
		ID: "pkce.base64-challenge", Story: "A challenge in plain base64 opens a login.",
		Aims:   []string{"oauth2.pkce.malformed-challenge"},
		Change: challengeOf(func(s string) bool { return strings.ContainsAny(s, "+/") }),
	},
	{
		ID: "pkce.challenge-line", Story: "The challenge is matched by a pattern that lets a line end through.",
		Aims:   []string{"oauth2.pkce.malformed-challenge"},
		Change: challengeOf(func(s string) bool { return strings.HasSuffix(s, "\n") }),
	},
	{
		ID: "pkce.no-s256", Story: "S256 is announced and refused.",
		Aims: []string{"oauth2.redirect.loopback-port", "oauth2.cimd.loopback-port"},
		Change: func(p *mockserver.Policy) {
			p.Challenge = func(_, _ string) error { return errors.New("Transform algorithm not supported") }
		},
	},
	{
		ID: "pkce.required", Story: "Clients without PKCE are turned away, the home's older apps among them.",
		Aims: []string{"indieauth.authz.no-pkce-allowed"},
		Change: redeem(func(c *store.Code, _ *string, _ **string, _ *time.Time) {
			if c.Challenge == "" {
				c.Challenge = "x"
			}
		}),
	},
	{
		ID: "pkce.wrong-verifier-keeps", Story: "A wrong verifier leaves the code, so that others can be tried.",
		Aims:   []string{"oauth2.pkce.burns-code"},
		Change: func(p *mockserver.Policy) { p.BurnsCode = func(*mock.Refusal) bool { return false } },
	},
	{
		ID: "pkce.first-counts", Story: "The challenge of the first login counts for all that come after it.",
		Aims:   []string{"oauth2.pkce.not-shared"},
		Change: keepsChallenges(func(kept []string, fits string) bool { return kept[0] == fits }),
	},
	{
		ID: "pkce.one-session", Story: "A verifier is looked up among the challenges of all logins.",
		Aims:   []string{"oauth2.pkce.not-shared"},
		Change: keepsChallenges(slices.Contains[[]string]),
	},
}

// challengeOf lets challenges pass that look like these.
func challengeOf(like func(string) bool) change {
	return opens(func(m map[string]any) {
		if s, ok := m["code_challenge"].(string); ok && like(s) && m["code_challenge_method"] == "S256" {
			m["code_challenge"] = s256("any")
		}
	})
}

// keepsChallenges keeps the challenges of all logins apart from their codes: a verifier passes that fits one of them.
func keepsChallenges(right func(kept []string, fits string) bool) change {
	return func(p *mockserver.Policy) {
		kept := &idSecrets{}
		both(opens(func(m map[string]any) {
			if c, ok := m["code_challenge"].(string); ok {
				kept.add(c)
			}
		}), redeem(func(c *store.Code, _ *string, verifier **string, _ *time.Time) {
			if list := kept.list(); c.Challenge != "" && *verifier != nil && len(list) > 0 && right(list, s256(**verifier)) {
				c.Challenge = s256(**verifier)
			}
		}))(p)
	}
}
