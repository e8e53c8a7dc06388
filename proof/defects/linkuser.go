package defects

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

var linkUserDefects = []Defect[mockserver.Policy]{
	{
		ID: "link.refused", Story: "Linking an account is announced but refused.",
		Aims:   []string{"ha.link.own", "ha.link.expired"},
		Change: answers(linkRequest, status(400), 200),
	},
	{
		ID: "link.flow-type", Story: "The code of a flow of type link_user links nothing.",
		Aims: []string{"ha.link.own"},
		Change: func(p *mockserver.Policy) {
			var begun idSecrets
			takes(at("POST /auth/login_flow").and(func(r mock.Request) bool {
				return decoded(r.Body)["type"] == "link_user"
			}), func(r mock.Request) mock.Request {
				begun.add("yes")
				return r
			})(p)
			answers(linkRequest.and(func(mock.Request) bool { return len(begun.list()) > 0 }), status(400), 200)(p)
		},
	},
	{
		ID: "link.without-token", Story: "Without a session linking answers 400 instead of 401.",
		Aims:   []string{"ha.link.needs-token"},
		Change: answers(linkRequest.and(authorization(func(s string) bool { return s == "" })), status(400), 401),
	},
	{
		ID: "link.junk-token", Story: "Linking with an unknown session answers 200 and does nothing.",
		Aims:   []string{"ha.link.needs-token", "ha.link.dead-session"},
		Change: answers(linkRequest.and(authorization(func(s string) bool { return s != "" })), ok(`{"message":"User linked"}`), 401),
	},
	{
		ID: "link.others", Story: "Another user's login is linked to the account of whoever submits its code.",
		Aims: []string{"ha.link.others-credential"},
		Change: func(p *mockserver.Policy) {
			p.Link = func(c store.Code, _ string) bool { return c.Challenge == "" }
		},
	},
	{
		ID: "link.any-client", Story: "When linking, the code's client is not compared.",
		Aims: []string{"ha.link.client-bound"},
		Change: both(takes(linkRequest, withObject(func(m map[string]any) {
			if id, ok := m["client_id"].(string); ok {
				m["client_id"] = "link:" + id
			}
		})), sameClient(func(_, b string) bool { return strings.HasPrefix(b, "link:") })),
	},
	{
		ID: "link.again", Story: "A code can be used to link any number of times.",
		Aims:   []string{"ha.link.single-use"},
		Change: func(p *mockserver.Policy) { answers(linkRequest.after(1), ok(`{"message":"User linked"}`), 400)(p) },
	},
	{
		ID: "link.keeps-code", Story: "Linking does not spend the code, so it can still be exchanged.",
		Aims:   []string{"ha.link.single-use"},
		Change: keepsLinked,
	},
	{
		ID: "link.junk-code", Story: "An unknown code is answered with 200.",
		Aims: []string{"ha.link.junk-code"},
		Change: func(p *mockserver.Policy) {
			issued := remembered(&p.NewCode)
			answers(linkRequest.and(func(r mock.Request) bool {
				code, _ := decoded(r.Body)["code"].(string)
				return code != "" && !issued(code)
			}), ok(`{"message":"User linked"}`), 400)(p)
		},
	},
	{
		ID: "link.challenged", Story: "A code with a challenge links without its verifier.",
		Aims: []string{"ha.link.challenged"},
		Change: func(p *mockserver.Policy) {
			p.Link = func(c store.Code, caller string) bool { return c.UserID == caller }
		},
	},
	{
		ID: "link.expired", Story: "When linking, the code's age is not checked.",
		Aims: []string{"ha.link.expired"},
		Change: func(p *mockserver.Policy) {
			var linking idSecrets // codes that are being linked
			strict := p.Link
			p.Link = func(c store.Code, caller string) bool {
				linking.add(c.Value)
				return strict(c, caller)
			}
			redeem(func(c *store.Code, _ *string, _ **string, now *time.Time) {
				if slices.Contains(linking.list(), c.Value) {
					c.Issued = *now
				}
			})(p)
		},
	},
	{
		ID: "link.dead-session", Story: "A session that was ended may still link.",
		Aims: []string{"ha.link.dead-session"},
		Change: answers(linkRequest.and(authorization(func(s string) bool {
			return strings.Count(s, ".") == 2
		})), ok(`{"message":"User linked"}`), 401),
	},
	{
		ID: "link.moved-and-refused", Story: "Another user's login moves to the caller's account before the request is refused.",
		Aims: []string{"ha.link.others-credential"},
		Change: func(p *mockserver.Policy) {
			var moved sync.Map // user id -> whose account it is now
			strict := p.Link
			p.Link = func(c store.Code, caller string) bool {
				if c.UserID != "" && c.UserID != caller {
					moved.Store(c.UserID, caller)
				}
				return strict(c, caller)
			}
			codesOf(func(user string) string {
				if now, ok := moved.Load(user); ok {
					return textOf(now)
				}
				return user
			})(p)
		},
	},
}
