package server

import (
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

const issParameter = "authorization_response_iss_parameter_supported"

// errorCodes are the authorization errors in the registry of OAuth parameters: RFC 6749 §4.1.2.1, RFC 8707 §2, RFC 9101, RFC
// 9470, and OpenID Connect Core §3.1.2.6.
var errorCodes = []string{
	"invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type", "invalid_scope", "server_error",
	"temporarily_unavailable", "invalid_target", "interaction_required", "login_required", "account_selection_required",
	"consent_required", "invalid_request_uri", "invalid_request_object", "request_not_supported", "request_uri_not_supported",
	"registration_not_supported", "insufficient_user_authentication", "unmet_authentication_requirements", "invalid_authorization_details",
}

var _ = Describe("Authorization errors", func() {
	It(requirement("oauth2.authorize.error-state"), func(ctx SpecContext) {
		for name, back := range Sorted(sentBack(ctx)) {
			Expect(Step(ctx, name), back.State).To(Be("state", back.sent))
		}
	})

	It(requirement("oauth2.authorize.error-code"), func(ctx SpecContext) {
		for name, back := range Sorted(sentBack(ctx)) {
			Expect(Step(ctx, name), slices.Contains(errorCodes, back.Error)).To(Be("a registered error code instead of "+back.Error, true))
			Expect(Step(ctx, name), back.Return).To(BringNoCode())
		}
	})

	It(requirement("oauth2.authorize.error-charset"), func(ctx SpecContext) {
		for name, back := range Sorted(sentBack(ctx)) {
			for _, member := range []string{"error", "error_description"} {
				text := back.Query.Get(member)
				Expect(Step(ctx, name), strings.ContainsFunc(text, outOfCharset)).To(Be("odd characters in "+member, false))
			}
		}
	})

	It(requirement("oauth2.authorize.error-iss"), func(ctx SpecContext) {
		doc := document(ctx)
		if said, _ := doc.JSON(); said[issParameter] != true {
			NotApplicable(ctx, "the metadata does not announce %s", issParameter)
		}
		for name, back := range Sorted(sentBack(ctx)) {
			Expect(Step(ctx, name), back.Iss).To(Be("iss", doc.Text("issuer")))
		}
	})

	It(requirement("oauth2.authorize.iss-announced"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Authorizer](ctx)
		back := server.Authorize(ctx, server.Request())
		Control(ctx, back).To(BringCode())
		if back.Iss == "" {
			NotApplicable(ctx, "no iss comes with a code")
		}
		said, err := document(ctx).JSON()
		Control(ctx, err).To(Be("what is wrong with the metadata", error(nil)))
		Expect(ctx, said[issParameter]).To(Be(issParameter, true))
		Expect(ctx, said["issuer"]).To(Be("issuer", any(back.Iss)))
	})

	It(requirement("oauth2.authorize.state-optional"), func(ctx SpecContext) {
		server := allowing(ctx)
		Expect(ctx, server.Authorize(ctx, server.Request().Apply(oauth.Drop("state")))).To(BringCode())
	})

	It(requirement("oauth2.authorize.empty-parameter"), func(ctx SpecContext) {
		server := allowing(ctx)
		Expect(Step(ctx, "foo"), server.Authorize(ctx, server.Request().Apply(oauth.Set("foo", "")))).To(BringCode())
		for _, name := range []string{"scope", "state"} {
			without := server.Authorize(ctx, server.Request().Apply(oauth.Drop(name)))
			empty := server.Authorize(ctx, server.Request().Apply(oauth.Set(name, "")))
			if without.Code != "" {
				Expect(Step(ctx, name), empty).To(BringCode())
			} else {
				Expect(Step(ctx, name), empty.Error).To(Be("error", without.Error))
			}
		}
	})

	It(requirement("oauth2.authorize.no-hybrid"), func(ctx SpecContext) {
		server := allowing(ctx)
		for _, kind := range []string{"code token", "token code"} {
			back := server.Authorize(ctx, server.Request().Apply(oauth.Set("response_type", kind)))
			Expect(Step(ctx, kind), back.Query.Has("access_token")).To(Be("an access token in the redirect", false))
			Expect(Step(ctx, kind), strings.Contains(back.Last.Header.Get("Location"), "access_token=")).To(Be("one in its fragment", false))
		}
	})

	It(requirement("oauth2.authorize.no-cors"), func(ctx SpecContext) {
		server := oauth.Get[visited](ctx)
		Control(ctx, server.Authorize(ctx, server.Request())).To(BringCode())
		for _, origin := range []string{attacker, "null"} {
			first := server.VisitFrom(Step(ctx, origin), origin, server.Request())
			Control(Step(ctx, origin), first).To(below400())
			Expect(Step(ctx, origin), first).To(HaveNoHeader("Access-Control-Allow-Origin"))
		}
	})
})

// visited is an authorization endpoint that a script on a page of another origin calls.
type visited interface {
	oauth.Authorizer
	VisitFrom(ctx Ctx, origin string, request oauth.Form) *wire.Exchange
}

// refused is an error that came back to the client, and the state that it had sent.
type refused struct {
	oauth.Return
	sent string
}

// sentBack returns the errors that come back to the client for bad requests, which contain odd characters. Errors that stay on a
// page of the server are left out.
func sentBack(ctx Ctx) map[string]refused {
	server := allowing(ctx)
	const odd = "in\"ven\\ted-ü"
	list := map[string]refused{}
	for name, change := range Sorted(map[string]oauth.Change{
		"response_type": oauth.Set("response_type", "magic"), "no response_type": oauth.Drop("response_type"),
		"an odd response_type": oauth.Set("response_type", odd), "scope": oauth.Set("scope", odd),
		"challenge method": oauth.Set("code_challenge_method", "S512"),
	}) {
		asked := server.Request().Apply(change)
		if back := server.Authorize(Step(ctx, name), asked); back.Query != nil && back.Error != "" {
			list[name] = refused{back, asked.Get("state")}
		}
	}
	if len(list) == 0 {
		NotApplicable(ctx, "no error is sent back to the client")
	}
	return list
}

// outOfCharset reports whether error and error_description must not contain a character (RFC 6749 §4.1.2.1).
func outOfCharset(r rune) bool { return r < 0x20 || r > 0x7e || r == '"' || r == '\\' }

// below400 holds for a page or a redirect.
func below400() Expectation {
	return Hold("a page or a redirect", func(e *wire.Exchange) error {
		if e.Err != nil || e.Status < 200 || e.Status >= 400 {
			return ErrOther
		}
		return nil
	})
}
