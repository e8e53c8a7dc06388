package home

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
	"github.com/authconform/authconform/suites/tamper"
)

const callbackPath = "/auth/external/callback"

var _ = Describe("Advisories", func() {
	It(requirement("ha.advisory.framing"), func(ctx SpecContext) {
		page := home.From(ctx).Get(ctx, visit(ctx).path())
		Control(ctx, page).To(All(HaveStatus(200), BeHTML()))
		Expect(ctx, page).To(ForbidFraming())
	})

	It(requirement("ha.advisory.users-before-login"), func(ctx SpecContext) {
		h := home.From(ctx)
		account := whoIs(ctx, h.Session(ctx).Access)
		for name, header := range Sorted(map[string][]string{"plain": nil, "foreign Host": {"Host", "evil.example"},
			"foreign Origin": {"Origin", foreign}}) {
			answer := h.Get(Step(ctx, name), "/auth/providers", header...)
			Control(Step(ctx, name), answer).To(HaveStatus(200))
			Expect(Step(ctx, name), answer).To(All(NotMention(`"users"`), NotMention(`"`+h.Account.Username+`"`), NotMention(account)))
		}
	})

	It(requirement("ha.advisory.callback-foreign-state"), func(ctx SpecContext) {
		h := home.From(ctx)
		if h.Get(ctx, callbackPath).Status == 404 {
			NotApplicable(ctx, "the target has no %s", callbackPath)
		}
		Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
		Expect(Step(ctx, "none"), h.Get(ctx, callbackPath)).To(BeAnswered())
		claims := tamper.Token{Header: map[string]any{"alg": "HS256", "typ": "JWT"},
			Claims: map[string]any{"flow_id": "0123456789abcdef", "redirect_uri": "https://my.home-assistant.io/redirect/oauth"}}
		for name, state := range Sorted(map[string]string{
			"empty": "", "junk": "junk", "a JWT of another key": claims.Signed("another key"),
			"a JWT without signature": claims.With("alg", "none").Unsigned(), "JSON": `{"flow_id":"0"}`,
		}) {
			Expect(Step(ctx, name), h.Get(ctx, callbackPath+"?code=code&state="+url.QueryEscape(state))).To(HaveStatus(400))
		}
	})

	It(requirement("ha.advisory.callback-inert"), func(ctx SpecContext) {
		h := home.From(ctx)
		const markup = `<img src=x onerror=alert(1)>`
		Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
		for _, query := range []string{"state=", "state=junk&error=", "state=junk&error=access_denied&error_description=", "code="} {
			Expect(Step(ctx, query), h.Get(ctx, callbackPath+"?"+query+url.QueryEscape(markup))).To(
				Hold("no markup of the query in a page", func(e *wire.Exchange) error {
					if e.Err != nil {
						return ErrOther
					}
					if kind := e.MediaType(); kind != "text/plain" && kind != "application/json" && strings.Contains(e.Body, markup) {
						return fmt.Errorf("it is repeated as %s", kind)
					}
					return nil
				}))
		}
	})

	It(requirement("ha.advisory.fetch-before-login"), func(ctx SpecContext) {
		h := home.From(ctx)
		page := h.Site.HTML("advisory-fetch", link(elsewhere(ctx)))
		login := home.Login{ClientID: page.URL(), RedirectURI: elsewhere(ctx)}
		begun := h.Begin(ctx, login)
		Expect(ctx, len(page.Fetches())).To(Be("requests for the client page before the password", 0))
		Control(ctx, h.Password(ctx, begun.FlowID, login)).To(IssueCode())
		Control(ctx, len(page.Fetches()) > 0).To(Be("the page was fetched at the end", true))
	})

	It(requirement("ha.advisory.traversal"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Get(ctx, "/auth/authorize")).To(HaveStatus(200))
		var paths []string
		for _, root := range []string{"/static/", "/local/", "/frontend_latest/", "/api/", "/auth/"} {
			for _, up := range []string{"../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "%252e%252e%252f", "....//"} {
				paths = append(paths, root+strings.Repeat(up, 6)+"etc/passwd", root+strings.Repeat(up, 2)+"secrets.yaml", root+up+"configuration.yaml")
			}
		}
		Each(ctx, paths, AsIs, func(ctx Ctx, path string) {
			Expect(ctx, h.Get(ctx, path)).To(All(HaveStatus(301, 302, 307, 308, 400, 401, 403, 404, 405), NotMention("root:x:"),
				NotMention("default_config:")))
		})
	})

	It(requirement("ha.advisory.filter"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Get(ctx, "/auth/authorize?state=calm")).To(HaveStatus(200))
		for name, state := range Sorted(map[string]string{"script": "%3Cscript%3Ex", "dots": "..%2F..%2Fetc", "SQL": "union+select+(1)"}) {
			Expect(Step(ctx, name), h.Get(ctx, "/auth/authorize?state="+state)).To(HaveStatus(400, 403))
		}
	})

	It(requirement("ha.advisory.filter-every-layer"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Get(ctx, "/auth/authorize?state=%2563alm")).To(HaveStatus(200))
		for name, state := range Sorted(map[string]string{"twice": "%253Cscript%253E", "three times": "%25253Cscript%25253E"}) {
			Expect(Step(ctx, name), h.Get(ctx, "/auth/authorize?state="+state)).To(HaveStatus(400, 403))
		}
	})

	It(requirement("ha.advisory.filter-line-end"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Get(ctx, "/auth/authorize?state=a%20b")).To(HaveStatus(200))
		for name, state := range Sorted(map[string]string{"line feed": "a%0Ab", "carriage return": "a%0Db", "tab": "a%09b"}) {
			Expect(Step(ctx, name), h.Get(ctx, "/auth/authorize?state="+state)).To(HaveStatus(400, 403))
		}
	})

	It(requirement("ha.advisory.token-in-query"), func(ctx SpecContext) {
		h := home.From(ctx)
		access := h.Session(ctx).Access
		Control(ctx, h.API(ctx, access, "/api/config")).To(HaveStatus(200))
		for _, name := range []string{"access_token", "token", "api_password", "auth", "authSig"} {
			Expect(Step(ctx, name), h.Get(ctx, "/api/config?"+name+"="+url.QueryEscape(access))).To(BeRefused(ctx, "bearer-refused"))
		}
	})

	It(requirement("ha.advisory.legacy-password"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.API(ctx, h.Session(ctx).Access, "/api/config")).To(HaveStatus(200))
		Secret(ctx, "password", h.Account.Password)
		basic := base64.StdEncoding.EncodeToString([]byte(h.Account.Username + ":" + h.Account.Password))
		Secret(ctx, "password", basic)
		for name, header := range Sorted(map[string][]string{
			"X-HA-Access": {"X-HA-Access", h.Account.Password}, "Basic": {"Authorization", "Basic " + basic},
			"Bearer": {"Authorization", "Bearer " + h.Account.Password},
		}) {
			Expect(Step(ctx, name), h.Get(ctx, "/api/config", header...)).To(BeRefused(ctx, "bearer-refused"))
		}
	})
})
