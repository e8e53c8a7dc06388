package linking

import (
	"context"
	"net/http"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home/linking"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/thirdparty"
	. "github.com/authconform/authconform/suites/expect"
)

// dying links an account with a token of 10 seconds, so that every use must refresh it first; a function of their number answers
// the refreshes. The entry's set-up has already used the token.
func dying(ctx context.Context, app *thirdparty.App, s linking.Settings,
	answer func(n int, r thirdparty.Request) thirdparty.Reply) linking.Entry {
	first := true
	refreshing(ctx, app, func(n int, r thirdparty.Request) thirdparty.Reply {
		if first { // from the set-up
			first = false
			return app.Grant(ctx, r, 10)
		}
		return answer(n-1, r)
	})
	return linking.Link(ctx, app, s)
}

// strictly answers refreshes as a strict third party does, with tokens of some seconds.
func strictly(ctx context.Context, app *thirdparty.App, seconds int) func(int, thirdparty.Request) thirdparty.Reply {
	return func(_ int, r thirdparty.Request) thirdparty.Reply { return app.Grant(ctx, r, seconds) }
}

var _ = Describe("Refreshing in use", func() {
	It(requirement("oauth2.client.refresh-at-use"), func(ctx SpecContext) {
		app := party(ctx)
		entry := dying(ctx, app, linking.Settings{}, strictly(ctx, app, 3600))
		before := len(refreshes(app))
		Expect(ctx, usedWell(linking.Use(ctx, entry.ID, 1))).To(Be("uses that work", 1))
		Expect(ctx, len(refreshes(app))-before).To(Be("refreshes", 1))
		Expect(ctx, linking.Print(last(ctx, app.Requests("api")).Bearer())).To(
			Be("print of the token that the API saw", linking.Look(ctx, entry.ID).Token.Access))
		Expect(ctx, linking.Look(ctx, entry.ID).Token.Access == entry.Token.Access).To(Be("the old access token", false))
	})

	It(requirement("oauth2.client.refresh-not-early"), func(ctx SpecContext) {
		app := party(ctx)
		app.Token = func(_ int, r thirdparty.Request) thirdparty.Reply { return app.Grant(ctx, r, 90) }
		entry := linking.Link(ctx, app, linking.Settings{})
		Expect(ctx, usedWell(linking.Use(ctx, entry.ID, 1))+usedWell(linking.Use(ctx, entry.ID, 1))).To(Be("uses that work", 2))
		Expect(ctx, len(refreshes(app))).To(Be("refreshes", 0))
	})

	It(requirement("oauth2.client.refresh-request"), func(ctx SpecContext) {
		app := party(ctx)
		entry := dying(ctx, app, linking.Settings{}, strictly(ctx, app, 3600))
		used := linking.Use(ctx, entry.ID, 1)
		r := last(ctx, refreshes(app))
		Expect(ctx, r.Method).To(Be("method", http.MethodPost))
		once(ctx, r.Form, "grant_type", "refresh_token", "client_id")
		Expect(ctx, linking.Print(r.Form.Get("refresh_token"))).To(Be("print of the refresh token", entry.Token.Refresh))
		Expect(ctx, r.Form.Get("client_secret") == app.Secret || r.Header.Get("Authorization") != "").To(Be("the client's authentication", true))
		Expect(ctx, r.Form.Has("code") || r.Form.Has("redirect_uri") || r.Form.Has("code_verifier")).To(Be("parameters of the code", false))
		Expect(ctx, len(r.Query)).To(Be("parameters in the query", 0))
		Control(ctx, usedWell(used)).To(Be("uses that work", 1)) // last: a wrong request is why none works
	})

	It(requirement("oauth2.client.refresh-reads-life"), func(ctx SpecContext) {
		app := party(ctx)
		entry := dying(ctx, app, linking.Settings{}, strictly(ctx, app, 3600))
		Control(ctx, usedWell(linking.Use(ctx, entry.ID, 1))).To(Be("uses that work", 1))
		before := len(refreshes(app))
		Expect(ctx, usedWell(linking.Use(ctx, entry.ID, 1))).To(Be("uses that work", 1))
		Expect(ctx, len(refreshes(app))-before).To(Be("refreshes of a fresh token", 0))
	})

	It(requirement("oauth2.client.rotation"), func(ctx SpecContext) {
		app := party(ctx)
		entry := dying(ctx, app, linking.Settings{}, strictly(ctx, app, 10))
		for range 3 {
			before := linking.Look(ctx, entry.ID).Token.Refresh
			used := linking.Use(ctx, entry.ID, 1)
			Expect(ctx, linking.Print(last(ctx, refreshes(app)).Form.Get("refresh_token"))).To(Be("print of the refresh token", before))
			Control(ctx, usedWell(used)).To(Be("uses that work", 1))
			Expect(ctx, linking.Look(ctx, entry.ID).Token.Refresh == before).To(Be("the old refresh token is kept", false))
		}
	})

	It(requirement("oauth2.client.rotation-absent"), func(ctx SpecContext) {
		app := party(ctx)
		entry := dying(ctx, app, linking.Settings{}, func(_ int, r thirdparty.Request) thirdparty.Reply {
			if a := app.Grant(ctx, r, 10); a.Status != http.StatusOK {
				return a
			}
			return app.Issue(ctx, map[string]any{"refresh_token": nil, "expires_in": 10})
		})
		for range 2 {
			Expect(ctx, usedWell(linking.Use(ctx, entry.ID, 1))).To(Be("uses that work", 1))
			Expect(ctx, linking.Print(last(ctx, refreshes(app)).Form.Get("refresh_token"))).To(Be("print of the refresh token", entry.Token.Refresh))
		}
		Expect(ctx, linking.Look(ctx, entry.ID).Token.Refresh).To(Be("print of the stored refresh token", entry.Token.Refresh))
	})

	It(requirement("oauth2.client.refresh-once"), func(ctx SpecContext) {
		app := party(ctx)
		entry := dying(ctx, app, linking.Settings{}, strictly(ctx, app, 3600))
		before, calls := len(refreshes(app)), len(app.Requests("api"))
		Expect(ctx, usedWell(linking.Use(ctx, entry.ID, 5))).To(Be("uses that work", 5))
		Expect(ctx, len(refreshes(app))-before).To(Be("refreshes", 1))
		fresh := linking.Look(ctx, entry.ID).Token.Access
		for _, r := range app.Requests("api")[calls:] {
			Expect(ctx, linking.Print(r.Bearer())).To(Be("print of the token that the API saw", fresh))
		}
	})

	It(requirement("oauth2.client.refresh-failure-keeps"), func(ctx SpecContext) {
		app := party(ctx)
		entry := dying(ctx, app, linking.Settings{}, func(n int, r thirdparty.Request) thirdparty.Reply {
			if n == 1 {
				return reply(http.StatusInternalServerError, "oops")
			}
			return app.Grant(ctx, r, 3600)
		})
		Control(ctx, usedWell(linking.Use(ctx, entry.ID, 1))).To(Be("uses that work while the third party is down", 0))
		Expect(ctx, linking.Look(ctx, entry.ID).Token.Refresh).To(Be("print of the refresh token", entry.Token.Refresh))
		Expect(ctx, usedWell(linking.Use(ctx, entry.ID, 1))).To(Be("uses that work afterwards", 1))
	})

	It(requirement("oauth2.client.refresh-no-access-token"), func(ctx SpecContext) {
		app := party(ctx)
		entry := dying(ctx, app, linking.Settings{}, func(n int, r thirdparty.Request) thirdparty.Reply {
			if n == 1 {
				return reply(http.StatusOK, `{"token_type":"Bearer","expires_in":3600}`)
			}
			return app.Grant(ctx, r, 3600)
		})
		Expect(ctx, usedWell(linking.Use(ctx, entry.ID, 1))).To(Be("uses that work", 0))
		after := linking.Look(ctx, entry.ID)
		Expect(ctx, after.Token.Access).To(Be("print of the access token", entry.Token.Access))
		Expect(ctx, after.Token.ExpiresAt).To(Be("expires_at", entry.Token.ExpiresAt))
		Control(ctx, usedWell(linking.Use(ctx, entry.ID, 1))).To(Be("uses that work afterwards", 1))
	})

	It(requirement("oauth2.client.refresh-token-stays"), func(ctx SpecContext) {
		app := party(ctx)
		entry := dying(ctx, app, linking.Settings{}, strictly(ctx, app, 10))
		for range 2 {
			Control(ctx, usedWell(linking.Use(ctx, entry.ID, 1))).To(Be("uses that work", 1))
		}
		sent := refreshes(app)
		Control(ctx, len(sent) > 1).To(Be("several refreshes", true))
		for _, r := range app.Requests("api") {
			for _, one := range sent {
				token := one.Form.Get("refresh_token")
				leaked := strings.Contains(r.URL+r.Body, token)
				for _, lines := range r.Header {
					leaked = leaked || strings.Contains(strings.Join(lines, " "), token)
				}
				Expect(ctx, leaked).To(Be("a refresh token at the API", false))
			}
		}
	})
})

// names returns the sorted parameter names of a query.
func names(q map[string][]string) []string {
	var out []string
	for name := range q {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
