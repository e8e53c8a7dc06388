package linking

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home/linking"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/thirdparty"
	. "github.com/authconform/authconform/suites/expect"
)

// nobody is an address where nothing listens: port 9 is discard (RFC 863).
const nobody = "http://127.0.0.1:9/"

var verifierForm = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// redeemed runs a whole flow and returns its only token request.
func redeemed(ctx Ctx, app *thirdparty.App, s linking.Settings) (*linking.Step, thirdparty.Request) {
	step := linking.Begin(ctx, linking.Enter(ctx, app, s).ID)
	Control(ctx, linking.Finish(ctx, app, step).Exchange).To(makeEntry())
	sent := app.Requests("token")
	Control(ctx, len(sent)).To(Be("token requests", 1))
	return step, sent[0]
}

// named is an answer of a token endpoint, by name.
type named struct {
	name  string
	reply thirdparty.Reply
}

func name(n named) string { return n.name }

var _ = Describe("Token request of the home", func() {
	It(requirement("oauth2.client.token-request"), func(ctx SpecContext) {
		app := party(ctx)
		_, r := redeemed(ctx, app, linking.Settings{})
		Expect(ctx, r.Method).To(Be("method", http.MethodPost))
		Expect(ctx, strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")).To(Be("a form", true))
		once(ctx, r.Form, "grant_type", "code", "redirect_uri", "client_id")
		Expect(ctx, r.Form.Get("grant_type")).To(Be("grant_type", "authorization_code"))
		Expect(ctx, r.Form.Get("client_id")).To(Be("client_id", app.ClientID))
	})

	It(requirement("oauth2.client.redirect-repeated"), func(ctx SpecContext) {
		app := party(ctx)
		app.Token = func(_ int, r thirdparty.Request) thirdparty.Reply { return app.Issue(ctx, nil) }
		step, r := redeemed(ctx, app, linking.Settings{})
		Expect(ctx, r.Form.Get("redirect_uri")).To(Be("redirect_uri", query(step.URL).Get("redirect_uri")))
	})

	It(requirement("oauth2.client.round-trip"), func(ctx SpecContext) {
		each(ctx, []string{"4/0A+b=c&d%41é z", "a%2Bb", "a..b~c"}, AsIs, func(ctx Ctx, odd string) {
			app := party(ctx)
			app.Secret += " " + odd + "é"
			Secret(ctx, "client_secret", app.Secret)
			app.Token = func(int, thirdparty.Request) thirdparty.Reply { return app.Issue(ctx, nil) }
			step := linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{}).ID)
			app.Know(ctx, odd, query(step.URL).Get("redirect_uri"), "")
			linking.Return(ctx, odd, linking.State(step.URL))
			Control(ctx, linking.Poll(ctx, step.FlowID).Exchange).To(makeEntry())
			r := last(ctx, app.Requests("token"))
			Expect(ctx, r.Form.Get("code")).To(Be("code", odd))
			Expect(ctx, r.Form.Get("client_secret")).To(Be("client_secret", app.Secret))
		})
	})

	It(requirement("oauth2.client.one-auth-method"), func(ctx SpecContext) {
		app := party(ctx)
		_, r := redeemed(ctx, app, linking.Settings{})
		ways := 0
		if r.Form.Get("client_secret") == app.Secret {
			ways++
		}
		if r.Header.Get("Authorization") != "" {
			ways++
		}
		Expect(ctx, ways).To(Be("ways of authentication", 1))
		Expect(ctx, len(r.Query)).To(Be("parameters in the query of the token request", 0))
	})

	It(requirement("oauth2.client.public"), func(ctx SpecContext) {
		app := party(ctx)
		app.Secret = ""
		app.Token = func(int, thirdparty.Request) thirdparty.Reply { return app.Issue(ctx, nil) } // whatever the client says
		_, r := redeemed(ctx, app, linking.Settings{PKCE: true})
		Expect(ctx, r.Form.Has("client_secret")).To(Be("a client_secret", false))
		Expect(ctx, r.Header.Get("Authorization")).To(Be("Authorization", ""))
		Expect(ctx, r.Form.Get("client_id")).To(Be("client_id", app.ClientID))
	})

	It(requirement("oauth2.client.basic"), func(ctx SpecContext) {
		app := party(ctx)
		app.Secret += ":+&é"
		Secret(ctx, "client_secret", app.Secret)
		app.Token = func(int, thirdparty.Request) thirdparty.Reply { return app.Issue(ctx, nil) }
		_, r := redeemed(ctx, app, linking.Settings{AuthMethod: "client_secret_basic"})
		pair := url.QueryEscape(app.ClientID) + ":" + url.QueryEscape(app.Secret)
		Expect(ctx, r.Header.Get("Authorization")).To(Be("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair))))
		Expect(ctx, r.Form.Has("client_secret")).To(Be("a client_secret in the body", false))
	})

	It(requirement("oauth2.client.verifier"), func(ctx SpecContext) {
		app := party(ctx)
		app.Token = func(int, thirdparty.Request) thirdparty.Reply { return app.Issue(ctx, nil) }
		step, r := redeemed(ctx, app, linking.Settings{PKCE: true})
		verifier := r.Form.Get("code_verifier")
		once(ctx, r.Form, "code_verifier")
		Expect(ctx, verifierForm.MatchString(verifier)).To(Be("a code_verifier of 43 to 128 unreserved characters", true))
		Expect(ctx, s256(verifier)).To(Be("S256 of the code_verifier", query(step.URL).Get("code_challenge")))
	})

	It(requirement("oauth2.client.code-once"), func(ctx SpecContext) {
		app, first := scripted(ctx, reply(http.StatusOK, "{broken"))
		linking.Poll(ctx, first.FlowID)
		Note(ctx, "after a response that is not JSON, and a second poll, there are %s", plural(len(app.Requests("token")), "token request"))
	})

	It(requirement("oauth2.client.no-second-try"), func(ctx SpecContext) {
		good(ctx)
		app, last := scripted(ctx, thirdparty.Reply{Drop: true})
		Expect(ctx, last.Exchange).To(anyAbort())
		Expect(ctx, len(app.Requests("token"))).To(Be("token requests", 1))
	})

	It(requirement("oauth2.client.secret-elsewhere"), func(ctx SpecContext) {
		for _, status := range []int{http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
			app := party(ctx)
			app.Token = func(int, thirdparty.Request) thirdparty.Reply {
				return thirdparty.Reply{Status: status, Header: map[string]string{"Location": app.Elsewhere()}}
			}
			end := ended(attempt(ctx, app, linking.Settings{}))
			sent := false
			for _, r := range app.Requests("elsewhere") {
				sent = sent || strings.Contains(r.Body, app.Secret) || r.Form.Get("client_secret") == app.Secret
			}
			Note(ctx, "a %d to another origin takes the secret there: %v; the flow ends with %s", status, sent, end)
		}
		good(ctx)
	})

	It(requirement("oauth2.client.tls"), func(ctx SpecContext) {
		good(ctx)
		impostor := thirdparty.Untrusted(ctx)
		Expect(ctx, attempt(ctx, party(ctx), linking.Settings{TokenURL: impostor.URL() + "/token"})).To(abort("oauth_failed"))
		Expect(ctx, impostor.Requests()).To(Be("requests behind the wrong certificate", 0))
	})

	It(requirement("oauth2.client.bearer-header"), func(ctx SpecContext) {
		app := party(ctx)
		entry := linking.Link(ctx, app, linking.Settings{})
		Control(ctx, usedWell(linking.Use(ctx, entry.ID, 1))).To(Be("uses that work", 1))
		for _, r := range app.Requests("api") {
			Expect(ctx, linking.Print(r.Bearer())).To(Be("print of the bearer token", entry.Token.Access))
			Expect(ctx, len(r.Query)+len(r.Body)).To(Be("parameters and body of the request", 0))
		}
	})
})
