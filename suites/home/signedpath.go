package home

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	. "github.com/authconform/authconform/suites/expect"
	"github.com/authconform/authconform/suites/tamper"
)

var _ = Describe("Signed paths", func() {
	It(requirement("ha.signed-path"), func(ctx SpecContext) {
		h := home.From(ctx)
		Expect(ctx, h.Get(ctx, sign(ctx, h.Session(ctx).Access, "/api/config"))).To(HaveStatus(200))
		Expect(ctx, h.Get(ctx, "/api/config")).To(BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("ha.signed-path.bound"), func(ctx SpecContext) {
		h := home.From(ctx)
		signed := sign(ctx, h.Session(ctx).Access, "/api/config")
		Control(ctx, h.Get(ctx, signed)).To(HaveStatus(200))
		for _, other := range []string{"/api/states", "/api/", "/api/services"} {
			Expect(Step(ctx, other), h.Get(ctx, strings.Replace(signed, "/api/config", other, 1))).To(BeRefused(ctx, "bearer-refused"))
		}
	})

	It(requirement("ha.signed-path.query-bound"), func(ctx SpecContext) {
		h := home.From(ctx)
		signed := sign(ctx, h.Session(ctx).Access, "/api/config?a=1&b=2")
		Control(ctx, h.Get(ctx, signed)).To(HaveStatus(200))
		for name, changed := range Sorted(map[string]string{"added": signed + "&c=3", "changed": strings.Replace(signed, "a=1", "a=2", 1),
			"dropped": strings.Replace(signed, "a=1&", "", 1)}) {
			Expect(Step(ctx, name), h.Get(ctx, changed)).To(BeRefused(ctx, "bearer-refused"))
		}
	})

	It(requirement("ha.signed-path.tampered"), func(ctx SpecContext) {
		h := home.From(ctx)
		signed := sign(ctx, h.Session(ctx).Access, "/api/config")
		Control(ctx, h.Get(ctx, signed)).To(HaveStatus(200))
		for _, t := range append(tamper.Secret(signature(ctx, signed)), tamper.Changed{Name: "empty", Value: ""}) {
			Secret(ctx, "signature", t.Value)
			Expect(Step(ctx, t.Name), h.Get(ctx, "/api/config?authSig="+url.QueryEscape(t.Value))).To(BeRefused(ctx, "bearer-refused"))
		}
	})

	It(requirement("ha.signed-path.get-only"), func(ctx SpecContext) {
		h := home.From(ctx)
		signed := sign(ctx, h.Session(ctx).Access, "/api/states/sun.authconform")
		Control(ctx, h.Get(ctx, signed)).To(HaveStatus(404))
		Expect(ctx, h.Send(ctx, http.MethodPost, signed, `{"state":"on"}`, "Content-Type", "application/json")).To(
			BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("ha.signed-path.not-a-token"), func(ctx SpecContext) {
		h := home.From(ctx)
		access := h.Session(ctx).Access
		signed := sign(ctx, access, "/api/config")
		Control(ctx, h.Get(ctx, signed)).To(HaveStatus(200))
		Expect(Step(ctx, "a signature as token"), h.API(ctx, signature(ctx, signed), "/api/config")).To(BeRefused(ctx, "bearer-refused"))
		Expect(Step(ctx, "a token as signature"), h.Get(ctx, "/api/config?authSig="+access)).To(BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("ha.signed-path.dies-with-token"), func(ctx SpecContext) {
		h := home.From(ctx)
		tokens := h.OwnSession(ctx)
		signed := sign(ctx, tokens.Access, "/api/config")
		Control(ctx, h.Get(ctx, signed)).To(HaveStatus(200))
		Control(ctx, legacyRevoke(ctx, tokens.Refresh)).To(HaveStatus(200))
		Expect(ctx, h.Get(ctx, signed)).To(BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("ha.signed-path.expires"), func(ctx SpecContext) {
		h := home.From(ctx)
		signed := sign(ctx, h.Session(ctx).Access, "/api/config")
		Control(ctx, h.Get(ctx, signed)).To(HaveStatus(200))
		shortlyBefore(ctx, 5*time.Second, func(before time.Duration) func() {
			early := sign(ctx, h.Session(ctx).Access, "/api/config")
			Advance(ctx, 30*time.Second-before)
			answer := h.Get(ctx, early)
			return func() { Expect(Step(ctx, "shortly before"), answer).To(HaveStatus(200)) }
		})
		signed = sign(ctx, h.Session(ctx).Access, "/api/config")
		Advance(ctx, 31*time.Second)
		Expect(ctx, h.Get(ctx, signed)).To(BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("ha.signed-path.expires-as-asked"), func(ctx SpecContext) {
		h := home.From(ctx)
		signed := signFor(ctx, h.Session(ctx).Access, "/api/config", 600)
		Control(ctx, h.Get(ctx, signed)).To(HaveStatus(200))
		shortlyBefore(ctx, 15*time.Second, func(before time.Duration) func() {
			early := signFor(ctx, h.Session(ctx).Access, "/api/config", 600)
			Advance(ctx, 10*time.Minute-before)
			answer := h.Get(ctx, early)
			return func() { Expect(Step(ctx, "shortly before"), answer).To(HaveStatus(200)) }
		})
		signed = signFor(ctx, h.Session(ctx).Access, "/api/config", 600)
		Advance(ctx, 10*time.Minute+time.Second)
		Expect(ctx, h.Get(ctx, signed)).To(BeRefused(ctx, "bearer-refused"))
	})

	It(requirement("ha.signed-path.dies-with-user"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "signer")
		signed := sign(ctx, h.Tokens(ctx, home.Login{Account: &user.Account}).Access, "/api/config")
		Control(ctx, h.Get(ctx, signed)).To(HaveStatus(200))
		h.Delete(ctx, user)
		Expect(ctx, h.Get(ctx, signed)).To(BeRefused(ctx, "bearer-refused"))
	})
})

// sign signs a path for the server's default time.
func sign(ctx Ctx, token, path string) string { return signFor(ctx, token, path, 0) }

// signFor signs a path for this many seconds. The signature's creation is a control.
func signFor(ctx Ctx, token, path string, seconds int) string {
	fields := map[string]any{"path": path}
	if seconds > 0 {
		fields["expires"] = seconds
	}
	var signed struct{ Path string }
	socket := home.From(ctx).Open(ctx, token)
	defer socket.Close()
	if err := socket.Call(ctx, "auth/sign_path", fields, &signed); err != nil || signed.Path == "" {
		Block(ctx, "auth/sign_path: %v", err)
	}
	signature(ctx, signed.Path)
	return signed.Path
}

// signature returns the authSig of a signed path, and registers it as a secret.
func signature(ctx Ctx, signed string) string {
	_, query, _ := strings.Cut(signed, "?")
	values, _ := url.ParseQuery(query)
	Secret(ctx, "signature", values.Get("authSig"))
	return values.Get("authSig")
}
