package server

import (
	"net/http"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
	"github.com/authconform/authconform/suites/tamper"
)

var _ = Describe("Token introspection", func() {
	It(requirement("oauth2.introspection.active"), func(ctx SpecContext) {
		answer := oauth.Get[oauth.Introspector](ctx).Introspect(ctx, oauth.Issue(ctx, oauth.Get[oauth.Server](ctx)).Access)
		mayKnow(ctx, answer)
		Expect(ctx, answer).To(beActive(true))
	})

	It(requirement("oauth2.introspection.authorized"), func(ctx SpecContext) {
		asked, tokens := asking(ctx)
		if oauth.Get[oauth.Clients](ctx).Default().Secret == "" {
			NotApplicable(ctx, "our client has no secret to leave out")
		}
		bare := changes(oauth.Drop("client_secret"), oauth.Drop("client_id"))
		Expect(Step(ctx, "nobody"), asked.Introspect(ctx, tokens.Access, bare...)).To(All(BeAnswered(), tellNothing()))
		half := asked.Introspect(ctx, tokens.Access, oauth.Drop("client_secret"))
		Expect(Step(ctx, "the client_id alone"), half).To(All(BeAnswered(), tellNothing()))
	})

	It(requirement("oauth2.introspection.wrong-secret"), func(ctx SpecContext) {
		asked, tokens := asking(ctx)
		if oauth.Get[oauth.Clients](ctx).Default().Secret == "" {
			NotApplicable(ctx, "our client has no secret to get wrong")
		}
		wrong := asked.Introspect(ctx, tokens.Access, oauth.Set("client_secret", "wrong"))
		Expect(ctx, wrong).To(All(HaveStatus(http.StatusUnauthorized), tellNothing()))
	})

	It(requirement("oauth2.introspection.public"), func(ctx SpecContext) {
		asked, _ := asking(ctx)
		server, client := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Clients](ctx).Public()
		own := asPublic(ctx, server, client)
		Expect(ctx, asked.Introspect(ctx, own.Access, client.Redeems()...)).To(tellNothing())
	})

	It(requirement("oauth2.introspection.unknown"), func(ctx SpecContext) {
		asked, tokens := asking(ctx)
		for name, token := range Sorted(map[string]string{
			"an invented one": "no-such-token", "a letter more": tamper.Longer(tokens.Access), "a letter less": tamper.Shorter(tokens.Access),
			"odd characters": "no such token\t\"%00\"",
		}) {
			Expect(Step(ctx, name), asked.Introspect(Step(ctx, name), token)).To(beActive(false))
		}
	})

	It(requirement("oauth2.introspection.bare"), func(ctx SpecContext) {
		asked, tokens := asking(ctx)
		Expect(Step(ctx, "an invented one"), asked.Introspect(ctx, "no-such-token")).To(beBare())
		if revoker, ok := revocable(ctx); ok && revoker.Revoke(ctx, tokens.Access).Status == http.StatusOK {
			if after := asked.Introspect(ctx, tokens.Access); !active(after) { // which another row judges
				Expect(Step(ctx, "a revoked one"), after).To(beBare())
			}
		}
	})

	It(requirement("oauth2.introspection.missing-token"), func(ctx SpecContext) {
		asked, _ := asking(ctx)
		Expect(Step(ctx, "none"), asked.Introspect(ctx, "", oauth.Drop("token"))).To(All(BeAnswered(), tellNothing()))
		Expect(Step(ctx, "an empty one"), asked.Introspect(ctx, "")).To(All(BeAnswered(), tellNothing()))
	})

	It(requirement("oauth2.introspection.revoked"), func(ctx SpecContext) {
		asked, tokens := asking(ctx)
		revoker := oauth.Get[oauth.Revoker](ctx)
		judged := false
		if answer := revoker.Revoke(ctx, tokens.Access); answer.Status == http.StatusOK {
			judged = true
			Expect(Step(ctx, "the access token"), asked.Introspect(ctx, tokens.Access)).To(All(BeAnswered(), tellNothing()))
		}
		session := oauth.Issue(ctx, oauth.Get[oauth.Server](ctx))
		if session.Refresh != "" && active(asked.Introspect(ctx, session.Refresh)) {
			judged = true
			Control(ctx, revoker.Revoke(ctx, session.Refresh)).To(HaveStatus(http.StatusOK))
			Expect(Step(ctx, "the refresh token"), asked.Introspect(ctx, session.Refresh)).To(All(BeAnswered(), tellNothing()))
		}
		if !judged {
			NotApplicable(ctx, "the target revokes no access token, and does not tell of refresh tokens")
		}
	})

	It(requirement("oauth2.introspection.spent"), func(ctx SpecContext) {
		asked, _ := asking(ctx)
		server := oauth.Get[oauth.Server](ctx)
		first := IssueRefreshable(ctx, server)
		if _, replaced := rotated(ctx, server, first); !replaced {
			NotApplicable(ctx, "refresh tokens do not rotate")
		}
		old := asked.Introspect(ctx, first.Refresh)
		if active(old) && grants(server.Renew(ctx, first.Refresh)) {
			Note(ctx, "the old refresh token is active, and still refreshes")
			return
		}
		Expect(ctx, old).To(All(BeAnswered(), tellNothing()))
	})

	It(requirement("oauth2.introspection.expired"), func(ctx SpecContext) {
		asked, tokens := asking(ctx)
		if tokens.Expires == 0 {
			NotApplicable(ctx, "the token answer has no expires_in")
		}
		Advance(ctx, time.Duration(tokens.Expires)*time.Second+time.Minute)
		Expect(ctx, asked.Introspect(ctx, tokens.Access)).To(All(BeAnswered(), tellNothing()))
		Control(ctx, asked.Introspect(ctx, oauth.Issue(ctx, oauth.Get[oauth.Server](ctx)).Access)).To(beActive(true))
	})

	It(requirement("oauth2.introspection.members"), func(ctx SpecContext) {
		asked, tokens := asking(ctx)
		Expect(ctx, asked.Introspect(ctx, tokens.Access)).To(haveTypes())
	})

	It(requirement("oauth2.introspection.true"), func(ctx SpecContext) {
		asked := oauth.Get[oauth.Introspector](ctx)
		server := oauth.Get[oauth.Server](ctx)
		granted := exchange(ctx, server)
		Control(ctx, granted).To(IssueTokens())
		tokens, _ := oauth.Read(granted, "")
		answer := asked.Introspect(ctx, tokens.Access)
		mayKnow(ctx, answer)
		Control(ctx, answer).To(beActive(true))
		if id := answer.Text("client_id"); id != "" {
			Expect(ctx, id).To(Be("client_id", oauth.Get[oauth.Clients](ctx).Default().ID))
		}
		asks := server.Request().Get("scope")
		if told := granted.Text("scope"); told != "" {
			asks = told
		}
		if scope := answer.Text("scope"); scope != "" && asks != "" {
			Expect(ctx, sortedScope(scope)).To(Be("scope", sortedScope(asks)))
		}
		Expect(ctx, answer).To(expireIn(tokens.Expires))
	})

	It(requirement("oauth2.introspection.hint"), func(ctx SpecContext) {
		asked, tokens := asking(ctx)
		for _, hint := range []string{"access_token", "refresh_token", "foo"} {
			under := Step(ctx, hint)
			Expect(under, asked.Introspect(under, tokens.Access, oauth.Add("token_type_hint", hint))).To(beActive(true))
		}
	})

	It(requirement("oauth2.introspection.refresh-token"), func(ctx SpecContext) {
		asked, _ := asking(ctx)
		answer := asked.Introspect(ctx, IssueRefreshable(ctx, oauth.Get[oauth.Server](ctx)).Refresh)
		Note(ctx, "of a refresh token: %s", activity(answer))
	})

	It(requirement("oauth2.introspection.foreign"), func(ctx SpecContext) {
		asked, tokens := asking(ctx)
		answer := asked.Introspect(ctx, tokens.Access, oauth.Get[oauth.Clients](ctx).Other().Redeems()...)
		Note(ctx, "of another client's token: %s", activity(answer))
	})

	It(requirement("oauth2.introspection.get"), func(ctx SpecContext) {
		asked, tokens := asking(ctx)
		client := oauth.Get[oauth.Clients](ctx).Default()
		query := oauth.Form{{Name: "token", Value: tokens.Access}}.Apply(client.Redeems()...).Encode()
		Note(ctx, "a GET gets %s", activity(asked.SendIntrospection(ctx, http.MethodGet, query, "", "")))
	})
})

