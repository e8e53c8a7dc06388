package home

import (
	"encoding/json"
	"net/http"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

// tokenError is a token request that must be refused: the good one with changes.
type tokenError struct {
	name    string
	changes []oauth.Change
}

var _ = Describe("Token errors", func() {
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

	It(requirement("oauth2.error.duplicate-parameter-old"), func(ctx SpecContext) {
		h := home.From(ctx)
		code := h.Code(ctx, home.Login{})
		Note(ctx, "client_id twice, the second foreign: %s", Outcome(h.Exchange(ctx, code, oauth.Add("client_id", "https://evil.example/"))))
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
