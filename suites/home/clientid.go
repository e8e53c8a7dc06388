package home

import (
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Client identifiers", func() {
	It(requirement("indieauth.client-id.scheme"), func(ctx SpecContext) {
		accepted(ctx, ids("V01", "V02"))
		refused(ctx, ids("V10", "V11", "V12", "V13", "V14", "V15", "V16"))
	})

	It(requirement("indieauth.client-id.no-dot-segments"), func(ctx SpecContext) {
		accepted(ctx, ids("V04", "V05", "V06"))
		refused(ctx, ids("V17", "V18", "V19"))
	})

	It(requirement("indieauth.client-id.encoded-dot-segments"), func(ctx SpecContext) { noted(ctx, ids("V20", "V21", "V22")) })

	It(requirement("indieauth.client-id.query-allowed"), func(ctx SpecContext) { accepted(ctx, ids("V07")) })

	It(requirement("indieauth.client-id.no-fragment"), func(ctx SpecContext) { refused(ctx, ids("V23")) })

	It(requirement("indieauth.client-id.empty-fragment"), func(ctx SpecContext) { noted(ctx, ids("V24")) })

	It(requirement("indieauth.client-id.no-userinfo"), func(ctx SpecContext) { refused(ctx, ids("V25", "V26", "V27", "V28")) })

	It(requirement("indieauth.client-id.port-allowed"), func(ctx SpecContext) { accepted(ctx, ids("V08", "V09")) })

	It(requirement("indieauth.client-id.port-valid"), func(ctx SpecContext) {
		refused(ctx, append(ids("V33"), vector{"letters", "https://app.example:http/"}, vector{"below zero", "https://app.example:-1/"}))
	})

	It(requirement("indieauth.client-id.host-present"), func(ctx SpecContext) { refused(ctx, ids("V31", "V56")) })

	It(requirement("indieauth.client-id.well-formed"), func(ctx SpecContext) {
		refused(ctx, append(ids("V55"), vector{"open bracket", "http://[::1"}))
	})

	It(requirement("indieauth.client-id.no-public-address"), func(ctx SpecContext) {
		refused(ctx, append(ids("V52", "V52b"), vector{"public IPv4", "http://8.8.8.8/"},
			vector{"public IPv6", "http://[2001:4860:4860::8888]/"}))
	})

	It(requirement("indieauth.client-id.no-public-address-with-port"), func(ctx SpecContext) {
		refused(ctx, []vector{{"public IPv4", "http://8.8.8.8:8123/"}, {"public IPv6", "http://[2001:4860:4860::8888]:8123/"}})
	})

	It(requirement("indieauth.client-id.loopback"), func(ctx SpecContext) { accepted(ctx, ids("V34", "V35", "V40", "V42", "V43")) })

	It(requirement("ha.client-id.private-address"), func(ctx SpecContext) {
		noted(ctx, append(ids("V29", "V30", "V36"), vector{"link-local", "http://169.254.1.1/"}))
	})

	It(requirement("ha.client-id.local-name"), func(ctx SpecContext) {
		accepted(ctx, append(ids("V41"), vector{"no dot", "http://homeassistant:8123/"}))
	})

	It(requirement("indieauth.client-id.equivalent-spellings"), func(ctx SpecContext) { accepted(ctx, ids("V48", "V49", "V50", "V51")) })

	It(requirement("indieauth.client-id.odd-hosts"), func(ctx SpecContext) {
		noted(ctx, ids("V32", "V37", "V38", "V39", "V44", "V45", "V46", "V47", "V53", "V54", "V57", "V58", "V59"))
	})

	It(requirement("ha.clients.id-without-path"), func(ctx SpecContext) {
		h := home.From(ctx)
		id := h.Site.Origin()
		done := authorize(ctx, home.Login{ClientID: id, RedirectURI: id + "/hass/auth_callback"})
		if Expect(ctx, done).To(IssueCode()) {
			Expect(ctx, h.Exchange(ctx, done.Code, oauth.Set("client_id", id))).To(IssueTokens())
		}
	})

	It(requirement("ha.clients.no-registration"), func(ctx SpecContext) {
		h := home.From(ctx)
		id := "https://app.example/never-seen-before/" + url.PathEscape(h.Site.Origin())
		done := authorize(ctx, home.Login{ClientID: id, RedirectURI: "https://app.example/callback"})
		if Expect(ctx, done).To(IssueCode()) {
			Expect(ctx, h.Exchange(ctx, done.Code, oauth.Set("client_id", id))).To(IssueTokens())
		}
	})

	It(requirement("indieauth.client-id.finishing-step"), func(ctx SpecContext) {
		h := home.From(ctx)
		begun := h.Begin(ctx, home.Login{})
		Control(ctx, begun).To(OpenForm())
		for _, v := range ids("V12", "V23") {
			Expect(Step(ctx, v.name), h.Password(Step(ctx, v.name), begun.FlowID, home.Login{ClientID: v.value})).To(
				All(HaveStatus(400), GrantNothing()))
		}
		Control(ctx, h.Password(ctx, begun.FlowID, home.Login{})).To(IssueCode())
	})

	It(requirement("ha.client-id.missing"), func(ctx SpecContext) {
		h := home.From(ctx)
		Control(ctx, h.Begin(ctx, home.Login{})).To(OpenForm())
		Expect(ctx, h.Begin(ctx, home.Login{Body: map[string]any{"client_id": nil}})).To(HaveStatus(400))
	})

	It(requirement("ha.client-id.long"), func(ctx SpecContext) {
		noted(ctx, []vector{{"2049 characters", "https://app.example/" + strings.Repeat("a", 2029)},
			{"10 000 characters", "https://app.example/" + strings.Repeat("a", 9980)}})
	})
})

