package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Dynamic client registration", func() {
	It(requirement("oauth2.registration.created"), func(ctx SpecContext) {
		answer := register(ctx, metadata())
		mayRegister(ctx, answer)
		Expect(ctx, answer).To(All(HaveStatus(http.StatusCreated), BeJSONObject(), HaveText("client_id")))
	})

	It(requirement("oauth2.registration.echoes"), func(ctx SpecContext) {
		answer := registered(ctx, metadata())
		Expect(ctx, answer).To(HaveList("redirect_uris", callback))
		Expect(ctx, answer).To(haveRegisteredTypes())
	})

	It(requirement("oauth2.registration.secret"), func(ctx SpecContext) {
		answer := registered(ctx, metadata("token_endpoint_auth_method", "client_secret_basic"))
		if there, _ := HaveMembers("client_secret").Match(answer); !there {
			NotApplicable(ctx, "no client_secret is issued")
		}
		Expect(ctx, answer).To(HaveText("client_secret"))
		Expect(ctx, answer).To(HaveWholeNumber("client_secret_expires_at", 0, 1<<40))
	})

	It(requirement("oauth2.registration.public"), func(ctx SpecContext) {
		answer := registered(ctx, metadata("token_endpoint_auth_method", "none"))
		if method := answer.Text("token_endpoint_auth_method"); method != "" && method != "none" {
			NotApplicable(ctx, "the target registers %s instead of none", method)
		}
		Expect(ctx, answer).To(LackMember("client_secret"))
		server := oauth.Get[oauth.Server](ctx)
		client := enrolledAs(ctx, answer, callback)
		code := oauth.Code(ctx, server, "", client.Asks()...)
		got := server.Exchange(ctx, code, append(client.Redeems(), oauth.Set("redirect_uri", callback))...)
		Expect(ctx, got).To(IssueTokens())
	})

	It(requirement("oauth2.registration.unique"), func(ctx SpecContext) {
		first, second := registered(ctx, metadata()), registered(ctx, metadata())
		Expect(ctx, first.Text("client_id") != second.Text("client_id")).To(Be("two client ids", true))
	})

	It(requirement("oauth2.registration.works"), func(ctx SpecContext) {
		server, endpoint := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Confidential](ctx)
		works(ctx, server)
		answer := registered(ctx, metadata("token_endpoint_auth_method", "client_secret_basic"))
		client := enrolledAs(ctx, answer, callback)
		client.Secret = answer.Text("client_secret")
		back := server.Authorize(ctx, server.Request().Apply(client.Asks()...))
		if !Expect(ctx, back).To(BringCode()) {
			return
		}
		form := server.CodeGrant(back.Code).Apply(client.Redeems()...).Apply(oauth.Set("redirect_uri", callback))
		if method := answer.Text("token_endpoint_auth_method"); client.Secret == "" || method == "client_secret_post" {
			Expect(ctx, endpoint.InForm(ctx, form)).To(IssueTokens())
			return
		}
		bare := form.Apply(oauth.Drop("client_secret"), oauth.Drop("client_id"))
		Expect(ctx, endpoint.InHeader(ctx, bare, client.Client)).To(IssueTokens())
	})

	It(requirement("oauth2.registration.redirect-bound"), func(ctx SpecContext) {
		server, client := oauth.Get[oauth.Authorizer](ctx), publicly(ctx, callback)
		asks := func(redirect string) oauth.Return {
			return server.Authorize(ctx, server.Request().Apply(client.Asks()...).Apply(oauth.Set("redirect_uri", redirect)))
		}
		Control(ctx, asks(callback)).To(BringCode())
		for _, wrong := range []string{callback + "/below", "https://elsewhere.example/callback"} {
			Expect(Step(ctx, wrong), asks(wrong)).To(SendNobody())
		}
	})

	It(requirement("oauth2.registration.redirect-query"), func(ctx SpecContext) {
		const kept = callback + "?tenant=a%26b&x=1"
		server, client := oauth.Get[oauth.Authorizer](ctx), publicly(ctx, kept)
		back := server.Authorize(ctx, server.Request().Apply(client.Asks()...))
		Expect(ctx, back).To(BringCode())
		Expect(ctx, back.Query.Get("tenant")).To(Be("tenant", "a&b"))
		Expect(ctx, back.Query.Get("x")).To(Be("x", "1"))
	})

	It(requirement("oauth2.registration.no-store"), func(ctx SpecContext) {
		Note(ctx, "the answer to a registration: %s", stored(registered(ctx, metadata())))
	})
})

