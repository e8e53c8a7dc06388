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
		answers := map[string]*wire.Exchange{}
		right := spend(ctx, func(ctx Ctx, code string) *wire.Exchange {
			form := h.CodeGrant(code)
			raw, _ := json.Marshal(map[string]string{"grant_type": "authorization_code", "code": code, "client_id": form.Get("client_id")})
			for _, v := range []struct{ name, kind, body string }{
				{"TE19 JSON", "application/json", string(raw)}, {"JSON as text/plain", "text/plain", string(raw)},
				{"form as text/plain", "text/plain", form.Encode()},
			} {
				answers[v.name] = h.SendToken(Step(ctx, v.name), http.MethodPost, "", v.kind, v.body)
			}
			return h.Exchange(ctx, code)
		})
		for name, answer := range Sorted(answers) {
			Expect(Step(ctx, name), answer).To(All(HaveStatus(400, 415), GrantNothing()))
		}
		Control(ctx, right).To(IssueTokens())
	})
})
