package linking

import (
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/home/linking"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/thirdparty"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Token answer to the home", func() {
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
		home.From(ctx).Meanwhile(ctx, 30*time.Second, func() bool { return len(app.Requests("token")) > 0 },
			func() { last = linking.PollFor(ctx, step.FlowID, limit) })
		Expect(ctx, last.Exchange).To(abort("oauth_timeout").EvenSo())
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

// scripted runs a flow whose token request gets the answer.
func scripted(ctx Ctx, answer thirdparty.Reply) (*thirdparty.App, *linking.Step) {
	app := party(ctx)
	app.Token = func(int, thirdparty.Request) thirdparty.Reply { return answer }
	step := linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{}).ID)
	linking.Consent(ctx, app, step)
	last := linking.Poll(ctx, step.FlowID)
	last.FlowID = step.FlowID // what crashed names none
	return app, last
}

// good runs a flow with a strict third party: the control of refusals.
func good(ctx Ctx) {
	app := party(ctx)
	last := linking.Finish(ctx, app, linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{}).ID))
	Control(ctx, last.Exchange).To(makeEntry())
	linking.Remove(ctx, last.Result.EntryID)
}
