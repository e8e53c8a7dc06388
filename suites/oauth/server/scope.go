package server

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// scopeForm is the grammar of a scope (RFC 6749 §3.3).
var scopeForm = regexp.MustCompile(`^[!#-\[\]-~]+( [!#-\[\]-~]+)*$`)

var _ = Describe("Scopes", func() {
	It(requirement("oauth2.scope.omitted"), func(ctx SpecContext) {
		allowing(ctx)
		server := oauth.Get[oauth.Server](ctx)
		back := server.Authorize(ctx, server.Request().Apply(oauth.Drop("scope")))
		if back.Code == "" {
			Expect(ctx, back).To(RefuseAuthorization(ctx, "scope-refused"))
			return
		}
		Expect(ctx, server.Exchange(ctx, back.Code)).To(IssueTokens())
	})

	It(requirement("oauth2.scope.default-told"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		back := server.Authorize(ctx, server.Request().Apply(oauth.Drop("scope")))
		if back.Code == "" {
			allowing(ctx)
			NotApplicable(ctx, "the target requires a scope in every request: %s", back)
		}
		answer := server.Exchange(ctx, back.Code)
		Control(ctx, answer).To(IssueTokens())
		granted, known := introspected(ctx, answer)
		told, _ := HaveMembers("scope").Match(answer)
		switch {
		case !known && !told:
			NotApplicable(ctx, "nothing shows which scope was granted")
		case known && answer.Text("scope") != "":
			Expect(ctx, sortedScope(answer.Text("scope"))).To(Be("scope of the answer", sortedScope(granted)))
		default: // its form is judged by another row
			Expect(ctx, answer).To(HaveMembers("scope"))
		}
	})

	It(requirement("oauth2.scope.form"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		answer := exchange(ctx, server)
		Control(ctx, answer).To(IssueTokens())
		answers := []*wire.Exchange{answer}
		if tokens := oauth.Granted(answer, ""); tokens.Refresh != "" {
			answers = append(answers, server.Renew(ctx, tokens.Refresh))
		}
		judged := false
		for _, a := range answers {
			if there, _ := HaveMembers("scope").Match(a); there {
				judged = true
				Expect(ctx, a).To(HaveTextLike("scope", scopeForm, "of scopes with single spaces"))
			}
		}
		if !judged {
			NotApplicable(ctx, "no token answer has a scope")
		}
	})

	It(requirement("oauth2.scope.order"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		words := several(ctx, server)
		first := exchange(ctx, server)
		Control(ctx, first).To(IssueTokens())
		slices.Reverse(words)
		back := server.Authorize(ctx, server.Request().Apply(oauth.Set("scope", strings.Join(words, " "))))
		if !Expect(ctx, back).To(BringCode()) {
			return
		}
		answer := server.Exchange(ctx, back.Code)
		if Expect(ctx, answer).To(IssueTokens()) {
			asked := server.Request().Get("scope")
			Expect(ctx, toldScope(answer, asked)).To(Be("scope", toldScope(first, asked)))
		}
	})

	It(requirement("oauth2.scope.refresh-narrower"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		words := several(ctx, server)
		refreshes(ctx, server)
		answer := server.Renew(ctx, IssueRefreshable(ctx, server).Refresh, oauth.Set("scope", words[0]))
		if !grants(answer) {
			NotApplicable(ctx, "the target does not narrow a refresh: %s", answer)
		}
		granted, known := introspected(ctx, answer)
		if !known {
			NotApplicable(ctx, "introspection does not show which scope was granted")
		}
		Expect(ctx, toldScope(answer, words[0])).To(Be("scope of the answer, or the requested one", sortedScope(granted)))
	})

	It(requirement("oauth2.scope.refresh-kept"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		words := several(ctx, server)
		session := renewed(ctx, server, IssueRefreshable(ctx, server))
		narrow := server.Renew(ctx, session.Refresh, oauth.Set("scope", words[0]))
		if !grants(narrow) {
			NotApplicable(ctx, "the target does not narrow a refresh: %s", narrow)
		}
		wide := server.Renew(ctx, newest(narrow, session).Refresh, oauth.Set("scope", strings.Join(words, " ")))
		if Expect(ctx, wide).To(IssueTokens()) {
			both := strings.Join(words, " ")
			Expect(ctx, toldScope(wide, both)).To(Be("scope", sortedScope(both)))
		}
	})

	It(requirement("provider.error.invalid-scope"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		refreshes(ctx, server)
		wider := strings.TrimSpace(server.Request().Get("scope") + " x-invented")
		answer := server.Renew(ctx, IssueRefreshable(ctx, server).Refresh, oauth.Set("scope", wider))
		if grants(answer) {
			NotApplicable(ctx, "the target ignores the wider scope instead of refusing the refresh")
		}
		Expect(ctx, answer).To(All(HaveStatus(400), HaveError("invalid_scope"), GrantNothing()))
	})
})

// several returns the scopes of our request, at least two, all of which are granted.
func several(ctx Ctx, server oauth.Server) []string {
	words := strings.Fields(server.Request().Get("scope"))
	if len(words) < 2 {
		NotApplicable(ctx, "our request has fewer than two scopes; give more with --scope")
	}
	answer := exchange(ctx, server)
	Control(ctx, answer).To(IssueTokens())
	if asked := strings.Join(words, " "); toldScope(answer, asked) != sortedScope(asked) {
		NotApplicable(ctx, "the target grants another scope than we ask for: %s", answer.Text("scope"))
	}
	return words
}

// introspected returns the scope that introspection shows for an answer's access token; false: it shows none.
func introspected(ctx Ctx, answer *wire.Exchange) (string, bool) {
	if !offers(ctx, "introspection") {
		return "", false
	}
	shown := oauth.Get[oauth.Introspector](ctx).Introspect(ctx, answer.Text("access_token"))
	return shown.Text("scope"), active(shown) && shown.Text("scope") != ""
}

// toldScope returns the sorted scope of a token answer: the requested one if it names none (RFC 6749 §5.1).
func toldScope(answer *wire.Exchange, asked string) string {
	return sortedScope(cmp.Or(answer.Text("scope"), asked))
}
