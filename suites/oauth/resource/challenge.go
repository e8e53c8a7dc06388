package resource

import (
	"errors"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Challenges of the resource", func() {
	It(requirement("provider.resource.bare-challenge"), func(ctx SpecContext) {
		api, _ := opened(ctx)
		answer := api.Fetch(ctx, "")
		Control(ctx, answer).To(All(HaveStatus(http.StatusUnauthorized), Challenge("Bearer", "")))
		for _, name := range []string{"error", "error_description", "error_uri"} {
			Expect(ctx, ChallengeParameter(answer, "Bearer", name)).To(Be(name, ""))
		}
	})

	It(requirement("provider.resource.challenge-form"), func(ctx SpecContext) {
		api, _ := opened(ctx)
		judged := false
		for name, authorization := range Sorted(map[string]string{
			"no token": "", "an invented token": bearer("invented-token"), "an odd token": bearer(`in"vented\token-ü`),
		}) {
			answer := api.Fetch(Step(ctx, name), authorization)
			if answer.Header.Get("WWW-Authenticate") != "" {
				judged = true
				Expect(Step(ctx, name), answer).To(beWellFormed())
			}
		}
		if !judged {
			NotApplicable(ctx, "no refusal has a challenge")
		}
	})
})

// beWellFormed holds for challenges without repeated parameters, whose errors use only the characters of RFC 6750 §3.
func beWellFormed() Expectation {
	return Hold("a well-formed challenge", func(e *wire.Exchange) error {
		if again := RepeatedParameter(e); again != "" {
			return errors.New(again + " appears twice")
		}
		for _, name := range []string{"error", "error_description"} {
			odd := func(r rune) bool { return r < 0x20 || r > 0x7e || r == '"' || r == '\\' }
			if strings.ContainsFunc(ChallengeParameter(e, "Bearer", name), odd) {
				return errors.New(name + " has other characters than printable ASCII")
			}
		}
		return nil
	})
}
