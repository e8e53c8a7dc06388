package linking

import (
	"context"
	"net/http"
	"slices"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home/linking"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/thirdparty"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Logging in again", func() {
	It(requirement("oauth2.client.reauth"), func(ctx SpecContext) {
		each(ctx, []named{
			{"400 invalid_grant", thirdparty.Refuse(400, "invalid_grant")}, {"401", thirdparty.Refuse(401, "invalid_client")},
			{"403", thirdparty.Refuse(403, "access_denied")},
		}, name, func(ctx Ctx, n named) {
			app := party(ctx)
			entry := dying(ctx, app, linking.Settings{Careless: true}, func(int, thirdparty.Request) thirdparty.Reply { return n.reply })
			Control(ctx, len(linking.Reauths(ctx, entry.ID))).To(Be("reauth flows before", 0))
			Expect(ctx, usedWell(linking.Use(ctx, entry.ID, 1))).To(Be("uses that work", 0))
			Expect(ctx, len(linking.Reauths(ctx, entry.ID))).To(Be("reauth flows", 1))
		})
	})

	It(requirement("oauth2.client.retry"), func(ctx SpecContext) {
		each(ctx, []named{{"429", thirdparty.Refuse(429, "slow_down")}, {"500", reply(500, "oops")}, {"503", reply(503, "{}")},
			{"dropped", thirdparty.Reply{Drop: true}}},
			name, func(ctx Ctx, n named) {
				app := party(ctx)
				down := true
				entry := dying(ctx, app, linking.Settings{Careless: true}, func(_ int, r thirdparty.Request) thirdparty.Reply {
					if down {
						return n.reply
					}
					return app.Grant(ctx, r, 3600)
				})
				Expect(ctx, usedWell(linking.Use(ctx, entry.ID, 1))).To(Be("uses that work while it is down", 0))
				Expect(ctx, len(linking.Reauths(ctx, entry.ID))).To(Be("reauth flows", 0))
				down = false
				Expect(ctx, usedWell(linking.Use(ctx, entry.ID, 1))).To(Be("uses that work afterwards", 1))
			})
	})

	It(requirement("oauth2.client.reauth-once"), func(ctx SpecContext) {
		app := party(ctx)
		entry, open := dead(ctx, app)
		for range 3 {
			linking.Use(ctx, entry.ID, 1)
		}
		Control(ctx, len(open)).To(Be("reauth flows after the reload", 1))
		Expect(ctx, len(linking.Reauths(ctx, entry.ID))).To(Be("reauth flows after three uses", 1))
	})

	It(requirement("ha.linking.reauth-success"), func(ctx SpecContext) {
		app := party(ctx)
		entry, open := dead(ctx, app)
		app.Token = nil
		last := linking.Finish(ctx, app, again(ctx, entry.Implementation, open))
		Expect(ctx, last.Exchange).To(abort("reauth_successful"))
		after := awaitState(ctx, entry.ID, "loaded")
		Expect(ctx, after.State).To(Be("state", "loaded"))
		Expect(ctx, after.Token.Refresh == entry.Token.Refresh).To(Be("the dead refresh token", false))
		Expect(ctx, usedWell(linking.Use(ctx, entry.ID, 1))).To(Be("uses that work", 1))
	})

	It(requirement("ha.linking.reauth-authorize"), func(ctx SpecContext) {
		app := party(ctx)
		credential := linking.Enter(ctx, app, linking.Settings{})
		first := query(linking.Begin(ctx, credential.ID).URL)
		refreshing(ctx, app, func(int, thirdparty.Request) thirdparty.Reply {
			return thirdparty.Refuse(http.StatusBadRequest, "invalid_grant")
		})
		app.API = func(int, thirdparty.Request) thirdparty.Reply { return app.Known() }
		entry := linking.LinkWith(ctx, app, credential.ID)
		linking.Reload(ctx, entry.ID)
		open := linking.Reauths(ctx, entry.ID)
		Control(ctx, len(open) > 0).To(Be("a reauth flow", true))
		second := query(again(ctx, entry.Implementation, open).URL)
		for _, p := range []string{"response_type", "client_id", "redirect_uri", "scope"} {
			Expect(ctx, second.Get(p)).To(Be(p, first.Get(p)))
		}
		Expect(ctx, slices.Equal(names(second), names(first))).To(Be("the same parameters", true))
		Expect(ctx, second.Get("state") == first.Get("state")).To(Be("the same state", false))
	})

	It(requirement("ha.linking.wrong-account"), func(ctx SpecContext) {
		app := party(ctx)
		entry, open := dead(ctx, app)
		mine := app.Account
		app.Token, app.Account = nil, thirdparty.Account{ID: "neighbour", Name: "The neighbour's"}
		Expect(ctx, linking.Finish(ctx, app, again(ctx, entry.Implementation, open)).Exchange).To(abort("wrong_account"))
		after := linking.Look(ctx, entry.ID)
		Expect(ctx, after.Token.Access).To(Be("print of the access token", entry.Token.Access))
		Expect(ctx, after.Token.Refresh).To(Be("print of the refresh token", entry.Token.Refresh))
		Expect(ctx, after.Account).To(Be("account", mine.ID))
	})

	It(requirement("ha.linking.reauth-denied"), func(ctx SpecContext) {
		app := party(ctx)
		entry, open := dead(ctx, app)
		s := again(ctx, entry.Implementation, open)
		Control(ctx, linking.Back(ctx, linking.Query("error", "access_denied", "state", linking.State(s.URL)))).To(HaveStatus(http.StatusOK))
		Expect(ctx, linking.Poll(ctx, s.FlowID).Exchange).To(abort("user_rejected_authorize"))
		after, err := linking.Find(ctx, entry.ID)
		Expect(ctx, err == nil).To(Be("the entry is there", true))
		Expect(ctx, after.Token.Refresh).To(Be("print of the refresh token", entry.Token.Refresh))
	})

	It(requirement("ha.linking.reload-dead"), func(ctx SpecContext) {
		app := party(ctx)
		entry, _ := dead(ctx, app)
		Expect(ctx, entry.State).To(Be("state after invalid_grant", "setup_error"))
		down := party(ctx)
		retry := dying(ctx, down, linking.Settings{}, func(int,
			thirdparty.Request) thirdparty.Reply {
			return reply(http.StatusInternalServerError, "oops")
		})
		Control(ctx, retry.State).To(Be("state before", "loaded"))
		linking.Reload(ctx, retry.ID)
		Expect(ctx, linking.Look(ctx, retry.ID).State).To(Be("state after 500", "setup_retry"))
		Expect(ctx, len(linking.Reauths(ctx, retry.ID))).To(Be("reauth flows after 500", 0))
	})
})

// dead ends the grant of an entry and reloads it: the home asks the person to log in again.
func dead(ctx context.Context, app *thirdparty.App) (linking.Entry, []linking.Flow) {
	entry := dying(ctx, app, linking.Settings{}, func(int, thirdparty.Request) thirdparty.Reply {
		return thirdparty.Refuse(http.StatusBadRequest, "invalid_grant")
	})
	linking.Reload(ctx, entry.ID)
	open := linking.Reauths(ctx, entry.ID)
	if len(open) == 0 {
		Block(ctx, "no new login is requested after a dead grant and a reload")
	}
	dying := linking.Look(ctx, entry.ID)
	dying.Token = entry.Token // of before: a failed refresh changes nothing of it
	return dying, open
}

// again confirms a re-authentication, up to the external step.
func again(ctx context.Context, credential string, open []linking.Flow) *linking.Step {
	s := linking.Choose(ctx, linking.Submit(ctx, open[0].ID, map[string]any{}), credential)
	if s.Type != "external" {
		Block(ctx, "the re-authentication does not send the user to the third party: %s", s.Exchange)
	}
	return s
}
