package home

import (
	"encoding/json"
	"net/http"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// tokenError is a token request that must be refused: the good one with changes.
type tokenError struct {
	name    string
	changes []oauth.Change
}

func (e tokenError) String() string { return e.name }

var _ = Describe("Token errors", func() {
	It(requirement("oauth2.error.status-400"), func(ctx SpecContext) {
		h := home.From(ctx)
		refuse := All(HaveStatus(400), HaveText("error"), GrantNothing())
		code := h.Code(ctx, home.Login{})
		for _, e := range []tokenError{
			{"TE01 no grant_type", changes(oauth.Drop("grant_type"))},
			{"TE02 no code", changes(oauth.Drop("code"))},
			{"TE05 no client_id", changes(oauth.Drop("client_id"))},
			{"TE06 unknown code", changes(oauth.Set("code", "0123456789abcdef0123456789abcdef"))},
			{"TE09 other client_id", changes(oauth.Set("client_id", h.Site.Other()+"/"))},
			{"TE13 unknown refresh token", changes(oauth.Set("grant_type", "refresh_token"), oauth.Drop("code"), oauth.Add("refresh_token", "0123456789abcdef"))},
			{"TE14 grant foo", changes(oauth.Set("grant_type", "foo"))},
		} {
			Expect(Step(ctx, e.name), h.Exchange(Step(ctx, e.name), code, e.changes...)).To(refuse)
		}
		Expect(Step(ctx, "TE04 empty body"), h.PostForm(ctx, "/auth/token", nil)).To(refuse)
		Control(ctx, h.Exchange(ctx, h.Code(ctx, home.Login{}))).To(IssueTokens())
	})

	It(requirement("oauth2.error.charset"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Exchange(ctx, h.Code(ctx, home.Login{}))).To(IssueTokens())
		Each(ctx, []string{"", "xyz", "\"quoted\"", "back\\slash", "line\r\nend", "münchen", "\x00"}, quoted, func(ctx Ctx, odd string) {
			for _, field := range []string{"client_id", "code", "grant_type"} {
				Expect(ctx, h.Exchange(ctx, "0123456789abcdef0123456789abcdef", oauth.Set(field, odd))).To(All(HaveStatus(400), HaveErrorCharset()))
			}
		})
	})

	It(requirement("oauth2.error.invalid-request"), func(ctx SpecContext) {
		h := home.From(ctx)
		code := h.Code(ctx, home.Login{})
		for _, e := range []tokenError{
			{"TE05 no client_id", changes(oauth.Drop("client_id"))},
			{"client_id xyz", changes(oauth.Set("client_id", "xyz"))},
			{"V12 mailto client_id", changes(oauth.Set("client_id", "mailto:user@app.example"))},
		} {
			Expect(Step(ctx, e.name), h.Exchange(Step(ctx, e.name), code, e.changes...)).To(BeRefused(ctx, "request-refused"))
		}
		Control(ctx, h.Exchange(ctx, h.Code(ctx, home.Login{}))).To(IssueTokens())
	})

	It(requirement("oauth2.error.duplicate-parameter"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Exchange(ctx, h.Code(ctx, home.Login{}))).To(IssueTokens())
		code := h.Code(ctx, home.Login{})
		for _, e := range []tokenError{
			{"TE03 code twice, equal", changes(oauth.Add("code", code))},
			{"TE03 code twice, the other unknown", changes(oauth.Add("code", "0123456789abcdef0123456789abcdef"))},
			{"client_id twice, equal", changes(oauth.Add("client_id", h.Client().ID))},
			{"client_id twice, the other foreign", changes(oauth.Add("client_id", "https://evil.example/"))},
			{"grant_type twice", changes(oauth.Add("grant_type", "refresh_token"))},
		} {
			Expect(Step(ctx, e.name), h.Exchange(Step(ctx, e.name), code, e.changes...)).To(BeRefused(ctx, "request-refused"))
		}
		Expect(Step(ctx, "afterwards"), h.Exchange(ctx, code)).To(IssueTokens())
	})

	It(requirement("oauth2.error.duplicate-parameter-old"), func(ctx SpecContext) {
		h := home.From(ctx)
		code := h.Code(ctx, home.Login{})
		Note(ctx, "client_id twice, the second foreign: %s", Outcome(h.Exchange(ctx, code, oauth.Add("client_id", "https://evil.example/"))))
	})

	It(requirement("oauth2.error.unsupported-grant"), func(ctx SpecContext) {
		h := home.From(ctx)
		code := h.Code(ctx, home.Login{})
		for _, grant := range []string{"foo", "password", "client_credentials", "implicit", "Authorization_Code", "urn:ietf:params:oauth:grant-type:device_code"} {
			Expect(Step(ctx, grant), h.Exchange(Step(ctx, grant), code, oauth.Set("grant_type", grant))).To(BeRefused(ctx, "grant-unsupported"))
		}
		Control(ctx, h.Exchange(ctx, code)).To(IssueTokens())
	})

	It(requirement("oauth2.error.grant-type-missing"), func(ctx SpecContext) {
		h := home.From(ctx)
		code := h.Code(ctx, home.Login{})
		answer := h.Exchange(ctx, code, oauth.Drop("grant_type"))
		Expect(ctx, answer).To(All(HaveStatus(400), HaveError("invalid_request", "unsupported_grant_type"), GrantNothing()))
		Control(ctx, h.Exchange(ctx, code)).To(IssueTokens())
	})

	It(requirement("oauth2.error.wrong-content-type"), func(ctx SpecContext) {
		h := home.From(ctx)
		code := h.Code(ctx, home.Login{})
		object := map[string]string{"grant_type": "authorization_code", "code": code, "client_id": h.Client().ID}
		raw, _ := json.Marshal(object)
		refuse := All(HaveStatus(400, 415), GrantNothing())
		Expect(Step(ctx, "TE19 JSON"), h.Send(ctx, http.MethodPost, "/auth/token", string(raw), "Content-Type", "application/json")).To(refuse)
		Expect(Step(ctx, "JSON as text/plain"), h.Send(ctx, http.MethodPost, "/auth/token", string(raw), "Content-Type", "text/plain")).To(refuse)
		Expect(Step(ctx, "form as text/plain"), h.Send(ctx, http.MethodPost, "/auth/token", h.CodeGrant(code).Encode(), "Content-Type", "text/plain")).To(refuse)
		Control(ctx, h.Exchange(ctx, code)).To(IssueTokens())
	})
})

func changes(list ...oauth.Change) []oauth.Change { return list }

// HaveErrorCharset holds for an error and a description of the characters that RFC 6749 §5.2 allows.
func HaveErrorCharset() Expectation {
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
