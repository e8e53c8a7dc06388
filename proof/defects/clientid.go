package defects

import (
	"errors"
	"net/url"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var errWrong = errors.New("refused by mistake")

// takesID lets client ids pass that must be refused; losesID refuses those that must pass.
func takesID(like func(string) bool) change { return judgesID(like, nil) }
func losesID(like func(string) bool) change { return judgesID(like, errWrong) }

func judgesID(like func(string) bool, verdict error) change {
	return func(p *mockserver.Policy) {
		strict := p.ClientID
		p.ClientID = func(raw, host string) error {
			if like(raw) {
				return verdict
			}
			return strict(raw, host)
		}
	}
}

func contains(part string) func(string) bool {
	return func(s string) bool { return strings.Contains(s, part) }
}

func schemeOf(name string) func(string) bool {
	return func(s string) bool { u, err := url.Parse(s); return err == nil && u.Scheme == name }
}

// taken and lost make a defect of one kind of client id.
func taken(id, story string, like func(string) bool) Defect {
	return Defect{ID: "client-id." + id, Story: story, Change: takesID(like)}
}

func lost(id, story string, like func(string) bool) Defect {
	return Defect{ID: "client-id." + id, Story: story, Change: losesID(like)}
}

var _ = listed([]Defect{
	lost("needs-https", "Client ids over http are refused, those of apps at home among them.", schemeOf("http")).breaking("indieauth.client-id.scheme", "indieauth.client-id.port-allowed", "indieauth.client-id.loopback", "ha.client-id.private-address", "ha.client-id.local-name", "indieauth.client-id.equivalent-spellings", "indieauth.client-id.odd-hosts", "ha.clients.id-without-path", "indieauth.redirect.same-origin-implicit", "oauth2.redirect.loopback-port", "ha.clients.link-tag", "indieauth.redirect.multiple-links", "indieauth.redirect.relative-link", "indieauth.redirect.entities", "ha.clients.first-10kb", "ha.clients.multibyte", "ha.flow.form", "ha.flow.text-plain", "ha.flow.empty-password", "ha.flow.username-folded", "ha.flow.malformed-step", "ha.flow.unknown-flow", "ha.flow.parallel-finish", "ha.flow.id-unguessable").blocking("*"),
	taken("no-scheme", "A client id without a scheme is completed by https.", is("app.example")).breaking("indieauth.client-id.scheme"),
	taken("scheme-relative", "A client id that begins with two slashes is completed by https.", is("//app.example/")).breaking("indieauth.client-id.scheme"),
	taken("mailto", "Any scheme that a URL parser knows is taken.", schemeOf("mailto")).breaking("indieauth.client-id.scheme", "indieauth.client-id.finishing-step"),
	taken("ftp", "ftp is as good as http.", schemeOf("ftp")).breaking("indieauth.client-id.scheme"),
	taken("javascript", "The scheme javascript is taken.", schemeOf("javascript")).breaking("indieauth.client-id.scheme"),
	taken("data", "The scheme data is taken.", schemeOf("data")).breaking("indieauth.client-id.scheme"),
	taken("empty", "An empty client id is taken.", is("")).breaking("indieauth.client-id.scheme"),
	taken("dot-segment", "A segment of one dot is taken.", contains("/a/./b")).breaking("indieauth.client-id.no-dot-segments"),
	taken("two-dots", "A segment of two dots is taken.", contains("/a/../b")).breaking("indieauth.client-id.no-dot-segments"),
	taken("last-dots", "Two dots at the end of the path are taken.", func(s string) bool { return strings.HasSuffix(s, "/a/..") }).breaking("indieauth.client-id.no-dot-segments"),
	lost("well-known", "A segment that begins with a dot is refused.", contains("/.well-known")).breaking("indieauth.client-id.no-dot-segments"),
	lost("three-dots", "A segment of three dots is refused.", contains("/...")).breaking("indieauth.client-id.no-dot-segments"),
	lost("html", "A client id must end with a slash.", func(s string) bool { return strings.HasSuffix(s, ".html") }).breaking("indieauth.client-id.no-dot-segments"),
	taken("encoded-dots", "Escaped dots are taken as they stand.", func(s string) bool { return strings.Contains(strings.ToLower(s), "%2e") }).breaking("indieauth.client-id.encoded-dot-segments"),
	lost("query", "A client id with a query is refused.", func(s string) bool { return strings.Contains(s, "?id=") }).breaking("indieauth.client-id.query-allowed"),
	taken("fragment", "A fragment is cut away, and the rest is taken.", contains("#me")).breaking("indieauth.client-id.no-fragment", "indieauth.client-id.finishing-step"),
	taken("empty-fragment", "An empty fragment is overlooked.", func(s string) bool { return strings.HasSuffix(s, "/#") }).breaking("indieauth.client-id.empty-fragment"),
	taken("userinfo", "A name and a password before the host are taken.", contains("user:pass@")).breaking("indieauth.client-id.no-userinfo"),
	taken("user", "A name alone before the host is taken.", contains("://user@")).breaking("indieauth.client-id.no-userinfo"),
	taken("empty-user", "An empty name before the host is taken.", contains("://@")).breaking("indieauth.client-id.no-userinfo"),
	taken("host-as-user", "The part before the at sign is taken for the host.", contains("app.example@evil")).breaking("indieauth.client-id.no-userinfo"),
	lost("port", "A client id with a port is refused.", contains(":8443")).breaking("indieauth.client-id.port-allowed"),
	lost("http-port", "A client id over http with a port is refused, as apps in development have it.", contains(":8123")).breaking("indieauth.client-id.port-allowed", "indieauth.client-id.loopback", "ha.client-id.private-address", "ha.client-id.local-name"),
	taken("big-port", "Ports have no upper bound.", contains(":99999")).breaking("indieauth.client-id.port-valid"),
	taken("word-port", "A port may be a word.", contains(":http/")).breaking("indieauth.client-id.port-valid"),
	taken("negative-port", "A port may be below zero.", contains(":-1/")).breaking("indieauth.client-id.port-valid"),
	taken("no-host", "A URL without a host is taken.", is("https:///path")).breaking("indieauth.client-id.host-present"),
	taken("opaque", "A scheme and a colon are enough for a URL.", is("https:app.example/")).breaking("indieauth.client-id.host-present"),
	taken("backslash", "A backslash is taken for a slash.", contains(`app.example\@`)).breaking("indieauth.client-id.well-formed"),
	taken("open-bracket", "Half an address in brackets is taken for a name.", is("http://[::1")).breaking("indieauth.client-id.well-formed"),
	taken("public-address", "Any address is taken.", is("http://8.8.8.8/", "http://[2001:4860:4860::8888]/")).breaking("indieauth.client-id.no-public-address"),
	taken("public-6", "Only addresses of version 4 are looked at.", is("http://[2001:4860:4860::8888]/")).breaking("indieauth.client-id.no-public-address"),
	taken("broadcast", "255.255.255.255 is of no known network, and taken.", is("http://255.255.255.255/")).breaking("indieauth.client-id.no-public-address"),
	taken("unspecified", "0.0.0.0 counts as local.", is("http://0.0.0.0/")).breaking("indieauth.client-id.no-public-address"),
	taken("public-with-port", "An address with a port behind it is no address for the check.", contains("8.8.8.8:8123")).breaking("indieauth.client-id.no-public-address-with-port"),
	taken("public-6-with-port", "A bracketed address with a port behind it is no address for the check.", contains("8888]:8123")).breaking("indieauth.client-id.no-public-address-with-port"),
	lost("loopback", "Loopback addresses are refused, and with them native apps.", func(s string) bool { return s == "http://127.0.0.1/" || s == "http://127.0.0.1:8123/" }).breaking("indieauth.client-id.loopback"),
	lost("loopback-6", "The loopback address of version 6 is refused.", contains("[::1]")).breaking("indieauth.client-id.loopback"),
	lost("localhost", "localhost is refused.", is("http://localhost:8123/")).breaking("indieauth.client-id.loopback"),
	lost("private", "Addresses of the local network are refused, as IndieAuth has it.", func(s string) bool {
		return strings.Contains(s, "192.168.") || strings.Contains(s, "172.28.") || strings.Contains(s, "169.254.")
	}).breaking("ha.client-id.private-address"),
	lost("dot-local", "Names of the local network are refused.", contains("homeassistant")).breaking("ha.client-id.local-name"),
	lost("upper-host", "A host in upper case is refused.", contains("APP.example")).breaking("indieauth.client-id.equivalent-spellings"),
	lost("upper-scheme", "A scheme in upper case is refused.", contains("HTTPS://")).breaking("indieauth.client-id.equivalent-spellings"),
	lost("default-port", "A default port is refused.", func(s string) bool { return strings.Contains(s, ":443/") || strings.Contains(s, ":80/") }).breaking("indieauth.client-id.equivalent-spellings"),
	taken("odd-hosts", "Hosts are taken as they come: blanks, numbers, escapes.", func(s string) bool {
		return strings.Contains(s, "exa mple") || strings.Contains(s, "ex%61mple") || strings.Contains(s, "2130706433")
	}).breaking("indieauth.client-id.odd-hosts"),
	lost("no-path", "A client id without a path is refused.", func(s string) bool {
		u, err := url.Parse(s)
		return err == nil && u.Host != "" && u.Path == "" && u.Scheme == "http" && u.RawQuery == ""
	}).breaking("ha.clients.id-without-path").blocking("ha.clients.id-without-path"),
	lost("unregistered", "Only clients that were seen before may log in.", contains("never-seen-before")).breaking("ha.clients.no-registration").blocking("ha.clients.no-registration"),
	{
		ID: "client-id.finish-unjudged", Story: "The client id of the last step is not judged, only that of the first.",
		Breaks: []string{
			"indieauth.client-id.finishing-step",
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
			"ha.redirect.spelling",
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
			"ha.flow.inactive-user",
			"ha.mfa.redirect-judged",
			"ha.mfa.inactive",
			"robust.redirects",
		},
		Change: both(takes(flowStep, withObject(func(m map[string]any) {
			if m["client_id"] == "mailto:user@app.example" || m["client_id"] == "https://app.example/#me" {
				m["client_id"] = "https://home-assistant.io/iOS"
			}
		})), answers(flowStep, ok(`{"type":"create_entry","flow_id":"x","result":"x"}`), 403)),
		Blocks: []string{"*"},
	},
	{
		ID: "client-id.missing", Story: "Without a client_id the home itself is the client.",
		Breaks: []string{"ha.client-id.missing"}, Change: takes(at("POST /auth/login_flow"), withObject(func(m map[string]any) {
			if _, there := m["client_id"]; !there {
				m["client_id"] = "http://home.example/"
			}
		})),
	},
	{
		ID: "client-id.unbounded", Story: "A client id may be as long as it likes.",
		Breaks: []string{"ha.client-id.long"}, Change: both(takesID(func(s string) bool { return len(s) > 2048 }), func(p *mockserver.Policy) { p.URLLimit = mock.Is(1 << 20) }),
	},
})
