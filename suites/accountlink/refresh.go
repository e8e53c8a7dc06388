package accountlink

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/accountlink"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Account link: refreshing through the proxy", func() {
	It(requirement("proxy.refresh.grant"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		Expect(ctx, t.RefreshAt(ctx, t.Service, body(refreshToken(ctx, t)))).To(issue())
	})

	It(requirement("proxy.refresh.again"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		token := refreshToken(ctx, t)
		for range 2 {
			e := t.RefreshAt(ctx, t.Service, body(token))
			Expect(ctx, e).To(IssueTokens())
			if fresh := e.Text("refresh_token"); fresh != "" {
				token = fresh
			}
		}
	})

	It(requirement("proxy.refresh.unknown-token"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		tokens := t.Linked(ctx)
		access, _ := tokens["access_token"].(string)
		refuse := BeRefused(ctx, "refresh-refused").EvenSo() // the row itself is about 502
		Expect(Step(ctx, "an invented one"), t.RefreshAt(ctx, t.Service, body("0123456789abcdef"))).To(refuse)
		Expect(Step(ctx, "an access token"), t.RefreshAt(ctx, t.Service, body(access))).To(refuse)
		token, _ := tokens["refresh_token"].(string)
		Control(ctx, t.RefreshAt(ctx, t.Service, body(token))).To(IssueTokens())
	})

	It(requirement("proxy.refresh.unknown-service"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		token := refreshToken(ctx, t)
		Expect(ctx, t.RefreshAt(ctx, "authconform_nowhere", body(token))).To(BeRefused(ctx, "service-refused"))
		Control(ctx, t.RefreshAt(ctx, t.Service, body(token))).To(IssueTokens())
	})

	It(requirement("proxy.refresh.malformed"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		token := refreshToken(ctx, t)
		for name, b := range Sorted(map[string]string{"no JSON": "{", "a list": "[]", "no member": "{}", "a number": `{"refresh_token":5}`,
			"null": `{"refresh_token":null}`, "nothing": "", "a form": "refresh_token=" + token}) {
			Expect(Step(ctx, name), t.RefreshAt(ctx, t.Service, b)).To(BeRefused(ctx, "body-refused"))
		}
		Control(ctx, t.RefreshAt(ctx, t.Service, body(token))).To(IssueTokens())
	})

	It(requirement("proxy.refresh.post-only"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		token := refreshToken(ctx, t)
		e := t.Wire.Do(ctx, wire.Request{Method: http.MethodGet, URL: "/refresh_token/" + t.Service + "?refresh_token=" + token})
		Expect(ctx, e).To(All(HaveStatus(http.StatusMethodNotAllowed, http.StatusNotFound, http.StatusBadRequest), GrantNothing()))
		Control(ctx, t.RefreshAt(ctx, t.Service, body(token))).To(IssueTokens())
	})

	It(requirement("proxy.refresh.no-store"), func(ctx SpecContext) {
		t := accountlink.From(ctx)
		e := t.RefreshAt(ctx, t.Service, body(refreshToken(ctx, t)))
		Control(ctx, e).To(IssueTokens())
		Expect(ctx, e).To(HaveDirective("Cache-Control", "no-store"))
	})
})

func refreshToken(ctx Ctx, t *accountlink.Proxy) string {
	token, _ := t.Linked(ctx)["refresh_token"].(string)
	if token == "" {
		Block(ctx, "the tokens contain no refresh token")
	}
	return token
}

func body(token string) string { return fmt.Sprintf(`{"refresh_token":%q}`, token) }

// issue holds for a refresh that brought a token and its lifetime.
func issue() Expectation {
	return All(IssueTokens(), Hold("expires_in as a number", func(e *wire.Exchange) error {
		var v map[string]json.RawMessage
		if err := e.Decode(&v); err != nil {
			return err
		}
		if n, err := strconv.ParseFloat(string(v["expires_in"]), 64); err != nil || n <= 0 {
			return fmt.Errorf("expires_in is %s", cmp.Or(string(v["expires_in"]), "not there"))
		}
		return nil
	}))
}
