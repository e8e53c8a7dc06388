package defects

import (
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var loginPasswordDefects = []Defect[mockserver.Policy]{
	{
		ID: "flow.wrong-401", Story: "A wrong password is answered with 401, which the login page does not expect.",
		Aims:   []string{"ha.flow.wrong-password"},
		Change: onWrongPassword(true, status(401)),
	},
	{
		ID: "flow.wrong-word", Story: "A wrong password gets a non-standard error code.",
		Aims:   []string{"ha.flow.wrong-password"},
		Change: onWrongPassword(true, member("errors", map[string]string{"base": "wrong_password"})),
	},
	{
		ID: "flow.wrong-new-flow", Story: "After a wrong password the form belongs to another flow.",
		Aims:   []string{"ha.flow.wrong-password"},
		Change: onWrongPassword(true, member("flow_id", anotherFlow)),
	},
	{
		ID: "flow.wrong-passes", Story: "The password is never checked.",
		Aims:   []string{"ha.flow.wrong-password"},
		Change: onWrongPassword(true, ok(aCode)),
	},
	{
		ID: "flow.unknown-404", Story: "An unknown user is answered with 404.",
		Aims:   []string{"ha.flow.unknown-user"},
		Change: onWrongPassword(false, status(404)),
	},
	{
		ID: "flow.unknown-word", Story: "An unknown user gets an error code of its own.",
		Aims:   []string{"ha.flow.unknown-user"},
		Change: onWrongPassword(false, member("errors", map[string]string{"base": "unknown_user"})),
	},
	{
		ID: "flow.unknown-aborts", Story: "An unknown user ends the flow.",
		Aims:   []string{"ha.flow.unknown-user"},
		Change: onWrongPassword(false, member("type", "abort")),
	},
	{
		ID: "flow.unknown-at-once", Story: "An unknown user is answered immediately, a known one only after hashing.",
		Aims:   []string{"ha.flow.unknown-user-time"},
		Change: onWrongPassword(true, func(a mock.Answer) mock.Answer { a.Delay = 120 * time.Millisecond; return a }),
	},
	{
		ID: "flow.empty-password", Story: "An empty password logs in anyone.",
		Aims:   []string{"ha.flow.empty-password"},
		Change: answers(steps(func(m map[string]any) bool { return m["password"] == "" }), ok(aCode), 200),
	},
	{
		ID: "flow.empty-name", Story: "With an empty user name the password alone finds the user.",
		Aims:   []string{"ha.flow.empty-password"},
		Change: answers(steps(func(m map[string]any) bool { return m["username"] == "" }), ok(aCode), 200),
	},
	{
		ID: "flow.name-case", Story: "User names are case-sensitive.",
		Aims:   []string{"ha.flow.username-folded"},
		Change: func(p *mockserver.Policy) { p.Username = strings.TrimSpace },
	},
	{
		ID: "flow.name-blanks", Story: "Spaces around a user name are not trimmed.",
		Aims:   []string{"ha.flow.username-folded"},
		Change: func(p *mockserver.Policy) { p.Username = strings.ToLower },
	},
	{
		ID: "flow.missing-field", Story: "A step without a password shows the form again.",
		Aims: []string{"ha.flow.malformed-step"},
		Change: answers(steps(func(m map[string]any) bool {
			_, there := m["password"]
			_, code := m["code"]
			return !there && !code
		}), ok(`{"type":"form","flow_id":"x","errors":{}}`), 400),
	},
	{
		ID: "flow.missing-name", Story: "Without a user name the password alone finds the user.",
		Aims: []string{"ha.flow.malformed-step"},
		Change: answers(steps(func(m map[string]any) bool {
			_, name := m["username"]
			_, password := m["password"]
			return password && !name
		}), ok(aCode), 400),
	},
	{
		ID: "flow.extra-field", Story: "A step with an extra field is accepted.",
		Aims:   []string{"ha.flow.malformed-step"},
		Change: answers(steps(func(m map[string]any) bool { return m["code"] != nil && m["username"] != nil }), ok(aCode), 400),
	},
	{
		ID: "flow.number-password", Story: "A password that is a number causes an uncaught exception.",
		Aims:   []string{"ha.flow.malformed-step"},
		Change: answers(steps(func(m map[string]any) bool { _, n := m["password"].(float64); return n }), status(500)),
	},
	{
		ID: "flow.list-name", Story: "If the user name is a list, its first item is used.",
		Aims:   []string{"ha.flow.malformed-step"},
		Change: answers(steps(func(m map[string]any) bool { l, is := m["username"].([]any); return is && len(l) > 0 }), ok(aCode), 400),
	},
	{
		ID: "flow.deleted-user", Story: "A deleted user's password keeps working.",
		Aims: []string{"ha.flow.deleted-user"},
		Change: func(p *mockserver.Policy) {
			var gone idSecrets
			hears(func(m map[string]any) map[string]any {
				if kind(m, "config/auth/delete") {
					gone.add("yes")
				}
				return m
			})(p)
			answers(steps(func(m map[string]any) bool { return len(gone.list()) > 0 && m["password"] != nil }), ok(aCode), 200)(p)
		},
	},
	{
		ID: "flow.old-password", Story: "The old password keeps working alongside the new one.",
		Aims: []string{"ha.flow.old-password"},
		Change: func(p *mockserver.Policy) {
			var old idSecrets
			hears(func(m map[string]any) map[string]any {
				if s, ok := m["current_password"].(string); ok {
					old.add(s)
				}
				return m
			})(p)
			answers(steps(func(m map[string]any) bool {
				for _, s := range old.list() {
					if m["password"] == s {
						return true
					}
				}
				return false
			}), ok(aCode), 200)(p)
		},
	},
}