// asking returns an introspection endpoint that reports our client's own live token as active: the control of answers that must
// reveal nothing.
func asking(ctx Ctx) (oauth.Introspector, oauth.Tokens) {
	asked, tokens := oauth.Get[oauth.Introspector](ctx), oauth.Issue(ctx, oauth.Get[oauth.Server](ctx))
	answer := asked.Introspect(ctx, tokens.Access)
	mayKnow(ctx, answer)
	Control(ctx, answer).To(beActive(true))
	return asked, tokens
}

// mayKnow ends the spec unless our client may introspect its own token: the server decides who may (RFC 7662 §2.2).
func mayKnow(ctx Ctx, answer *wire.Exchange) {
	v, _ := answer.Object()
	switch said, isBool := v["active"].(bool); {
	case slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden}, answer.Status):
		NotApplicable(ctx, "the target does not let our client introspect: %s", answer)
	case answer.Status == http.StatusOK && isBool && !said:
		NotApplicable(ctx, "the target does not tell our client that its own fresh token is active, which RFC 7662 §2.2 allows")
	}
}

// active reports whether an answer says that the token is active.
func active(e *wire.Exchange) bool {
	v, _ := e.Object()
	return v["active"] == true
}

// activity describes an answer.
func activity(e *wire.Exchange) string {
	if v, err := e.Object(); err == nil && e.Status == http.StatusOK {
		if v["active"] == true {
			return "active"
		}
		return "not active"
	}
	return Outcome(e)
}

// sortedScope sorts the words of a scope.
func sortedScope(scope string) string {
	words := strings.Fields(scope)
	slices.Sort(words)
	return strings.Join(words, " ")
}

// revocable returns the revocation endpoint, if there is one.
func revocable(ctx Ctx) (oauth.Revoker, bool) {
	return oauth.Get[oauth.Revoker](ctx), offers(ctx, "revocation")
}
