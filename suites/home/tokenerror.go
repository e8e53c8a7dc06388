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

var _ = Describe("Token errors", func() {
	It(requirement("oauth2.error.invalid-request"), func(ctx SpecContext) {
		list := [][]oauth.Change{
			{oauth.Drop("client_id")}, {oauth.Set("client_id", "xyz")}, {oauth.Set("client_id", "mailto:user@app.example")},
		}
		liveCode(home.From(ctx), home.Login{}).Refuses(ctx, BeRefused(ctx, "request-refused"),
			[]string{"TE05 no client_id", "client_id xyz", "V12 mailto client_id"}, list)
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
		send := func(kind, body string) *wire.Exchange { return h.SendToken(ctx, http.MethodPost, "", kind, body) }
		Expect(Step(ctx, "TE19 JSON"), send("application/json", string(raw))).To(refuse)
		Expect(Step(ctx, "JSON as text/plain"), send("text/plain", string(raw))).To(refuse)
		Expect(Step(ctx, "form as text/plain"), send("text/plain", h.CodeGrant(code).Encode())).To(refuse)
		Control(ctx, h.Exchange(ctx, code)).To(IssueTokens())
	})
})
