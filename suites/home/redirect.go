package home

import (
	"html"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Redirect URIs", func() {
	It(requirement("indieauth.redirect.same-origin-implicit"), func(ctx SpecContext) {
		h := home.From(ctx)
		Each(ctx, []vector{{"RM02", "/other"}, {"RM03", "/?auth_callback=1"}}, named,
			func(ctx Ctx, v vector) {
				Expect(ctx, authorize(ctx, home.Login{ClientID: h.Client().ID, RedirectURI: h.Site.Origin() + v.value})).To(IssueCode())
			})
	})

	It(requirement("ha.redirect.same-origin-no-fetch"), func(ctx SpecContext) {
		h := home.From(ctx)
		page := h.Site.HTML("no-fetch", "nothing is listed here")
		Control(ctx, authorize(ctx, home.Login{ClientID: page.URL(), RedirectURI: h.Client().Redirect})).To(IssueCode())
		Expect(ctx, len(page.Fetches())).To(Be("requests for the client page", 0))
		Control(ctx, authorize(ctx, home.Login{ClientID: page.URL(), RedirectURI: h.Site.Other() + "/callback"})).To(RefuseRedirect())
		Control(ctx, len(page.Fetches()) > 0).To(Be("the page was fetched for a foreign redirect", true))
	})

	It(requirement("indieauth.redirect.block-unlisted"), func(ctx SpecContext) {
		h := home.From(ctx)
		listingWorks(ctx)
		empty := h.Site.HTML("unlisted", "<!doctype html><title>W20</title>").URL()
		own := h.Site.Origin()
		Each(ctx, []vector{
			{"RM10 other origin", h.Site.Other() + "/callback"}, {"RM10 other host", "https://other.example/cb"},
			{"RM11 other scheme", strings.Replace(own, "http:", "https:", 1) + "/callback"},
			{"RM13 subdomain", strings.Replace(own, "://", "://sub.", 1) + "/callback"},
			{"RM14 look-alike", own + ".evil.example/cb"}, {"RM16 in the query", "https://evil.example/?" + own + "/"},
			{"RM17 backslash", own + `\@evil.example/cb`},
			{"RM18", "hass://auth"}, {"RM19", "homeassistant://auth-callback"}, {"RM20", "com.example.app:/cb"},
			{"out of band", "urn:ietf:wg:oauth:2.0:oob"},
		}, named, func(ctx Ctx, v vector) {
			Expect(ctx, authorize(ctx, home.Login{ClientID: empty, RedirectURI: v.value})).To(RefuseRedirect())
		})
	})

	It(requirement("oauth2.redirect.exact-match"), func(ctx SpecContext) {
		listingWorks(ctx)
		other := home.From(ctx).Site.Other()
		secure, dotted := strings.Replace(other, "http:", "https:", 1), strings.Replace(other, "127.0.0.1", "127.0.0.1.", 1)
		opensNone(ctx, "exact", []nearby{
			{secure + "/cb/x/", []string{secure + "/cb/x", secure + "/cb/X/", secure + "/cb", secure, secure + "/cb/x/y", other + "/cb/x/"}},
			{other + "/a/../%63b?x=1", []string{other + "/a/../cb?x=1", other + "/cb?x=1", other + "/%63b?x=1", other + "/a/../%63b"}},
			{other + "/cb#x", []string{other + "/cb"}}, {dotted + "/cb", []string{other + "/cb"}},
		}, other+"/cb", []vector{
			{"RM24", other + "/cb/"}, {"RM25", other + "/CB"}, {"RM26", other + "/cb?x=1"}, {"RM27", other + "/cbx"}, {"RM28", other + "/%63b"},
			{"RM29", other + "/a/../cb"},
			{"RM30", strings.Replace(other, "http:", "https:", 1) + "/cb"}, {"prefix", other + "/c"}, {"origin alone", other},
			{"fragment", other + "/cb#x"}, {"host case", dotted + "/cb"},
		})
	})

	It(requirement("oauth2.redirect.absolute-uri"), func(ctx SpecContext) {
		loginWorks(ctx)
		Each(ctx, []string{"/cb", "//app.example/cb", "cb", ""}, Quoted, func(ctx Ctx, to string) {
			Expect(ctx, authorize(ctx, ownClient(ctx, to))).To(RefuseRedirect())
		})
	})

	It(requirement("oauth2.redirect.no-fragment"), func(ctx SpecContext) {
		loginWorks(ctx)
		Expect(Step(ctx, "RM08"), authorize(ctx, ownClient(ctx, home.From(ctx).Client().Redirect+"#f"))).To(RefuseRedirect())
	})

	It(requirement("oauth2.redirect.userinfo"), func(ctx SpecContext) {
		h := home.From(ctx)
		loginWorks(ctx)
		Each(ctx, []vector{{"RM09", strings.Replace(h.Site.Origin(), "://", "://user@", 1) + "/cb"},
			{"RM15", h.Site.Origin() + "@evil.example/cb"}}, named, func(ctx Ctx, v vector) {
			Expect(ctx, authorize(ctx, ownClient(ctx, v.value))).To(RefuseRedirect())
		})
	})

	It(requirement("ha.redirect.malformed"), func(ctx SpecContext) {
		loginWorks(ctx)
		Each(ctx, []string{"http://[::1", "http://127.0.0.1:port/", "http:", "://", "http://[::1]x/"}, Quoted, func(ctx Ctx, to string) {
			Expect(ctx, authorize(ctx, ownClient(ctx, to))).To(All(BeRejected(), GrantNothing()))
		})
	})

	It(requirement("oauth2.redirect.script-unlisted"), func(ctx SpecContext) {
		loginWorks(ctx)
		Each(ctx, scriptURLs, AsIs, func(ctx Ctx, to string) {
			Expect(ctx, authorize(ctx, ownClient(ctx, to))).To(RefuseRedirect())
		})
	})

	It(requirement("oauth2.redirect.script-listed-server"), func(ctx SpecContext) {
		h := home.From(ctx)
		client := publish(ctx, "script-listed", append([]string{h.Site.Other() + "/callback"}, scriptURLs...)...)
		Control(ctx, authorize(ctx, home.Login{ClientID: client, RedirectURI: h.Site.Other() + "/callback"})).To(IssueCode())
		Each(ctx, scriptURLs, AsIs, func(ctx Ctx, to string) {
			Expect(Step(ctx, "W18 "+to), authorize(ctx, home.Login{ClientID: client, RedirectURI: to})).To(RefuseRedirect())
		})
	})

	It(requirement("ha.redirect.app-pairs"), func(ctx SpecContext) {
		Each(ctx, []string{iOS, android}, AsIs, func(ctx Ctx, client string) {
			Expect(ctx, authorize(ctx, home.Login{ClientID: client, RedirectURI: appRedirect})).To(IssueCode())
		})
	})

	It(requirement("ha.redirect.wear-pairs"), func(ctx SpecContext) {
		Each(ctx, []string{wear, strings.Replace(wear, "googleapis", "googleapis-cn", 1)}, AsIs, func(ctx Ctx, to string) {
			Expect(ctx, authorize(ctx, home.Login{ClientID: android, RedirectURI: to})).To(IssueCode())
		})
	})

	It(requirement("ha.redirect.app-pairs-closed"), func(ctx SpecContext) {
		h := home.From(ctx)
		Lately(ctx, h, "the app's redirect URI gets a code", func() {
			Control(ctx, authorize(ctx, home.Login{ClientID: android, RedirectURI: appRedirect})).To(IssueCode())
		})
		Each(ctx, []home.Login{
			{ClientID: h.Client().ID, RedirectURI: appRedirect}, {ClientID: android + "/", RedirectURI: appRedirect},
			{ClientID: iOS, RedirectURI: wear},
			{ClientID: android, RedirectURI: "homeassistant://other"}, {ClientID: android, RedirectURI: "evil://auth-callback"},
			{ClientID: iOS, RedirectURI: appRedirect + "/x"},
		}, func(l home.Login) string { return l.ClientID + " with " + l.RedirectURI }, func(ctx Ctx, l home.Login) {
			Expect(ctx, authorize(ctx, l)).To(RefuseRedirect())
		})
	})

	It(requirement("oauth2.redirect.loopback-port"), func(ctx SpecContext) {
		client := publish(ctx, "loopback-port", "http://127.0.0.1:1/cb")
		bound := func(to string) home.Login {
			return home.Login{ClientID: client, RedirectURI: to, Challenge: oauth.S256(oauth.Verifier)}
		}
		Expect(ctx, authorize(ctx, bound("http://127.0.0.1:1/cb"))).To(IssueCode())
		Expect(ctx, authorize(ctx, bound("http://127.0.0.1:65000/cb"))).To(IssueCode())
		others := []string{"https://127.0.0.1:65000/cb", "http://192.168.0.1:1/cb"}
		near := bound("http://127.0.0.1:65000/cb")
		near.ClientID = publish(ctx, "loopback-near", "http://127.0.0.1:1/other", "http://localhost:1/cb", "http://127.0.0.1:1/cb?x")
		if !Expect(Step(ctx, allInOne), authorize(Step(ctx, allInOne), near)).To(RefuseRedirect()) {
			others = append(others, "http://127.0.0.1:65000/other", "http://localhost:65000/cb", "http://127.0.0.1:65000/cb?x")
		}
		Each(ctx, others, AsIs, func(ctx Ctx, to string) {
			Expect(ctx, authorize(ctx, bound(to))).To(RefuseRedirect())
		})
	})

	It(requirement("oauth2.redirect.loopback-port-needs-pkce"), func(ctx SpecContext) {
		client := publish(ctx, "loopback-port-plain", "http://127.0.0.1:1/cb")
		Control(ctx, authorize(ctx, home.Login{ClientID: client, RedirectURI: "http://127.0.0.1:1/cb"})).To(IssueCode())
		Note(ctx, "another port without a challenge: %s",
			Outcome(authorize(ctx, home.Login{ClientID: client, RedirectURI: "http://127.0.0.1:65000/cb"}).Exchange))
	})

	It(requirement("ha.redirect.finishing-client"), func(ctx SpecContext) {
		h := home.From(ctx)
		loginWorks(ctx)
		Expect(ctx, authorize(ctx, home.Login{Finish: h.Site.Other() + "/"})).To(RefuseRedirect())
		Expect(ctx, authorize(ctx, home.Login{Finish: "https://evil.example/"})).To(RefuseRedirect())
	})

	It(requirement("ha.redirect.missing"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
		Expect(ctx, h.Begin(ctx, home.Login{Body: map[string]any{"redirect_uri": nil}})).To(All(HaveStatus(400), LackStep()))
	})

	It(requirement("ha.redirect.refusal-ends-flow"), func(ctx SpecContext) {
		h := home.From(ctx)
		begun := h.Begin(ctx, ownClient(ctx, h.Site.Other()+"/callback"))
		if begun.Type != "form" {
			Control(ctx, begun).To(RefuseRedirect())
			Note(ctx, "no flow begins: %s", Outcome(begun.Exchange))
			return
		}
		Control(ctx, h.Password(ctx, begun.FlowID, home.Login{})).To(RefuseRedirect())
		Note(ctx, "the same step again: %s", Outcome(h.Password(ctx, begun.FlowID, home.Login{}).Exchange))
	})

	It(requirement("ha.redirect.spelling"), func(ctx SpecContext) {
		loginWorks(ctx)
		Each(ctx, []vector{{"RM04 upper case", "https://APP.example/redirect"}, {"RM04 default port", "https://app.example:443/redirect"},
			{"a tab", "https://app.example/re\tdirect"}, {"a space in front", " https://app.example/redirect"}}, named, func(ctx Ctx, v vector) {
			Note(ctx, "%s", Outcome(authorize(ctx, home.Login{ClientID: "https://app.example/", RedirectURI: v.value}).Exchange))
		})
	})
})

