package server

import (
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/target"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Authorization code", func() {
	It(requirement("oauth2.code.single-use"), func(ctx SpecContext) {
		server := target.ServerFrom(ctx)
		code := server.FreshCode(ctx, "")
		Control(ctx, server.Exchange(ctx, code)).To(IssueTokens())
		Expect(ctx, server.Exchange(ctx, code)).To(BeRefused(ctx, "code-refused"))
		Expect(ctx, server.Exchange(ctx, code)).To(BeRefused(ctx, "code-refused"))
	})

	It(requirement("oauth2.code.single-use-parallel"), func(ctx SpecContext) {
		server := target.ServerFrom(ctx)
		code := server.FreshCode(ctx, "")
		answers := make([]*wire.Exchange, 8)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() { answers[i] = server.Exchange(ctx, code) })
		}
		wg.Wait()
		granted := 0
		for _, e := range answers {
			if e.Status == 200 {
				granted++
			} else {
				Expect(ctx, e).To(BeRefused(ctx, "code-refused"))
			}
		}
		Expect(ctx, granted).To(Be("answers with tokens", 1))
	})

	It(requirement("oauth2.code.bound-client"), func(ctx SpecContext) {
		home := target.From(ctx)
		Control(ctx, home.Exchange(ctx, home.Code(ctx, target.Login{}))).To(IssueTokens())
		Each(ctx, []string{home.Site.Other() + "/", home.Site.Origin() + "/other", "https://app.example/"}, AsIs, func(ctx Ctx, foreign string) {
			Expect(ctx, home.Exchange(ctx, home.Code(ctx, target.Login{}), target.Set("client_id", foreign))).To(BeRefused(ctx, "code-refused"))
		})
	})

	It(requirement("ha.code.survives-foreign-client"), func(ctx SpecContext) {
		home := target.From(ctx)
		code := home.Code(ctx, target.Login{})
		Control(ctx, home.Exchange(ctx, code, target.Set("client_id", home.Site.Other()+"/"))).To(BeRefused(ctx, "code-refused"))
		Note(ctx, "after a foreign client's try the code gets its own client %s", Outcome(home.Exchange(ctx, code)))
	})

	It(requirement("oauth2.code.client-id-required"), func(ctx SpecContext) {
		home := target.From(ctx)
		Control(ctx, home.Exchange(ctx, home.Code(ctx, target.Login{}))).To(IssueTokens())
		Expect(ctx, home.Exchange(ctx, home.Code(ctx, target.Login{}), target.Drop("client_id"))).To(BeRefused(ctx, "client-refused"))
		Expect(ctx, home.Exchange(ctx, home.Code(ctx, target.Login{}), target.Set("client_id", ""))).To(BeRefused(ctx, "client-refused"))
	})

	It(requirement("ha.code.exact-client-id"), func(ctx SpecContext) {
		home := target.From(ctx)
		id := home.Site.Origin() + "/App"
		login := target.Login{ClientID: id, RedirectURI: home.Client().Redirect}
		Control(ctx, home.Exchange(ctx, home.Code(ctx, login), target.Set("client_id", id))).To(IssueTokens())
		Each(ctx, []string{strings.ToLower(id), id + "/", id + "?x=1", home.Site.Origin() + "/", home.Site.Origin()}, AsIs, func(ctx Ctx, other string) {
			Expect(ctx, home.Exchange(ctx, home.Code(ctx, login), target.Set("client_id", other))).To(BeRefused(ctx, "code-refused"))
		})
	})

	It(requirement("oauth2.code.entropy"), func(ctx SpecContext) {
		server := target.ServerFrom(ctx)
		codes := make([]string, 16)
		Each(ctx, Indices(len(codes)), Nameless, func(ctx Ctx, i int) { codes[i] = server.FreshCode(ctx, "") })
		Expect(ctx, codes).To(BeUnguessable(128))
	})

	It(requirement("oauth2.code.not-an-access-token"), func(ctx SpecContext) {
		home := target.From(ctx)
		code := home.Code(ctx, target.Login{})
		Expect(ctx, home.API(ctx, code, "/api/")).To(BeRefused(ctx, "bearer-refused"))
		Expect(ctx, home.Refresh(ctx, target.Tokens{Refresh: code, ClientID: home.Client().ID})).To(BeRefused(ctx, "refresh-dead"))
		Control(ctx, home.Exchange(ctx, code)).To(IssueTokens())
	})

	It(requirement("oauth2.code.missing"), func(ctx SpecContext) {
		server := target.ServerFrom(ctx)
		code := server.FreshCode(ctx, "")
		Expect(ctx, server.Exchange(ctx, code, target.Drop("code"))).To(BeRefused(ctx, "code-missing"))
		Expect(ctx, server.Exchange(ctx, code, target.Set("code", ""))).To(BeRefused(ctx, "code-missing"))
		Expect(ctx, server.Exchange(ctx, code, target.Set("code", "0123456789abcdef0123456789abcdef"))).To(BeRefused(ctx, "code-refused"))
		Expect(ctx, server.Exchange(ctx, code, target.Set("code", code+"0"))).To(BeRefused(ctx, "code-refused"))
		Expect(ctx, server.Exchange(ctx, code, target.Set("code", code[:len(code)-1]))).To(BeRefused(ctx, "code-refused"))
		Control(ctx, server.Exchange(ctx, code)).To(IssueTokens())
	})

	It(requirement("oauth2.code.expires"), func(ctx SpecContext) {
		server := target.ServerFrom(ctx)
		Control(ctx, server.Exchange(ctx, server.FreshCode(ctx, ""))).To(IssueTokens())
		code := server.FreshCode(ctx, "")
		Advance(ctx, 10*time.Minute+30*time.Second)
		Expect(ctx, server.Exchange(ctx, code)).To(BeRefused(ctx, "code-refused"))
		Control(ctx, server.Exchange(ctx, server.FreshCode(ctx, ""))).To(IssueTokens())
	})

	It(requirement("ha.code.lives-minutes"), func(ctx SpecContext) {
		home := target.From(ctx)
		Control(ctx, home.Exchange(ctx, home.Code(ctx, target.Login{}))).To(IssueTokens())
		code := home.Code(ctx, target.Login{})
		Advance(ctx, 9*time.Minute+30*time.Second)
		Expect(ctx, home.Exchange(ctx, code)).To(IssueTokens())
	})
})
