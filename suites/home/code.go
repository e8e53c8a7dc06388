package home

import (
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Authorization code", func() {
	It(requirement("oauth2.code.single-use"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		code := oauth.Code(ctx, server, "")
		Control(ctx, server.Exchange(ctx, code)).To(IssueTokens())
		Expect(ctx, server.Exchange(ctx, code)).To(BeRefused(ctx, "code-refused"))
		Expect(ctx, server.Exchange(ctx, code)).To(BeRefused(ctx, "code-refused"))
	})

	It(requirement("oauth2.code.single-use-parallel"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		code := oauth.Code(ctx, server, "")
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
		h := home.From(ctx)
		Control(ctx, h.Exchange(ctx, h.Code(ctx, home.Login{}))).To(IssueTokens())
		Each(ctx, []string{h.Site.Other() + "/", h.Site.Origin() + "/other", "https://app.example/"}, AsIs, func(ctx Ctx, foreign string) {
			Expect(ctx, h.Exchange(ctx, h.Code(ctx, home.Login{}), oauth.Set("client_id", foreign))).To(BeRefused(ctx, "code-refused"))
		})
	})

	It(requirement("ha.code.survives-foreign-client"), func(ctx SpecContext) {
		h := home.From(ctx)
		code := h.Code(ctx, home.Login{})
		Control(ctx, h.Exchange(ctx, code, oauth.Set("client_id", h.Site.Other()+"/"))).To(BeRefused(ctx, "code-refused"))
		Note(ctx, "after a foreign client's try the code gets its own client %s", Outcome(h.Exchange(ctx, code)))
	})

	It(requirement("oauth2.code.client-id-required"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Exchange(ctx, h.Code(ctx, home.Login{}))).To(IssueTokens())
		Expect(ctx, h.Exchange(ctx, h.Code(ctx, home.Login{}), oauth.Drop("client_id"))).To(BeRefused(ctx, "client-refused"))
		Expect(ctx, h.Exchange(ctx, h.Code(ctx, home.Login{}), oauth.Set("client_id", ""))).To(BeRefused(ctx, "client-refused"))
	})

	It(requirement("ha.code.exact-client-id"), func(ctx SpecContext) {
		h := home.From(ctx)
		id := h.Site.Origin() + "/App"
		login := home.Login{ClientID: id, RedirectURI: h.Client().Redirect}
		Control(ctx, h.Exchange(ctx, h.Code(ctx, login), oauth.Set("client_id", id))).To(IssueTokens())
		Each(ctx, []string{strings.ToLower(id), id + "/", id + "?x=1", h.Site.Origin() + "/", h.Site.Origin()}, AsIs, func(ctx Ctx, other string) {
			Expect(ctx, h.Exchange(ctx, h.Code(ctx, login), oauth.Set("client_id", other))).To(BeRefused(ctx, "code-refused"))
		})
	})

	It(requirement("oauth2.code.entropy"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		codes := make([]string, 16)
		Each(ctx, Indices(len(codes)), Nameless, func(ctx Ctx, i int) { codes[i] = oauth.Code(ctx, server, "") })
		Expect(ctx, codes).To(BeUnguessable(128))
	})

	It(requirement("oauth2.code.not-an-access-token"), func(ctx SpecContext) {
		h := home.From(ctx)
		code := h.Code(ctx, home.Login{})
		Expect(ctx, h.API(ctx, code, "/api/")).To(BeRefused(ctx, "bearer-refused"))
		Expect(ctx, h.Refresh(ctx, oauth.Tokens{Refresh: code, ClientID: h.Client().ID})).To(BeRefused(ctx, "refresh-dead"))
		Control(ctx, h.Exchange(ctx, code)).To(IssueTokens())
	})

	It(requirement("oauth2.code.missing"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		code := oauth.Code(ctx, server, "")
		Expect(ctx, server.Exchange(ctx, code, oauth.Drop("code"))).To(BeRefused(ctx, "code-missing"))
		Expect(ctx, server.Exchange(ctx, code, oauth.Set("code", ""))).To(BeRefused(ctx, "code-missing"))
		Expect(ctx, server.Exchange(ctx, code, oauth.Set("code", "0123456789abcdef0123456789abcdef"))).To(BeRefused(ctx, "code-refused"))
		Expect(ctx, server.Exchange(ctx, code, oauth.Set("code", code+"0"))).To(BeRefused(ctx, "code-refused"))
		Expect(ctx, server.Exchange(ctx, code, oauth.Set("code", code[:len(code)-1]))).To(BeRefused(ctx, "code-refused"))
		Control(ctx, server.Exchange(ctx, code)).To(IssueTokens())
	})

	It(requirement("oauth2.code.expires"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		Control(ctx, server.Exchange(ctx, oauth.Code(ctx, server, ""))).To(IssueTokens())
		code := oauth.Code(ctx, server, "")
		Advance(ctx, 10*time.Minute+30*time.Second)
		Expect(ctx, server.Exchange(ctx, code)).To(BeRefused(ctx, "code-refused"))
		Control(ctx, server.Exchange(ctx, oauth.Code(ctx, server, ""))).To(IssueTokens())
	})

	It(requirement("ha.code.lives-minutes"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Exchange(ctx, h.Code(ctx, home.Login{}))).To(IssueTokens())
		code := h.Code(ctx, home.Login{})
		Advance(ctx, 9*time.Minute+30*time.Second)
		Expect(ctx, h.Exchange(ctx, code)).To(IssueTokens())
	})
})
