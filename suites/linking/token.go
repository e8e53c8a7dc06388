package linking

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/home/linking"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/thirdparty"
	. "github.com/authconform/authconform/suites/expect"
)

// nobody listens there: port 9 is discard (RFC 863).
const nobody = "http://127.0.0.1:9/"

var verifierForm = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// redeemed makes a whole flow and returns its only token request.
func redeemed(ctx Ctx, app *thirdparty.App, s linking.Settings) (*linking.Step, thirdparty.Request) {
	step := linking.Begin(ctx, linking.Enter(ctx, app, s).ID)
	Control(ctx, linking.Finish(ctx, app, step).Exchange).To(makeEntry())
	sent := app.Requests("token")
	Control(ctx, len(sent)).To(Be("token requests", 1))
	return step, sent[0]
}

// answer is what a token endpoint says, by name.
type named struct {
	name  string
	reply thirdparty.Reply
}

func name(n named) string { return n.name }

// scripted makes a flow whose token request gets the answer.
func scripted(ctx Ctx, answer thirdparty.Reply) (*thirdparty.App, *linking.Step) {
	app := party(ctx)
	app.Token = func(int, thirdparty.Request) thirdparty.Reply { return answer }
	step := linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{}).ID)
	linking.Consent(ctx, app, step)
	last := linking.Poll(ctx, step.FlowID)
	last.FlowID = step.FlowID // what crashed names none
	return app, last
}

