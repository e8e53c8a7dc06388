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

var _ = Describe("User management, logins", func() {
	It(requirement("ha.users.no-second-password"), func(ctx SpecContext) {
		h := home.From(ctx)
		user, second := h.NewUser(ctx, "guarded"), h.Own(ctx, h.NewAdmin(ctx, "second"))
		username := user.Username + "-too"
		err := second.Call(ctx, createLogin, map[string]any{"user_id": user.ID, "username": username, "password": "the second one"}, nil)
		Expect(ctx, err != nil).To(Be("refused", true))
		Expect(ctx, logsIn(ctx, username, "the second one")).To(Refused())
		Expect(ctx, logsIn(ctx, user.Username, user.Password)).To(IssueCode())
	})

	It(requirement("ha.users.password-current"), func(ctx SpecContext) {
		h := home.From(ctx)
		user, other := h.NewUser(ctx, "changer"), h.NewUser(ctx, "other")
		socket := h.Own(ctx, user)
		next := user.Password + "-next"
		Secret(ctx, "password", next)
		change := func(ctx Ctx, current string) error {
			return socket.Call(ctx, changeOwn, map[string]any{"current_password": current, "new_password": next}, nil)
		}
		for _, m := range append(nearMisses(user.Password), nearMiss{"nothing", ""}, nearMiss{"another user's", other.Password},
			nearMiss{"the new one", next}) {
			Secret(ctx, "password", m.value)
			Expect(Step(ctx, m.name), outcomeOf(ctx, change(Step(ctx, m.name), m.value))).To(Be("answer", "invalid_current_password"))
		}
		missing := socket.Call(ctx, changeOwn, map[string]any{"new_password": next}, nil)
		Expect(Step(ctx, "none"), missing != nil).To(Be("refused", true))
		Control(ctx, logsIn(ctx, user.Username, user.Password)).To(IssueCode())
		Control(ctx, change(ctx, user.Password)).To(Be("error with the current password", nil))
		Expect(ctx, logsIn(ctx, user.Username, next)).To(IssueCode())
	})

	It(requirement("ha.users.password-set"), func(ctx SpecContext) {
		h := home.From(ctx)
		owner, user := ownerSocket(ctx), h.NewUser(ctx, "given")
		next := strings.ToLower(user.Password) + "-By-The-Owner"
		Secret(ctx, "password", next)
		works(ctx, owner, setPassword, map[string]any{"user_id": user.ID, "password": next}, nil)
		Expect(Step(ctx, "the new one"), logsIn(ctx, user.Username, next)).To(IssueCode())
		Expect(Step(ctx, "the old one"), logsIn(ctx, user.Username, user.Password)).To(Refused())
		var most []nearMiss // the rest is tried by the row about a password that its user was made with
		for _, m := range nearMisses(next) {
			if slices.Contains([]string{"one character more", "a blank after it", "one letter in the other case"}, m.name) {
				most = append(most, m)
			}
		}
		Each(ctx, most, nearMiss.called, func(ctx Ctx, m nearMiss) {
			Expect(ctx, logsIn(ctx, user.Username, m.value)).To(Refused())
		})
	})

	It(requirement("ha.users.sessions-kept"), func(ctx SpecContext) {
		h := home.From(ctx)
		owner, user := ownerSocket(ctx), h.NewUser(ctx, "steady")
		tokens := h.Tokens(ctx, home.Login{Account: &user.Account})
		socket := answering(ctx, tokens.Access)
		for _, c := range []managed{
			{"own password", changeOwn, map[string]any{"current_password": user.Password, "new_password": "another one"}},
			{"password by the owner", setPassword, map[string]any{"user_id": user.ID, "password": "a third one"}},
			{"user name", setUsername, map[string]any{"user_id": user.ID, "username": user.Username + "-2"}},
			{"name", updateUser, map[string]any{"user_id": user.ID, "name": "authconform steady " + h.Mark}},
			{"groups", updateUser, map[string]any{"user_id": user.ID, "group_ids": []string{"system-admin"}}},
			{"still active", updateUser, map[string]any{"user_id": user.ID, "is_active": true}},
		} {
			by := owner
			if c.command == changeOwn {
				by = socket
			}
			under := Step(ctx, c.name)
			err := by.Call(under, c.command, c.fields, nil)
			if c.command == setUsername && outcomeOf(ctx, err) == unknownCommand {
				continue
			}
			Control(under, outcomeOf(ctx, err)).To(Be("error", ""))
			lives(under, tokens, socket)
		}
	})

	It(requirement("ha.users.username-changed"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "named")
		renames(ctx, user, user.Username+"-anew")
		answer := logsIn(ctx, user.Username+"-anew", user.Password)
		if Expect(Step(ctx, "the new name"), answer).To(IssueCode()) {
			Expect(ctx, whoIs(ctx, h.Redeem(ctx, answer.Code, h.Client().ID).Access)).To(Be("user", user.ID))
		}
		Expect(Step(ctx, "the old name"), logsIn(ctx, user.Username, user.Password)).To(Refused())
	})

	It(requirement("ha.users.username-taken"), func(ctx SpecContext) {
		h := home.From(ctx)
		first, second := h.NewUser(ctx, "first"), h.BareUser(ctx, "second", nil)
		for name, username := range Sorted(map[string]string{"as it is": first.Username, "upper case": strings.ToUpper(first.Username),
			"blanks around": " " + first.Username + " "}) {
			refuses(Step(ctx, name), h.Admin(ctx), createLogin,
				map[string]any{"user_id": second.ID, "username": username, "password": "of the second"})
		}
		h.GiveLogin(ctx, second, "second")
		err := h.Admin(ctx).Call(ctx, setUsername, map[string]any{"user_id": second.ID, "username": first.Username}, nil)
		Expect(Step(ctx, "as a new name"), err != nil).To(Be("refused", true))
		answer := logsIn(ctx, first.Username, first.Password)
		if Expect(ctx, answer).To(IssueCode()) {
			Expect(ctx, whoIs(ctx, h.Redeem(ctx, answer.Code, h.Client().ID).Access)).To(Be("user", first.ID))
		}
		Expect(ctx, logsIn(ctx, first.Username, "of the second")).To(Refused())
	})

	It(requirement("ha.users.login-deleted"), func(ctx SpecContext) {
		h := home.From(ctx)
		user, other := h.NewUser(ctx, "locked"), h.NewUser(ctx, "other")
		Control(ctx, logsIn(ctx, user.Username, user.Password)).To(IssueCode())
		works(ctx, h.Admin(ctx), deleteLogin, map[string]any{"username": user.Username}, nil)
		Expect(ctx, logsIn(ctx, user.Username, user.Password)).To(Refused())
		Expect(ctx, userEntry(ctx, user.ID).Username == nil).To(Be("no user name in the list", true))
		Expect(Step(ctx, "another user"), logsIn(ctx, other.Username, other.Password)).To(IssueCode())
		refuses(Step(ctx, "a second time"), h.Admin(ctx), deleteLogin, map[string]any{"username": user.Username})
	})

	It(requirement("ha.users.login-deleted-sessions"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "locked")
		login := home.Login{Account: &user.Account}
		tokens, code := h.Tokens(ctx, login), h.Code(ctx, login)
		socket := answering(ctx, tokens.Access)
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
		works(ctx, h.Admin(ctx), deleteLogin, map[string]any{"username": user.Username}, nil)
		ended(ctx, tokens)
		Expect(ctx, closes(ctx, socket)).To(Be("closed", true))
		Expect(Step(ctx, "a code"), h.Exchange(ctx, code)).To(Refused())
	})
})

// renames changes a user's login name; n/a if the home has no command for it.
func renames(ctx Ctx, user *home.User, username string) {
	err := ownerSocket(ctx).Call(ctx, setUsername, map[string]any{"user_id": user.ID, "username": username}, nil)
	switch outcomeOf(ctx, err) {
	case "":
	case unknownCommand:
		NotApplicable(ctx, "the home does not know %s", setUsername)
	default:
		Block(ctx, "%s: %v", setUsername, err)
	}
}

// ended judges that a session is over: its refresh token and its access token are refused.
func ended(ctx Ctx, tokens oauth.Tokens) {
	h := home.From(ctx)
	Expect(ctx, h.API(ctx, tokens.Access, "/api/")).To(Unopened())
	Expect(ctx, h.Refresh(ctx, tokens)).To(Refused())
}
