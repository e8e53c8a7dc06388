package server

import (
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

const verifier = oauth.Verifier

// unreserved are the characters of a verifier (RFC 7636 §4.1).
const unreserved = "1234567890-._~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

var _ = Describe("PKCE", func() {
	It(requirement("oauth2.pkce.s256"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		Each(ctx, []vector{
			{"PK01", verifier}, {"PK03 43 characters", strings.Repeat("a", 43)},
			{"PK04 128 characters, all unreserved", unreserved + strings.Repeat("-._~", 15) + "az"},
		}, named, func(ctx Ctx, v vector) {
			Expect(ctx, server.Exchange(ctx, bound(ctx, v.value), oauth.Set("code_verifier", v.value))).To(IssueTokens())
		})
	})

	It(requirement("oauth2.pkce.wrong-verifier"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		verifies(ctx, server, verifier)
		Each(ctx, []vector{
			{"PK10", strings.Repeat("b", 43)}, {"PK11 the challenge", oauth.S256(verifier)}, {"PK12 one letter's case", "D" + verifier[1:]},
			{"a beginning", verifier + "A"},
		}, named, func(ctx Ctx, v vector) {
			Expect(ctx, server.Exchange(ctx, bound(ctx, verifier), oauth.Set("code_verifier", v.value))).To(BeRefused(ctx, "verifier-wrong"))
		})
	})

	It(requirement("oauth2.pkce.missing-verifier"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		verifies(ctx, server, verifier)
		Expect(ctx, server.Exchange(ctx, bound(ctx, verifier), oauth.Drop("code_verifier"))).To(BeRefused(ctx, "verifier-missing"))
		Expect(ctx, server.Exchange(ctx, bound(ctx, verifier), oauth.Set("code_verifier", ""))).To(BeRefused(ctx, "verifier-missing"))
	})

	It(requirement("oauth2.pkce.unexpected-verifier"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		works(ctx, server)
		first := server.Authorize(ctx, server.Request().Apply(oauth.Unbound()...))
		if first.Code == "" {
			NotApplicable(ctx, "the target wants a challenge of every request: %s", first)
		}
		Control(ctx, server.Exchange(ctx, first.Code, oauth.Drop("code_verifier"))).To(IssueTokens())
		free := oauth.Code(ctx, server, "", oauth.Unbound()...)
		Expect(ctx, server.Exchange(ctx, free, oauth.Set("code_verifier", verifier))).To(BeRefused(ctx, "verifier-unexpected"))
	})

	It(requirement("oauth2.pkce.plain-refused"), func(ctx SpecContext) {
		own := strings.Repeat("a", 43)
		refusedChallenges(ctx, attempt{"PK07 plain", pkce(own, "plain")},
			attempt{"PK07 no method", changes(oauth.Set("code_challenge", own), oauth.Drop("code_challenge_method"))})
	})

	It(requirement("oauth2.pkce.unknown-method"), func(ctx SpecContext) {
		hash := oauth.S256(verifier)
		refusedChallenges(ctx, attempt{"PK08 S512", pkce(hash, "S512")}, attempt{"PK08 unknown", pkce(hash, "unknown")},
			attempt{"PK08 s256", pkce(hash, "s256")})
	})

	It(requirement("oauth2.pkce.malformed-challenge"), func(ctx SpecContext) {
		hash := oauth.S256(verifier)
		refusedChallenges(ctx,
			attempt{"PK05 42 characters", pkce(hash[:42], "S256")}, attempt{"PK06 129 characters", pkce(strings.Repeat("a", 129), "S256")},
			attempt{"PK06 padded", pkce(hash+"=", "S256")}, attempt{"PK06 plus and slash", pkce("+/"+hash[2:], "S256")},
			attempt{"a line end", pkce(hash+"\n", "S256")})
	})

	It(requirement("oauth2.pkce.not-shared"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		one, two := strings.Repeat("1", 43), strings.Repeat("2", 43)
		verifies(ctx, server, one)
		first, second := bound(ctx, one), bound(ctx, two)
		Expect(ctx, server.Exchange(ctx, first, oauth.Set("code_verifier", two))).To(BeRefused(ctx, "verifier-wrong"))
		Expect(ctx, server.Exchange(ctx, second, oauth.Set("code_verifier", one))).To(BeRefused(ctx, "verifier-wrong"))
	})

	It(requirement("oauth2.pkce.burns-code"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		verifies(ctx, server, verifier)
		code := bound(ctx, verifier)
		wrong := server.Exchange(ctx, code, oauth.Set("code_verifier", strings.Repeat("b", 43)))
		Control(ctx, wrong).To(BeRefused(ctx, "verifier-wrong"))
		right := server.Exchange(ctx, code, oauth.Set("code_verifier", verifier))
		Note(ctx, "the right verifier after a wrong one: %s", Outcome(right))
	})

	It(requirement("oauth2.pkce.parallel"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		verifies(ctx, server, verifier)
		count := 0
		for _, e := range atOnce(ctx, server, bound(ctx, verifier), oauth.Set("code_verifier", verifier)) {
			if grants(e) {
				count++
			}
		}
		Expect(ctx, count > 1).To(Be("more than one answer with tokens", false))
	})

	It(requirement("provider.pkce.public"), func(ctx SpecContext) {
		server, client := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Clients](ctx).Public()
		code := oauth.Code(ctx, server, "", client.Asks()...)
		Expect(ctx, server.Exchange(ctx, code, client.Redeems()...)).To(IssueTokens())
		bare := server.Request().Apply(oauth.Unbound()...).Apply(oauth.Set("client_id", client.ID))
		Expect(ctx, server.Authorize(ctx, bare)).To(RefuseAuthorization(ctx, "challenge-missing"))
	})
})

// bound returns a code requested with the challenge of a verifier.
func bound(ctx Ctx, verifier string) string {
	return oauth.Code(ctx, oauth.Get[oauth.Server](ctx), verifier)
}

// verifies redeems a code with its verifier: the control.
func verifies(ctx Ctx, server oauth.Server, verifier string) {
	Lately(ctx, server, "a code is redeemed with its verifier "+verifier, func() {
		Control(ctx, server.Exchange(ctx, bound(ctx, verifier), oauth.Set("code_verifier", verifier))).To(IssueTokens())
	})
}

// pkce requests a code with a challenge.
func pkce(challenge, method string) []oauth.Change {
	return changes(oauth.Set("code_challenge", challenge), oauth.Set("code_challenge_method", method))
}

// refusedChallenges judges that no request with these challenges gets a code, next to a good one that does.
func refusedChallenges(ctx Ctx, list ...attempt) {
	server := oauth.Get[oauth.Authorizer](ctx)
	Lately(ctx, server, "a request with a challenge brings a code", func() {
		Control(ctx, server.Authorize(ctx, server.Request().Apply(oauth.Challenge(verifier)...))).To(BringCode())
	})
	Each(ctx, list, called, func(ctx Ctx, a attempt) {
		Expect(ctx, server.Authorize(ctx, server.Request().Apply(a.changes...))).To(RefuseAuthorization(ctx, "challenge-refused"))
	})
}