// good makes a flow with a strict third party: what must work beside refusals.
func good(ctx Ctx) {
	app := party(ctx)
	last := linking.Finish(ctx, app, linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{}).ID))
	Control(ctx, last.Exchange).To(makeEntry())
	linking.Remove(ctx, last.Result.EntryID)
}

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
		Note(ctx, "after an answer that is no JSON and a second poll there are %s", plural(len(app.Requests("token")), "token request"))
	})

	It(requirement("oauth2.client.no-second-try"), func(ctx SpecContext) {
		good(ctx)
		app, last := scripted(ctx, thirdparty.Reply{Drop: true})
		Expect(ctx, last.Exchange).To(anyAbort())
		Expect(ctx, len(app.Requests("token"))).To(Be("token requests", 1))
	})

	It(requirement("oauth2.client.wrong-media-type"), func(ctx SpecContext) {
		good(ctx)
		each(ctx, []string{"text/html", "text/plain", "text/javascript", "none"}, AsIs, func(ctx Ctx, kind string) {
			app := party(ctx)
			app.Token = func(_ int, r thirdparty.Request) thirdparty.Reply {
				a := app.Grant(ctx, r, 3600)
				if a.Header = map[string]string{"Content-Type": kind}; kind == "none" {
					a.Header["Content-Type"] = ""
				}
				return a
			}
			Expect(ctx, attempt(ctx, app, linking.Settings{})).To(anyAbort())
		})
		_, last := scripted(ctx, thirdparty.Reply{Status: 200, Header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
			Body: "access_token=x&expires_in=3600"})
		Expect(Step(ctx, "form-encoded"), last.Exchange).To(anyAbort())
	})

	It(requirement("oauth2.client.malformed-answers"), func(ctx SpecContext) {
		good(ctx)
		each(ctx, []named{
			{"broken JSON", reply(200, `{"access_token":`)}, {"an empty body", reply(200, "")}, {"null", reply(200, "null")},
			{"a string", reply(200, `"access_token"`)},
			{"expires_in null", reply(200, `{"access_token":"x","token_type":"Bearer","expires_in":null}`)},
			{"expires_in too large", reply(200, `{"access_token":"x","token_type":"Bearer","expires_in":1e400}`)},
		}, name, func(ctx Ctx, n named) {
			_, last := scripted(ctx, n.reply)
			Expect(ctx, last.Exchange).To(anyAbort())
		})
	})

	It(requirement("oauth2.client.error-in-200"), func(ctx SpecContext) {
		good(ctx)
		each(ctx, []named{
			{"an error", reply(200, `{"error":"invalid_grant"}`)}, {"an array", reply(200, `[{"access_token":"x","expires_in":3600}]`)},
			{"a life in words", reply(200, `{"access_token":"x","token_type":"Bearer","expires_in":"an hour"}`)},
			{"a life of a fraction in text", reply(200, `{"access_token":"x","token_type":"Bearer","expires_in":"3600.5"}`)},
			{"no life", reply(200, `{"access_token":"x","token_type":"Bearer"}`)},
		}, name, func(ctx Ctx, n named) {
			app, last := scripted(ctx, n.reply)
			Expect(ctx, last.Exchange).To(anyAbort())
			Expect(ctx, len(app.Requests("api"))).To(Be("requests to the API", 0))
		})
	})

	It(requirement("oauth2.client.refused-or-down"), func(ctx SpecContext) {
		good(ctx)
		each(ctx, []named{
			{"400 invalid_grant", thirdparty.Refuse(400, "invalid_grant")}, {"400 invalid_client", thirdparty.Refuse(400, "invalid_client")},
			{"401 invalid_client", thirdparty.Refuse(401, "invalid_client")}, {"403", thirdparty.Refuse(403, "access_denied")},
		}, name, func(ctx Ctx, n named) {
			_, last := scripted(ctx, n.reply)
			Expect(ctx, last.Exchange).To(abort("oauth_unauthorized"))
		})
		_, down := scripted(ctx, reply(503, "{}"))
		Control(ctx, down.Exchange).To(abort("oauth_failed"))
	})

	It(requirement("oauth2.client.down"), func(ctx SpecContext) {
		good(ctx)
		each(ctx, []named{{"429", thirdparty.Refuse(429, "slow_down")}, {"500", reply(500, "oops")}, {"503", reply(503, "{}")}}, name,
			func(ctx Ctx, n named) {
				_, last := scripted(ctx, n.reply)
				Expect(ctx, last.Exchange).To(abort("oauth_failed"))
			})
		app := party(ctx)
		Expect(Step(ctx, "a refused connection"), attempt(ctx, app, linking.Settings{TokenURL: nobody})).To(abort("oauth_failed"))
	})

	It(requirement("oauth2.client.slow"), func(ctx SpecContext) {
		app := party(ctx)
		never := make(chan struct{})
		defer close(never)
		app.Token = func(int, thirdparty.Request) thirdparty.Reply {
			return thirdparty.Reply{Status: 200, Body: "{}", Hold: never}
		}
		step := linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{}).ID)
		linking.Consent(ctx, app, step)
		limit := 45 * time.Second
		if home.From(ctx).Clock.Instant() {
			limit = 5 * time.Second // its time-outs are moved to
		}
		var last *linking.Step
		Meanwhile(ctx, 30*time.Second, func() bool { return len(app.Requests("token")) > 0 },
			func() { last = linking.PollFor(ctx, step.FlowID, limit) })
		Expect(ctx, last.Exchange).To(abort("oauth_timeout"))
		good(ctx)
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

	It(requirement("oauth2.client.no-access-token"), func(ctx SpecContext) {
		good(ctx)
		each(ctx, []named{
			{"none", reply(200, `{"token_type":"Bearer","expires_in":3600}`)},
			{"null", reply(200, `{"access_token":null,"token_type":"Bearer","expires_in":3600}`)},
			{"empty", reply(200, `{"access_token":"","token_type":"Bearer","expires_in":3600}`)},
		}, name, func(ctx Ctx, n named) {
			app, last := scripted(ctx, n.reply)
			Expect(ctx, last.Exchange).To(anyAbort())
			Expect(ctx, len(app.Requests("api"))).To(Be("requests to the API", 0))
		})
	})

	It(requirement("oauth2.client.token-type"), func(ctx SpecContext) {
		good(ctx)
		app := party(ctx)
		answering(ctx, app, map[string]any{"token_type": "mac"})
		Expect(ctx, attempt(ctx, app, linking.Settings{})).To(anyAbort())
	})

	It(requirement("oauth2.client.tls"), func(ctx SpecContext) {
		good(ctx)
		impostor := thirdparty.Untrusted(ctx)
		Expect(ctx, attempt(ctx, party(ctx), linking.Settings{TokenURL: impostor.URL() + "/token"})).To(abort("oauth_failed"))
		Expect(ctx, impostor.Requests()).To(Be("requests behind the wrong certificate", 0))
	})

	It(requirement("oauth2.client.life-as-text"), func(ctx SpecContext) {
		good(ctx)
		for _, life := range []any{"3600", 3600.9} {
			app := party(ctx)
			answering(ctx, app, map[string]any{"expires_in": life})
			last := linking.Finish(ctx, app, linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{}).ID))
			if !Expect(ctx, last.Exchange).To(makeEntry()) {
				continue
			}
			entry, _ := linking.Find(ctx, last.Result.EntryID)
			Expect(ctx, entry.Token.ExpiresIn).To(Be("expires_in", 3600.0))
			linking.Remove(ctx, entry.ID)
		}
	})

	It(requirement("oauth2.client.unknown-members"), func(ctx SpecContext) {
		good(ctx)
		app := party(ctx)
		answering(ctx, app, map[string]any{"id_token": "x.y.z", "x_object": map[string]any{"a": []int{1}}, "x_number": 7, "x_null": []any{}})
		Expect(ctx, attempt(ctx, app, linking.Settings{})).To(makeEntry())
	})

	It(requirement("oauth2.client.no-refresh-token"), func(ctx SpecContext) {
		good(ctx)
		app := party(ctx)
		answering(ctx, app, map[string]any{"refresh_token": nil})
		last := linking.Finish(ctx, app, linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{}).ID))
		Expect(ctx, last.Exchange).To(makeEntry())
		entry, _ := linking.Find(ctx, last.Result.EntryID)
		Expect(ctx, entry.State).To(Be("state", "loaded"))
	})

	It(requirement("oauth2.client.scope-narrower"), func(ctx SpecContext) {
		good(ctx)
		app := party(ctx)
		answering(ctx, app, map[string]any{"scope": "profile"})
		last := linking.Finish(ctx, app, linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{}).ID))
		Expect(ctx, last.Exchange).To(makeEntry())
		entry, _ := linking.Find(ctx, last.Result.EntryID)
		Expect(ctx, entry.Token.Scope).To(Be("scope", "profile"))
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

	It(requirement("oauth2.client.json-with-parameters"), func(ctx SpecContext) {
		good(ctx)
		app := party(ctx)
		app.Token = func(_ int, r thirdparty.Request) thirdparty.Reply {
			a := app.Grant(ctx, r, 3600)
			a.Header = map[string]string{"Content-Type": "application/json; charset=utf-8"}
			return a
		}
		Expect(ctx, attempt(ctx, app, linking.Settings{})).To(makeEntry())
	})
})
