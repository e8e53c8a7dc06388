package home

import (
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	. "github.com/authconform/authconform/suites/expect"
	"github.com/authconform/authconform/suites/tamper"
)

var _ = Describe("WebSocket, authentication", func() {
	It(requirement("ha.ws.auth-required"), func(ctx SpecContext) {
		first, err := home.From(ctx).Dial(ctx).Read(ctx)
		Expect(ctx, said(first, err)).To(Be("first frame", "auth_required"))
		version, _ := first["ha_version"].(string)
		Expect(ctx, releaseNumber.MatchString(version)).To(Be("ha_version is a release number", true))
	})

	It(requirement("ha.ws.auth-ok"), func(ctx SpecContext) {
		h := home.From(ctx)
		socket := h.Dial(ctx)
		Expect(ctx, said(socket.Login(ctx, h.Session(ctx).Access))).To(Be("answer to auth", "auth_ok"))
		Expect(ctx, socket.Call(ctx, "ping", nil, nil)).To(Be("error of a command", nil))
	})

	It(requirement("ha.ws.auth-unread"), func(ctx SpecContext) {
		h := home.From(ctx)
		token := h.Session(ctx).Access
		socket := h.Dial(ctx)
		Secret(ctx, "access_token", token)
		if err := socket.Send(ctx, authMessage(token)); err != nil {
			Block(ctx, "auth could not be sent: %v", err)
		}
		Expect(ctx, said(socket.Read(ctx))).To(Be("first frame", "auth_required"))
		Expect(ctx, said(socket.Read(ctx))).To(Be("second frame", "auth_ok"))
	})

	It(requirement("ha.ws.auth-invalid"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.OwnSession(ctx)
		Control(ctx, said(h.Dial(ctx).Login(ctx, tokens.Access))).To(Be("answer to a valid token", "auth_ok"))
		for _, t := range append(tamper.Secret(tokens.Access), tamper.Changed{Name: "garbage", Value: "garbage-that-is-no-token"},
			tamper.Changed{Name: "empty", Value: ""}, tamper.Changed{Name: "a refresh token", Value: tokens.Refresh}) {
			socket := h.Dial(Step(ctx, t.Name))
			Secret(ctx, "access_token", t.Value)
			Expect(Step(ctx, t.Name), said(socket.Login(Step(ctx, t.Name), t.Value))).To(Be("answer to auth", "auth_invalid"))
			Expect(Step(ctx, t.Name), closes(ctx, socket)).To(Be("closed", true))
		}
	})

	It(requirement("ha.ws.revoked"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.OwnSession(ctx)
		Control(ctx, said(h.Dial(ctx).Login(ctx, tokens.Access))).To(Be("answer to a valid token", "auth_ok"))
		legacyRevoke(ctx, tokens.Refresh)
		Expect(ctx, said(h.Dial(ctx).Login(ctx, tokens.Access))).To(Be("answer to auth", "auth_invalid"))
	})

	It(requirement("ha.ws.wrong-shape"), func(ctx SpecContext) {
		h := home.From(ctx)
		token := h.Session(ctx).Access
		Control(ctx, said(h.Dial(ctx).Login(ctx, token))).To(Be("answer to a valid token", "auth_ok"))
		for _, v := range []struct {
			name    string
			message any
		}{
			{"no token", map[string]any{"type": "auth"}}, {"another type", map[string]any{"type": "authenticate", "access_token": token}},
			{"an extra member", map[string]any{"type": "auth", "access_token": token, "x": 1}},
			{"a number as token", map[string]any{"type": "auth", "access_token": 5}},
			{"a list", []any{authMessage(token)}}, {"null", nil},
		} {
			refusesAuth(Step(ctx, v.name), func(s *home.Socket) error { return s.Send(ctx, v.message) })
		}
	})

	It(requirement("ha.ws.no-json"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, said(h.Dial(ctx).Login(ctx, h.Session(ctx).Access))).To(Be("answer to a valid token", "auth_ok"))
		refusesAuth(Step(ctx, "letters"), func(s *home.Socket) error { return s.SendText(ctx, "hello") })
		refusesAuth(Step(ctx, "a binary frame"), func(s *home.Socket) error { return s.SendBinary(ctx, []byte{0, 1, 2}) })
	})

	It(requirement("ha.ws.commands-before-auth"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Open(ctx, h.Session(ctx).Access).Call(ctx, "get_config", nil, nil)).To(Be("error after auth", nil))
		for _, command := range []string{"get_config", "auth/current_user", "ping", "get_states"} {
			refusesAuth(Step(ctx, command), func(s *home.Socket) error { return s.Send(ctx, map[string]any{"id": 1, "type": command}) })
		}
	})

	It(requirement("ha.ws.silence"), func(ctx SpecContext) {
		h := home.From(ctx)
		socket := h.Dial(ctx)
		Control(ctx, said(socket.Read(ctx))).To(Be("first frame", "auth_required"))
		h.Meanwhile(ctx, 10*time.Second, func() bool { return true }, func() {
			_, err := socket.ReadWithin(ctx, 14*time.Second)
			Expect(ctx, errors.Is(err, home.ErrClosed)).To(Be("closed within 14 seconds", true))
		})
	})

	It(requirement("ha.ws.version"), func(ctx SpecContext) {
		h := home.From(ctx)
		first, err := h.Dial(ctx).Read(ctx)
		Control(ctx, said(first, err)).To(Be("first frame", "auth_required"))
		Expect(ctx, first["ha_version"]).To(Be("ha_version", h.API(ctx, h.Session(ctx).Access, "/api/config").Text("version")))
	})

	It(requirement("ha.ws.expired"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.Tokens(ctx, home.Login{})
		Control(ctx, said(h.Dial(ctx).Login(ctx, tokens.Access))).To(Be("answer to a valid token", "auth_ok"))
		Advance(ctx, time.Duration(tokens.Expires)*time.Second+time.Minute)
		Expect(ctx, said(h.Dial(ctx).Login(ctx, tokens.Access))).To(Be("answer to auth", "auth_invalid"))
	})
})

