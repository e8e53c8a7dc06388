package linking

import (
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/home/linking"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/linkproxy"
	"github.com/authconform/authconform/harness/played/thirdparty"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

const (
	flows   = "/api/config/config_entries/flow"
	entries = "/api/config/config_entries/entry"
)

// sole skips a row that needs the spec's way to link to be the only one, if the target has others.
func sole(ctx Ctx) {
	noCredentials(ctx)
	if linkproxy.Present(ctx) {
		play(ctx, linkproxy.Script{})
	}
}

func noCredentials(ctx Ctx) {
	for _, c := range linking.Credentials(ctx) {
		if c.Domain == linking.Domain {
			NotRun(ctx, "the target has credentials of %s; remove them first", linking.Domain)
		}
	}
}

var _ = Describe("Linking an account", func() {
	It(requirement("ha.linking.missing-credentials"), func(ctx SpecContext) {
		sole(ctx)
		Expect(ctx, linking.Open(ctx).Exchange).To(abort("missing_credentials"))
		linking.Enter(ctx, party(ctx), linking.Settings{})
		Control(ctx, linking.Open(ctx).Exchange).To(sendAway())
	})

	It(requirement("ha.linking.external-step"), func(ctx SpecContext) {
		sole(ctx)
		app := party(ctx)
		linking.Enter(ctx, app, linking.Settings{})
		s := linking.Open(ctx)
		Expect(ctx, s.Exchange).To(sendAway())
		Expect(ctx, strings.HasPrefix(s.URL, app.AuthorizeURL()+"?")).To(Be("the authorize URL of the third party", true))
		Control(ctx, linking.Finish(ctx, app, s).Exchange).To(makeEntry())
	})

	It(requirement("ha.linking.pick"), func(ctx SpecContext) {
		one, two := party(ctx), party(ctx)
		first, second := linking.Enter(ctx, one, linking.Settings{}), linking.Enter(ctx, two, linking.Settings{})
		s := linking.Open(ctx)
		Expect(ctx, s.Exchange).To(All(HaveStatus(http.StatusOK), HaveText("type", "form"), HaveText("step_id", "pick_implementation")))
		options := map[string]bool{}
		for _, field := range s.Schema {
			for _, o := range field.Options {
				if field.Name == "implementation" && len(o) > 0 {
					options[o[0]] = true
				}
			}
		}
		Expect(ctx, options[first.ID] && options[second.ID]).To(Be("both among the options", true))
		Expect(ctx, linking.Submit(ctx, s.FlowID, map[string]any{"implementation": "never_was"}).Exchange).To(HaveStatus(http.StatusBadRequest))
		Expect(ctx, query(linking.Choose(ctx, s, second.ID).URL).Get("client_id")).To(Be("client_id", two.ClientID))
		Expect(ctx, query(linking.Choose(ctx, linking.Open(ctx), first.ID).URL).Get("client_id")).To(Be("client_id", one.ClientID))
	})

	It(requirement("ha.linking.admin-only"), func(ctx SpecContext) {
		h := home.From(ctx)
		credential := linking.Enter(ctx, party(ctx), linking.Settings{})
		s := linking.Begin(ctx, credential.ID)
		_, plain := plainUser(ctx)
		start := `{"handler":"` + linking.Domain + `","show_advanced_options":false}`
		Each(ctx, []string{"Bearer " + plain, ""}, func(v string) string {
			if v == "" {
				return "nobody"
			}
			return "a plain user"
		}, func(ctx Ctx, who string) {
			lines := []string{"Content-Type", "application/json", "HA-Frontend-Base", linking.Base(ctx)}
			if who != "" {
				lines = append(lines, "Authorization", who)
			}
			Expect(ctx, h.Send(ctx, http.MethodPost, flows, start, lines...)).To(HaveStatus(http.StatusUnauthorized))
			Expect(ctx, h.Send(ctx, http.MethodGet, flows+"/"+s.FlowID, "", lines...)).To(HaveStatus(http.StatusUnauthorized))
		})
		Control(ctx, linking.Poll(ctx, s.FlowID).Exchange).To(sendAway())
	})

	It(requirement("ha.linking.admin-cancels"), func(ctx SpecContext) {
		h := home.From(ctx)
		credential := linking.Enter(ctx, party(ctx), linking.Settings{})
		s := linking.Begin(ctx, credential.ID)
		Expect(Step(ctx, "nobody"), h.Send(ctx, http.MethodDelete, flows+"/"+s.FlowID, "")).To(HaveStatus(http.StatusUnauthorized))
		_, plain := plainUser(ctx)
		Expect(Step(ctx, "a plain user"), h.Send(ctx, http.MethodDelete, flows+"/"+s.FlowID, "", "Authorization", "Bearer "+plain)).To(
			HaveStatus(http.StatusUnauthorized))
		s = linking.Begin(ctx, credential.ID)
		Control(ctx, linking.API(ctx, http.MethodDelete, flows+"/"+s.FlowID, nil)).To(HaveStatus(http.StatusOK))
	})

	It(requirement("ha.linking.unknown-handler"), func(ctx SpecContext) {
		linking.Enter(ctx, party(ctx), linking.Settings{})
		e := linking.API(ctx, http.MethodPost, flows, map[string]any{"handler": "authconform_nowhere", "show_advanced_options": false},
			"HA-Frontend-Base", linking.Base(ctx))
		Expect(ctx, e).To(HaveStatus(http.StatusNotFound))
		Control(ctx, linking.Open(ctx).Exchange).To(All(HaveStatus(http.StatusOK), HaveText("flow_id")))
	})

	It(requirement("ha.linking.nothing-early"), func(ctx SpecContext) {
		app := party(ctx)
		s := linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{}).ID)
		linking.Poll(ctx, s.FlowID)
		Control(ctx, linking.Poll(ctx, s.FlowID).Exchange).To(sendAway())
		Expect(ctx, len(app.Requests("token"))+len(app.Requests("api"))).To(Be("requests before consent", 0))
		Control(ctx, linking.Finish(ctx, app, s).Exchange).To(makeEntry())
		Control(ctx, len(app.Requests("token"))).To(Be("token requests after it", 1))
	})

	It(requirement("ha.linking.callback-page"), func(ctx SpecContext) {
		app := party(ctx)
		s := linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{}).ID)
		code, _, state := app.Authorize(ctx, s.URL)
		e := linking.Back(ctx, linking.Query("code", code, "state", state))
		Expect(ctx, e).To(All(HaveStatus(http.StatusOK), BeHTML(), HaveReferrerPolicy("no-referrer")))
		Expect(ctx, strings.Contains(e.Body, "window.close")).To(Be("a page that closes itself", true))
		Control(ctx, linking.Poll(ctx, s.FlowID).Exchange).To(makeEntry())
	})

	It(requirement("ha.linking.progressed"), func(ctx SpecContext) {
		app := party(ctx)
		s := linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{}).ID)
		socket := home.From(ctx).Admin(ctx)
		if err := socket.Call(ctx, "subscribe_events", map[string]any{"event_type": "data_entry_flow_progressed"}, nil); err != nil {
			Block(ctx, "subscribe_events: %v", err)
		}
		linking.Consent(ctx, app, s)
		Expect(ctx, progressed(ctx, socket, s.FlowID)).To(Be("handler of the event of this flow", linking.Domain))
	})

	It(requirement("ha.linking.entry"), func(ctx SpecContext) {
		app := party(ctx)
		last := linking.Finish(ctx, app, linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{}).ID))
		Expect(ctx, last.Exchange).To(makeEntry())
		entry, err := linking.Find(ctx, last.Result.EntryID)
		Expect(ctx, err == nil).To(Be("an entry", true))
		Expect(ctx, entry.State).To(Be("state", "loaded"))
		Expect(ctx, entry.Account).To(Be("account", app.Account.ID))
		seen := ""
		for _, r := range app.Requests("api") {
			seen = linking.Print(r.Bearer())
		}
		Expect(ctx, seen).To(Be("print of the token that the API saw", entry.Token.Access))
		Expect(ctx, usedWell(linking.Use(ctx, entry.ID, 1))).To(Be("uses that work", 1))
	})

	It(requirement("ha.linking.poll-again"), func(ctx SpecContext) {
		app := party(ctx)
		s := linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{}).ID)
		good(ctx)
		again := linking.Poll(ctx, s.FlowID)
		Expect(ctx, again.Exchange).To(sendAway())
		Expect(ctx, again.FlowID == s.FlowID).To(Be("the same flow", true))
		linking.Poll(ctx, s.FlowID)
		Expect(ctx, linking.Finish(ctx, app, s).Exchange).To(makeEntry())
	})

	It(requirement("ha.linking.over"), func(ctx SpecContext) {
		app := party(ctx)
		s := linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{}).ID)
		Control(ctx, linking.Finish(ctx, app, s).Exchange).To(makeEntry())
		Expect(ctx, linking.Poll(ctx, s.FlowID).Exchange).To(HaveStatus(http.StatusNotFound))
		Expect(ctx, linking.Submit(ctx, s.FlowID, map[string]any{}).Exchange).To(HaveStatus(http.StatusNotFound))
		Expect(ctx, linking.API(ctx, http.MethodDelete, flows+"/"+s.FlowID, nil)).To(HaveStatus(http.StatusNotFound))
	})

	It(requirement("ha.linking.cancelled"), func(ctx SpecContext) {
		app := party(ctx)
		credential := linking.Enter(ctx, app, linking.Settings{})
		s := linking.Begin(ctx, credential.ID)
		code, _, state := app.Authorize(ctx, s.URL)
		Control(ctx, linking.API(ctx, http.MethodDelete, flows+"/"+s.FlowID, nil)).To(HaveStatus(http.StatusOK))
		linking.Back(ctx, linking.Query("code", code, "state", state))
		Expect(ctx, linking.Poll(ctx, s.FlowID).Exchange).To(HaveStatus(http.StatusNotFound))
		Expect(ctx, len(app.Requests("token"))).To(Be("token requests", 0))
		Control(ctx, linking.Finish(ctx, app, linking.Begin(ctx, credential.ID)).Exchange).To(makeEntry())
	})

	It(requirement("ha.linking.no-secret-shown"), func(ctx SpecContext) {
		app := party(ctx)
		var access, refresh string
		app.Token = func(_ int, r thirdparty.Request) thirdparty.Reply {
			a := app.Grant(ctx, r, 3600)
			access, refresh = tokens(a)
			return a
		}
		s := linking.Begin(ctx, linking.Enter(ctx, app, linking.Settings{}).ID)
		code, _, state := app.Authorize(ctx, s.URL)
		linking.Return(ctx, code, state)
		last := linking.Poll(ctx, s.FlowID)
		Control(ctx, last.Exchange).To(makeEntry())
		list := linking.API(ctx, http.MethodGet, entries+"?domain="+linking.Domain, nil)
		Control(ctx, strings.Contains(list.Body, last.Result.EntryID)).To(Be("the entry is in the list", true))
		for _, e := range []*wire.Exchange{s.Exchange, last.Exchange, list} {
			Expect(ctx, e).To(secretFree(app.Secret, access, refresh, code))
		}
	})

	It(requirement("ha.linking.twice"), func(ctx SpecContext) {
		app := party(ctx)
		credential := linking.Enter(ctx, app, linking.Settings{})
		entry := linking.LinkWith(ctx, app, credential.ID)
		Expect(ctx, linking.Finish(ctx, app, linking.Begin(ctx, credential.ID)).Exchange).To(abort("already_configured"))
		after := linking.Look(ctx, entry.ID)
		Expect(ctx, after.Token.Access).To(Be("print of the access token", entry.Token.Access))
		Expect(ctx, after.Token.Refresh).To(Be("print of the refresh token", entry.Token.Refresh))
	})

	It(requirement("ha.linking.two-accounts"), func(ctx SpecContext) {
		one, two := party(ctx), party(ctx)
		first := linking.LinkWith(ctx, one, linking.Enter(ctx, one, linking.Settings{}).ID)
		last := linking.Finish(ctx, two, linking.Begin(ctx, linking.Enter(ctx, two, linking.Settings{}).ID))
		if !Expect(ctx, last.Exchange).To(makeEntry()) {
			return
		}
		second := linking.Look(ctx, last.Result.EntryID)
		Expect(ctx, first.ID == second.ID).To(Be("one entry for both", false))
		again := linking.Look(ctx, first.ID)
		Expect(ctx, again.Token.Access).To(Be("print of the first account's token", first.Token.Access))
		Expect(ctx, again.Account).To(Be("account of the first entry", one.Account.ID))
		Expect(ctx, linking.Look(ctx, second.ID).Account).To(Be("account of the second entry", two.Account.ID))
		Expect(ctx, again.Token.Access == second.Token.Access).To(Be("one token for both", false))
	})

	It(requirement("ha.linking.frontend-base-missing"), func(ctx SpecContext) {
		credential := linking.Enter(ctx, party(ctx), linking.Settings{})
		Control(ctx, linking.Choose(ctx, linking.Open(ctx), credential.ID).Exchange).To(sendAway())
		e := linking.Open(ctx, "X-Nothing", "1")
		if e.Type == "form" {
			e = linking.Submit(ctx, e.FlowID, map[string]any{"implementation": credential.ID}, "X-Nothing", "1")
		}
		Note(ctx, "without HA-Frontend-Base the flow gets %s", Outcome(e.Exchange))
	})

	It(requirement("ha.linking.foreign-base"), func(ctx SpecContext) {
		credential := linking.Enter(ctx, party(ctx), linking.Settings{})
		Control(ctx, linking.Choose(ctx, linking.Open(ctx), credential.ID).Exchange).To(sendAway())
		e := linking.Open(ctx, "HA-Frontend-Base", "https://elsewhere.example")
		if e.Type == "form" {
			e = linking.Submit(ctx, e.FlowID, map[string]any{"implementation": credential.ID}, "HA-Frontend-Base", "https://elsewhere.example")
		}
		Note(ctx, "a foreign HA-Frontend-Base gets %s, with redirect_uri %q", Outcome(e.Exchange), query(e.URL).Get("redirect_uri"))
	})

	It(requirement("oauth2.client.unlink-revokes"), func(ctx SpecContext) {
		app := party(ctx)
		entry := linking.Link(ctx, app, linking.Settings{})
		before := len(app.Requests("token")) + len(app.Requests("elsewhere"))
		Control(ctx, linking.Remove(ctx, entry.ID)).To(HaveStatus(http.StatusOK))
		_, err := linking.Find(ctx, entry.ID)
		Control(ctx, err != nil).To(Be("the entry is gone", true))
		Note(ctx, "unlinking sends the third party %s", plural(len(app.Requests("token"))+len(app.Requests("elsewhere"))-before, "request"))
	})
})

// progressed waits for the event of a flow and returns its handler.
func progressed(ctx Ctx, socket *home.Socket, flowID string) string {
	handler := ""
	_, err := socket.Await(ctx, func(f home.Frame) bool {
		event, _ := f["event"].(map[string]any)
		data, _ := event["data"].(map[string]any)
		handler, _ = data["handler"].(string)
		return event["event_type"] == "data_entry_flow_progressed" && data["flow_id"] == flowID
	})
	if err != nil {
		return err.Error()
	}
	return handler
}
