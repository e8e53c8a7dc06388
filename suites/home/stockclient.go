package home

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"
	"golang.org/x/oauth2"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("A stock OAuth client", func() {
	It(requirement("oauth2.stock.code"), func(ctx SpecContext) {
		h := home.From(ctx)
		config, under := stockClient(ctx, h)
		verifier := oauth2.GenerateVerifier()
		code := h.Code(ctx, home.Login{})
		_, err := config.Exchange(under, code)
		Expect(ctx, err).To(Be("the library's error", error(nil)))
		if h.Facts.PKCE {
			code = h.Code(ctx, home.Login{Body: map[string]any{"code_challenge": oauth2.S256ChallengeFromVerifier(verifier), "code_challenge_method": "S256"}})
			_, err = config.Exchange(under, code, oauth2.VerifierOption(verifier))
			Expect(Step(ctx, "PKCE"), err).To(Be("the library's error", error(nil)))
		}
	})

	It(requirement("oauth2.stock.refresh"), func(ctx SpecContext) {
		h := home.From(ctx)
		config, under := stockClient(ctx, h)
		tokens := h.Tokens(ctx, home.Login{})
		stale := &oauth2.Token{AccessToken: "stale", RefreshToken: tokens.Refresh, Expiry: time.Unix(1, 0)}
		fresh, err := config.TokenSource(under, stale).Token()
		Expect(ctx, err).To(Be("the library's error", error(nil)))
		if err == nil {
			Secret(ctx, "access_token", fresh.AccessToken)
			Expect(ctx, h.API(ctx, fresh.AccessToken, "/api/")).To(HaveStatus(200))
			Expect(ctx, fresh.RefreshToken == tokens.Refresh).To(Be("the refresh token is kept", true))
		}
	})
})

// stockClient is golang.org/x/oauth2 as an app uses it: a public client, its id in the form. Its requests are recorded.
func stockClient(ctx context.Context, h *home.Home) (*oauth2.Config, context.Context) {
	return &oauth2.Config{
		ClientID: h.Client().ID, RedirectURL: h.Client().Redirect,
		Endpoint: oauth2.Endpoint{TokenURL: h.Wire.Absolute("/auth/token"), AuthStyle: oauth2.AuthStyleInParams},
	}, context.WithValue(ctx, oauth2.HTTPClient, h.Wire.Stock())
}
