package home

import (
	"net/http"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Odd bodies and fields", func() {
	It(requirement("robust.body-encoding"), func(ctx SpecContext) {
		form := "grant_type=refresh_token&refresh_token=x&token=x"
		json := `{"client_id":"http://a/"}`
		var list []odd
		for name, v := range Sorted(map[string][2]string{
			"no gzip": {"gzip", ""}, "no deflate": {"deflate", ""}, "no br": {"br", ""}, "no zstd": {"zstd", ""},
			"unknown": {"authconform", ""},
			"gzip":    {"gzip", "gzip"}, "gzip cut off": {"gzip", "half"}, "two encodings": {"gzip, gzip", "gzip"},
			"identity": {"identity", ""},
			"nothing":  {"", ""}, "bytes": {"\xff", ""}, "gzip twice": {"gzip", "twice"},
		}) {
			for _, to := range []struct{ path, kind, body string }{
				{"/auth/token", formType, form}, {"/auth/revoke", formType, form}, {"/auth/login_flow", jsonType, json},
			} {
				// A connection of its own: a home may close one whose body it could not read, and the next request on it would be reset.
				header := []string{"Content-Type", to.kind, "Content-Encoding", v[0], "Connection", "close"}
				list = append(list, odd{to.path + ": " + name, http.MethodPost, to.path, packed(to.body, v[1]), header})
			}
		}
		survives(ctx, list)
	})

	It(requirement("robust.body-bomb"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
		bomb := string(tokenBomb())
		for _, path := range []string{"/auth/token", "/auth/revoke", "/auth/login_flow"} {
			under := Step(ctx, path)
			answer := h.Send(under, http.MethodPost, path, bomb, "Content-Type", formType, "Content-Encoding", "gzip")
			Expect(under, answer.Status).To(BeBelow(500))
			Expect(under, answer).To(GrantNothing())
		}
		Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
	})

	It(requirement("robust.login-fields"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "fields")
		right := map[string]string{"client_id": Quoted(h.Client().ID), "username": Quoted(user.Username), "password": Quoted(user.Password)}
		Secret(ctx, "password", user.Password)
		for name, value := range Sorted(jsonTypes()) {
			for _, field := range []string{"username", "password"} {
				under := Step(ctx, field+": "+name)
				flow := h.Begin(under, home.Login{}).FlowID
				Expect(under, postStep(under, flow, object(right, field, value))).To(Refused())
			}
		}
		Control(ctx, postStep(ctx, h.Begin(ctx, home.Login{}).FlowID, object(right, "username", right["username"]))).To(IssueCode())
		h.EnrolTOTP(ctx, user)
		login := home.Login{Account: &user.Account}
		var list []wrongCode
		for name, value := range Sorted(jsonTypes()) {
			fields := object(map[string]string{"client_id": right["client_id"]}, "code", value)
			list = append(list, wrongCode{"code: " + name, func(ctx Ctx, flow string) *home.Step {
				return home.StepOf(postStep(ctx, flow, fields))
			}})
		}
		wrongCodes(ctx, login, Refused(), list)
	})
})

// postStep answers a step of a login flow with a raw body.
func postStep(ctx Ctx, flow, body string) *wire.Exchange {
	return home.From(ctx).Send(ctx, http.MethodPost, "/auth/login_flow/"+flow, body, "Content-Type", jsonType)
}

// jsonTypes returns values of every type that a text field must not have, and texts that break careless parsers.
func jsonTypes() map[string]string {
	return map[string]string{
		"null": "null", "true": "true", "false": "false", "a number": "5", "a fraction": "1.5", "a huge number": "1e300", "a list": "[]",
		"a list of texts": `["x"]`, "an object": "{}", "an object with a member": `{"x":"y"}`, "empty": `""`,
	}
}

// tokenBomb is a compressed refresh token of 32 MB. Compressing it takes longer than the row that sends it.
var tokenBomb = sync.OnceValue(func() []byte {
	return squeezed("grant_type=refresh_token&refresh_token=" + strings.Repeat("x", 32<<20))
})

// packed encodes a body as its Content-Encoding says, or not.
func packed(body, how string) string {
	switch how {
	case "gzip":
		return string(squeezed(body))
	case "twice":
		return string(squeezed(string(squeezed(body))))
	case "half":
		whole := squeezed(body)
		return string(whole[:len(whole)/2])
	}
	return body
}
