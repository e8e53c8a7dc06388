package home

import (
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("User management, changes and ends", func() {
	It(requirement("ha.users.unknown"), func(ctx SpecContext) {
		h := home.From(ctx)
		admin, gone, known := ownerSocket(ctx), h.NewUser(ctx, "gone"), h.BareUser(ctx, "known", nil)
		h.Delete(ctx, gone)
		works(ctx, admin, updateUser, map[string]any{"user_id": known.ID, "name": "authconform known " + h.Mark}, nil)
		for name, id := range Sorted(map[string]string{"unknown": strings.Repeat("0", 32), "deleted": gone.ID, "empty": ""}) {
			for _, c := range []managed{
				{"update", updateUser, map[string]any{"user_id": id, "name": "nobody"}},
				{"delete", deleteUser, map[string]any{"user_id": id}},
				{"give a login", createLogin, map[string]any{"user_id": id, "username": "authconform-nobody", "password": "x"}},
				{"set a password", setPassword, map[string]any{"user_id": id, "password": "x"}},
			} {
				refuses(Step(ctx, name+", "+c.name), admin, c.command, c.fields)
			}
		}
		Expect(ctx, userEntry(ctx, known.ID).Name).To(Be("name of the user who asked for nothing", "authconform known "+h.Mark))
		Expect(ctx, logsIn(ctx, "authconform-nobody", "x")).To(Refused())
	})

	It(requirement("ha.users.partial-update"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewAdmin(ctx, "partial")
		socket, name := h.Own(ctx, user), "authconform anew "+h.Mark
		want := userEntry(ctx, user.ID)
		for _, c := range []struct {
			name   string
			fields map[string]any
			change func(*entry)
		}{
			{"name", map[string]any{"name": name}, func(e *entry) { e.Name = name }},
			{"groups", map[string]any{"group_ids": []string{"system-users"}}, func(e *entry) { e.Groups = []string{"system-users"} }},
			{"nothing", map[string]any{}, func(*entry) {}},
			{"state", map[string]any{"is_active": false}, func(e *entry) { e.Active = false }},
			{"name of who is not active", map[string]any{"name": name + " too"}, func(e *entry) { e.Name = name + " too" }},
		} {
			under := Step(ctx, c.name)
			fields := map[string]any{"user_id": user.ID}
			for member, value := range c.fields {
				fields[member] = value
			}
			works(under, h.Admin(ctx), updateUser, fields, nil)
			c.change(&want)
			seen := userEntry(under, user.ID)
			Expect(under, seen.Name).To(Be("name", want.Name))
			Expect(under, seen.Active).To(Be("is_active", want.Active))
			Expect(under, slices.Equal(seen.Groups, want.Groups)).To(Be("the groups are as they should be", true))
			Expect(under, seen.Username != nil && *seen.Username == user.Username).To(Be("the user name is kept", true))
			if want.Active {
				var me struct{ Name string }
				works(under, socket, ownUser, nil, &me)
				Expect(under, me.Name).To(Be("name in auth/current_user", want.Name))
			}
		}
	})

	It(requirement("ha.users.deleted"), func(ctx SpecContext) {
		h := home.From(ctx)
		doomed, other := h.NewUser(ctx, "doomed"), h.NewUser(ctx, "other")
		tokens, theirs := h.Tokens(ctx, home.Login{Account: &doomed.Account}), h.Tokens(ctx, home.Login{Account: &other.Account})
		socket := answering(ctx, theirs.Access)
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
		h.Delete(ctx, doomed)
		ended(ctx, tokens)
		lives(Step(ctx, "another user"), theirs, socket)
		for _, e := range userEntries(ctx) {
			Expect(ctx, e.ID == doomed.ID).To(Be("still listed", false))
		}
	})

	It(requirement("ha.users.deleted-code"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "doomed")
		login := home.Login{Account: &user.Account}
		Control(ctx, h.Exchange(ctx, h.Code(ctx, login))).To(IssueTokens())
		code := h.Code(ctx, login)
		h.Delete(ctx, user)
		Expect(ctx, h.Exchange(ctx, code)).To(All(HaveStatus(400, 403), GrantNothing()))
	})

	It(requirement("ha.users.deleted-name"), func(ctx SpecContext) {
		h := home.From(ctx)
		old, heir := h.NewUser(ctx, "old"), h.BareUser(ctx, "heir", nil)
		tokens := h.Tokens(ctx, home.Login{Account: &old.Account})
		h.Delete(ctx, old)
		given := map[string]any{"user_id": heir.ID, "username": old.Username, "password": "of the heir"}
		if !Expect(ctx, outcomeOf(ctx, h.Admin(ctx).Call(ctx, createLogin, given, nil))).To(Be("error of giving the name again", "")) {
			return
		}
		answer := logsIn(ctx, old.Username, "of the heir")
		if Expect(Step(ctx, "the new password"), answer).To(IssueCode()) {
			Expect(ctx, whoIs(ctx, h.Redeem(ctx, answer.Code, h.Client().ID).Access)).To(Be("user", heir.ID))
		}
		Expect(Step(ctx, "the old password"), logsIn(ctx, old.Username, old.Password)).To(Refused())
		ended(Step(ctx, "the old session"), tokens)
	})

	It(requirement("ha.users.deactivated-others"), func(ctx SpecContext) {
		h := home.From(ctx)
		user, other := h.NewUser(ctx, "asleep"), h.NewUser(ctx, "other")
		tokens, theirs := h.Tokens(ctx, home.Login{Account: &user.Account}), h.Tokens(ctx, home.Login{Account: &other.Account})
		socket := answering(ctx, theirs.Access)
		h.Deactivate(ctx, user)
		Control(ctx, h.API(ctx, tokens.Access, "/api/")).To(Unopened())
		lives(ctx, theirs, socket)
		Expect(ctx, userEntry(ctx, other.ID).Active).To(Be("the other user is active", true))
	})

	It(requirement("ha.users.reactivated"), func(ctx SpecContext) {
		h := home.From(ctx)
		user, _ := reactivated(ctx)
		answer := logsIn(ctx, user.Username, user.Password)
		if Expect(ctx, answer).To(IssueCode()) {
			fresh := h.Redeem(ctx, answer.Code, h.Client().ID)
			lives(ctx, fresh, answering(ctx, fresh.Access))
		}
	})

	It(requirement("ha.users.reactivated-sessions"), func(ctx SpecContext) {
		_, tokens := reactivated(ctx)
		ended(ctx, tokens)
	})
})

// reactivated returns a user who was deactivated and is active again, and an older session.
func reactivated(ctx Ctx) (*home.User, oauth.Tokens) {
	h := home.From(ctx)
	user := h.NewUser(ctx, "asleep")
	tokens := h.Tokens(ctx, home.Login{Account: &user.Account})
	Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
	h.Deactivate(ctx, user)
	Control(ctx, h.Refresh(ctx, tokens)).To(GrantNothing())
	h.Activate(ctx, user)
	return user, tokens
}
