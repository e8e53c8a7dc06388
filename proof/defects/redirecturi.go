package defects

import (
	"net/url"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

func redirectDefect(id, story string, c change) Defect {
	return Defect{ID: "redirect." + id, Story: story, Change: c}
}

func listedExample(l string) bool { return strings.HasSuffix(l, "/cb") }

var _ = listed([]Defect{
	redirectDefect("any", "The redirect URI is not judged.", lets(func(_, r string, _ []string) bool { return strings.HasPrefix(r, "http") })).breaking("indieauth.redirect.block-unlisted", "oauth2.redirect.exact-match", "oauth2.redirect.no-fragment", "oauth2.redirect.userinfo", "ha.redirect.malformed", "ha.redirect.app-pairs-closed", "oauth2.redirect.loopback-port", "oauth2.redirect.loopback-port-needs-pkce", "ha.redirect.finishing-client", "ha.redirect.spelling", "ha.clients.link-tag", "indieauth.redirect.not-in-comment-or-script", "indieauth.redirect.not-in-inert-text", "indieauth.redirect.rel-exact", "indieauth.redirect.rel-list", "indieauth.redirect.link-header", "ha.clients.link-tag-anywhere", "ha.clients.beyond-10kb", "indieauth.client-info.timeout", "indieauth.client-info.endless", "indieauth.client-info.unreachable", "indieauth.client-info.redirect-loop", "ha.clients.page-changes", "oauth2.cimd.exact-match", "oauth2.cimd.https-only", "oauth2.cimd.client-id-matches", "oauth2.cimd.well-formed", "oauth2.cimd.no-http-redirect", "oauth2.cimd.status-200", "oauth2.cimd.no-secret", "oauth2.cimd.too-long", "oauth2.cimd.size", "oauth2.cimd.loopback-port", "ha.mfa.redirect-judged", "robust.redirects").blocking("ha.redirect.refusal-ends-flow", "ha.redirect.same-origin-no-fetch"),
	redirectDefect("same-path-only", "A redirect of the client's own origin must lie below its path.", denies(func(c, r string, _ bool) bool { return strings.HasSuffix(r, "/other") })).breaking("indieauth.redirect.same-origin-implicit"),
	redirectDefect("no-query", "A redirect with a query is refused.", denies(func(_, r string, _ bool) bool {
		return strings.Contains(r, "?auth_callback") || strings.Contains(r, "?d=")
	})).breaking("indieauth.redirect.same-origin-implicit"),
	redirectDefect("always-fetches", "The client's page is fetched for redirects of its own origin, too.", func(p *mockserver.Policy) {
		strict := p.Redirect
		p.Redirect = func(c, r string, pkce bool, published func() []string) error {
			published()
			return strict(c, r, pkce, published)
		}
	}).breaking("ha.redirect.same-origin-no-fetch"),
	redirectDefect("other-host", "Any https page passes.", letsLike(func(_, to *url.URL) bool { return to.Scheme == "https" && to.Host == "other.example" })).breaking("indieauth.redirect.block-unlisted"),
	redirectDefect("host-only", "Only the hosts are compared: scheme and port are free.", letsLike(func(c, to *url.URL) bool {
		return c.Hostname() == to.Hostname() && to.Hostname() != "" && to.Fragment == "" && to.User == nil
	})).breaking("indieauth.redirect.block-unlisted", "oauth2.redirect.exact-match", "oauth2.redirect.loopback-port", "oauth2.redirect.loopback-port-needs-pkce", "ha.redirect.finishing-client", "ha.redirect.spelling", "ha.clients.link-tag", "indieauth.redirect.relative-link", "indieauth.redirect.not-in-comment-or-script", "indieauth.redirect.not-in-inert-text", "indieauth.redirect.rel-exact", "indieauth.redirect.rel-list", "indieauth.redirect.link-header", "ha.clients.beyond-10kb", "indieauth.client-info.timeout", "indieauth.client-info.endless", "indieauth.client-info.unreachable", "indieauth.client-info.redirect-loop", "ha.clients.page-changes", "oauth2.cimd.exact-match", "oauth2.cimd.https-only", "oauth2.cimd.client-id-matches", "oauth2.cimd.well-formed", "oauth2.cimd.no-http-redirect", "oauth2.cimd.status-200", "oauth2.cimd.no-secret", "oauth2.cimd.too-long", "oauth2.cimd.size", "oauth2.cimd.loopback-port").blocking("ha.redirect.refusal-ends-flow", "ha.redirect.same-origin-no-fetch"),
	redirectDefect("scheme-free", "The scheme is not compared.", letsLike(func(c, to *url.URL) bool { return c.Host == to.Host && c.Scheme != to.Scheme && to.Host != "" })).breaking("indieauth.redirect.block-unlisted"),
	redirectDefect("subdomain", "Subdomains of the client's host pass.", letsLike(func(c, to *url.URL) bool { return strings.HasSuffix(to.Host, "."+c.Host) })).breaking("indieauth.redirect.block-unlisted"),
	redirectDefect("prefix", "A redirect passes that begins with the client's origin.", lets(func(c, r string, _ []string) bool {
		u := parsed(c)
		own := u.Scheme + "://" + u.Host
		return strings.HasPrefix(r, own+".") || strings.HasPrefix(r, own+`\`)
	})).breaking("indieauth.redirect.block-unlisted"),
	redirectDefect("contained", "A redirect passes that contains the client's origin.", lets(func(c, r string, _ []string) bool { return strings.Contains(r, "?http") })).breaking("indieauth.redirect.block-unlisted"),
	redirectDefect("app-scheme", "Any scheme of an app passes.", letsLike(func(_, to *url.URL) bool { return to.Scheme == "hass" || to.Scheme == "com.example.app" })).breaking("indieauth.redirect.block-unlisted"),
	redirectDefect("home-scheme", "homeassistant: passes for every client.", lets(func(_, r string, _ []string) bool { return r == "homeassistant://auth-callback" })).breaking("indieauth.redirect.block-unlisted", "ha.redirect.app-pairs-closed"),
	redirectDefect("out-of-band", "The out-of-band URI of old passes.", letsLike(func(_, to *url.URL) bool { return to.Scheme == "urn" })).breaking("indieauth.redirect.block-unlisted"),
	redirectDefect("trailing-slash", "A slash at the end does not matter.", letsNear(func(l, r string) bool { return l+"/" == r })).breaking("oauth2.redirect.exact-match", "oauth2.cimd.exact-match"),
	redirectDefect("case", "Redirect URIs are compared without their letter case.", letsNear(strings.EqualFold)).breaking("oauth2.redirect.exact-match", "oauth2.redirect.script-listed-server", "oauth2.cimd.exact-match"),
	redirectDefect("query-free", "The query is not compared.", letsNear(func(l, r string) bool { before, _, cut := strings.Cut(r, "?"); return cut && before == l })).breaking("oauth2.redirect.exact-match", "oauth2.cimd.exact-match"),
	redirectDefect("listed-prefix", "A redirect passes that begins with a listed one.", letsNear(func(l, r string) bool { return strings.HasPrefix(r, l) && listedExample(l) })).breaking("oauth2.redirect.exact-match"),
	redirectDefect("prefix-of-listed", "A redirect passes that a listed one begins with.", letsNear(func(l, r string) bool { return strings.HasPrefix(l, r) && r != "" && listedExample(l) })).breaking("oauth2.redirect.exact-match"),
	redirectDefect("unescaped", "Escapes are undone before comparing.", letsNear(func(l, r string) bool { p, err := url.PathUnescape(r); return err == nil && p == l && p != r })).breaking("oauth2.redirect.exact-match"),
	redirectDefect("resolved", "Dots are resolved before comparing.", letsNear(func(l, r string) bool { return strings.Replace(r, "/a/..", "", 1) == l && r != l })).breaking("oauth2.redirect.exact-match"),
	redirectDefect("listed-scheme", "https passes for a listed http.", letsNear(func(l, r string) bool { return strings.Replace(l, "http:", "https:", 1) == r })).breaking("oauth2.redirect.exact-match", "oauth2.redirect.script-listed-server"),
	redirectDefect("fragment-listed", "A fragment behind a listed redirect does not matter.", letsNear(func(l, r string) bool { before, _, cut := strings.Cut(r, "#"); return cut && before == l })).breaking("oauth2.redirect.exact-match"),
	redirectDefect("host-dot", "A dot behind the host does not matter.", letsNear(func(l, r string) bool { return strings.Replace(r, "127.0.0.1.", "127.0.0.1", 1) == l && r != l })).breaking("oauth2.redirect.exact-match"),
	redirectDefect("relative", "A relative redirect is resolved against the client id.", lets(func(_, r string, _ []string) bool { return r == "/cb" || r == "cb" })).breaking("oauth2.redirect.absolute-uri"),
	redirectDefect("scheme-relative", "A redirect that begins with two slashes gets the client's scheme.", lets(func(_, r string, _ []string) bool { return strings.HasPrefix(r, "//app") })).breaking("oauth2.redirect.absolute-uri"),
	redirectDefect("empty", "An empty redirect is the client id.", lets(func(_, r string, _ []string) bool { return r == "" })).breaking("oauth2.redirect.absolute-uri", "robust.redirects"),
	redirectDefect("fragment", "A redirect may have a fragment.", letsLike(func(c, to *url.URL) bool { return c.Host == to.Host && to.Fragment == "f" })).breaking("oauth2.redirect.no-fragment"),
	redirectDefect("userinfo", "A name before the host does not matter.", letsLike(func(c, to *url.URL) bool { return to.User != nil && to.Host == c.Host })).breaking("oauth2.redirect.userinfo"),
	redirectDefect("at-host", "The part before the at sign is taken for the host.", letsLike(func(_, to *url.URL) bool { return to.User != nil && to.Host == "evil.example" })).breaking("oauth2.redirect.userinfo"),
	redirectDefect("malformed", "What cannot be parsed is compared as it stands and passes.", lets(func(_, r string, _ []string) bool { return r == "http://[::1" || r == "://" })).breaking("ha.redirect.malformed", "robust.redirects"),
	redirectDefect("bad-port", "A port that is a word passes.", lets(func(_, r string, _ []string) bool { return strings.Contains(r, ":port/") })).breaking("ha.redirect.malformed"),
	redirectDefect("script", "A script URL passes where its host, which is empty, is not compared.", letsLike(func(_, to *url.URL) bool { return to.Scheme == "javascript" })).breaking("oauth2.redirect.script-unlisted", "oauth2.redirect.script-listed-server"),
	redirectDefect("data", "A data URL passes.", letsLike(func(_, to *url.URL) bool { return to.Scheme == "data" })).breaking("oauth2.redirect.script-unlisted", "oauth2.redirect.script-listed-server"),
	redirectDefect("script-listed", "A script URL passes if the client's page lists it.", letsNear(func(l, r string) bool { return l == r })).breaking("oauth2.redirect.script-listed-server"),
	redirectDefect("no-ios", "The iOS app's redirect is not known.", denies(func(c, _ string, _ bool) bool { return c == "https://home-assistant.io/iOS" })).breaking("ha.redirect.app-pairs"),
	redirectDefect("no-android", "The Android app's redirect is not known.", denies(func(c, r string, _ bool) bool {
		return c == "https://home-assistant.io/android" && strings.HasPrefix(r, "homeassistant:")
	})).breaking("ha.redirect.app-pairs").blocking("*"),
	redirectDefect("no-wear", "The watch's redirect is not known.", denies(func(_, r string, _ bool) bool { return strings.Contains(r, "wear.googleapis.com") })).breaking("ha.redirect.wear-pairs"),
	redirectDefect("no-wear-cn", "The watch's redirect of China is not known.", denies(func(_, r string, _ bool) bool { return strings.Contains(r, "googleapis-cn") })).breaking("ha.redirect.wear-pairs"),
	redirectDefect("app-slash", "The apps' client ids are compared without the slash at their end.", lets(func(c, r string, _ []string) bool {
		return c == "https://home-assistant.io/android/" && r == "homeassistant://auth-callback"
	})).breaking("ha.redirect.app-pairs-closed"),
	redirectDefect("app-any", "Any redirect of the apps passes for each of them.", lets(func(c, r string, _ []string) bool {
		return c == "https://home-assistant.io/iOS" && strings.Contains(r, "wear.")
	})).breaking("ha.redirect.app-pairs-closed"),
	redirectDefect("app-path", "Only the scheme of an app's redirect is compared.", lets(func(c, r string, _ []string) bool {
		return strings.HasPrefix(c, "https://home-assistant.io/") && strings.HasPrefix(r, "homeassistant://")
	})).breaking("ha.redirect.app-pairs-closed"),
	redirectDefect("app-other-scheme", "Only the host of an app's redirect is compared.", letsLike(func(c, to *url.URL) bool {
		return to.Host == "auth-callback" && c.Host == "home-assistant.io" && to.Path == ""
	})).breaking("ha.redirect.app-pairs-closed"),
	redirectDefect("loopback-port-fixed", "A native app's port must be the listed one.", denies(func(_, r string, pkce bool) bool {
		return pkce && strings.Contains(r, ":65000/cb") && !strings.Contains(r, "?") || pkce && strings.Contains(r, ":53124/cb")
	})).breaking("oauth2.redirect.loopback-port", "oauth2.cimd.loopback-port"),
	redirectDefect("loopback-listed-lost", "With a challenge only other ports pass.", denies(func(_, r string, pkce bool) bool { return pkce && r == "http://127.0.0.1:1/cb" })).breaking("oauth2.redirect.loopback-port"),
	redirectDefect("loopback-path", "With another port the path is free, too.", lets(func(_, r string, _ []string) bool {
		return r == "http://127.0.0.1:65000/other" || r == "http://127.0.0.1:53124/other"
	})).breaking("oauth2.redirect.loopback-port", "oauth2.cimd.loopback-port"),
	redirectDefect("loopback-name", "localhost and 127.0.0.1 are the same.", lets(func(_, r string, _ []string) bool { return r == "http://localhost:65000/cb" })).breaking("oauth2.redirect.loopback-port"),
	redirectDefect("loopback-https", "With another port the scheme is free, too.", lets(func(_, r string, _ []string) bool { return r == "https://127.0.0.1:65000/cb" })).breaking("oauth2.redirect.loopback-port"),
	redirectDefect("loopback-lan", "Addresses of the local network count as loopback.", lets(func(_, r string, _ []string) bool { return r == "http://192.168.0.1:1/cb" })).breaking("oauth2.redirect.loopback-port"),
	redirectDefect("loopback-query", "With another port the query is free, too.", lets(func(_, r string, _ []string) bool { return strings.HasPrefix(r, "http://127.0.0.1:65000/cb?") })).breaking("oauth2.redirect.loopback-port"),
	redirectDefect("loopback-without-pkce", "A native app's port is free without a challenge, too.", lets(func(_, r string, published []string) bool {
		return r == "http://127.0.0.1:65000/cb" && len(published) > 0
	})).breaking("oauth2.redirect.loopback-port-needs-pkce"),
	{
		ID: "redirect.first-client", Story: "The redirect is judged by the client of the first step, and the code goes to that of the last.",
		Breaks: []string{
			"indieauth.redirect.block-unlisted",
			"oauth2.redirect.exact-match",
			"oauth2.redirect.absolute-uri",
			"oauth2.redirect.no-fragment",
			"oauth2.redirect.userinfo",
			"ha.redirect.malformed",
			"oauth2.redirect.script-unlisted",
			"oauth2.redirect.script-listed-server",
			"ha.redirect.app-pairs-closed",
			"oauth2.redirect.loopback-port",
			"oauth2.redirect.loopback-port-needs-pkce",
			"ha.redirect.finishing-client",
			"ha.clients.link-tag",
			"indieauth.redirect.relative-link",
			"indieauth.redirect.not-in-comment-or-script",
			"indieauth.redirect.not-in-inert-text",
			"indieauth.redirect.rel-exact",
			"indieauth.redirect.rel-list",
			"indieauth.redirect.link-header",
			"ha.clients.link-tag-anywhere",
			"ha.clients.beyond-10kb",
			"indieauth.client-info.timeout",
			"indieauth.client-info.endless",
			"indieauth.client-info.unreachable",
			"indieauth.client-info.redirect-loop",
			"ha.clients.page-changes",
			"oauth2.cimd.exact-match",
			"oauth2.cimd.https-only",
			"oauth2.cimd.client-id-matches",
			"oauth2.cimd.well-formed",
			"oauth2.cimd.no-http-redirect",
			"oauth2.cimd.status-200",
			"oauth2.cimd.no-secret",
			"oauth2.cimd.too-long",
			"oauth2.cimd.size",
			"oauth2.cimd.loopback-port",
			"ha.mfa.redirect-judged",
			"robust.redirects",
		}, Change: lets(func(c, _ string, _ []string) bool {
			return c == "https://evil.example/" || !strings.Contains(c, "example") && strings.Count(c, "/") == 3
		}),
		Blocks: []string{"*"},
	},
	{
		ID: "redirect.first-client-https", Story: "A client of the last step that nobody can reach is believed.",
		Breaks: []string{"ha.redirect.finishing-client"}, Change: lets(func(c, _ string, _ []string) bool { return c == "https://evil.example/" }),
	},
	redirectDefect("fetches-for-paths", "The client's page is fetched unless the redirect is the page itself.", func(p *mockserver.Policy) {
		strict := p.Redirect
		p.Redirect = func(c, r string, pkce bool, published func() []string) error {
			if c != r {
				published()
			}
			return strict(c, r, pkce, published)
		}
	}).breaking("ha.redirect.same-origin-no-fetch"),
	{
		ID: "redirect.missing-root", Story: "Without redirect_uri the root of the client's host is meant.",
		Breaks: []string{"ha.redirect.missing"}, Change: takes(at("POST /auth/login_flow"), withObject(func(m map[string]any) {
			if c, ok := m["client_id"].(string); ok && m["redirect_uri"] == nil {
				u := parsed(c)
				m["redirect_uri"] = u.Scheme + "://" + u.Host + "/"
			}
		})),
	},
	{
		ID: "redirect.missing-422", Story: "A login flow without redirect_uri is refused with 422.",
		Breaks: []string{"ha.redirect.missing"}, Change: answers(at("POST /auth/login_flow").and(func(r mock.Request) bool {
			m := decoded(r.Body)
			return m["client_id"] != nil && m["redirect_uri"] == nil
		}), status(422), 400),
	},
	{
		ID: "redirect.missing", Story: "Without redirect_uri the client id is the redirect.",
		Breaks: []string{"ha.redirect.missing"}, Change: takes(at("POST /auth/login_flow"), withObject(func(m map[string]any) {
			if _, there := m["redirect_uri"]; !there {
				m["redirect_uri"] = m["client_id"]
			}
		})),
	},
	{
		ID: "redirect.refusal-keeps-flow", Story: "A refused redirect leaves the flow, so that others can be tried.",
		Breaks: []string{"ha.redirect.refusal-ends-flow", "ha.flow.finished", "ha.flow.parallel-finish"}, Change: func(p *mockserver.Policy) { answers(flowStep.and(repeatedFlow()), status(403), 404)(p) },
		Blocks: []string{"*"},
	},
	redirectDefect("spelling", "Redirects are brought to one spelling before they are compared.", lets(func(_, r string, _ []string) bool {
		return r == "https://app.example:443/redirect" || r == " https://app.example/redirect"
	})).breaking("ha.redirect.spelling"),
})
