package home

import (
	"encoding/json"
	"errors"
	"net/http"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Onboarding", func() {
	It(requirement("ha.onboarding.owner-once"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Login(ctx, home.Login{})).To(IssueCode())
		name := "authconform-intruder"
		intruder := oauth.Account{Username: name, Password: name}
		body := map[string]string{"name": "authconform", "username": intruder.Username, "password": intruder.Password,
			"client_id": h.Client().ID, "language": "en"}
		for name, header := range Sorted(map[string][]string{"without a token": nil,
			"with a token": {"Authorization", "Bearer " + h.Session(ctx).Access}}) {
			Expect(Step(ctx, name), h.PostJSON(ctx, "/api/onboarding/users", body, header...)).To(All(HaveStatus(401, 403, 404), GrantNothing()))
		}
		Expect(ctx, try(ctx, h.Begin(ctx, home.Login{}).FlowID, intruder.Username, intruder.Password)).To(All(OpenForm(), GrantNothing()))
	})

	It(requirement("ha.onboarding.steps-need-token"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Login(ctx, home.Login{})).To(IssueCode())
		body := map[string]string{"client_id": h.Client().ID, "redirect_uri": h.Client().Redirect}
		for _, step := range []string{"core_config", "analytics", "integration"} {
			Expect(Step(ctx, step), h.PostJSON(ctx, "/api/onboarding/"+step, body)).To(All(HaveStatus(401, 403, 404), GrantNothing()))
			Expect(Step(ctx, step+" with junk"), h.PostJSON(ctx, "/api/onboarding/"+step, body, "Authorization", "Bearer junk")).To(
				All(HaveStatus(401, 403, 404), GrantNothing()))
		}
	})

	It(requirement("ha.onboarding.status"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Login(ctx, home.Login{})).To(IssueCode())
		Expect(ctx, h.Get(ctx, "/api/onboarding")).To(Hold("404, 401, or a list whose user step is done", func(e *wire.Exchange) error {
			if e.Err != nil {
				return ErrOther
			}
			if e.Status == http.StatusNotFound || e.Status == http.StatusUnauthorized {
				return nil
			}
			var steps []struct {
				Step string
				Done bool
			}
			if e.Status != http.StatusOK || json.Unmarshal([]byte(e.Body), &steps) != nil {
				return ErrOther
			}
			for _, s := range steps {
				if s.Step == "user" && s.Done {
					return nil
				}
			}
			return errors.New("the user step is not done")
		}))
	})

	It(requirement("ha.onboarding.providers"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
		Expect(ctx, h.Get(ctx, "/auth/providers")).To(All(HaveStatus(200), NotMention("onboarding_required")))
	})
})
