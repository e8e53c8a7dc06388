package resource

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

const metadataLink = "resource_metadata"

var _ = Describe("Protected resource metadata", func() {
	It(requirement("oauth2.resource-metadata.link"), func(ctx SpecContext) {
		resource, _ := guarded(ctx)
		refusal := resource.Fetch(ctx, "")
		link := ChallengeParameter(refusal, "Bearer", metadataLink)
		if link == "" {
			NotApplicable(ctx, "the challenge names no %s; clients try the well-known URLs", metadataLink)
		}
		if Expect(ctx, absolute(link)).To(Be(metadataLink+" is an absolute URL without a fragment", true)) {
			Expect(ctx, resource.Beside(ctx, http.MethodGet, link, nil)).To(All(HaveStatus(http.StatusOK), BeJSONObject()))
		}
	})

	It(requirement("oauth2.resource-metadata.identifier"), func(ctx SpecContext) {
		resource, _ := guarded(ctx)
		found := resource.Description(ctx)
		Control(ctx, found).To(HaveText("resource"))
		Expect(Step(ctx, "found by "+resource.Place().By), found).To(HaveText("resource", resource.Place().Of...))
		for _, place := range resource.WellKnownPlaces() {
			doc := resource.Beside(Step(ctx, "found by "+place.By), http.MethodGet, place.URL, nil)
			if _, err := doc.JSON(); err == nil && doc.Status == http.StatusOK {
				Expect(Step(ctx, "found by "+place.By), doc).To(HaveText("resource", place.Of...))
			}
		}
	})

	It(requirement("oauth2.resource-metadata.shape"), func(ctx SpecContext) {
		resource, _ := guarded(ctx)
		Expect(ctx, resource.Description(ctx)).To(All(HaveStatus(http.StatusOK), BeJSONObject(), haveNoEmptyMember(), haveLists()))
	})
})

var _ = Describe("Challenges", func() {
	It(requirement("oauth2.bearer.scheme-insensitive"), func(ctx SpecContext) {
		api, access := opened(ctx)
		for _, scheme := range []string{"bearer", "BEARER", "bEARER"} {
			Expect(Step(ctx, scheme), api.Fetch(ctx, scheme+" "+access)).To(HaveStatus(http.StatusOK))
		}
	})

	It(requirement("oauth2.bearer.challenge-every-name"), func(ctx SpecContext) {
		api, _ := opened(ctx)
		names := oauth.Get[oauth.Names](ctx)
		Control(ctx, api.Fetch(ctx, "")).To(Challenge("Bearer", ""))
		for _, name := range names.Others() {
			refusal := names.FetchUnder(Step(ctx, name), name)
			Expect(Step(ctx, name), refusal).To(BeAnswered())
			if refusal.Status == http.StatusUnauthorized {
				Expect(Step(ctx, name), refusal).To(Challenge("Bearer", ""))
			} else {
				Expect(Step(ctx, name), refusal).NotTo(HaveStatus(http.StatusOK))
			}
		}
	})

	It(requirement("oauth2.bearer.challenge-every-method"), func(ctx SpecContext) {
		opened(ctx)
		api, judged := oauth.Get[oauth.Methods](ctx), false
		Control(ctx, api.Fetch(ctx, "")).To(All(HaveStatus(http.StatusUnauthorized), Challenge("Bearer", "")))
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete} {
			if refusal := api.Ask(Step(ctx, method), method, nil); refusal.Status == http.StatusUnauthorized {
				judged = true
				Expect(Step(ctx, method), refusal).To(Challenge("Bearer", ""))
			}
		}
		if !judged {
			NotApplicable(ctx, "no method is answered with 401")
		}
	})

	It(requirement("oauth2.bearer.error-word"), func(ctx SpecContext) {
		api, _ := opened(ctx)
		none, dead := api.Fetch(ctx, ""), api.Fetch(ctx, bearer("dead"))
		Control(ctx, none).To(HaveStatus(http.StatusUnauthorized))
		Control(ctx, dead).To(HaveStatus(http.StatusUnauthorized))
		Expect(Step(ctx, "no token"), ChallengeParameter(none, "Bearer", "error")).To(Be("error", ""))
		Expect(Step(ctx, "a dead one"), ChallengeParameter(dead, "Bearer", "error")).To(Be("error", "invalid_token"))
	})
})

// guarded returns the resource and an access token that opens it. It is a control.
func guarded(ctx Ctx) (oauth.Protected, string) {
	_, access := opened(ctx)
	return oauth.Get[oauth.Protected](ctx), access
}

// absolute reports whether a text is an absolute URL.
func absolute(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.Fragment == ""
}

// haveNoEmptyMember holds for an object whose members all have a value: empty members must be left out (RFC 9728 §3.2).
func haveNoEmptyMember() Expectation {
	return Hold("no empty member", func(e *wire.Exchange) error {
		v, err := e.Object()
		if err != nil {
			return err
		}
		for _, value := range v {
			if list, isList := value.([]any); value == nil || value == "" || isList && len(list) == 0 {
				return ErrOther
			}
		}
		return nil
	})
}

// lists are the members of resource metadata that hold lists of strings (RFC 9728 §2).
var lists = []string{
	"authorization_servers", "scopes_supported", "bearer_methods_supported", "resource_signing_alg_values_supported",
	"authorization_details_types_supported", "dpop_signing_alg_values_supported",
}

// haveLists holds for an object whose lists are lists of strings.
func haveLists() Expectation {
	return Hold("lists of strings: "+strings.Join(lists, ", "), func(e *wire.Exchange) error {
		v, err := e.Object()
		if err != nil {
			return err
		}
		for _, name := range lists {
			value, there := v[name]
			list, isList := value.([]any)
			notText := func(item any) bool { _, isText := item.(string); return !isText }
			if there && (!isList || slices.ContainsFunc(list, notText)) {
				return ErrOther
			}
		}
		return nil
	})
}
