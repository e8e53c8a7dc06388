package defects

import (
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

var pkceDefects = []Defect[mockserver.Policy]{
	{
		ID: "pkce.unchecked", Story: "The verifier is never compared with the challenge.",
		Aims:   []string{"oauth2.pkce.wrong-verifier", "oauth2.pkce.missing-verifier", "oauth2.pkce.verifier-grammar"},
		Change: fits(func(_, _ string) bool { return true }),
	},
	{
		ID: "pkce.beginning", Story: "A verifier that begins with the right one is accepted.",
		Aims:   []string{"oauth2.pkce.wrong-verifier"},
		Change: fits(func(c, v string) bool { return len(v) > 43 && s256(v[:len(v)-1]) == c }),
	},
	{
		ID: "pkce.verifier-case", Story: "One letter of the verifier may have the wrong case, to forgive typos.",
		Aims:   []string{"oauth2.pkce.wrong-verifier", "oauth2.pkce.verifier-grammar"},
		Change: fits(func(c, v string) bool { return oneLetterOff(v, func(v string) bool { return s256(v) == c }) }),
	},
	{
		ID: "pkce.challenge-as-verifier", Story: "The challenge itself is accepted as verifier, as with the method plain.",
		Aims:   []string{"oauth2.pkce.wrong-verifier"},
		Change: fits(func(c, v string) bool { return c == v }),
	},
	{
		ID: "pkce.any-long-verifier", Story: "Only the length of the verifier is checked.",
		Aims:   []string{"oauth2.pkce.wrong-verifier", "oauth2.pkce.verifier-grammar", "oauth2.pkce.not-shared"},
		Change: fits(func(_, v string) bool { return len(v) == 43 }),
	},
	{
		ID: "pkce.optional-verifier", Story: "The verifier is checked only if it is present.",
		Aims: []string{"oauth2.metadata.pkce-true", "oauth2.pkce.missing-verifier"},
		Change: redeem(func(c *store.Code, _ *string, verifier **string, _ *time.Time) {
			if *verifier == nil {
				c.Challenge = ""
			}
		}),
	},
	{
		ID: "pkce.empty-verifier", Story: "An empty verifier counts as missing, and a missing one is accepted.",
		Aims: []string{"oauth2.pkce.missing-verifier"},
		Change: redeem(func(c *store.Code, _ *string, verifier **string, _ *time.Time) {
			if *verifier != nil && **verifier == "" {
				c.Challenge, *verifier = "", nil
			}
		}),
	},
	{
		ID: "pkce.downgrade", Story: "A verifier for a code without a challenge is ignored, which hides a PKCE downgrade.",
		Aims: []string{"oauth2.pkce.unexpected-verifier"},
		Change: redeem(func(c *store.Code, _ *string, verifier **string, _ *time.Time) {
			if c.Challenge == "" {
				*verifier = nil
			}
		}),
	},
	{
		ID: "pkce.short-verifier", Story: "The verifier has no minimum length.",
		Aims:   []string{"oauth2.pkce.verifier-grammar"},
		Change: fits(func(c, v string) bool { return len(v) < 43 && s256(v) == c }),
	},
	{
		ID: "pkce.endless-verifier", Story: "The verifier has no maximum length.",
		Aims:   []string{"oauth2.pkce.verifier-grammar"},
		Change: fits(func(c, v string) bool { return len(v) > 128 && s256(v) == c }),
	},
	{
		ID: "pkce.verifier-characters", Story: "The verifier may contain any character.",
		Aims:   []string{"oauth2.pkce.verifier-grammar"},
		Change: fits(func(c, v string) bool { return strings.ContainsAny(v, "+/=") && s256(v) == c }),
	},
	{
		ID: "pkce.verifier-line", Story: "The verifier's pattern allows a line break at the end.",
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
		ID: "pkce.no-tilde", Story: "The verifier's pattern omits tilde and dot.",
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
		ID: "pkce.unexpected-403", Story: "An unexpected verifier is answered with 403.",
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
		ID: "pkce.wrong-verifier-keeps", Story: "A wrong verifier does not spend the code, so others can be tried.",
		Aims:   []string{"oauth2.pkce.burns-code"},
		Change: func(p *mockserver.Policy) { p.BurnsCode = func(*mock.Refusal) bool { return false } },
	},
	{
		ID: "pkce.first-counts", Story: "The first login's challenge is used for all later logins.",
		Aims:   []string{"oauth2.pkce.not-shared"},
		Change: keepsChallenges(func(kept []string, fits string) bool { return kept[0] == fits }),
	},
	{
		ID: "pkce.one-session", Story: "A verifier is looked up among the challenges of all logins.",
		Aims:   []string{"oauth2.pkce.not-shared"},
		Change: keepsChallenges(slices.Contains[[]string]),
	},
}

// keepsChallenges stores challenges apart from their codes: it accepts a verifier that fits any login's challenge.
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