var _ = Describe("WebSocket, end of sessions", func() {
	It(requirement("ha.ws.closed-by-revoke"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.OwnSession(ctx)
		socket := answering(ctx, tokens.Access)
		Control(ctx, h.Revoke(ctx, tokens.Refresh)).To(HaveStatus(200))
		Expect(ctx, closes(ctx, socket)).To(Be("closed", true))
	})

	It(requirement("ha.ws.closed-by-legacy-revoke"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.OwnSession(ctx)
		socket := answering(ctx, tokens.Access)
		Control(ctx, legacyRevoke(ctx, tokens.Refresh)).To(HaveStatus(200))
		Expect(ctx, closes(ctx, socket)).To(Be("closed", true))
	})

	It(requirement("ha.ws.others-stay-open"), func(ctx SpecContext) {
		h := home.From(ctx)
		one, other := h.OwnSession(ctx), h.OwnSession(ctx)
		closing, staying := answering(ctx, one.Access), answering(ctx, other.Access)
		Control(ctx, legacyRevoke(ctx, one.Refresh)).To(HaveStatus(200))
		Control(ctx, closes(ctx, closing)).To(Be("closed", true))
		Expect(ctx, staying.Call(ctx, "ping", nil, nil)).To(Be("error of a command", nil))
	})

	It(requirement("ha.ws.closed-by-delete"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.OwnSession(ctx)
		closing := answering(ctx, tokens.Access)
		id := current(ctx, closing).ID
		asking := answering(ctx, h.OwnSession(ctx).Access)
		Expect(ctx, asking.Call(ctx, "auth/delete_refresh_token", map[string]any{"refresh_token_id": id}, nil)).To(
			Be("error of the command", nil))
		Expect(ctx, closes(ctx, closing)).To(Be("closed", true))
		Expect(ctx, h.API(ctx, tokens.Access, "/api/")).To(BeRefused(ctx, "bearer-refused"))
		Expect(ctx, h.Refresh(ctx, tokens)).To(BeRefused(ctx, "refresh-dead"))
		for _, g := range grants(ctx, asking) {
			Expect(ctx, g.ID == id).To(Be("still listed", false))
		}
	})

	It(requirement("ha.ws.closed-by-deactivation"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "cut-off")
		socket := answering(ctx, h.Tokens(ctx, home.Login{Account: &user.Account}).Access)
		h.Deactivate(ctx, user)
		Expect(ctx, socket.Call(ctx, "get_states", nil, nil) != nil).To(Be("closed or refused", true))
	})

	It(requirement("ha.ws.delete-all"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "tidy")
		login := home.Login{Account: &user.Account}
		one, two, mine := h.Tokens(ctx, login), h.Tokens(ctx, login), h.Tokens(ctx, login)
		socket := answering(ctx, mine.Access)
		Control(ctx, h.Refresh(ctx, one)).To(IssueTokens())
		fields := map[string]any{"token_type": "normal", "delete_current_token": false}
		Expect(ctx, socket.Call(ctx, "auth/delete_all_refresh_tokens", fields, nil)).To(Be("error of the command", nil))
		Expect(ctx, h.Refresh(ctx, one)).To(BeRefused(ctx, "refresh-dead"))
		Expect(ctx, h.Refresh(ctx, two)).To(BeRefused(ctx, "refresh-dead"))
		Expect(ctx, h.Refresh(ctx, mine)).To(IssueTokens())
	})
})

