package home

import (
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

const verifier = oauth.Verifier

var _ = Describe("PKCE", func() {
	It(requirement("oauth2.pkce.s256"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		Each(ctx, []vector{
			{"PK01", verifier}, {"PK02", "a6128783714cfda1d388e2e98b6ae8221ac31aca31959e59512c59f5"}, {"PK03 43 characters", strings.Repeat("a", 43)},
			{"PK04 128 characters", strings.Repeat("a", 128)}, {"PK14 all unreserved", "1234567890-._~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij"},
		}, named, func(ctx Ctx, v vector) {
			Expect(ctx, server.Exchange(ctx, bound(ctx, v.value), oauth.Set("code_verifier", v.value))).To(IssueTokens())
		})
	})

	It(requirement("oauth2.pkce.wrong-verifier"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		Control(ctx, server.Exchange(ctx, bound(ctx, verifier), oauth.Set("code_verifier", verifier))).To(IssueTokens())
		Each(ctx, []vector{{"PK10", strings.Repeat("b", 43)}, {"PK11 the challenge", oauth.S256(verifier)}, {"PK12 one letter's case", "D" + verifier[1:]}, {"a beginning", verifier + "A"}}, named, func(ctx Ctx, v vector) {
			Expect(ctx, server.Exchange(ctx, bound(ctx, verifier), oauth.Set("code_verifier", v.value))).To(BeRefused(ctx, "verifier-wrong"))
		})
	})

	It(requirement("oauth2.pkce.missing-verifier"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		Control(ctx, server.Exchange(ctx, bound(ctx, verifier), oauth.Set("code_verifier", verifier))).To(IssueTokens())
		Expect(ctx, server.Exchange(ctx, bound(ctx, verifier))).To(BeRefused(ctx, "verifier-missing"))
		Expect(ctx, server.Exchange(ctx, bound(ctx, verifier), oauth.Set("code_verifier", ""))).To(BeRefused(ctx, "verifier-missing"))
	})

	It(requirement("oauth2.pkce.unexpected-verifier"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		Control(ctx, server.Exchange(ctx, oauth.Code(ctx, server, ""))).To(IssueTokens())
		Expect(ctx, server.Exchange(ctx, oauth.Code(ctx, server, ""), oauth.Set("code_verifier", verifier))).To(BeRefused(ctx, "verifier-unexpected"))
	})

	It(requirement("oauth2.pkce.verifier-grammar"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Exchange(ctx, bound(ctx, strings.Repeat("a", 43)), oauth.Set("code_verifier", strings.Repeat("a", 43)))).To(IssueTokens())
		Each(ctx, []vector{{"PK13 42 characters", strings.Repeat("a", 42)}, {"PK13 129 characters", strings.Repeat("a", 129)}, {"a plus sign", strings.Repeat("a", 42) + "+"}, {"a line end", strings.Repeat("a", 43) + "\n"}}, named, func(ctx Ctx, v vector) {
			Expect(ctx, h.Exchange(ctx, bound(ctx, v.value), oauth.Set("code_verifier", v.value))).To(BeRefused(ctx, "verifier-wrong"))
		})
	})

	It(requirement("oauth2.pkce.plain-refused"), func(ctx SpecContext) {
		pkceRefused(ctx, []pkceVector{{"PK07 plain", strings.Repeat("a", 43), "plain"}, {"PK07 no method", strings.Repeat("a", 43), ""}})
	})

	It(requirement("oauth2.pkce.unknown-method"), func(ctx SpecContext) {
		pkceRefused(ctx, []pkceVector{{"PK08 S512", oauth.S256(verifier), "S512"}, {"PK08 unknown", oauth.S256(verifier), "unknown"}, {"PK08 s256", oauth.S256(verifier), "s256"}})
	})

	It(requirement("oauth2.pkce.method-without-challenge"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Begin(ctx, home.Login{Challenge: oauth.S256(verifier)})).To(OpenForm())
		Expect(Step(ctx, "no challenge"), h.Begin(ctx, home.Login{Method: "S256"})).To(All(HaveStatus(400), LackStep()))
		Expect(Step(ctx, "an empty challenge"), h.Begin(ctx, home.Login{Method: "S256", Body: map[string]any{"code_challenge": ""}})).To(All(HaveStatus(400), LackStep()))
	})

	It(requirement("oauth2.pkce.malformed-challenge"), func(ctx SpecContext) {
		good := oauth.S256(verifier)
		pkceRefused(ctx, []pkceVector{
			{"PK05 42 characters", good[:42], "S256"}, {"PK06 129 characters", strings.Repeat("a", 129), "S256"}, {"PK06 padded", good + "=", "S256"},
			{"PK06 plus and slash", "+/" + good[2:], "S256"}, {"a line end", good + "\n", "S256"},
		})
	})

	It(requirement("oauth2.pkce.not-shared"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		one, two := strings.Repeat("1", 43), strings.Repeat("2", 43)
		first, second := bound(ctx, one), bound(ctx, two)
		Expect(ctx, server.Exchange(ctx, first, oauth.Set("code_verifier", two))).To(BeRefused(ctx, "verifier-wrong"))
		Expect(ctx, server.Exchange(ctx, second, oauth.Set("code_verifier", one))).To(BeRefused(ctx, "verifier-wrong"))
		Control(ctx, server.Exchange(ctx, bound(ctx, one), oauth.Set("code_verifier", one))).To(IssueTokens())
	})

	It(requirement("oauth2.pkce.burns-code"), func(ctx SpecContext) {
		h := home.From(ctx)
		code := bound(ctx, verifier)
		Control(ctx, h.Exchange(ctx, code, oauth.Set("code_verifier", strings.Repeat("b", 43)))).To(BeRefused(ctx, "verifier-wrong"))
		Note(ctx, "the right verifier after a wrong one: %s", Outcome(h.Exchange(ctx, code, oauth.Set("code_verifier", verifier))))
	})

	It(requirement("indieauth.authz.no-pkce-allowed"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, h.Exchange(ctx, h.Code(ctx, home.Login{}))).To(IssueTokens())
	})

	It(requirement("oauth2.pkce.parallel"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		code := bound(ctx, verifier)
		answers := make([]*wire.Exchange, 8)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() { answers[i] = server.Exchange(ctx, code, oauth.Set("code_verifier", verifier)) })
		}
		wg.Wait()
		granted := 0
		for _, e := range answers {
			if e.Status == 200 {
				granted++
			}
		}
		Expect(ctx, granted).To(Be("answers with tokens", 1))
	})
})

// pkceVector is a challenge and a method.
type pkceVector struct{ name, challenge, method string }

// bound is a code asked for with the challenge of a verifier.
func bound(ctx Ctx, verifier string) string {
	return oauth.Code(ctx, oauth.Get[oauth.Server](ctx), verifier)
}

// pkceRefused holds for challenges for which no login flow opens, next to one for which it does.
func pkceRefused(ctx Ctx, list []pkceVector) {
	h := home.From(ctx)
	Control(ctx, h.Begin(ctx, home.Login{Challenge: oauth.S256(verifier)})).To(OpenForm())
	Each(ctx, list, func(v pkceVector) string { return v.name }, func(ctx Ctx, v pkceVector) {
		body := map[string]any{"code_challenge": v.challenge, "code_challenge_method": nil}
		if v.method != "" {
			body["code_challenge_method"] = v.method
		}
		Expect(ctx, h.Begin(ctx, home.Login{Body: body})).To(All(HaveStatus(400), LackStep()))
	})
}
