package home

import (
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
	"github.com/authconform/authconform/suites/tamper"
)

// longVerifier stays a verifier when it loses or gains a character.
const longVerifier = "Near-misses.of~this_Verifier-are-verifiers-themselves-0123456789"

var _ = Describe("Near misses", func() {
	It(requirement("ha.flow.near-password"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "near")
		Each(ctx, nearMisses(user.Password), nearMiss.called, func(ctx Ctx, m nearMiss) {
			Expect(ctx, logsIn(ctx, user.Username, m.value)).To(Refused())
		})
		Control(ctx, logsIn(ctx, user.Username, user.Password)).To(IssueCode())
	})

	It(requirement("ha.code.near-miss"), func(ctx SpecContext) {
		h := home.From(ctx)
		answers := map[string]*wire.Exchange{}
		right := spend(ctx, func(ctx Ctx, code string) *wire.Exchange {
			client := oauth.Set("client_id", h.CodeGrant(code).Get("client_id"))
			for _, m := range secretMisses(code) {
				Secret(ctx, "code", m.value)
				answers[m.name] = h.Exchange(Step(ctx, m.name), m.value, client)
			}
			return h.Exchange(ctx, code)
		})
		for name, answer := range Sorted(answers) {
			Expect(Step(ctx, name), answer).To(Refused())
		}
		Control(ctx, right).To(IssueTokens())
	})

	It(requirement("ha.refresh.near-miss"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.OwnSession(ctx)
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
		for _, m := range secretMisses(tokens.Refresh) {
			Secret(ctx, "refresh_token", m.value)
			under := Step(ctx, m.name)
			Expect(under, h.Refresh(under, tokens, oauth.Set("refresh_token", m.value))).To(Refused())
		}
		Control(ctx, h.Refresh(ctx, tokens)).To(IssueTokens())
	})

	It(requirement("ha.pkce.near-verifier"), func(ctx SpecContext) {
		h := home.From(ctx)
		redeem := func(ctx Ctx, with string) any {
			return h.Exchange(ctx, bound(ctx, longVerifier), oauth.Set("code_verifier", with))
		}
		Control(ctx, redeem(ctx, longVerifier)).To(IssueTokens())
		Each(ctx, append(nearMisses(longVerifier), nearMiss{"quoted", `"` + longVerifier + `"`},
			nearMiss{"a NUL and more", longVerifier + "\x00x"}), nearMiss.called, func(ctx Ctx, m nearMiss) {
			Expect(ctx, redeem(ctx, m.value)).To(Refused())
		})
	})

	It(requirement("ha.pkce.near-challenge"), func(ctx SpecContext) {
		h, hash := home.From(ctx), oauth.S256(verifier)
		begin := func(ctx Ctx, challenge, method string) *home.Step {
			return h.Begin(ctx, home.Login{Challenge: challenge, Method: method})
		}
		Control(ctx, begin(ctx, hash, "S256")).To(OpenForm())
		for name, challenge := range Sorted(map[string]string{"one character less": hash[:42], "one character more": hash + "A",
			"a blank before it": " " + hash, "a blank after it": hash + " ", "a blank in it": hash[:20] + " " + hash[21:],
			"a line end after it": hash + "\n", "padding": hash + "=", "a dot in it": hash[:20] + "." + hash[21:]}) {
			Expect(Step(ctx, "challenge: "+name), begin(Step(ctx, name), challenge, "S256")).To(All(HaveStatus(400), LackStep()))
		}
		for name, method := range Sorted(map[string]string{"a blank before it": " S256", "a blank after it": "S256 ",
			"a line end after it": "S256\n",
			"a dash":              "S-256", "other words": "SHA256", "one character less": "S25", "one character more": "S2567", "small": "s256"}) {
			Expect(Step(ctx, "method: "+name), begin(Step(ctx, name), hash, method)).To(All(HaveStatus(400), LackStep()))
		}
	})

	It(requirement("ha.mfa.pkce"), func(ctx SpecContext) {
		h, user := home.From(ctx), guarded(ctx, "pkce")
		user.Challenge = oauth.S256(verifier)
		Expect(Step(ctx, "the right verifier"), h.Exchange(ctx, h.Code(ctx, user), oauth.Set("code_verifier", verifier))).To(IssueTokens())
		Expect(Step(ctx, "no verifier"), h.Exchange(ctx, h.Code(ctx, user))).To(Refused())
		Expect(Step(ctx, "a wrong verifier"), h.Exchange(ctx, h.Code(ctx, user), oauth.Set("code_verifier", longVerifier))).To(
			Refused())
		user.Challenge = ""
		Expect(Step(ctx, "no challenge"), h.Exchange(ctx, h.Code(ctx, user), oauth.Set("code_verifier", verifier))).To(
			Refused())
	})
})

// secretMisses returns near misses of a secret that a machine keeps.
func secretMisses(secret string) []nearMiss {
	list := nearMisses(secret)
	for _, t := range tamper.Secret(secret) {
		list = append(list, nearMiss{t.Name, t.Value})
	}
	return append(list, nearMiss{"turned round", turned(secret)}, nearMiss{"twice", secret + secret},
		nearMiss{"quoted", `"` + secret + `"`}, nearMiss{"a NUL and more", secret + "\x00x"})
}

func turned(s string) string {
	var b strings.Builder
	for i := len(s) - 1; i >= 0; i-- {
		b.WriteByte(s[i])
	}
	return b.String()
}
