package home

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
	"github.com/authconform/authconform/suites/tamper"
)

const longLived = "auth/long_lived_access_token"

var _ = Describe("Long-lived access tokens", func() {
	It(requirement("ha.llat.created"), func(ctx SpecContext) {
		h := home.From(ctx)
		token := lasting(ctx, h.Session(ctx).Access, "created", 10)
		Expect(ctx, h.API(ctx, token, "/api/config")).To(HaveStatus(200))
		answer, err := h.Dial(ctx).Login(ctx, token)
		Expect(ctx, said(answer, err)).To(Be("the WebSocket's answer", "auth_ok"))
	})

	It(requirement("ha.llat.outlives-session"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.OwnSession(ctx)
		token := lasting(ctx, tokens.Access, "outlives", 10)
		Control(ctx, legacyRevoke(ctx, tokens.Refresh)).To(HaveStatus(200))
		Control(ctx, h.API(ctx, tokens.Access, "/api/")).To(BeRefused(ctx, "bearer-refused"))
		Expect(ctx, h.API(ctx, token, "/api/")).To(HaveStatus(200))
	})

	It(requirement("ha.llat.lifespan"), func(ctx SpecContext) {
		h := home.From(ctx)
		token := lasting(ctx, h.Session(ctx).Access, "lifespan", 2)
		Control(ctx, h.API(ctx, token, "/api/")).To(HaveStatus(200))
		Advance(ctx, 2*day-time.Minute)
		Expect(ctx, h.API(ctx, token, "/api/")).To(HaveStatus(200))
		Advance(ctx, time.Minute+leeway)
		Expect(ctx, h.API(ctx, token, "/api/")).To(BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("ha.llat.lifespan-over"), func(ctx SpecContext) {
		h := home.From(ctx)
		session := h.Session(ctx).Access
		Control(ctx, h.API(ctx, lasting(ctx, session, "over-control", 1), "/api/")).To(HaveStatus(200))
		for _, v := range []struct {
			name string
			days int
		}{{"a day ago", -1}, {"ten years ago", -3650}} {
			token, err := askLasting(ctx, session, map[string]any{"client_name": lastingName(ctx, "over "+v.name), "lifespan": v.days})
			if err != nil {
				Held(ctx)
			} else {
				Expect(Step(ctx, v.name), h.API(ctx, token, "/api/")).To(BeRefused(ctx, "bearer-refused"))
			}
		}
	})

	It(requirement("ha.llat.revocable"), func(ctx SpecContext) {
		h := home.From(ctx)
		session := h.Session(ctx).Access
		doomed, other := lasting(ctx, session, "doomed", 10), lasting(ctx, session, "other", 10)
		Control(ctx, h.API(ctx, doomed, "/api/")).To(HaveStatus(200))
		socket := h.Open(ctx, session)
		if err := socket.Call(ctx, "auth/delete_refresh_token",
			map[string]any{"refresh_token_id": entryOf(ctx, socket, lastingName(ctx, "doomed")).ID}, nil); err != nil {
			Block(ctx, "auth/delete_refresh_token: %v", err)
		}
		Expect(ctx, h.API(ctx, doomed, "/api/")).To(BeRefused(ctx, "bearer-refused"))
		Expect(ctx, h.API(ctx, other, "/api/")).To(HaveStatus(200))
	})

	It(requirement("ha.llat.listed"), func(ctx SpecContext) {
		h := home.From(ctx)
		session := h.Session(ctx).Access
		token := lasting(ctx, session, "listed", 10)
		socket := h.Open(ctx, session)
		kind := "not listed"
		for _, g := range grants(ctx, socket) {
			if g.Name == lastingName(ctx, "listed") {
				kind = g.Type
			}
		}
		Expect(ctx, kind).To(Be("type", "long_lived_access_token"))
		var raw []map[string]any
		if err := socket.Call(ctx, "auth/refresh_tokens", nil, &raw); err != nil {
			Block(ctx, "auth/refresh_tokens: %v", err)
		}
		for _, entry := range raw {
			for member, value := range entry {
				if text, ok := value.(string); ok && (text == token || strings.Count(text, ".") == 2 && len(text) > 60) {
					Violated(ctx, "no token in the list", "member "+member+" holds one")
				}
			}
		}
	})

	It(requirement("ha.llat.name-unique"), func(ctx SpecContext) {
		h := home.From(ctx)
		session := h.Session(ctx).Access
		first := lasting(ctx, session, "unique", 10)
		_, err := askLasting(ctx, session, map[string]any{"client_name": lastingName(ctx, "unique"), "lifespan": 10})
		Expect(ctx, err != nil).To(Be("the second is refused", true))
		Expect(ctx, h.API(ctx, first, "/api/")).To(HaveStatus(200))
	})

	It(requirement("ha.llat.name-per-user"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "namesake")
		theirs := h.Tokens(ctx, home.Login{Account: &user.Account}).Access
		mine, others := lasting(ctx, h.Session(ctx).Access, "per-user", 10), lasting(ctx, theirs, "per-user", 10)
		Expect(ctx, whoIs(ctx, mine) != user.ID).To(Be("the first token is the first user's", true))
		Expect(ctx, whoIs(ctx, others) == user.ID).To(Be("the second token is the second user's", true))
	})

	It(requirement("ha.llat.not-a-refresh-token"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.OwnSession(ctx)
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
		token := lasting(ctx, tokens.Access, "no-refresh", 10)
		Expect(ctx, h.Refresh(ctx, tokens, oauth.Set("refresh_token", token))).To(BeRefused(ctx, "refresh-dead"))
		Expect(ctx, h.Refresh(ctx, tokens, oauth.Set("refresh_token", token), oauth.Drop("client_id"))).To(BeRefused(ctx, "refresh-foreign"))
	})

	It(requirement("ha.llat.not-for-link"), func(ctx SpecContext) {
		h := home.From(ctx)
		token := lasting(ctx, h.Session(ctx).Access, "no-revoke", 10)
		Expect(ctx, h.Revoke(ctx, token)).To(HaveStatus(200))
		Expect(ctx, h.API(ctx, token, "/api/")).To(HaveStatus(200))
	})

	It(requirement("ha.llat.tampered"), func(ctx SpecContext) {
		h := home.From(ctx)
		token := lasting(ctx, h.Session(ctx).Access, "tampered", 10)
		Control(ctx, h.API(ctx, token, "/api/")).To(HaveStatus(200))
		for _, t := range tamper.Secret(token) {
			Secret(ctx, "access_token", t.Value)
			Expect(Step(ctx, t.Name), h.API(ctx, t.Value, "/api/")).To(BeRefused(ctx, "bearer-refused"))
		}
	})

	It(requirement("ha.llat.needs-fields"), func(ctx SpecContext) {
		h := home.From(ctx)
		session := h.Session(ctx).Access
		lasting(ctx, session, "fields", 10)
		name := lastingName(ctx, "fields-without")
		for _, v := range []struct {
			name   string
			fields map[string]any
		}{
			{"no life", map[string]any{"client_name": name}}, {"no name", map[string]any{"lifespan": 10}},
			{"a word for a life", map[string]any{"client_name": name, "lifespan": "ten"}},
			{"null for a life", map[string]any{"client_name": name, "lifespan": nil}},
			{"a number for a name", map[string]any{"client_name": 7, "lifespan": 10}},
		} {
			_, err := askLasting(ctx, session, v.fields)
			Expect(Step(ctx, v.name), err != nil).To(Be("refused", true))
		}
	})

	It(requirement("ha.llat.dies-with-user"), func(ctx SpecContext) {
		h := home.From(ctx)
		for _, end := range []struct {
			name string
			do   func(Ctx, *home.User)
		}{{"deactivated", h.Deactivate}, {"deleted", h.Delete}} {
			user := h.NewUser(ctx, end.name)
			token := lasting(ctx, h.Tokens(ctx, home.Login{Account: &user.Account}).Access, end.name, 10)
			Control(Step(ctx, end.name), h.API(ctx, token, "/api/")).To(HaveStatus(200))
			end.do(ctx, user)
			Expect(Step(ctx, end.name), h.API(ctx, token, "/api/")).To(BeRefused(ctx, "bearer-refused"))
		}
	})

	It(requirement("ha.llat.rights"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "rights")
		theirs := lasting(ctx, h.Tokens(ctx, home.Login{Account: &user.Account}).Access, "rights", 10)
		mine := lasting(ctx, h.Session(ctx).Access, "rights", 10)
		if err := h.Open(ctx, mine).Call(ctx, "config/auth/list", nil, nil); err != nil {
			Block(ctx, "config/auth/list by an administrator: %v", err)
		}
		Expect(ctx, h.Open(ctx, theirs).Call(ctx, "config/auth/list", nil, nil) != nil).To(Be("the plain user is refused", true))
	})

	It(requirement("ha.llat.forever"), func(ctx SpecContext) {
		_, err := askLasting(ctx, home.From(ctx).Session(ctx).Access,
			map[string]any{"client_name": lastingName(ctx, "forever"), "lifespan": 1_000_000})
		if err != nil {
			Note(ctx, "a million days: %v", err)
			return
		}
		Note(ctx, "a million days: granted")
	})
})

