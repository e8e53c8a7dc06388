package server

import (
	"net/http"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Authorization code", func() {
	It(requirement("oauth2.code.single-use"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		code, _ := liveCode(server).Spent(ctx)
		Expect(ctx, server.Exchange(ctx, code)).To(BeRefused(ctx, "code-refused"))
		Expect(ctx, server.Exchange(ctx, code)).To(BeRefused(ctx, "code-refused"))
	})

	It(requirement("oauth2.code.single-use-parallel"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		count := 0
		for _, e := range atOnce(ctx, server, oauth.Code(ctx, server, "")) {
			if grants(e) {
				count++
			} else {
				Expect(ctx, e).To(GrantNothing())
			}
		}
		Expect(ctx, count).To(Be("answers with tokens", 1))
	})

	It(requirement("oauth2.code.bound-client"), func(ctx SpecContext) {
		server, clients := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Clients](ctx)
		other := clients.Other()
		own := oauth.Code(ctx, server, "", other.Asks()...)
		Control(Step(ctx, "the other client's own code"), server.Exchange(ctx, own, other.Redeems()...)).To(IssueTokens())
		refuses(ctx, server, BeRefused(ctx, "code-refused"), foreign(ctx, clients)...)
	})

	It(requirement("oauth2.code.client-id-required"), func(ctx SpecContext) {
		server, client := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Clients](ctx).Public()
		codes := LiveCode{
			Code: func(ctx Ctx) string { return oauth.Code(ctx, server, "", client.Asks()...) },
			Redeem: func(ctx Ctx, code string, change ...oauth.Change) *wire.Exchange {
				return server.Exchange(ctx, code, append(client.Redeems(), change...)...)
			},
		}
		codes.Refuses(ctx, BeRefused(ctx, "client-refused"), []string{"no client_id", "an empty client_id"},
			[][]oauth.Change{changes(oauth.Drop("client_id")), changes(oauth.Set("client_id", ""))})
	})

	It(requirement("oauth2.code.entropy"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		unguessable(ctx, 16, oauth.Samples.Codes, func(ctx Ctx) string { return oauth.Code(ctx, server, "") })
	})

	It(requirement("oauth2.code.not-an-access-token"), func(ctx SpecContext) {
		server, api := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Resource](ctx)
		refreshes(ctx, server)
		Control(ctx, api.Fetch(ctx, bearer(oauth.Issue(ctx, server).Access))).To(HaveStatus(http.StatusOK))
		code := oauth.Code(ctx, server, "")
		Expect(ctx, api.Fetch(ctx, bearer(code))).To(BeRefused(ctx, "bearer-refused"))
		Expect(ctx, server.Renew(ctx, code)).To(BeRefused(ctx, "refresh-dead"))
	})

	It(requirement("oauth2.code.missing"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		code := oauth.Code(ctx, server, "") // redeemed last: these may spend a code that is found by its beginning
		Expect(ctx, server.Exchange(ctx, code, oauth.Drop("code"))).To(BeRefused(ctx, "code-missing"))
		Expect(ctx, server.Exchange(ctx, code, oauth.Set("code", ""))).To(BeRefused(ctx, "code-missing"))
		Expect(ctx, server.Exchange(ctx, code, oauth.Set("code", unknown))).To(BeRefused(ctx, "code-refused"))
		refuses(ctx, server, BeRefused(ctx, "code-refused"),
			attempt{"a letter more", changes(longer)}, attempt{"a letter less", changes(shorter)})
	})

	It(requirement("oauth2.code.expires"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		works(ctx, server)
		code := oauth.Code(ctx, server, "")
		Advance(ctx, 10*time.Minute+30*time.Second)
		Expect(ctx, server.Exchange(ctx, code)).To(BeRefused(ctx, "code-refused"))
		works(ctx, server)
	})

	It(requirement("provider.token.replay-kills"), func(ctx SpecContext) {
		server, api := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Resource](ctx)
		code := oauth.Code(ctx, server, "")
		first := server.Exchange(ctx, code)
		Control(ctx, first).To(IssueTokens())
		Control(ctx, api.Fetch(ctx, bearer(first.Text("access_token")))).To(HaveStatus(http.StatusOK))
		Control(Step(ctx, "the code again"), server.Exchange(ctx, code)).To(BeRefused(ctx, "code-refused"))
		Expect(ctx, api.Fetch(ctx, bearer(first.Text("access_token")))).To(BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("provider.token.bound-redirect"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		works(ctx, server)
		redirect := server.Request().Get("redirect_uri")
		Expect(ctx, exchange(ctx, server, oauth.Set("redirect_uri", redirect+"/"))).To(BeRefused(ctx, "redirect-refused"))
		Expect(ctx, exchange(ctx, server, oauth.Set("redirect_uri", "https://elsewhere.example/"))).To(BeRefused(ctx, "redirect-refused"))
		Expect(Step(ctx, "none"), exchange(ctx, server, oauth.Drop("redirect_uri"))).To(BeRefused(ctx, "redirect-refused"))
	})
})

// longer and shorter add or drop one character of a request's code.
func longer(f oauth.Form) oauth.Form { return oauth.Set("code", f.Get("code")+"0")(f) }

func shorter(f oauth.Form) oauth.Form {
	code := f.Get("code")
	return oauth.Set("code", code[:max(0, len(code)-1)])(f)
}

// atOnce redeems a code eight times at the same moment.
func atOnce(ctx Ctx, server oauth.Server, code string, list ...oauth.Change) []*wire.Exchange {
	answers := make([]*wire.Exchange, 8)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = server.Exchange(ctx, code, list...) })
	}
	wg.Wait()
	return answers
}
