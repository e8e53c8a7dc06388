package defects

import (
	"slices"

	"github.com/authconform/authconform/mockserver"
)

// userToldDefects are mistakes in what a home reports about users.
var userToldDefects = []Defect[mockserver.Policy]{
	{
		ID: "users.listed-after-login", Story: "The list of users leaves out users who have not logged in yet.",
		Aims: []string{"ha.users.listed"},
		Change: func(p *mockserver.Policy) {
			entered := loggedIn(p)
			resultOf(userList, func(m map[string]any) map[string]any {
				list, ok := m["result"].([]any)
				if !ok {
					return m
				}
				m["result"] = slices.DeleteFunc(slices.Clone(list), func(v any) bool {
					u, _ := v.(map[string]any)
					return u["is_owner"] == false && u["system_generated"] == false && !entered(textOf(u["id"]))
				})
				return m
			})(p)
		},
	},
	{
		ID: "users.groups-add-up", Story: "A new user also gets the groups of the users created before.",
		Aims: []string{"ha.users.created-groups"},
		Change: func(p *mockserver.Policy) {
			var before idSecrets
			strict := p.Groups
			p.Groups = func(asked []string) []string {
				list := slices.Clone(strict(asked))
				if slices.Contains(before.list(), adminGroup) && !slices.Contains(list, adminGroup) {
					list = append(list, adminGroup)
				}
				if slices.Contains(asked, adminGroup) {
					before.add(adminGroup)
				}
				return list
			}
		},
	},
	{
		ID: "users.refused-is-shown", Story: "auth/current_user shows the groups that an update asked for, even if the update was refused.",
		Aims: []string{"ha.users.plain-changes-nobody"},
		Change: func(p *mockserver.Policy) {
			var named idSecrets
			asked(userUpdate, func(m map[string]any) {
				if groups, _ := m["group_ids"].([]any); slices.Contains(groups, any(adminGroup)) {
					named.add(textOf(m["user_id"]))
				}
			})(p)
			toldAdmin(&named)(p)
		},
	},
	{
		ID: "users.rights-of-the-beginning", Story: "auth/current_user shows the rights that the user was created with.",
		Aims: []string{"ha.users.demoted"},
		Change: func(p *mockserver.Policy) {
			var made idSecrets
			resultOf(userCreate, func(m map[string]any) map[string]any {
				answer, _ := plainValue(m["result"]).(map[string]any)
				user, _ := answer["user"].(map[string]any)
				if groups, _ := user["group_ids"].([]any); slices.Contains(groups, any(adminGroup)) {
					made.add(textOf(user["id"]))
				}
				return m
			})(p)
			toldAdmin(&made)(p)
		},
	},
	{
		ID: "users.update-loses-login", Story: "After an update the list shows the user without a user name.",
		Aims: []string{"ha.users.partial-update"},
		Change: func(p *mockserver.Policy) {
			var updated idSecrets
			asked(userUpdate, func(m map[string]any) { updated.add(textOf(m["user_id"])) })(p)
			eachUser(func(u map[string]any) {
				if slices.Contains(updated.list(), textOf(u["id"])) {
					u["username"] = nil
				}
			})(p)
		},
	},
}

const adminGroup = "system-admin"

// toldAdmin reports these users as administrators.
func toldAdmin(who *idSecrets) change {
	return resultOf("auth/current_user", func(m map[string]any) map[string]any {
		if user, ok := plainValue(m["result"]).(map[string]any); ok && slices.Contains(who.list(), textOf(user["id"])) {
			user["is_admin"] = true
			m["result"] = user
		}
		return m
	})
}