// lasting makes a long-lived token with a session. Its creation is a control.
func lasting(ctx Ctx, session, name string, days int) string {
	token, err := askLasting(ctx, session, map[string]any{"client_name": lastingName(ctx, name), "lifespan": days})
	if err != nil || token == "" {
		Block(ctx, "%s: %v", longLived, err)
	}
	return token
}

func askLasting(ctx Ctx, session string, fields map[string]any) (string, error) {
	socket := home.From(ctx).Open(ctx, session)
	defer socket.Close()
	if name, ok := fields["client_name"].(string); ok {
		home.From(ctx).OweNamed(name)
	}
	var token string
	err := socket.Call(ctx, longLived, fields, &token)
	Secret(ctx, "access_token", token)
	return token, err
}

// lastingName is a client_name that no other run uses.
func lastingName(ctx Ctx, name string) string {
	mark := home.From(ctx).Mark
	Secret(ctx, "mark", mark)
	return "authconform " + name + " " + mark
}

// entryOf returns the list's entry with a name. Its presence is a control.
func entryOf(ctx Ctx, s *home.Socket, name string) home.Grant {
	for _, g := range grants(ctx, s) {
		if g.Name == name {
			return g
		}
	}
	Block(ctx, "auth/refresh_tokens has no entry %q", name)
	return home.Grant{}
}

// whoIs returns the id of a token's user.
func whoIs(ctx Ctx, token string) string {
	var user struct{ ID string }
	if err := home.From(ctx).Open(ctx, token).Call(ctx, "auth/current_user", nil, &user); err != nil {
		Block(ctx, "auth/current_user: %v", err)
	}
	return user.ID
}
