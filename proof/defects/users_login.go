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
		ID: "users.second-password", Story: "A user may be given any number of logins.",
		Aims:   []string{"ha.users.no-second-password"},
		Change: allowing("credentials_exist"),
	},
	{
		ID: "users.current-unasked", Story: "A logged-in user can set a new password without the current one.",
		Aims:   []string{"ha.users.password-current"},
		Change: func(p *mockserver.Policy) { p.CurrentPassword = mock.Is(false) },
	},
	{
		ID: "users.current-trimmed", Story: "Blanks around the current password are cut off before it is compared.",
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
		ID: "users.password-blanks", Story: "Blanks around a password are cut off.",
		Aims:   []string{"ha.users.password-current", "ha.users.password-set", "ha.flow.near-password"},
		Change: spelled(strings.TrimSpace),
	},
	{
		ID: "users.password-cut", Story: "Of a password the first sixteen characters are kept.",
		Aims:   []string{"ha.users.password-current", "ha.users.password-set", "ha.flow.near-password"},
		Change: spelled(func(s string) string { return s[:min(len(s), 16)] }),
	},
	{
		ID: "users.password-not-set", Story: "admin_change_password answers and changes nothing.",
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
		ID: "users.names-by-case", Story: "User names that differ in blanks are two names.",
		Aims: []string{"ha.users.username-taken"},
		Change: asked(loginCreate, func(m map[string]any) {
			if s, ok := m["username"].(string); ok && s != strings.TrimSpace(s) {
				m["username"] = strings.TrimSpace(s) + "-1"
			}
		}),
	},
	{
		ID: "users.taken-is-success", Story: "A user name that is already taken is answered with success, and nothing happens.",
		Aims: []string{"ha.users.username-taken"},
		Change: says(func(m map[string]any) map[string]any {
			if e, ok := m["error"].(map[string]string); ok && e["code"] == "home_assistant_error" && strings.Contains(e["message"], "exists") {
				return map[string]any{"id": m["id"], "type": "result", "success": true, "result": nil}
			}
			return m
		}),
	},
	{
		ID: "users.login-not-deleted", Story: "Deleting a login answers, and the login is still there.",
		Aims:   []string{"ha.users.login-deleted", "ha.users.login-deleted-sessions"},
		Change: asked(loginDelete, func(m map[string]any) { m["type"] = "ping"; delete(m, "username") }),
	},
	{
		ID: "users.login-leaves-sessions", Story: "A login that is deleted leaves its sessions open.",
		Aims:   []string{"ha.users.login-deleted-sessions"},
		Change: both(notEnding(mockserver.EndLoginDeleted), notClosing(mockserver.EndLoginDeleted)),
	},
	{
		ID: "users.login-leaves-sockets", Story: "A login that is deleted ends its sessions and leaves their sockets open.",
		Aims:   []string{"ha.users.login-deleted-sessions"},
		Change: notClosing(mockserver.EndLoginDeleted),
	},
	{
		ID: "users.deleted-refreshes", Story: "The sessions of a user who is deleted are kept, and a refresh does not look for the user.",
		Aims:   []string{"ha.users.deleted"},
		Change: both(notEnding(mockserver.EndUserDeleted), func(p *mockserver.Policy) { p.Inactive = mock.Is(false) }),
	},
	{
		ID: "users.name-kept", Story: "The name of a user who was deleted stays taken.",
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
		ID: "users.listed-for-good", Story: "The list of users still has those who were deleted.",
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
		ID: "users.named-at-once", Story: "A user without a login has their name as user name.",
		Aims: []string{"ha.users.created-plain"},
		Change: eachUser(func(m map[string]any) {
			if name, ok := m["username"].(*string); m["username"] == nil || ok && name == nil {
				m["username"] = m["name"]
			}
		}),
	},
	{
		ID: "users.refusals-hidden", Story: "An update that is refused is answered with success, and nothing happens.",
		Aims: []string{"ha.users.owner-kept-active"},
		Change: resultOf(userUpdate, func(m map[string]any) map[string]any {
			if m["success"] == false {
				return map[string]any{"id": m["id"], "type": "result", "success": true, "result": nil}
			}
			return m
		}),
	},
	{
		ID: "users.current-left-out", Story: "The current password is compared only where one is given.",
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
		ID: "users.current-stays", Story: "change_password compares the current password, answers, and keeps it.",
		Aims:   []string{"ha.users.password-current"},
		Change: asked(ownPassword, func(m map[string]any) { m["new_password"] = m["current_password"] }),
	},
	{
		ID: "users.new-name-of-another", Story: "Who logs in by a changed user name gets the first user's session.",
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
