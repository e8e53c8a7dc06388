package linking

import (
	"net/url"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home/linking"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/thirdparty"
	. "github.com/authconform/authconform/suites/expect"
)

// myCallback is the redirect URI of a home that uses my.home-assistant.io.
const myCallback = "https://my.home-assistant.io/redirect/oauth"

var challengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// begun starts a flow with its own app, up to the external step.
func begun(ctx Ctx, s linking.Settings) *linking.Step {
	return linking.Begin(ctx, linking.Enter(ctx, party(ctx), s).ID)
}

var _ = Describe("Authorize URL", func() {
	It(requirement("oauth2.client.authorize-parameters"), func(ctx SpecContext) {
		app := party(ctx)
		s := linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{}).ID)
		q := query(s.URL)
		once(ctx, q, "response_type", "client_id", "redirect_uri", "state", "scope")
		Expect(ctx, q.Get("response_type")).To(Be("response_type", "code"))
		Expect(ctx, q.Get("client_id")).To(Be("client_id", app.ClientID))
		Control(ctx, linking.Finish(ctx, app, s).Exchange).To(makeEntry())
	})

	It(requirement("oauth2.client.authorize-query"), func(ctx SpecContext) {
		app := party(ctx)
		s := linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{AuthorizeURL: app.AuthorizeURL() + "?tenant=a%26b"}).ID)
		Expect(ctx, query(s.URL).Get("tenant")).To(Be("tenant of the endpoint's own query", "a&b"))
		Control(ctx, query(s.URL).Get("client_id")).To(Be("client_id beside it", app.ClientID))
		once(ctx, query(s.URL), "response_type", "client_id", "redirect_uri", "state")
	})

	It(requirement("oauth2.client.redirect-own"), func(ctx SpecContext) {
		want := linking.Base(ctx) + "/auth/external/callback"
		if linking.My(ctx) {
			want = myCallback
		}
		Expect(ctx, query(begun(ctx, linking.Settings{}).URL).Get("redirect_uri")).To(Be("redirect_uri", want))
	})

	It(requirement("oauth2.client.scope"), func(ctx SpecContext) {
		for _, scope := range []string{"profile devices:read", "openid"} {
			Expect(ctx, query(begun(ctx, linking.Settings{Scope: scope}).URL).Get("scope")).To(Be("scope", scope))
		}
	})

	It(requirement("oauth2.client.encoded"), func(ctx SpecContext) {
		app := party(ctx)
		app.ClientID += "&x=1+2%41=ü"
		scope := "a+b a&b https://scope.example/x?y=z"
		s := linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{Scope: scope}).ID)
		Expect(ctx, query(s.URL).Get("client_id")).To(Be("client_id", app.ClientID))
		Expect(ctx, query(s.URL).Get("scope")).To(Be("scope", scope))
		Expect(ctx, query(s.URL).Has("x")).To(Be("a parameter x", false))
	})

	It(requirement("oauth2.client.no-secret-in-url"), func(ctx SpecContext) {
		app := party(ctx)
		app.Token = func(int, thirdparty.Request) thirdparty.Reply { return app.Issue(ctx, nil) }
		s := linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{PKCE: true}).ID)
		Control(ctx, linking.Finish(ctx, app, s).Exchange).To(makeEntry())
		decoded, _ := url.QueryUnescape(s.URL)
		Expect(ctx, strings.Contains(decoded, app.Secret)).To(Be("the client secret in the URL", false))
		verifier := last(ctx, app.Requests("token")).Form.Get("code_verifier")
		Control(ctx, verifier != "").To(Be("a code_verifier in the token request", true))
		Expect(ctx, strings.Contains(decoded, verifier)).To(Be("the code_verifier in the URL", false))
	})

	It(requirement("oauth2.client.state-unguessable"), func(ctx SpecContext) {
		app := party(ctx)
		credential := linking.Enter(ctx, app, linking.Settings{})
		states := make([]string, 16)
		for i := range states {
			s := linking.Begin(ctx, credential.ID)
			states[i] = linking.State(s.URL)
		}
		Expect(ctx, states).To(BeUnguessable(128))
		Control(ctx, linking.Finish(ctx, app, linking.Begin(ctx, credential.ID)).Exchange).To(makeEntry())
	})

	It(requirement("oauth2.client.pkce-s256"), func(ctx SpecContext) {
		app := party(ctx)
		s := linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{PKCE: true}).ID)
		q := query(s.URL)
		once(ctx, q, "code_challenge", "code_challenge_method")
		Expect(ctx, q.Get("code_challenge_method")).To(Be("code_challenge_method", "S256"))
		Expect(ctx, challengeForm.MatchString(q.Get("code_challenge"))).To(Be("a code_challenge of 43 base64url characters", true))
		Control(ctx, linking.Finish(ctx, app, s).Exchange).To(makeEntry())
	})

	It(requirement("oauth2.client.pkce-fresh"), func(ctx SpecContext) {
		credential := linking.Enter(ctx, party(ctx), linking.Settings{PKCE: true})
		seen := map[string]bool{}
		for range 8 {
			challenge := query(linking.Begin(ctx, credential.ID).URL).Get("code_challenge")
			Control(ctx, challenge != "").To(Be("a code_challenge", true))
			seen[challenge] = true
		}
		Expect(ctx, len(seen)).To(Be("different challenges of 8 flows", 8))
	})

	It(requirement("oauth2.client.pkce-always"), func(ctx SpecContext) {
		s := begun(ctx, linking.Settings{})
		Control(ctx, s.Exchange).To(sendAway())
		Note(ctx, "without PKCE in the integration the URL has a code_challenge: %v", query(s.URL).Has("code_challenge"))
	})
})
