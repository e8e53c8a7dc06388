package server

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
	"github.com/authconform/authconform/suites/tamper"
)

var _ = Describe("Token errors", func() {
	It(requirement("oauth2.error.status-400"), func(ctx SpecContext) {
		server, clients := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Clients](ctx)
		refuse := All(BeRefused(ctx, "token-refused"), BeJSONObject(), HaveText("error"))
		refuses(ctx, server, refuse,
			attempt{"TE01 no grant_type", changes(oauth.Drop("grant_type"))},
			attempt{"TE05 no client_id", changes(oauth.Drop("client_id"))},
			attempt{"TE09 other client_id", changes(oauth.Set("client_id", clients.Other().ID))},
			attempt{"TE14 grant foo", changes(oauth.Set("grant_type", "foo"))},
		)
		for _, a := range []attempt{
			{"TE02 no code", changes(oauth.Drop("code"))},
			{"TE06 unknown code", nil},
			{"TE13 unknown refresh token", changes(oauth.Set("grant_type", "refresh_token"), oauth.Drop("code"),
				oauth.Add("refresh_token", unknownToken))},
		} {
			Expect(Step(ctx, a.name), server.Exchange(Step(ctx, a.name), unknown, a.changes...)).To(refuse)
		}
		Expect(Step(ctx, "TE04 empty body"), server.SendToken(ctx, http.MethodPost, "", formType, "")).To(refuse)
	})

	It(requirement("oauth2.error.charset"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		works(ctx, server)
		stranger := server.Exchange(ctx, unknown, oauth.Set("client_id", "0123456789abcdef"))
		Each(ctx, []vector{ // named, because the code itself is hidden
			{"nothing", ""}, {"a word", "xyz"}, {"quotes", "\"quoted\""}, {"a backslash", "back\\slash"}, {"a line end", "line\r\nend"},
			{"a letter outside ASCII", "münchen"}, {"a zero", "\x00"},
		}, named, func(ctx Ctx, odd vector) {
			for _, field := range []string{"client_id", "code", "grant_type"} {
				refuse := All(BeRefused(ctx, "odd-refused"), haveErrorCharset())
				if field == "client_id" && stranger.Status >= 500 {
					refuse = haveErrorCharset() // some servers report any unknown client as an error of its own, which other rows judge
				}
				if answer := server.Exchange(ctx, unknown, oauth.Set(field, odd.value)); !grants(answer) { // which other rows judge
					Expect(ctx, answer).To(refuse)
				}
			}
		})
	})

	It(requirement("oauth2.error.duplicate-parameter"), func(ctx SpecContext) {
		server, client := oauth.Get[oauth.Server](ctx), oauth.Get[oauth.Clients](ctx).Default()
		works(ctx, server)
		refusal, afterwards := BeRefused(ctx, "repetition-refused"), HaveAnswer(ctx, "code-after-repetition")
		repeated := []struct{ name, parameter, value string }{
			{"TE03 code twice, equal", "code", ""},
			{"TE03 code twice, the other unknown", "code", unknown},
			{"client_id twice, equal", "client_id", client.ID},
			{"client_id twice, the other foreign", "client_id", "https://evil.example/"},
			{"grant_type twice, equal", "grant_type", "authorization_code"},
			{"grant_type twice", "grant_type", "refresh_token"},
		}
		repeat := func(ctx Ctx, code, parameter, value string) *wire.Exchange {
			if value == client.ID {
				value = server.CodeGrant(code).Get("client_id")
			}
			return server.Exchange(ctx, code, oauth.Add(parameter, cmp.Or(value, code)))
		}
		refused := true // one login will do for a target that keeps the code
		last := liveCode(server).Spend(ctx, func(ctx Ctx, code string) *wire.Exchange {
			refused = true
			for _, p := range repeated {
				as, _ := refusal.Match(repeat(Step(ctx, p.name), code, p.parameter, p.value))
				refused = refused && as
			}
			return server.Exchange(Step(ctx, "after all"), code)
		})
		if refused && grants(last) {
			Expect(Step(ctx, "after all"), last).To(afterwards)
			return
		}
		for _, p := range repeated {
			under, code := Step(ctx, p.name), oauth.Code(ctx, server, "")
			Expect(under, repeat(under, code, p.parameter, p.value)).To(refusal)
			Expect(Step(ctx, "after "+p.name), server.Exchange(ctx, code)).To(afterwards)
		}
	})

	It(requirement("oauth2.error.unsupported-grant"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		works(ctx, server)
		for _, grant := range append([]string{"foo", "implicit", "Authorization_Code"}, unannounced(ctx, Inputs(ctx, "unknown-grants"))...) {
			under := Step(ctx, grant)
			Expect(under, server.Exchange(under, unknown, oauth.Set("grant_type", grant))).To(BeRefused(ctx, "grant-unsupported"))
		}
	})

	It(requirement("provider.error.invalid-grant"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		refuse := BeRefused(ctx, "grant-invalid")
		refused := func(what string, send func(Ctx) *wire.Exchange) {
			under := Step(ctx, what)
			if answer := send(under); !grants(answer) { // another row judges what is granted
				Expect(under, answer).To(refuse)
			}
		}
		code := oauth.Code(ctx, server, "")
		first := server.Exchange(ctx, code)
		Control(ctx, first).To(IssueTokens())
		refused("a spent code", func(ctx Ctx) *wire.Exchange { return server.Exchange(ctx, code) })
		refused("an unknown code", func(ctx Ctx) *wire.Exchange { return server.Exchange(ctx, unknown) })
		refused("another verifier", func(ctx Ctx) *wire.Exchange {
			return server.Exchange(ctx, bound(ctx, verifier), oauth.Set("code_verifier", strings.Repeat("b", 43)))
		})
		if oauth.Granted(first, "").Refresh == "" {
			return
		}
		refreshes(ctx, server)
		refused("an unknown refresh token", func(ctx Ctx) *wire.Exchange { return server.Renew(ctx, unknownToken) })
		for _, t := range tamper.Secret(IssueRefreshable(ctx, server).Refresh) {
			Secret(ctx, "refresh_token", t.Value)
			refused("a refresh token, "+t.Name, func(ctx Ctx) *wire.Exchange { return server.Renew(ctx, t.Value) })
		}
	})

	It(requirement("oauth2.error.grant-type-missing"), func(ctx SpecContext) {
		server := oauth.Get[oauth.Server](ctx)
		refusal := All(HaveStatus(400), HaveError("invalid_request", "unsupported_grant_type"), GrantNothing())
		refuses(ctx, server, refusal, attempt{"no grant_type", changes(oauth.Drop("grant_type"))})
	})
})

// haveErrorCharset holds for an error and a description within the characters that RFC 6749 §5.2 allows.
func haveErrorCharset() Expectation {
	return Hold("error and error_description of printable ASCII without quote and backslash", func(e *wire.Exchange) error {
		for _, member := range []string{"error", "error_description"} {
			for _, r := range e.Text(member) {
				if r < 0x20 || r > 0x7e || r == '"' || r == '\\' {
					return ErrOther
				}
			}
		}
		return nil
	})
}

// unannounced returns the grant types of a list that the metadata do not name: the server may refuse a grant type that it knows
// to our client with unauthorized_client (RFC 6749 §5.2).
func unannounced(ctx Ctx, grants []string) []string {
	if len(grants) == 0 {
		return nil
	}
	v, _ := oauth.Get[oauth.Metadata](ctx).Document(ctx).Object()
	known, _ := v["grant_types_supported"].([]any)
	return slices.DeleteFunc(slices.Clone(grants), func(grant string) bool { return slices.Contains(known, any(grant)) })
}
