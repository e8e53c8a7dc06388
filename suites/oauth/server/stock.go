package server

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"
	"golang.org/x/oauth2"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("A stock OAuth client", func() {
	It(requirement("oauth2.stock.code"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		library, under := stockClient(ctx)
		back := server.Authorize(ctx, server.Request().Apply(oauth.Unbound()...))
		if back.Code != "" {
			_, err := library.Exchange(under, back.Code)
			Expect(Step(ctx, "without PKCE"), err).To(Be("the library's error", error(nil)))
		}
		if back.Code == "" || names(document(ctx), pkceMethods, "S256") {
			own := oauth2.GenerateVerifier()
			_, err := library.Exchange(under, oauth.Code(ctx, server, own), oauth2.VerifierOption(own))
			Expect(Step(ctx, "PKCE"), err).To(Be("the library's error", error(nil)))
		}
	})

	It(requirement("oauth2.stock.refresh"), func(ctx SpecContext) {
		server, api := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Resource](ctx)
		library, under := stockClient(ctx)
		tokens := IssueRefreshable(ctx, server)
		stale := &oauth2.Token{AccessToken: "stale", RefreshToken: tokens.Refresh, Expiry: time.Unix(1, 0)}
		fresh, err := library.TokenSource(under, stale).Token()
		if !Expect(ctx, err).To(Be("the library's error", error(nil))) {
			return
		}
		Secret(ctx, "access_token", fresh.AccessToken)
		Expect(ctx, api.Fetch(ctx, bearer(fresh.AccessToken))).To(HaveStatus(200))
		Expect(Step(ctx, "the refresh token that it keeps"), server.Renew(ctx, fresh.RefreshToken)).To(HaveText("access_token"))
	})
})

// stockClient configures golang.org/x/oauth2 as an app does, with the default client. Its requests are recorded.
func stockClient(ctx context.Context) (*oauth2.Config, context.Context) {
	at, client := oauth.Get[oauth.Library](ctx).Endpoint(), oauth.Get[oauth.Clients](ctx).Default()
	style := oauth2.AuthStyleInParams
	if at.Basic {
		style = oauth2.AuthStyleInHeader
	}
	redirect := oauth.Get[oauth.Authorizer](ctx).Request().Get("redirect_uri")
	return &oauth2.Config{
		ClientID: client.ID, ClientSecret: client.Secret, RedirectURL: redirect,
		Endpoint: oauth2.Endpoint{TokenURL: at.URL, AuthStyle: style},
	}, context.WithValue(ctx, oauth2.HTTPClient, at.HTTP)
}
