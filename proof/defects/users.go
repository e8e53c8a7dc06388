package defects

import (
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var userDefects = []Defect[mockserver.Policy]{
	{
		ID: "users.list-hashes", Story: "The list of users contains their password hashes.",
		Aims:   []string{"ha.users.listed"},
		Change: eachUser(func(u map[string]any) { u["password_hash"] = "$2b$12$CiuFGszHx9eNHxPuQcwBWe" }),
	},
	{
		ID: "users.list-no-state", Story: "The list of users does not say who is active.",
		Aims:   []string{"ha.users.listed"},
		Change: eachUser(func(u map[string]any) { delete(u, "is_active") }),
	},
	{
		ID: "users.admins-by-default", Story: "A user created without a group becomes an administrator.",
		Aims: []string{"ha.users.created-plain"},
		Change: func(p *mockserver.Policy) {
			p.Groups = func(list []string) []string {
				if len(list) == 0 {
					return []string{"system-admin"}
				}
				return list
			}
		},
	},
	{
		ID: "users.groups-ignored", Story: "A new user becomes a plain user, whatever group was requested.",
		Aims:   []string{"ha.users.created-groups"},
		Change: func(p *mockserver.Policy) { p.Groups = func([]string) []string { return []string{"system-users"} } },
	},
	{
		ID: "users.unknown-group", Story: "Unknown groups are ignored, and the user is created.",
		Aims: []string{"ha.users.created-groups"},
		Change: func(p *mockserver.Policy) {
			p.Groups = func(list []string) []string {
				kept := []string{}
				for _, g := range list {
					if g == "system-admin" || g == "system-users" || g == "system-read-only" {
						kept = append(kept, g)
					}
				}
				return kept
			}
		},
	},
	{
		ID: "users.update-open", Story: "config/auth/update requires a login but not an administrator.",
		Aims:   []string{"ha.users.plain-changes-nobody"},
		Change: openTo(userUpdate),
	},
	{
		ID: "users.delete-open", Story: "Any user may call config/auth/delete.",
		Aims:   []string{"ha.users.plain-changes-nobody"},
		Change: openTo(userDelete),
	},
	{
		ID: "users.logins-open", Story: "Any user may create and delete logins.",
		Aims:   []string{"ha.users.plain-changes-nobody"},
		Change: openTo(loginCreate, loginDelete),
	},
	{
		ID: "users.password-open", Story: "admin_change_password checks neither administrator nor owner.",
		Aims: []string{"ha.users.plain-changes-nobody", "ha.users.owner-only"},
		Change: both(openTo(anyPassword), func(p *mockserver.Policy) {
			strict := p.Manages
			p.Manages = func(m mockserver.Managing) string {
				if m.Command == anyPassword {
					return ""
				}
				return strict(m)
			}
		}),
	},
	{
		ID: "users.own-rights", Story: "Users may update themselves, including their rights.",
		Aims: []string{"ha.users.plain-changes-nobody"},
		Change: both(openTo(userUpdate), forbidding("unauthorized", func(m mockserver.Managing) bool {
			return m.Command == userUpdate && !m.By.Admin && m.By.ID != m.Whom.ID
		})),
	},
	{
		ID: "users.owner-manages-alone", Story: "Only the owner may manage users; other administrators are refused.",
		Aims: []string{"ha.users.admin-manages"},
		Change: forbidding("unauthorized", func(m mockserver.Managing) bool {
			return m.Command == userDelete && !m.By.Owner
		}),
	},
	{
		ID: "users.any-admin", Story: "Any administrator may set anyone's password and name.",
		Aims: []string{"ha.users.owner-only"},
		Change: func(p *mockserver.Policy) {
			strict := p.Manages
			p.Manages = func(m mockserver.Managing) string {
				m.By.Owner = m.By.Owner || m.By.Admin
				return strict(m)
			}
		},
	},
	{
		ID: "users.names-by-admin", Story: "Any administrator may change user names.",
		Aims: []string{"ha.users.owner-only"},
		Change: func(p *mockserver.Policy) {
			strict := p.Manages
			p.Manages = func(m mockserver.Managing) string {
				if m.Command == anyUsername {
					return ""
				}
				return strict(m)
			}
		},
	},
	{
		ID: "users.owner-deactivated", Story: "The owner can be deactivated.",
		Aims:   []string{"ha.users.owner-kept-active"},
		Change: allowing("cannot_deactivate_owner"),
	},
	{
		ID: "users.system-changed", Story: "System users can be changed like other users.",
		Aims:   []string{"ha.users.system-kept"},
		Change: allowing("cannot_modify_system_generated"),
	},
	{
		ID: "users.system-login", Story: "System users can be given a login.",
		Aims:   []string{"ha.users.system-no-login"},
		Change: allowing("system_generated"),
	},
	{
		ID: "users.deletes-self", Story: "An administrator may delete their own account.",
		Aims:   []string{"ha.users.no-delete-self"},
		Change: allowing("no_delete_self"),
	},
	{
		ID: "users.stale-rights", Story: "A socket keeps the rights that its user had at login.",
		Aims: []string{"ha.users.promoted", "ha.users.demoted"},
		Change: func(p *mockserver.Policy) {
			p.SocketUser = func(login, _ mockserver.User) mockserver.User { return login }
		},
	},
	{
		ID: "users.never-less", Story: "Revoked rights stay in effect on an open socket.",
		Aims: []string{"ha.users.demoted"},
		Change: func(p *mockserver.Policy) {
			p.SocketUser = func(login, now mockserver.User) mockserver.User {
				now.Admin = now.Admin || login.Admin
				return now
			}
		},
	},
	{
		ID: "users.update-whole", Story: "An update without groups empties them.",
		Aims: []string{"ha.users.partial-update"},
		Change: asked(userUpdate, func(m map[string]any) {
			if _, given := m["group_ids"]; !given {
				m["group_ids"] = []any{}
			}
		}),
	},
	{
		ID: "users.update-activates", Story: "Any update reactivates the user.",
		Aims: []string{"ha.users.partial-update"},
		Change: asked(userUpdate, func(m map[string]any) {
			if _, given := m["is_active"]; !given {
				m["is_active"] = true
			}
		}),
	},
	{
		ID: "users.update-names", Story: "An update without a name empties it.",
		Aims: []string{"ha.users.partial-update"},
		Change: asked(userUpdate, func(m map[string]any) {
			if _, given := m["name"]; !given {
				m["name"] = ""
			}
		}),
	},
	{
		ID: "users.no-user-is-success", Story: "A command about a user who does not exist is answered with success.",
		Aims: []string{"ha.users.unknown"},
		Change: says(func(m map[string]any) map[string]any {
			if e, ok := m["error"].(map[string]string); ok && (e["code"] == "not_found" || e["code"] == "user_not_found") {
				return map[string]any{"id": m["id"], "type": "result", "success": true, "result": nil}
			}
			return m
		}),
	},
	{
		ID: "users.inactive-for-good", Story: "A deactivated user cannot be reactivated.",
		Aims: []string{"ha.users.reactivated"},
		Change: asked(userUpdate, func(m map[string]any) {
			if m["is_active"] == true {
				delete(m, "is_active")
			}
		}),
	},
	{
		ID: "users.sleeping-sessions", Story: "A deactivated user's sessions are refused but kept.",
		Aims:   []string{"ha.users.reactivated-sessions"},
		Change: notEnding(mockserver.EndDeactivated),
	},
	{
		ID: "users.deactivation-closes-all", Story: "Deactivating one user deletes everyone's sessions.",
		Aims:   []string{"ha.users.deactivated-others", "ha.users.deleted"},
		Change: keeps(emptying),
	},
	{
		ID: "users.code-of-nobody", Story: "The code's user is not checked before tokens are issued.",
		Aims: []string{"ha.users.deleted-code"},
		Change: func(p *mockserver.Policy) {
			p.Orphaned = func(bool, mockserver.User) bool { return false }
		},
	},
	{
		ID: "users.code-500", Story: "The user of a code is looked up without handling a deleted one.",
		Aims: []string{"ha.users.deleted-code"},
		Change: func(p *mockserver.Policy) {
			var gone idSecrets
			strict := p.Orphaned
			p.Orphaned = func(there bool, u mockserver.User) bool {
				if !there {
					gone.add("yes")
				}
				return strict(there, u)
			}
			answers(codeGrant, func(a mock.Answer) mock.Answer {
				if len(gone.list()) > 0 {
					return all(status(500), body("500 Internal Server Error"))(a)
				}
				return a
			}, 400)(p)
		},
	},
}
