package defects

import (
	"slices"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var onboardingDefects = []Defect[mockserver.Policy]{
	{
		ID: "onboarding.again", Story: "Anyone can create another owner.",
		Aims: []string{"ha.onboarding.owner-once"},
		Change: answers(at("POST /api/onboarding/users").and(authorization(func(s string) bool {
			return s == ""
		})), ok(`{"auth_code":"x"}`), 404),
	},
	{
		ID: "onboarding.again-with-token", Story: "Any user can create another owner.",
		Aims: []string{"ha.onboarding.owner-once"},
		Change: answers(at("POST /api/onboarding/users").and(authorization(func(s string) bool {
			return s != ""
		})), ok(`{"auth_code":"x"}`), 404),
	},
	{
		ID: "onboarding.user-made", Story: "The user step is refused but creates the user anyway.",
		Aims: []string{"ha.onboarding.owner-once"},
		Change: func(p *mockserver.Policy) {
			var made idSecrets
			takes(at("POST /api/onboarding/users"), withObject(func(m map[string]any) { made.add(textOf(m["username"])) }))(p)
			answers(steps(func(m map[string]any) bool {
				return slices.Contains(made.list(), textOf(m["username"]))
			}), ok(aCode), 200)(p)
		},
	},
	{
		ID: "onboarding.open-steps", Story: "The later steps require no token.",
		Aims: []string{"ha.onboarding.steps-need-token"},
		Change: answers(at("POST /api/onboarding/*").and(authorization(func(s string) bool {
			return s == ""
		})).and(func(r mock.Request) bool { return r.Path() != "/api/onboarding/users" }), ok(`{}`), 404),
	},
	{
		ID: "onboarding.junk-token", Story: "The later steps accept any token without checking it.",
		Aims: []string{"ha.onboarding.steps-need-token"},
		Change: answers(at("POST /api/onboarding/*").and(authorization(func(s string) bool {
			return s != ""
		})), ok(`{"auth_code":"x"}`), 404),
	},
	{
		ID: "onboarding.status-open", Story: "An onboarded home reports that its user step is still open.",
		Aims:   []string{"ha.onboarding.status"},
		Change: answers(at("GET /api/onboarding"), ok(`[{"step":"user","done":false}]`)),
	},
	{
		ID: "onboarding.status-500", Story: "Requesting the steps of an onboarded home causes an uncaught exception.",
		Aims:   []string{"ha.onboarding.status", "robust.methods"},
		Change: answers(at("GET /api/onboarding"), status(500)),
	},
	{
		ID: "onboarding.providers", Story: "The provider list always says that onboarding is required.",
		Aims:   []string{"ha.providers.listed", "ha.onboarding.providers"},
		Change: answers(at("GET /auth/providers"), all(status(400), body(`{"code":"onboarding_required"}`))),
	},
	{
		ID: "onboarding.providers-word", Story: "The provider list has an extra member onboarding_required.",
		Aims:   []string{"ha.onboarding.providers"},
		Change: answers(at("GET /auth/providers"), member("code", "onboarding_required")),
	},
}
