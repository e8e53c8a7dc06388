package defects

import (
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var multiFactorDefects = []Defect[mockserver.Policy]{
	{
		ID: "mfa.skipped", Story: "The second factor is set up but never asked for.",
		Aims:   []string{"ha.mfa.asked"},
		Change: func(p *mockserver.Policy) { p.SecondFactor = func(mockserver.User) bool { return false } },
	},
	{
		ID: "mfa.asked-as-error", Story: "The request for the second factor is reported as an error of the password form.",
		Aims: []string{"ha.mfa.asked"},
		Change: onStep("mfa", func(a mock.Answer) mock.Answer {
			return object(func(m map[string]any) {
				if errs, ok := m["errors"].(map[string]any); ok && len(errs) == 0 {
					m["errors"] = map[string]string{"base": "mfa_required"}
				}
			})(a)
		}),
	},
	{
		ID: "mfa.other-flow", Story: "The request for the second factor names another flow.",
		Aims:   []string{"ha.mfa.asked"},
		Change: onStep("mfa", member("flow_id", anotherFlow)),
	},
	{
		ID: "mfa.code-early", Story: "The request for the second factor already contains the result.",
		Aims:   []string{"ha.mfa.asked"},
		Change: onStep("mfa", member("type", "create_entry")),
	},
	{
		ID: "mfa.right-refused", Story: "A right code is refused at login, as if the clock were in another time zone.",
		Aims: []string{"ha.mfa.right-code", "ha.mfa.redirect-judged", "ha.mfa.inactive"},
		Change: func(p *mockserver.Policy) {
			strict := p.TOTP
			p.TOTP = func(secret, code string, enrol bool, now time.Time) bool {
				return enrol && strict(secret, code, enrol, now)
			}
		},
	},
	{
		ID: "mfa.any-digits", Story: "Any six digits are accepted.",
		Aims:   []string{"ha.mfa.wrong-code", "ha.mfa.old-code", "ha.mfa.other-user"},
		Change: codeIs(func(c string) bool { return len(c) == 6 && digits(c) }),
	},
	{
		ID: "mfa.short", Story: "A code that is too short is accepted without being compared.",
		Aims:   []string{"ha.mfa.wrong-code"},
		Change: codeIs(func(c string) bool { return len(c) < 6 && digits(c) }),
	},
	{
		ID: "mfa.wrong-word", Story: "A wrong code is answered like a wrong password.",
		Aims: []string{"ha.mfa.wrong-code"},
		Change: onStep("mfa", object(func(m map[string]any) {
			if errs, ok := m["errors"].(map[string]any); ok && errs["base"] == "invalid_code" {
				m["errors"] = map[string]string{"base": "invalid_auth"}
			}
		})),
	},
	{
		ID: "mfa.empty", Story: "An empty code is accepted.",
		Aims:   []string{"ha.mfa.malformed-code"},
		Change: codeIs(func(c string) bool { return c == "" }),
	},
	{
		ID: "mfa.null", Story: "A null code is accepted.",
		Aims: []string{"ha.mfa.malformed-code"},
		Change: both(takes(stepHas("code"), withObject(func(m map[string]any) {
			if m["code"] == nil {
				m["code"] = passes
			}
		})), codeIs(func(c string) bool { return c == passes })),
	},
	{
		ID: "mfa.secret-as-code", Story: "The secret itself is accepted as a code.",
		Aims: []string{"ha.mfa.malformed-code"},
		Change: codes(func(_ totp, secret, code string, _ time.Time) bool {
			return secret == code
		}),
	},
	{
		ID: "mfa.password-again", Story: "The password is accepted in place of the second factor.",
		Aims: []string{"ha.mfa.malformed-code"},
		Change: func(p *mockserver.Policy) {
			seen := repeatedFlow()
			takes(flowStep.and(seen), withObject(func(m map[string]any) {
				if _, password := m["password"]; password {
					delete(m, "password")
					delete(m, "username")
					m["code"] = passes
				}
			}))(p)
			codeIs(func(c string) bool { return c == passes })(p)
		},
	},
	{
		ID: "mfa.number-500", Story: "A numeric code causes an uncaught exception.",
		Aims: []string{"ha.mfa.malformed-code"},
		Change: answers(stepHas("code").and(func(r mock.Request) bool {
			_, number := decoded(r.Body)["code"].(float64)
			return number
		}), status(500)),
	},
	{
		ID: "mfa.ten-minutes-old", Story: "Codes of the last ten minutes are accepted.",
		Aims:   []string{"ha.mfa.old-code"},
		Change: within(-10 * time.Minute),
	},
	{
		ID: "mfa.ten-minutes-early", Story: "Codes of the next ten minutes are accepted.",
		Aims:   []string{"ha.mfa.old-code"},
		Change: within(10 * time.Minute),
	},
	{
		ID: "mfa.yesterday", Story: "Yesterday's code from the same time of day is accepted.",
		Aims:   []string{"ha.mfa.old-code"},
		Change: within(-24 * time.Hour),
	},
	{
		ID: "mfa.anybodys", Story: "Any user's code is accepted.",
		Aims: []string{"ha.mfa.other-user"},
		Change: func(p *mockserver.Policy) {
			var mu idSecrets
			strict := p.TOTP
			p.TOTP = func(secret, code string, enrol bool, now time.Time) bool {
				mu.add(secret)
				for _, s := range mu.list() {
					if !enrol && strict(s, code, enrol, now) {
						return true
					}
				}
				return strict(secret, code, enrol, now)
			}
		},
	},
	{
		ID: "mfa.endless-tries", Story: "The number of attempts is not limited.",
		Aims:   []string{"ha.mfa.too-many"},
		Change: func(p *mockserver.Policy) { p.MFATries = mock.Is(1 << 30) },
	},
	{
		ID: "mfa.tries-not-ended", Story: "After too many attempts the flow reports an abort but continues.",
		Aims:   []string{"ha.mfa.too-many"},
		Change: func(p *mockserver.Policy) { p.MFALenient = mock.Is(true) },
	},
	{
		ID: "mfa.no-time-limit", Story: "The second factor may be given hours after the password.",
		Aims:   []string{"ha.mfa.expires"},
		Change: func(p *mockserver.Policy) { p.MFATTL = mock.Is(24 * time.Hour) },
	},
	{
		ID: "mfa.tells", Story: "The answer to a wrong password reveals whether the user has a second factor.",
		Aims:   []string{"ha.mfa.hidden"},
		Change: telltale(member("errors", map[string]string{"base": "invalid_auth_or_code"})),
	},
	{
		ID: "mfa.tells-status", Story: "A wrong password of a user with a second factor is answered with 401.",
		Aims:   []string{"ha.mfa.hidden"},
		Change: telltale(status(401)),
	},
	{
		ID: "mfa.tells-type", Story: "A wrong password of a user with a second factor aborts the flow.",
		Aims:   []string{"ha.mfa.hidden"},
		Change: telltale(member("type", "abort")),
	},
	{
		ID: "mfa.fetch-early", Story: "The client's page is fetched after the right password, before the second factor.",
		Aims:   []string{"ha.mfa.no-fetch-before-code"},
		Change: func(p *mockserver.Policy) { p.FetchBeforeCode = mock.Is(true) },
	},
	{
		ID: "mfa.redirect-unjudged", Story: "After the second factor the redirect URI is not checked.",
		Aims:   []string{"ha.mfa.redirect-judged", "ha.mfa.inactive"},
		Change: answers(stepHas("code"), ok(aCode), 403),
	},
	{
		ID: "mfa.inactive", Story: "After the second factor nobody checks whether the user is still active.",
		Aims:   []string{"ha.mfa.redirect-judged", "ha.mfa.inactive"},
		Change: answers(stepHas("code"), ok(aCode), 403),
	},
	{
		ID: "mfa.setup-unproven", Story: "The second factor is active before its first code was verified.",
		Aims: []string{"ha.mfa.setup-proven"},
		Change: func(p *mockserver.Policy) {
			strict := p.TOTP
			p.TOTP = func(secret, code string, enrol bool, now time.Time) bool {
				return enrol || strict(secret, code, enrol, now)
			}
		},
	},
	{
		ID: "mfa.not-removed", Story: "Removing the second factor reports success and removes nothing.",
		Aims: []string{"ha.mfa.removed"},
		Change: hears(func(m map[string]any) map[string]any {
			if kind(m, "auth/depose_mfa") {
				m["type"] = "ping"
				delete(m, "mfa_module_id")
			}
			return m
		}),
	},
	{
		ID: "mfa.used-once", Story: "A code works only once, as RFC 6238 §5.2 requires.",
		Aims: []string{"ha.mfa.reuse"},
		Change: func(p *mockserver.Policy) {
			var used idSecrets
			strict := p.TOTP
			p.TOTP = func(secret, code string, enrol bool, now time.Time) bool {
				if !strict(secret, code, enrol, now) || enrol {
					return enrol && strict(secret, code, enrol, now)
				}
				for _, s := range used.list() {
					if s == secret+code {
						return false
					}
				}
				used.add(secret + code)
				return true
			}
		},
	},
}
