package home

import (
	"net/http"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("User management, rights", func() {
	It(requirement("ha.users.listed"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "listed")
		var list []map[string]any
		works(ctx, h.Admin(ctx), listUsers, nil, &list)
		there := false
		for _, e := range list {
			there = there || e["id"] == user.ID
			for member, kind := range Sorted(map[string]string{"id": "string", "is_owner": "boolean", "is_active": "boolean",
				"system_generated": "boolean", "group_ids": "array", "credentials": "array"}) {
				Expect(ctx, KindOf(e[member])).To(Be("type of "+member, kind))
			}
			for member := range e {
				secret := strings.Contains(member, "password") || strings.Contains(member, "hash") || strings.Contains(member, "token")
				Expect(ctx, secret).To(Be("a secret in the list", false))
			}
		}
		Expect(ctx, there).To(Be("the new user is listed", true))
	})

	It(requirement("ha.users.created-plain"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.BareUser(ctx, "simple", nil)
		made := userEntry(ctx, user.ID)
		Expect(ctx, slices.Contains(made.Groups, "system-admin") || made.Owner).To(Be("an administrator", false))
		Expect(ctx, made.Username == nil).To(Be("no user name yet", true))
		h.GiveLogin(ctx, user, "simple")
		socket := h.Own(ctx, user)
		Expect(ctx, isAdmin(ctx, socket)).To(Be("is_admin", false))
		Expect(ctx, outcomeOf(ctx, socket.Call(ctx, listUsers, nil, nil))).To(Be("answer to config/auth/list", unauthorized))
	})

	It(requirement("ha.users.created-groups"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(Step(ctx, "system-admin"), isAdmin(ctx, h.Own(ctx, h.NewAdmin(ctx, "second")))).To(Be("is_admin", true))
		Expect(Step(ctx, "system-users"), isAdmin(ctx, h.Own(ctx, h.NewUser(ctx, "third")))).To(Be("is_admin", false))
		name := "authconform stranger " + h.Mark
		Secret(ctx, "mark", h.Mark)
		var made struct{ User struct{ ID string } }
		err := h.Admin(ctx).Call(ctx, createUser, map[string]any{"name": name, "group_ids": []string{"system-authconform"}}, &made)
		if !Expect(Step(ctx, "an unknown group"), err != nil).To(Be("refused", true)) {
			_ = h.Admin(ctx).Call(ctx, deleteUser, map[string]any{"user_id": made.User.ID}, nil)
			return
		}
		for _, e := range userEntries(ctx) {
			Expect(Step(ctx, "an unknown group"), e.Name == name).To(Be("listed all the same", false))
		}
	})

	It(requirement("ha.users.plain-changes-nobody"), func(ctx SpecContext) {
		h := home.From(ctx)
		plain, other := h.NewUser(ctx, "plain"), h.NewUser(ctx, "other")
		theirs := h.Tokens(ctx, home.Login{Account: &other.Account})
		socket := h.Own(ctx, plain)
		for _, c := range management(plain, other) {
			under := Step(ctx, c.name)
			var made struct{ User struct{ ID string } }
			err := socket.Call(under, c.command, c.fields, &made)
			if c.command == setUsername && outcomeOf(ctx, err) == unknownCommand {
				continue // older releases do not have it
			}
			if err == nil && c.command == createUser {
				_ = h.Admin(under).Call(under, deleteUser, map[string]any{"user_id": made.User.ID}, nil)
			}
			Expect(under, outcomeOf(ctx, err)).To(Be("answer", unauthorized))
		}
		for _, u := range []*home.User{plain, other} {
			seen := userEntry(ctx, u.ID)
			Expect(ctx, slices.Contains(seen.Groups, "system-admin")).To(Be("an administrator afterwards", false))
			Expect(ctx, seen.Active).To(Be("active afterwards", true))
			Expect(ctx, strings.HasPrefix(seen.Name, "authconform ")).To(Be("the name that was given", true))
		}
		Expect(ctx, isAdmin(ctx, socket)).To(Be("is_admin afterwards", false))
		Expect(ctx, h.Refresh(ctx, theirs)).To(IssueTokens())
		Expect(ctx, logsIn(ctx, other.Username, other.Password)).To(IssueCode())
	})

	It(requirement("ha.users.admin-manages"), func(ctx SpecContext) {
		h := home.From(ctx)
		socket, user := h.Own(ctx, h.NewAdmin(ctx, "second")), h.BareUser(ctx, "managed", nil)
		for _, c := range []managed{
			{"rename", updateUser, map[string]any{"user_id": user.ID, "name": "authconform renamed " + h.Mark}},
			{"deactivate", updateUser, map[string]any{"user_id": user.ID, "is_active": false}},
			{"activate", updateUser, map[string]any{"user_id": user.ID, "is_active": true}},
			{"give a login", createLogin, map[string]any{"user_id": user.ID, "username": "authconform-" + strings.ToLower(h.Mark), "password": "x"}},
			{"delete", deleteUser, map[string]any{"user_id": user.ID}},
		} {
			Expect(Step(ctx, c.name), outcomeOf(ctx, socket.Call(Step(ctx, c.name), c.command, c.fields, nil))).To(Be("error", ""))
		}
		for _, e := range userEntries(ctx) {
			Expect(ctx, e.ID == user.ID).To(Be("listed after it was deleted", false))
		}
	})

	It(requirement("ha.users.owner-only"), func(ctx SpecContext) {
		h := home.From(ctx)
		owner := ownerSocket(ctx)
		user := h.NewUser(ctx, "subject")
		second := h.Own(ctx, h.NewAdmin(ctx, "second"))
		for _, c := range []managed{
			{"password", setPassword, map[string]any{"user_id": user.ID, "password": "taken over"}},
			{"user name", setUsername, map[string]any{"user_id": user.ID, "username": "authconform-taken-over"}},
		} {
			err := second.Call(Step(ctx, c.name), c.command, c.fields, nil)
			if c.command == setUsername && outcomeOf(ctx, err) == unknownCommand {
				continue
			}
			Expect(Step(ctx, c.name), outcomeOf(ctx, err)).To(Be("answer", unauthorized))
		}
		Expect(ctx, logsIn(ctx, user.Username, user.Password)).To(IssueCode())
		works(ctx, owner, setPassword, map[string]any{"user_id": user.ID, "password": "by the owner"}, nil)
	})

	It(requirement("ha.users.owner-kept-active"), func(ctx SpecContext) {
		h := home.From(ctx)
		var owner entry
		for _, e := range userEntries(ctx) {
			if e.Owner && e.Active {
				owner = e
			}
		}
		if owner.ID == "" {
			NotApplicable(ctx, "config/auth/list has no active owner")
		}
		second := h.Own(ctx, h.NewAdmin(ctx, "second"))
		err := second.Call(ctx, updateUser, map[string]any{"user_id": owner.ID, "is_active": false}, nil)
		var list []entry
		works(ctx, second, listUsers, nil, &list)
		for _, e := range list {
			if e.ID == owner.ID && !e.Active {
				works(ctx, second, updateUser, map[string]any{"user_id": owner.ID, "is_active": true}, nil) // this lets the owner log in again
				Violated(ctx, "the owner stays active", "is_active is false")
			}
		}
		Expect(ctx, err != nil).To(Be("refused", true))
	})

	It(requirement("ha.users.system-kept"), func(ctx SpecContext) {
		h := home.From(ctx)
		system, admin := systemUser(ctx), h.Admin(ctx)
		name := func(id, name string) error {
			return admin.Call(ctx, updateUser, map[string]any{"user_id": id, "name": name}, nil)
		}
		Control(ctx, name(h.BareUser(ctx, "common", nil).ID, "authconform common "+h.Mark)).To(Be("error of a rename", nil))
		Expect(ctx, name(system.ID, system.Name+" changed") != nil).To(Be("refused", true))
		if seen := userEntry(ctx, system.ID); !Expect(ctx, seen.Name).To(Be("name afterwards", system.Name)) {
			_ = name(system.ID, system.Name)
		}
	})

	It(requirement("ha.users.system-no-login"), func(ctx SpecContext) {
		h := home.From(ctx)
		system, admin := systemUser(ctx), h.Admin(ctx)
		username := "authconform-system-" + strings.ToLower(h.Mark)
		h.GiveLogin(ctx, h.BareUser(ctx, "common", nil), "common")
		err := admin.Call(ctx, createLogin, map[string]any{"user_id": system.ID, "username": username, "password": "not for people"}, nil)
		Expect(ctx, err != nil).To(Be("refused", true))
		Expect(ctx, logsIn(ctx, username, "not for people")).To(Refused())
		if err == nil {
			_ = admin.Call(ctx, deleteLogin, map[string]any{"username": username}, nil)
		}
	})

	It(requirement("ha.users.no-delete-self"), func(ctx SpecContext) {
		h := home.From(ctx)
		second := h.NewAdmin(ctx, "second")
		socket := h.Own(ctx, second)
		Control(ctx, socket.Call(ctx, listUsers, nil, nil)).To(Be("error of config/auth/list", nil))
		Expect(ctx, outcomeOf(ctx, socket.Call(ctx, deleteUser, map[string]any{"user_id": second.ID}, nil))).To(Be("answer", "no_delete_self"))
		Expect(ctx, logsIn(ctx, second.Username, second.Password)).To(IssueCode())
	})

	It(requirement("ha.users.promoted"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "promoted")
		socket := h.Own(ctx, user)
		Control(ctx, outcomeOf(ctx, socket.Call(ctx, listUsers, nil, nil))).To(Be("answer to config/auth/list before", unauthorized))
		works(ctx, h.Admin(ctx), updateUser, map[string]any{"user_id": user.ID, "group_ids": []string{"system-admin"}}, nil)
		Expect(ctx, isAdmin(ctx, socket)).To(Be("is_admin", true))
		Expect(ctx, outcomeOf(ctx, socket.Call(ctx, listUsers, nil, nil))).To(Be("error of config/auth/list", ""))
	})

	It(requirement("ha.users.demoted"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewAdmin(ctx, "demoted")
		tokens := h.Tokens(ctx, home.Login{Account: &user.Account})
		socket := answering(ctx, tokens.Access)
		fire := func() int {
			return h.Send(ctx, http.MethodPost, "/api/events/authconform_nothing", "{}", "Authorization", "Bearer "+tokens.Access,
				"Content-Type", "application/json").Status
		}
		Control(ctx, outcomeOf(ctx, socket.Call(ctx, listUsers, nil, nil))).To(Be("error of config/auth/list before", ""))
		Control(ctx, fire()).To(Be("status of an event before", 200))
		works(ctx, h.Admin(ctx), updateUser, map[string]any{"user_id": user.ID, "group_ids": []string{"system-users"}}, nil)
		Expect(ctx, outcomeOf(ctx, socket.Call(ctx, listUsers, nil, nil))).To(Be("answer to config/auth/list", unauthorized))
		Expect(ctx, isAdmin(ctx, answering(ctx, tokens.Access))).To(Be("is_admin", false))
		Expect(ctx, fire()).To(Be("status of an event", 401))
	})
})