const (
	iOS         = "https://home-assistant.io/iOS"
	android     = "https://home-assistant.io/android"
	appRedirect = "homeassistant://auth-callback"
	wear        = "https://wear.googleapis.com/3p_auth/io.homeassistant.companion.android"
)

var scriptURLs = []string{"javascript:alert(1)", "data:text/html,x", "vbscript:msgbox(1)", "file:///etc/hostname", "about:srcdoc"}

// nearby is a redirect URI that is asked for, and those that a page lists: each is almost that one.
type nearby struct {
	asked  string
	listed []string
}

// opensNone holds for pages whose redirect URIs open none that is only near them. A page with all that is near the one that is asked
// for needs one login. Where that page opens it, the page of one redirect URI shows for what.
func opensNone(ctx Ctx, name string, all []nearby, listed string, near []vector) {
	refused := true
	for i, n := range all {
		under := Step(ctx, allInOne+" "+strconv.Itoa(i+1))
		client := publish(ctx, name+"-near-"+strconv.Itoa(i+1), n.listed...)
		refused = Expect(under, authorize(under, home.Login{ClientID: client, RedirectURI: n.asked})).To(RefuseRedirect()) && refused
	}
	if refused {
		return
	}
	client := publish(ctx, name, listed)
	Each(ctx, near, named, func(ctx Ctx, v vector) {
		Expect(ctx, authorize(ctx, home.Login{ClientID: client, RedirectURI: v.value})).To(RefuseRedirect())
	})
}

// authorize makes a login and returns its last answer, wherever the redirect URI is judged: at the first step, or after
// the right password.
func authorize(ctx Ctx, l home.Login) *home.Step {
	h := home.From(ctx)
	begun := h.Begin(ctx, l)
	if begun.Type != "form" {
		return begun
	}
	return h.Password(ctx, begun.FlowID, l)
}

// ownClient returns a login of the default client with another redirect URI, maybe an empty one.
func ownClient(ctx Ctx, redirect string) home.Login {
	return home.Login{ClientID: home.From(ctx).Client().ID, RedirectURI: redirect}
}

// publish publishes a client page that lists redirect URIs, and returns its client id.
func publish(ctx Ctx, name string, uris ...string) string {
	var b strings.Builder
	b.WriteString("<!doctype html><title>A client</title>")
	for _, u := range uris {
		b.WriteString(`<link rel="redirect_uri" href="` + html.EscapeString(u) + `">`)
	}
	return home.From(ctx).Site.HTML(name, b.String()).URL()
}
