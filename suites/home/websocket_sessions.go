package home

import (
	"errors"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	. "github.com/authconform/authconform/suites/expect"
)

const (
	listSessions  = "auth/refresh_tokens"
	deleteSession = "auth/delete_refresh_token"
	deleteAll     = "auth/delete_all_refresh_tokens"
	setExpiry     = "auth/refresh_token_set_expiry"
)

var _ = Describe("WebSocket, sessions", func() {
	It(requirement("ha.ws.closed-by-deletion"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "dropped")
		socket := answering(ctx, h.Tokens(ctx, home.Login{Account: &user.Account}).Access)
		Control(ctx, socket.Call(ctx, "get_states", nil, nil)).To(Be("error of a command", nil))
		h.Delete(ctx, user)
		Expect(ctx, socket.Call(ctx, "get_states", nil, nil) != nil).To(Be("closed or refused", true))
	})

	It(requirement("ha.ws.ends-itself"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.OwnSession(ctx)
		socket := answering(ctx, tokens.Access)
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
		_ = socket.Call(ctx, deleteSession, map[string]any{"refresh_token_id": current(ctx, socket).ID}, nil) // the close may come first
		Expect(ctx, closes(ctx, socket)).To(Be("closed", true))
		ended(ctx, tokens)
	})

	It(requirement("ha.ws.delete-unknown"), func(ctx SpecContext) {
		h := home.From(ctx)
		doomed, tokens := h.OwnSession(ctx), h.OwnSession(ctx)
		socket := answering(ctx, tokens.Access)
		id := current(ctx, answering(ctx, doomed.Access)).ID
		works(ctx, socket, deleteSession, map[string]any{"refresh_token_id": id}, nil)
		for name, other := range Sorted(map[string]string{"unknown": unknownID, "empty": "", "deleted before": id}) {
			err := socket.Call(Step(ctx, name), deleteSession, map[string]any{"refresh_token_id": other}, nil)
			Expect(Step(ctx, name), outcomeOf(ctx, err)).To(Be("answer", "invalid_token_id"))
		}
		lives(ctx, tokens, socket)
	})

	It(requirement("ha.ws.delete-all-types"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "tidy")
		login := home.Login{Account: &user.Account}
		other, mine := h.Tokens(ctx, login), h.Tokens(ctx, login)
		socket, lasts := answering(ctx, mine.Access), lasting(ctx, mine.Access, "tidy", 10)
		Control(ctx, h.API(ctx, lasts, "/api/")).To(HaveStatus(200))
		works(ctx, socket, deleteAll, map[string]any{"token_type": "normal", "delete_current_token": false}, nil)
		Expect(Step(ctx, "normal"), h.Refresh(ctx, other)).To(Refused())
		Expect(Step(ctx, "normal"), h.API(ctx, lasts, "/api/")).To(HaveStatus(200))
		works(ctx, socket, deleteAll, map[string]any{"token_type": "long_lived_access_token"}, nil)
		Expect(Step(ctx, "long-lived"), h.API(ctx, lasts, "/api/")).To(Unopened())
		lives(Step(ctx, "long-lived"), mine, socket)
	})

	It(requirement("ha.ws.delete-all-current"), func(ctx SpecContext) {
		h := home.From(ctx)
		user, someone := h.NewUser(ctx, "leaver"), h.NewUser(ctx, "stayer")
		login := home.Login{Account: &user.Account}
		other, mine := h.Tokens(ctx, login), h.Tokens(ctx, login)
		theirs := h.Tokens(ctx, home.Login{Account: &someone.Account})
		socket, staying := answering(ctx, mine.Access), answering(ctx, theirs.Access)
		_ = socket.Call(ctx, deleteAll, map[string]any{}, nil) // the close may come before the answer
		Expect(ctx, closes(ctx, socket)).To(Be("closed", true))
		ended(Step(ctx, "the current session"), mine)
		ended(Step(ctx, "another session"), other)
		lives(Step(ctx, "another user's session"), theirs, staying)
	})

	It(requirement("ha.ws.own-tokens-only-admin"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "watched")
		tokens := h.Tokens(ctx, home.Login{Account: &user.Account})
		socket, second := answering(ctx, tokens.Access), h.Own(ctx, h.NewAdmin(ctx, "second"))
		before := current(ctx, socket)
		Control(ctx, outcomeOf(ctx, second.Call(ctx, listUsers, nil, nil))).To(Be("error of config/auth/list", ""))
		for _, g := range grants(ctx, second) {
			Expect(ctx, g.ID == before.ID).To(Be("another user's session in the list", false))
		}
		refuses(Step(ctx, "delete"), second, deleteSession, map[string]any{"refresh_token_id": before.ID})
		refuses(Step(ctx, "expiry"), second, setExpiry, map[string]any{"refresh_token_id": before.ID, "enable_expiry": false})
		lives(ctx, tokens, socket)
		if before.Expires != "" {
			Expect(ctx, current(ctx, socket).Expires != "").To(Be("expire_at is still set", true))
		}
	})

	It(requirement("ha.ws.set-expiry"), func(ctx SpecContext) {
		h := home.From(ctx)
		one, other := h.OwnSession(ctx), h.OwnSession(ctx)
		socket, others := answering(ctx, one.Access), answering(ctx, other.Access)
		unknown := map[string]any{"refresh_token_id": unknownID, "enable_expiry": true}
		if outcomeOf(ctx, socket.Call(ctx, setExpiry, unknown, nil)) == unknownCommand {
			NotApplicable(ctx, "the home does not know %s", setExpiry)
		}
		Control(ctx, current(ctx, socket).Expires != "").To(Be("a session has an expire_at", true))
		switchExpiry(ctx, socket, current(ctx, socket).ID, false)
		Expect(Step(ctx, "off"), current(ctx, socket).Expires).To(Be("expire_at", ""))
		Expect(Step(ctx, "another session"), current(ctx, others).Expires != "").To(Be("expire_at is set", true))
		switchExpiry(ctx, others, current(ctx, socket).ID, true) // by another session of the same user
		Expect(Step(ctx, "on"), current(ctx, socket).Expires != "").To(Be("expire_at is set", true))
		refuses(Step(ctx, "nobody's"), socket, setExpiry, map[string]any{"refresh_token_id": unknownID, "enable_expiry": false})
	})

	It(requirement("ha.ws.without-expiry"), func(ctx SpecContext) {
		h := home.From(ctx)
		untouched, off, on := h.Tokens(ctx, home.Login{}), h.Tokens(ctx, home.Login{}), h.Tokens(ctx, home.Login{})
		for _, v := range []struct {
			access string
			enable []bool
		}{{off.Access, []bool{false}}, {on.Access, []bool{false, true}}} {
			socket := answering(ctx, v.access)
			for _, enable := range v.enable {
				switchExpiry(ctx, socket, current(ctx, socket).ID, enable)
			}
		}
		Advance(ctx, 90*day+time.Minute)
		Expect(Step(ctx, "switched off"), h.Refresh(ctx, off)).To(IssueTokens())
		if h.Refresh(ctx, untouched).Status == http.StatusOK {
			return // nothing expires here, which is another row's
		}
		Expect(Step(ctx, "switched on again"), h.Refresh(ctx, on)).To(Refused())
	})

	It(requirement("ha.ws.member-types"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "typed")
		socket := ownerSocket(ctx)
		for _, c := range typed(user) {
			for member, fields := range Sorted(spoiled(c.fields)) {
				under := Step(ctx, c.command+", "+member)
				code := outcomeOf(ctx, socket.Call(under, c.command, fields, nil))
				Expect(under, code == "" || code == "no answer").To(Be("run or closed", false))
			}
		}
		Expect(ctx, outcomeOf(ctx, socket.Call(ctx, "ping", nil, nil))).To(Be("error of a ping", ""))
		Expect(ctx, logsIn(ctx, user.Username, user.Password)).To(IssueCode())
	})

	It(requirement("ha.ws.events-restricted"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Admin(ctx).Call(ctx, "subscribe_events", nil, nil)).To(Be("error for an administrator", nil))
		user := h.NewUser(ctx, "listener")
		socket := answering(ctx, h.Tokens(ctx, home.Login{Account: &user.Account}).Access)
		open := map[string]any{"event_type": "state_changed"}
		Control(ctx, socket.Call(ctx, "subscribe_events", open, nil)).To(Be("error for state_changed", nil))
		for name, fields := range Sorted(map[string]map[string]any{
			"all events": nil, "call_service": {"event_type": "call_service"}, "an invented type": {"event_type": "authconform_event"},
		}) {
			var refused *home.CommandError
			err := socket.Call(ctx, "subscribe_events", fields, nil)
			Expect(Step(ctx, name), errors.As(err, &refused) && refused.Code == "unauthorized").To(Be("refused with unauthorized", true))
		}
	})
})