// managed is a command of user management.
type managed struct {
	name, command string
	fields        map[string]any
}

// management returns the commands by which a plain user would change themselves or another user. If one works, it does no harm.
func management(plain, other *home.User) []managed {
	return []managed{
		{"list", listUsers, nil},
		{"make oneself an administrator", updateUser, map[string]any{"user_id": plain.ID, "group_ids": []string{"system-admin"}}},
		{"rename oneself", updateUser, map[string]any{"user_id": plain.ID, "name": "intruder"}},
		{"make a user", createUser, map[string]any{"name": "authconform intruder", "group_ids": []string{}}},
		{"make another an administrator", updateUser, map[string]any{"user_id": other.ID, "group_ids": []string{"system-admin"}}},
		{"deactivate another", updateUser, map[string]any{"user_id": other.ID, "is_active": false}},
		{"give another a login", createLogin, map[string]any{"user_id": other.ID, "username": "authconform-intruder", "password": "x"}},
		{"set another's password", setPassword, map[string]any{"user_id": other.ID, "password": "x"}},
		{"set another's user name", setUsername, map[string]any{"user_id": other.ID, "username": "authconform-intruder"}},
		{"delete another's login", deleteLogin, map[string]any{"username": other.Username}},
		{"delete another", deleteUser, map[string]any{"user_id": other.ID}},
	}
}