// callback is the redirect URI of registered clients.
const callback = "https://client.example/callback"

// metadata returns the metadata of a client with our callback and more members: name, value, name, value (RFC 7591 §2).
func metadata(more ...any) map[string]any {
	m := map[string]any{
		"redirect_uris": []string{callback}, "client_name": "authconform", "grant_types": []string{"authorization_code", "refresh_token"},
		"response_types": []string{"code"},
	}
	for i := 0; i+1 < len(more); i += 2 {
		m[more[i].(string)] = more[i+1]
		if more[i+1] == nil {
			delete(m, more[i].(string))
		}
	}
	return m
}

// register registers a client for the scope of our requests.
func register(ctx Ctx, m map[string]any) *wire.Exchange {
	if scope := oauth.Get[oauth.Authorizer](ctx).Request().Get("scope"); scope != "" {
		m["scope"] = scope
	}
	return oauth.Get[oauth.Registrar](ctx).Register(ctx, "application/json", encoded(m))
}

// registered returns the answer to a good registration: the control of refusals.
func registered(ctx Ctx, m map[string]any) *wire.Exchange {
	answer := register(ctx, m)
	mayRegister(ctx, answer)
	Control(Step(ctx, "registration"), answer).To(HaveText("client_id"))
	return answer
}

// mayRegister ends the spec unless the target lets us register without an initial access token (RFC 7591 §3).
func mayRegister(ctx Ctx, answer *wire.Exchange) {
	if answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden {
		NotApplicable(ctx, "registration needs an initial access token: %s", answer)
	}
}

// publicly registers a client without a secret.
func publicly(ctx Ctx, redirect string) enrolled {
	m := metadata("token_endpoint_auth_method", "none", "redirect_uris", []string{redirect}, "application_type", "native")
	if !onLoopback(redirect) {
		delete(m, "application_type")
	}
	return enrolledAs(ctx, registered(ctx, m), redirect)
}

// enrolled is a registered client with the scope that it may ask for; "" is the scope of our requests.
type enrolled struct {
	oauth.Client
	scope string
}

// enrolledAs returns the client of a registration's answer. It requests our usual scope as far as it may.
func enrolledAs(ctx Ctx, answer *wire.Exchange, redirect string) enrolled {
	asked, may := strings.Fields(oauth.Get[oauth.Authorizer](ctx).Request().Get("scope")), strings.Fields(answer.Text("scope"))
	kept := slices.DeleteFunc(slices.Clone(asked), func(word string) bool { return !slices.Contains(may, word) })
	if len(kept) == 0 {
		kept = may
	}
	return enrolled{
		oauth.Client{ID: answer.Text("client_id"), Redirect: redirect, Verifier: verifier}, strings.Join(kept, " "),
	}
}

// Asks sets the client's parameters in an authorization request.
func (e enrolled) Asks() []oauth.Change {
	list := e.Client.Asks()
	if e.scope != "" {
		list = append(list, oauth.Set("scope", e.scope))
	}
	return list
}

// haveRegisteredTypes holds for members of the types of RFC 7591 §2. Where our registration says nothing, null says nothing either.
func haveRegisteredTypes() Expectation {
	return Hold("members of the specified types", func(e *wire.Exchange) error {
		v, err := e.Object()
		if err != nil {
			return err
		}
		for _, name := range []string{"redirect_uris", "grant_types", "response_types", "contacts"} {
			if value, there := v[name]; there && !allText(value) && (value != nil || name != "contacts") {
				return fmt.Errorf("%s is not a list of strings", name)
			}
		}
		for _, name := range []string{"token_endpoint_auth_method", "client_name", "scope"} {
			if value, there := v[name]; there && KindOf(value) != "string" && (value != nil || name != "token_endpoint_auth_method") {
				return fmt.Errorf("%s is not a string", name)
			}
		}
		return nil
	})
}
