package provider

import (
	"net/url"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/provider"
	. "github.com/authconform/authconform/suites/expect"
)

// filter matches queries that a home's request filter refuses.
var filter = regexp.MustCompile(`(?i)\.\./|<script|^/[a-z]|=/|[\t\r\n]|union.*select|concat.*\(|%2e%2e`)

var _ = Describe("What homes need of an authorization endpoint", func() {
	It(requirement("provider.authorize.long-state"), func(ctx SpecContext) {
		t := provider.From(ctx)
		Control(ctx, t.Authorize(ctx, t.Request())).To(BringCode())
		state := strings.Repeat("eyJhbGciOiJIUzI1NiJ9.", 19)
		back := t.Authorize(ctx, t.Request().Apply(oauth.Set("state", state)))
		Expect(ctx, back).To(BringCode())
		Expect(ctx, back.State).To(Be("state", state))
	})

	It(requirement("provider.authorize.raw-redirect"), func(ctx SpecContext) {
		t := provider.From(ctx)
		q := strings.Replace(t.Request().Encode(), url.QueryEscape(t.Redirect), t.Redirect, 1)
		Expect(ctx, t.AuthorizeRaw(ctx, q)).To(BringCode())
	})

	It(requirement("provider.authorize.code-clean"), func(ctx SpecContext) {
		t := provider.From(ctx)
		for range 8 {
			code := oauth.Code(ctx, t, "")
			Expect(ctx, filter.MatchString(code)).To(Be("a code that a home's filter refuses", false))
		}
	})
})
