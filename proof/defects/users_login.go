package defects

import (
	"slices"
	"strings"
	"sync/atomic"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var userLoginDefects = []Defect[mockserver.Policy]{
	{
		ID: "users.second-password", Story: "A user may have any number of logins.",
		Aims:   []string{"ha.users.no-second-password"},
		Change: allowing("credentials_exist"),
	},
	{
		ID: "users.current-unasked", Story: "A logged-in user can set a new password without the current one.",
		Aims:   []string{"ha.users.password-current"},
		Change: func(p *mockserver.Policy) { p.CurrentPassword = mock.Is(false) },
	},
	{
		ID: "users.current-trimmed", Story: "Spaces around the current password are trimmed before it is compared.",
		Aims: []string{"ha.users.password-current"},
		Change: asked(ownPassword, func(m map[string]any) {
			if s, ok := m["current_password"].(string); ok {
				m["current_password"] = strings.TrimSpace(s)
			}
		}),
	},
	{
		ID: "users.password-case", Story: "Passwords are compared without regard to letter case.",
		Aims:   []string{"ha.users.password-current", "ha.users.password-set", "ha.flow.near-password"},
		Change: spelled(strings.ToLower),
	},
	{
		ID: "users.password-blanks", Story: "Spaces around a password are trimmed.",
		Aims:   []string{"ha.users.password-current", "ha.users.password-set", "ha.flow.near-password"},
		Change: spelled(strings.TrimSpace),
	},
	{
		ID: "users.password-cut", Story: "Only the first sixteen characters of a password are stored.",
		Aims:   []string{"ha.users.password-current", "ha.users.password-set", "ha.flow.near-password"},
		Change: spelled(func(s string) string { return s[:min(len(s), 16)] }),
	},
	{
		ID: "users.password-not-set", Story: "admin_change_password reports success and changes nothing.",
		Aims:   []string{"ha.users.password-set"},
		Change: asked(anyPassword, func(m map[string]any) { m["type"] = "ping"; delete(m, "user_id"); delete(m, "password") }),
	},
	{
		ID: "users.password-ends-sessions", Story: "A new password ends the user's sessions.",
		Aims:   []string{"ha.users.sessions-kept"},
		Change: ending(mockserver.EndPassword),
	},
	{
		ID: "users.groups-end-sessions", Story: "A change of groups ends the user's sessions.",
		Aims:   []string{"ha.users.sessions-kept"},
		Change: ending(mockserver.EndRights),
	},
	{
		ID: "users.old-name-kept", Story: "admin_change_username succeeds, but the old name remains the login name.",
		Aims:   []string{"ha.users.username-changed"},
		Change: asked(anyUsername, func(m map[string]any) { m["type"] = "ping"; delete(m, "user_id"); delete(m, "username") }),
	},
	{
		ID: "users.names-by-case", Story: "User names that differ only in spaces are different names.",
		Aims: []string{"ha.users.username-taken"},
		Change: asked(loginCreate, func(m map[string]any) {
			if s, ok := m["username"].(string); ok && s != strings.TrimSpace(s) {
				m["username"] = strings.TrimSpace(s) + "-1"
			}
		}),
	},
	{
		ID: "users.taken-is-success", Story: "A user name that is already taken is answered with success, and nothing changes.",
		Aims: []string{"ha.users.username-taken"},
		Change: says(func(m map[string]any) map[string]any {
			if e, ok := m["error"].(map[string]string); ok && e["code"] == "home_assistant_error" && strings.Contains(e["message"], "exists") {
				return map[string]any{"id": m["id"], "type": "result", "success": true, "result": nil}
			}
			return m
		}),
	},
	{
		ID: "users.login-not-deleted", Story: "Deleting a login reports success, but the login still works.",
		Aims:   []string{"ha.users.login-deleted", "ha.users.login-deleted-sessions"},
		Change: asked(loginDelete, func(m map[string]any) { m["type"] = "ping"; delete(m, "username") }),
	},
	{
		ID: "users.login-leaves-sessions", Story: "Deleting a login leaves its sessions open.",
		Aims:   []string{"ha.users.login-deleted-sessions"},
		Change: both(notEnding(mockserver.EndLoginDeleted), notClosing(mockserver.EndLoginDeleted)),
	},
	{
		ID: "users.login-leaves-sockets", Story: "Deleting a login ends its sessions but leaves their sockets open.",
		Aims:   []string{"ha.users.login-deleted-sessions"},
		Change: notClosing(mockserver.EndLoginDeleted),
	},
	{
		ID: "users.deleted-refreshes", Story: "A deleted user's sessions are kept, and a refresh does not check the user.",
		Aims:   []string{"ha.users.deleted"},
		Change: both(notEnding(mockserver.EndUserDeleted), func(p *mockserver.Policy) { p.Inactive = mock.Is(false) }),
	},
	{
		ID: "users.name-kept", Story: "A deleted user's name stays taken.",
		Aims: []string{"ha.users.deleted-name"},
		Change: func(p *mockserver.Policy) {
			var used idSecrets
			hears(func(m map[string]any) map[string]any {
				if name, ok := m["username"].(string); ok && kind(m, loginCreate) {
					for _, old := range used.list() {
						if old == name {
							m["user_id"] = "taken"
						}
					}
					used.add(name)
				}
				return m
			})(p)
		},
	},
	{
		ID: "users.listed-for-good", Story: "Deleted users stay in the list.",
		Aims: []string{"ha.users.deleted"},
		Change: func(p *mockserver.Policy) {
			known := &idRecords{}
			resultOf(userCreate, func(m map[string]any) map[string]any {
				if made, ok := plainValue(m["result"]).(map[string]any); ok {
					known.merge([]any{made["user"]})
				}
				return m
			})(p)
			resultOf(userList, func(m map[string]any) map[string]any {
				if list, ok := plainValue(m["result"]).([]any); ok {
					m["result"] = known.merge(list)
				}
				return m
			})(p)
		},
	},
	{
		ID: "users.named-at-once", Story: "A user without a login has their display name as user name.",
		Aims: []string{"ha.users.created-plain"},
		Change: eachUser(func(m map[string]any) {
			if name, ok := m["username"].(*string); m["username"] == nil || ok && name == nil {
				m["username"] = m["name"]
			}
		}),
	},
	{
		ID: "users.refusals-hidden", Story: "A refused update is answered with success, and nothing changes.",
		Aims: []string{"ha.users.owner-kept-active"},
		Change: resultOf(userUpdate, func(m map[string]any) map[string]any {
			if m["success"] == false {
				return map[string]any{"id": m["id"], "type": "result", "success": true, "result": nil}
			}
			return m
		}),
	},
	{
		ID: "users.current-left-out", Story: "The current password is compared only if one is given.",
		Aims: []string{"ha.users.password-current"},
		Change: func(p *mockserver.Policy) {
			var none atomic.Bool
			asked(ownPassword, func(m map[string]any) {
				if _, given := m["current_password"]; !given {
					none.Store(true)
					m["current_password"] = ""
				}
			})(p)
			strict := p.CurrentPassword
			p.CurrentPassword = func() bool { return !none.Swap(false) && strict() }
		},
	},
	{
		ID: "users.current-stays", Story: "change_password checks the current password and succeeds, but the password stays the same.",
		Aims:   []string{"ha.users.password-current"},
		Change: asked(ownPassword, func(m map[string]any) { m["new_password"] = m["current_password"] }),
	},
	{
		ID: "users.new-name-of-another", Story: "A login with a changed user name gets the first user's session.",
		Aims: []string{"ha.users.username-changed"},
		Change: func(p *mockserver.Policy) {
			var renamed, first idSecrets
			asked(anyUsername, func(m map[string]any) { renamed.add(textOf(m["user_id"])) })(p)
			codesOf(func(user string) string {
				first.add(user)
				if slices.Contains(renamed.list(), user) {
					return first.list()[0]
				}
				return user
			})(p)
		},
	},
}