var _ = Describe("WebSocket, commands", func() {
	It(requirement("ha.ws.id-required"), func(ctx SpecContext) {
		h := home.From(ctx)
		for _, v := range []struct {
			name    string
			message map[string]any
		}{{"no id", map[string]any{"type": "ping"}}, {"a text", map[string]any{"id": "x", "type": "ping"}}} {
			socket := answering(ctx, h.Session(ctx).Access)
			if err := socket.Send(ctx, v.message); err != nil {
				Block(ctx, "%v", err)
			}
			frame, err := socket.Read(ctx)
			refused := errors.Is(err, home.ErrClosed) || frame.Type() == "result" && frame["success"] == false
			Expect(Step(ctx, v.name), refused).To(Be("an error or a close", true))
		}
	})

	It(requirement("ha.ws.id-rises"), func(ctx SpecContext) {
		socket := answering(ctx, home.From(ctx).Session(ctx).Access)
		if err := socket.Send(ctx, map[string]any{"id": 1, "type": "ping"}); err != nil { // answering has used id 1
			Block(ctx, "%v", err)
		}
		frame, err := socket.Read(ctx)
		Expect(ctx, errorCode(frame, err)).To(Be("error code", "id_reuse"))
	})

	It(requirement("ha.ws.unknown-command"), func(ctx SpecContext) {
		socket := answering(ctx, home.From(ctx).Session(ctx).Access)
		var refused *home.CommandError
		err := socket.Call(ctx, "authconform/no_such_command", nil, nil)
		Expect(ctx, errors.As(err, &refused) && refused.Code == "unknown_command").To(Be("refused with unknown_command", true))
		Expect(ctx, socket.Call(ctx, "ping", nil, nil)).To(Be("error of a later command", nil))
	})

	It(requirement("ha.ws.ping"), func(ctx SpecContext) {
		h := home.From(ctx)
		socket := h.Open(ctx, h.Session(ctx).Access)
		if err := socket.Send(ctx, map[string]any{"id": 7, "type": "ping"}); err != nil {
			Block(ctx, "%v", err)
		}
		frame, err := socket.Read(ctx)
		Expect(ctx, said(frame, err)).To(Be("type of the answer", "pong"))
		Expect(ctx, frame["id"]).To(Be("id of the answer", 7.0))
	})

	It(requirement("ha.ws.supported-features"), func(ctx SpecContext) {
		h := home.From(ctx)
		socket := h.Open(ctx, h.Session(ctx).Access)
		Expect(ctx, socket.Call(ctx, "supported_features", map[string]any{"features": map[string]any{"coalesce_messages": 1}}, nil)).To(
			Be("error of the command", nil))
	})

	It(requirement("ha.ws.current-user"), func(ctx SpecContext) {
		var user map[string]any
		Expect(ctx, answering(ctx, home.From(ctx).Session(ctx).Access).Call(ctx, "auth/current_user", nil, &user)).To(
			Be("error of the command", nil))
		for member, kind := range Sorted(map[string]string{"id": "string", "name": "string", "is_owner": "boolean", "is_admin": "boolean"}) {
			Expect(ctx, KindOf(user[member])).To(Be("type of "+member, kind))
		}
	})

	It(requirement("ha.ws.refresh-tokens"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.OwnSession(ctx)
		var list []map[string]any
		Expect(ctx, answering(ctx, tokens.Access).Call(ctx, "auth/refresh_tokens", nil, &list)).To(Be("error of the command", nil))
		currents := 0
		for _, g := range list {
			for _, member := range []string{"id", "client_id", "type", "created_at", "is_current"} {
				_, there := g[member]
				Expect(ctx, there).To(Be("member "+member, true))
			}
			if g["is_current"] == true {
				currents++
				Expect(ctx, g["client_id"]).To(Be("client_id of the current session", tokens.ClientID))
			}
			for _, v := range g {
				Expect(ctx, v == tokens.Refresh || v == tokens.Access).To(Be("a token in the list", false))
			}
		}
		Expect(ctx, currents).To(Be("current sessions", 1))
	})

	It(requirement("ha.ws.own-tokens-only"), func(ctx SpecContext) {
		h := home.From(ctx)
		mine := h.OwnSession(ctx)
		id := current(ctx, answering(ctx, mine.Access)).ID
		user := h.NewUser(ctx, "curious")
		theirs := answering(ctx, h.Tokens(ctx, home.Login{Account: &user.Account}).Access)
		for _, g := range grants(ctx, theirs) {
			Expect(ctx, g.ID == id).To(Be("another user's session in the list", false))
		}
		Expect(ctx, theirs.Call(ctx, "auth/delete_refresh_token", map[string]any{"refresh_token_id": id}, nil) != nil).To(Be("refused", true))
		Expect(ctx, h.Refresh(ctx, mine)).To(IssueTokens())
	})

	It(requirement("ha.ws.admin-only"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Admin(ctx).Call(ctx, "config/auth/list", nil, nil)).To(Be("error for an administrator", nil))
		user := h.NewUser(ctx, "plain")
		socket := answering(ctx, h.Tokens(ctx, home.Login{Account: &user.Account}).Access)
		for command, fields := range Sorted(map[string]map[string]any{"config/auth/list": nil,
			"config/auth/create": {"name": "authconform intruder"}, "config/auth/delete": {"user_id": user.ID}}) {
			var refused *home.CommandError
			err := socket.Call(ctx, command, fields, nil)
			Expect(Step(ctx, command), errors.As(err, &refused) && refused.Code == "unauthorized").To(Be("refused with unauthorized", true))
		}
	})
})
