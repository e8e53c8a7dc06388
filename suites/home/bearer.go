package home

import (
	"fmt"
	"net/http"
	"regexp"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Bearer tokens", func() {
	It(requirement("ha.rest.api-running"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, h.API(ctx, h.Session(ctx).Access, "/api/")).To(All(HaveStatus(200), HaveText("message")))
	})

	It(requirement("ha.rest.401"), func(ctx SpecContext) {
		h := home.From(ctx)
		access := h.Session(ctx).Access
		for _, path := range []string{"/api/", "/api/config", "/api/states"} {
			Control(ctx, h.API(ctx, access, path)).To(HaveStatus(200))
			Expect(ctx, h.Get(ctx, path)).To(BeRefused(ctx, "bearer-refused"))
		}
	})

	It(requirement("oauth2.bearer.revoked-live"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := liveSession(ctx)
		Control(ctx, legacyRevoke(ctx, tokens.Refresh)).To(HaveStatus(200))
		Expect(ctx, h.API(ctx, tokens.Access, "/api/")).To(BeRefused(ctx, "bearer-refused"))
		Expect(ctx, h.API(ctx, tokens.Access, "/api/config")).To(BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("oauth2.bearer.form-refused"), func(ctx SpecContext) {
		h := home.From(ctx)
		access := h.Session(ctx).Access
		Control(ctx, h.API(ctx, access, "/api/")).To(HaveStatus(200))
		form := oauth.Form{{Name: "access_token", Value: access}}
		Expect(ctx, h.PostForm(ctx, "/api/", form)).To(HaveStatus(401, 405))
		Expect(ctx, h.PostForm(ctx, "/api/events/authconform_probe", form)).To(BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("ha.bearer.basic-refused"), func(ctx SpecContext) {
		h := home.From(ctx)
		access := h.Session(ctx).Access
		Control(ctx, h.API(ctx, access, "/api/")).To(HaveStatus(200))
		Expect(ctx, h.Get(ctx, "/api/", "Authorization", "Basic "+access)).To(BeRefused(ctx, "bearer-refused"))
		Expect(ctx, h.Get(ctx, "/api/", "Authorization", "Basic aG9tZWFzc2lzdGFudDpwYXNz")).To(BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("ha.bearer.empty"), func(ctx SpecContext) {
		h := home.From(ctx)
		access := h.Session(ctx).Access
		Control(ctx, h.API(ctx, access, "/api/")).To(HaveStatus(200))
		for _, line := range []string{"", "Bearer", "Bearer ", "Bearer a b", "Bearer " + access + " x", "Token " + access, access, "Bearer \tx",
			"Bearer=" + access, "Bearer,Bearer"} {
			Expect(Step(ctx, "RS13"), h.Get(Step(ctx, "RS13"), "/api/", "Authorization", line)).To(BeRefused(ctx, "bearer-refused"))
		}
	})

	It(requirement("oauth2.bearer.no-challenge-oracle"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.API(ctx, h.Session(ctx).Access, "/api/states/no.such")).To(HaveStatus(404))
		there, nowhere := h.Get(ctx, "/api/states/sun.sun"), h.Get(ctx, "/api/states/no.such")
		Expect(ctx, there).To(BeRefused(ctx, "bearer-refused"))
		Expect(ctx, nowhere).To(BeRefused(ctx, "bearer-refused"))
		Expect(ctx, there.Body == nowhere.Body && there.Header.Get("WWW-Authenticate") == nowhere.Header.Get("WWW-Authenticate")).To(
			Be("the same body and challenge", true))
	})

	It(requirement("ha.bearer.write-needs-token"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, h.PostJSON(ctx, "/api/states/authconform.probe", map[string]string{"state": "on"})).To(BeRefused(ctx, "bearer-refused"))
		Expect(ctx, h.PostJSON(ctx, "/api/services/homeassistant/check_config", map[string]string{})).To(BeRefused(ctx, "bearer-refused"))
		Control(ctx, h.API(ctx, h.Session(ctx).Access, "/api/states/authconform.probe")).To(HaveStatus(404))
	})

	It(requirement("ha.bearer.options-public"), func(ctx SpecContext) {
		h := home.From(ctx)
		answer := h.Send(ctx, http.MethodOptions, "/api/", "", "Origin", "https://app.example", "Access-Control-Request-Method", "GET")
		Note(ctx, "a preflight of a foreign origin gets %s", Outcome(answer))
	})

	It(requirement("ha.bearer.user-inactive"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "suspended")
		tokens := h.Tokens(ctx, home.Login{Account: &user.Account})
		Control(ctx, h.API(ctx, tokens.Access, "/api/")).To(HaveStatus(200))
		h.Deactivate(ctx, user)
		Expect(ctx, h.API(ctx, tokens.Access, "/api/")).To(BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("ha.bearer.user-deleted"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "deleted")
		tokens := h.Tokens(ctx, home.Login{Account: &user.Account})
		Control(ctx, h.API(ctx, tokens.Access, "/api/")).To(HaveStatus(200))
		h.Delete(ctx, user)
		Expect(ctx, h.API(ctx, tokens.Access, "/api/")).To(BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("oauth2.bearer.expired"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.Tokens(ctx, home.Login{})
		Control(ctx, h.API(ctx, tokens.Access, "/api/config")).To(HaveStatus(200))
		Advance(ctx, time.Duration(tokens.Expires)*time.Second+time.Minute)
		Expect(ctx, h.API(ctx, tokens.Access, "/api/config")).To(BeRefused(ctx, "bearer-refused"))
		Expect(ctx, h.API(ctx, tokens.Access, "/api/states")).To(BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("ha.bearer.config-members"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, h.API(ctx, h.Session(ctx).Access, "/api/config")).To(All(
			HaveStatus(200), HaveTextLike("version", releaseNumber, "a release number"),
			HaveMembers("latitude", "longitude", "unit_system", "location_name", "time_zone", "components")))
	})

	It(requirement("ha.rest.states"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, h.API(ctx, h.Session(ctx).Access, "/api/states")).To(All(HaveStatus(200), BeStates()))
	})
})

var releaseNumber = regexp.MustCompile(`^\d{4}\.\d{1,2}\.`)

// BeStates holds for a list of objects with entity_id and state.
func BeStates() Expectation {
	return Hold("a list of states", func(e *wire.Exchange) error {
		var list []struct {
			EntityID *string `json:"entity_id"`
			State    *string `json:"state"`
		}
		if err := e.Decode(&list); err != nil {
			return err
		}
		for _, s := range list {
			if s.EntityID == nil || s.State == nil {
				return fmt.Errorf("an entry without entity_id or state")
			}
		}
		return nil
	})
}
