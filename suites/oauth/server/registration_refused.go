package server

import (
	"encoding/json"
	"net/http"
	"slices"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Refused registrations", func() {
	It(requirement("oauth2.registration.bad-redirect"), func(ctx SpecContext) {
		registered(ctx, metadata())
		for name, redirect := range Sorted(map[string]string{"a fragment": callback + "#x", "relative": "/callback"}) {
			answer := register(ctx, metadata("redirect_uris", []string{redirect}))
			Expect(Step(ctx, name), answer).To(refuseRegistration("invalid_redirect_uri", "invalid_client_metadata"))
		}
	})

	It(requirement("oauth2.registration.http-redirect"), func(ctx SpecContext) {
		registered(ctx, metadata())
		for _, redirect := range []string{"http://client.example/callback", "http://192.0.2.7/callback"} {
			answer := register(ctx, metadata("redirect_uris", []string{redirect}))
			Expect(Step(ctx, redirect), answer).To(refuseRegistration("invalid_redirect_uri", "invalid_client_metadata"))
		}
	})

	It(requirement("oauth2.registration.no-redirect"), func(ctx SpecContext) {
		registered(ctx, metadata())
		for name, list := range Sorted(map[string]any{"none": nil, "an empty list": []string{}}) {
			answer := register(ctx, metadata("redirect_uris", list))
			Expect(Step(ctx, name), answer).To(refuseRegistration("invalid_redirect_uri", "invalid_client_metadata"))
		}
	})

	It(requirement("oauth2.registration.malformed"), func(ctx SpecContext) {
		registered(ctx, metadata())
		at := oauth.Get[oauth.Registrar](ctx)
		for name, body := range Sorted(map[string]string{
			"broken JSON": `{"redirect_uris": ["` + callback, "a list": "[]", "a number of URIs": encoded(metadata("redirect_uris", 7)),
		}) {
			answer := at.Register(ctx, "application/json", body)
			Expect(Step(ctx, name), answer).To(refuseRegistration("invalid_client_metadata", "invalid_redirect_uri", "invalid_request"))
		}
		form := at.Register(ctx, formType, "redirect_uris="+callback)
		Expect(Step(ctx, "a form"), form).To(All(BeRejected(), LackMember("client_id")))
	})

	It(requirement("oauth2.registration.unknown-metadata"), func(ctx SpecContext) {
		registered(ctx, metadata())
		answer := register(ctx, metadata("x_colour", "blue", "x_list", []int{1, 2}))
		Expect(ctx, answer).To(HaveText("client_id"))
	})

	It(requirement("oauth2.registration.consistent"), func(ctx SpecContext) {
		registered(ctx, metadata())
		answer := register(ctx, metadata("grant_types", []string{"authorization_code"}, "response_types", []string{"token"}))
		if answer.Text("client_id") == "" {
			Expect(ctx, answer).To(refuseRegistration("invalid_client_metadata"))
			return
		}
		v, _ := answer.Object()
		contradicts := has(v["response_types"], "token") && !has(v["grant_types"], "implicit")
		_, told := v["response_types"]
		Expect(ctx, told && !contradicts).To(Be("response and grant types that fit each other", true))
	})
})

// refuseRegistration holds for an error of RFC 7591 §3.2.2 with one of the codes, and no client.
func refuseRegistration(codes ...string) Expectation {
	return All(HaveStatus(http.StatusBadRequest), HaveError(codes...), LackMember("client_id"), Hold("as application/json",
		func(e *wire.Exchange) error { _, err := e.JSON(); return err }))
}

// encoded encodes client metadata as JSON.
func encoded(m map[string]any) string {
	raw, err := json.Marshal(m)
	if err != nil {
		panic(err) // strings, numbers and lists always encode
	}
	return string(raw)
}

// has reports whether a JSON array contains the word.
func has(list any, word string) bool {
	words, _ := list.([]any)
	return slices.Contains(words, any(word))
}