// clientIDs are the client identifiers V01 to V59.
var clientIDs = map[string]string{
	"V01": "https://app.example/", "V02": "http://app.example/", "V03": "https://app.example",
	"V04": "https://app.example/app.html", "V05": "https://app.example/.well-known/app", "V06": "https://app.example/...",
	"V07": "https://app.example/users?id=100", "V08": "https://app.example:8443/", "V09": "http://app.example:8123/",
	"V10": "app.example", "V11": "//app.example/", "V12": "mailto:user@app.example", "V13": "ftp://app.example/",
	"V14": "javascript:alert(1)", "V15": "data:text/html,x", "V16": "",
	"V17": "https://app.example/a/./b", "V18": "https://app.example/a/../b", "V19": "https://app.example/a/..",
	"V20": "https://app.example/a/%2e%2e/b", "V21": "https://app.example/a/%2E/b", "V22": `https://app.example/a\..\b`,
	"V23": "https://app.example/#me", "V24": "https://app.example/#",
	"V25": "https://user:pass@app.example/", "V26": "https://user@app.example/", "V27": "https://@app.example/",
	"V28": "https://app.example@evil.example/",
	"V29": "https://172.28.92.51/", "V30": "http://192.168.1.10:8123/", "V31": "https:///path", "V32": "https://exa mple.com/",
	"V33": "https://app.example:99999/",
	"V34": "http://127.0.0.1/", "V35": "http://127.0.0.1:8123/", "V36": "http://127.0.0.2/", "V37": "http://127.1/",
	"V38": "http://0x7f.0.0.1/", "V39": "http://2130706433/",
	"V40": "http://localhost:8123/", "V41": "http://homeassistant.local:8123/", "V42": "http://[::1]/", "V43": "http://[::1]:8123/",
	"V44": "http://[2001:db8::1]/", "V45": "http://[fe80::1%25eth0]/", "V46": "http://[::ffff:127.0.0.1]/", "V47": "http://[::2]/",
	"V48": "https://APP.example/", "V49": "HTTPS://app.example/", "V50": "https://app.example:443/", "V51": "http://app.example:80/",
	"V52": "http://255.255.255.255/", "V52b": "http://0.0.0.0/", "V53": "https://münchen.example/", "V54": "https://xn--mnchen-3ya.example/",
	"V55": `https://app.example\@evil.example/`, "V56": "https:app.example/", "V57": "https://ex%61mple.com/",
	"V58": "https://app.example./", "V59": "http://[0:0:0:0:0:0:0:1]/",
}

// ids returns client identifiers by their names.
func ids(names ...string) []vector {
	var list []vector
	for _, n := range names {
		list = append(list, vector{n + " " + clientIDs[n], clientIDs[n]})
	}
	return list
}

// accepted judges that a login flow opens for each client id.
func accepted(ctx Ctx, list []vector) {
	Each(ctx, list, named, func(ctx Ctx, v vector) {
		Expect(ctx, opening(ctx, v.value)).To(OpenForm())
	})
}

// refused judges that no login flow opens for these client ids, next to one for which it does.
func refused(ctx Ctx, list []vector) {
	Control(ctx, opening(ctx, clientIDs["V01"])).To(OpenForm())
	Each(ctx, list, named, func(ctx Ctx, v vector) {
		Expect(ctx, opening(ctx, v.value)).To(All(HaveStatus(400), LackStep()))
	})
}

func noted(ctx Ctx, list []vector) {
	Control(ctx, opening(ctx, clientIDs["V01"])).To(OpenForm())
	Each(ctx, list, named, func(ctx Ctx, v vector) {
		step := opening(ctx, v.value)
		if step.Type == "form" {
			Note(ctx, "accepted")
		} else {
			Note(ctx, "refused with %s", Outcome(step.Exchange))
		}
	})
}

// opening begins a login flow for a client, with a redirect of the client's origin.
func opening(ctx Ctx, clientID string) *home.Step {
	return home.From(ctx).Begin(ctx, home.Login{ClientID: clientID, RedirectURI: clientID,
		Body: map[string]any{"client_id": clientID, "redirect_uri": clientID}})
}
