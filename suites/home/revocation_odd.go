package home

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Revocation, not as documented", func() {
	It(requirement("ha.revoke.query-harmless"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := liveSession(ctx)
		Secret(ctx, "token", tokens.Refresh)
		named := oauth.Form{{Name: "token", Value: tokens.Refresh}}.Encode()
		for _, v := range []odd{
			{"POST, token in the query", http.MethodPost, "/auth/revoke?" + named, "", []string{"Content-Type", formType}},
			{"HEAD", http.MethodHead, "/auth/revoke?" + named, "", nil},
			{"PUT", http.MethodPut, "/auth/revoke", named, []string{"Content-Type", formType}},
			{"DELETE", http.MethodDelete, "/auth/revoke?" + named, "", nil},
			{"OPTIONS", http.MethodOptions, "/auth/revoke?" + named, "", nil},
			{"GET of the older form", http.MethodGet, "/auth/token?action=revoke&" + named, "", nil},
			{"POST of the older form, in the query", http.MethodPost, "/auth/token?action=revoke&" + named, "",
				[]string{"Content-Type", formType}},
			{"the older form, half in the query", http.MethodPost, "/auth/token?action=revoke", named, []string{"Content-Type", formType}},
			{"the older form without action", http.MethodPost, "/auth/token", named, []string{"Content-Type", formType}},
			{"the older form, in capitals", http.MethodPost, "/auth/token", "action=REVOKE&" + named, []string{"Content-Type", formType}},
		} {
			under := Step(ctx, v.name)
			Expect(under, h.Send(under, v.method, v.path, v.body, v.header...)).To(BeAnswered())
			Expect(under, h.Refresh(under, tokens)).To(IssueTokens())
		}
		Control(ctx, legacyRevoke(ctx, tokens.Refresh)).To(HaveStatus(200))
		Control(ctx, h.Refresh(ctx, tokens)).To(Refused())
	})

	It(requirement("ha.revoke.other-bodies"), func(ctx SpecContext) {
		h := home.From(ctx)
		for _, v := range []struct{ name, kind, before, after string }{
			{"JSON", jsonType, `{"token":"`, `"}`}, {"text", "text/plain", "token=", ""}, {"no media type", "", "token=", ""},
			{"XML", "application/xml", "<token>", "</token>"}, {"a form in capitals", "APPLICATION/X-WWW-FORM-URLENCODED", "token=", ""},
		} {
			under, tokens := Step(ctx, v.name), liveSession(ctx)
			Secret(ctx, "token", tokens.Refresh)
			answer := h.Send(under, http.MethodPost, "/auth/revoke", v.before+tokens.Refresh+v.after, "Content-Type", v.kind)
			Expect(under, answer).To(BeAnswered())
			Note(ctx, "%s: %s; a refresh then gets %s", v.name, Outcome(answer), Outcome(h.Refresh(ctx, tokens)))
		}
	})

	It(requirement("ha.revoke.near-miss"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := liveSession(ctx)
		for _, m := range append(secretMisses(tokens.Refresh), nearMiss{"empty", ""}, nearMiss{"the client id", tokens.ClientID}) {
			Secret(ctx, "token", m.value)
			Expect(Step(ctx, m.name), h.Revoke(Step(ctx, m.name), m.value)).To(HaveStatus(200))
		}
		nothing := oauth.Form{{Name: "client_id", Value: tokens.ClientID}}
		Expect(Step(ctx, "no token"), h.PostForm(ctx, "/auth/revoke", nothing)).To(HaveStatus(200))
		Expect(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
		Expect(ctx, h.API(ctx, tokens.Access, "/api/")).To(HaveStatus(200))
		Control(ctx, h.Revoke(ctx, tokens.Refresh)).To(HaveStatus(200))
		Control(ctx, h.Refresh(ctx, tokens)).To(Refused())
	})

	It(requirement("ha.code.replay-others"), func(ctx SpecContext) {
		h := home.From(ctx)
		other := liveSession(ctx)
		code, _ := liveCode(h, home.Login{}).Spent(ctx)
		Control(ctx, h.Exchange(ctx, code)).To(Refused())
		Expect(ctx, h.Refresh(ctx, other)).To(IssueTokens())
		Expect(ctx, h.API(ctx, other.Access, "/api/")).To(HaveStatus(200))
	})

	It(requirement("ha.code.replay-tokens"), func(ctx SpecContext) {
		h := home.From(ctx)
		code, answer := liveCode(h, home.Login{}).Spent(ctx)
		tokens := oauth.Granted(answer, h.Client().ID)
		Control(ctx, h.Exchange(ctx, code)).To(Refused())
		Note(ctx, "after a second use of its code the first session's access token gets %s and its refresh token %s",
			Outcome(h.API(ctx, tokens.Access, "/api/")), Outcome(h.Refresh(ctx, tokens)))
	})
})