const unknownID = "0123456789abcdef0123456789abcdef"

// switchExpiry switches the expiry of a session on or off; n/a if the home has no command for it.
func switchExpiry(ctx Ctx, s *home.Socket, id string, enable bool) {
	err := s.Call(ctx, setExpiry, map[string]any{"refresh_token_id": id, "enable_expiry": enable}, nil)
	switch outcomeOf(ctx, err) {
	case "":
	case unknownCommand:
		NotApplicable(ctx, "the home does not know %s", setExpiry)
	default:
		Block(ctx, "%s: %v", setExpiry, err)
	}
}

// typed returns commands with their members, all of the right types. They are only sent with a mistake.
func typed(user *home.User) []managed {
	return []managed{
		{command: deleteSession, fields: map[string]any{"refresh_token_id": unknownID}},
		{command: longLived, fields: map[string]any{"client_name": "authconform typed", "lifespan": 1}},
		{command: "auth/sign_path", fields: map[string]any{"path": "/api/config"}},
		{command: updateUser, fields: map[string]any{"user_id": unknownID}},
		{command: deleteUser, fields: map[string]any{"user_id": unknownID}},
		{command: createUser, fields: map[string]any{"name": "authconform typed"}},
		{command: createLogin, fields: map[string]any{"user_id": unknownID, "username": "authconform-typed", "password": "x"}},
		{command: deleteLogin, fields: map[string]any{"username": "authconform-typed"}},
		{command: changeOwn, fields: map[string]any{"current_password": "not it", "new_password": "x"}},
		{command: setPassword, fields: map[string]any{"user_id": user.ID, "password": "x"}},
	}
}

// spoiled returns messages in which one member has another type, is missing, or is added, by the fault.
func spoiled(right map[string]any) map[string]map[string]any {
	list := map[string]map[string]any{}
	with := func(name, member string, value any, there bool) {
		fields := map[string]any{}
		for k, v := range right {
			fields[k] = v
		}
		if delete(fields, member); there {
			fields[member] = value
		}
		list[member+" "+name] = fields
	}
	for member, value := range right {
		_, isText := value.(string)
		if isText {
			with("as a number", member, 5, true)
			with("as a boolean", member, true, true)
		} else {
			with("as a text", member, "5", true)
			with("as a fraction", member, 1.5, true)
		}
		with("as a list", member, []any{value}, true)
		with("as an object", member, map[string]any{"x": value}, true)
		with("as null", member, nil, true)
		with("left out", member, nil, false)
	}
	with("too many", "authconform", "x", true)
	return list
}
