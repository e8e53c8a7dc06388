package home

import (
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Signed paths, what a signature covers", func() {
	It(requirement("ha.signed-path.query-exact"), func(ctx SpecContext) {
		h := home.From(ctx)
		signed := sign(ctx, h.Session(ctx).Access, "/api/config?b=2&a=1&c=")
		Control(ctx, h.Get(ctx, signed)).To(HaveStatus(200))
		_, query, _ := strings.Cut(signed, "?")
		own, sig, _ := strings.Cut(query, "authSig=")
		if own != "b=2&a=1&c=&" {
			Block(ctx, "the signed query is %q", own)
		}
		for name, other := range Sorted(map[string]string{
			"another order": "a=1&b=2&c=&", "one twice": "b=2&a=1&a=1&c=&", "one more of a name": "b=2&a=1&c=&a=9&",
			"a name in the other case": "B=2&a=1&c=&", "a value in a name's place": "2=b&a=1&c=&", "the empty one dropped": "b=2&a=1&", "none": "",
			"the empty one filled": "b=2&a=1&c=x&",
			"a name alone":         "b=2&a=1&c=&d&", "authsig in small letters": "b=2&a=1&c=&authsig=x&",
		}) {
			Expect(Step(ctx, name), h.Get(Step(ctx, name), "/api/config?"+other+"authSig="+sig)).To(Unopened())
		}
		Expect(Step(ctx, "a parameter behind the signature"), h.Get(ctx, signed+"&d=4")).To(Unopened())
	})

	It(requirement("ha.signed-path.size-free"), func(ctx SpecContext) {
		h := home.From(ctx)
		signed := sign(ctx, h.Session(ctx).Access, "/api/config?a=1")
		Control(ctx, h.Get(ctx, signed)).To(HaveStatus(200))
		Expect(Step(ctx, "width and height"), h.Get(ctx, signed+"&width=640&height=480")).To(HaveStatus(200))
		for _, name := range []string{"Width", "widths", "size", "depth"} {
			Expect(Step(ctx, name), h.Get(Step(ctx, name), signed+"&"+name+"=640")).To(Unopened())
		}
	})

	It(requirement("ha.signed-path.path-exact"), func(ctx SpecContext) {
		h := home.From(ctx)
		signed := sign(ctx, h.Session(ctx).Access, "/api/config")
		Control(ctx, h.Get(ctx, signed)).To(HaveStatus(200))
		for _, path := range []string{"/api/config/", "/api/Config", "/api//config", "/api/config/core", "/api/states"} {
			other := strings.Replace(signed, "/api/config", path, 1)
			Expect(Step(ctx, path), h.Get(Step(ctx, path), other)).To(All(HaveStatus(401, 404), GrantNothing()))
		}
		parent := sign(ctx, h.Session(ctx).Access, "/api/")
		Control(ctx, h.Get(ctx, parent)).To(HaveStatus(200))
		Expect(Step(ctx, "below it"), h.Get(ctx, strings.Replace(parent, "/api/", "/api/config", 1))).To(Unopened())
	})

	It(requirement("ha.signed-path.methods"), func(ctx SpecContext) {
		h := home.From(ctx)
		signed := sign(ctx, h.Session(ctx).Access, "/api/states/sensor.authconform_signed")
		Control(ctx, h.Get(ctx, signed)).To(HaveStatus(404))
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			under := Step(ctx, method)
			answer := h.Send(under, method, signed, `{"state":"on"}`, "Content-Type", jsonType)
			Expect(under, answer).To(All(HaveStatus(401, 405), GrantNothing()))
		}
		overridden := h.Send(ctx, http.MethodPost, signed, `{"state":"on"}`, "Content-Type", jsonType, "X-HTTP-Method-Override", http.MethodGet)
		Expect(Step(ctx, "what a header makes of the method"), overridden).To(Unopened())
		Expect(Step(ctx, "afterwards"), h.Get(ctx, signed)).To(HaveStatus(404))
	})

	It(requirement("ha.signed-path.dies-with-deactivation"), func(ctx SpecContext) {
		h := home.From(ctx)
		user := h.NewUser(ctx, "signer")
		signed := sign(ctx, h.Tokens(ctx, home.Login{Account: &user.Account}).Access, "/api/config")
		Control(ctx, h.Get(ctx, signed)).To(HaveStatus(200))
		h.Deactivate(ctx, user)
		Expect(ctx, h.Get(ctx, signed)).To(Unopened())
	})
})
