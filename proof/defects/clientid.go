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
var clientIDDefects = []Defect[mockserver.Policy]{
	{
		ID: "client-id.needs-https", Story: "Client ids over http are refused, those of apps at home among them.",
		Aims:   []string{"indieauth.client-id.scheme", "ha.client-id.private-address"},
		Change: losesID(schemeOf("http")),
	},
	{
		ID: "client-id.no-scheme", Story: "A client id without a scheme is completed by https.",
		Aims:   []string{"indieauth.client-id.scheme"},
		Change: takesID(is("app.example")),
	},
	{
		ID: "client-id.scheme-relative", Story: "A client id that begins with two slashes is completed by https.",
		Aims:   []string{"indieauth.client-id.scheme"},
		Change: takesID(is("//app.example/")),
	},
	{
		ID: "client-id.mailto", Story: "Any scheme that a URL parser knows is taken.",
		Aims:   []string{"indieauth.client-id.scheme", "indieauth.client-id.finishing-step"},
		Change: takesID(schemeOf("mailto")),
	},
	{
		ID: "client-id.ftp", Story: "ftp is as good as http.",
		Aims:   []string{"indieauth.client-id.scheme"},
		Change: takesID(schemeOf("ftp")),
	},
	{
		ID: "client-id.javascript", Story: "The scheme javascript is taken.",
		Aims:   []string{"indieauth.client-id.scheme"},
		Change: takesID(schemeOf("javascript")),
	},
	{
		ID: "client-id.data", Story: "The scheme data is taken.",
		Aims:   []string{"indieauth.client-id.scheme"},
		Change: takesID(schemeOf("data")),
	},
	{
		ID: "client-id.empty", Story: "An empty client id is taken.",
		Aims:   []string{"indieauth.client-id.scheme"},
		Change: takesID(is("")),
	},
	{
		ID: "client-id.dot-segment", Story: "A segment of one dot is taken.",
		Aims:   []string{"indieauth.client-id.no-dot-segments"},
		Change: takesID(contains("/a/./b")),
	},
	{
		ID: "client-id.two-dots", Story: "A segment of two dots is taken.",
		Aims:   []string{"indieauth.client-id.no-dot-segments"},
		Change: takesID(contains("/a/../b")),
	},
	{
		ID: "client-id.last-dots", Story: "Two dots at the end of the path are taken.",
		Aims:   []string{"indieauth.client-id.no-dot-segments"},
		Change: takesID(func(s string) bool { return strings.HasSuffix(s, "/a/..") }),
	},
	{
		ID: "client-id.well-known", Story: "A segment that begins with a dot is refused.",
		Aims:   []string{"indieauth.client-id.no-dot-segments"},
		Change: losesID(contains("/.well-known")),
	},
	{
		ID: "client-id.three-dots", Story: "A segment of three dots is refused.",
		Aims:   []string{"indieauth.client-id.no-dot-segments"},
		Change: losesID(contains("/...")),
	},
	{
		ID: "client-id.html", Story: "A client id must end with a slash.",
		Aims:   []string{"indieauth.client-id.no-dot-segments"},
		Change: losesID(func(s string) bool { return strings.HasSuffix(s, ".html") }),
	},
	{
		ID: "client-id.encoded-dots", Story: "Escaped dots are taken as they stand.",
		Aims:   []string{"indieauth.client-id.encoded-dot-segments"},
		Change: takesID(func(s string) bool { return strings.Contains(strings.ToLower(s), "%2e") }),
	},
	{
		ID: "client-id.query", Story: "A client id with a query is refused.",
		Aims:   []string{"indieauth.client-id.query-allowed"},
		Change: losesID(func(s string) bool { return strings.Contains(s, "?id=") }),
	},
	{
		ID: "client-id.fragment", Story: "A fragment is cut away, and the rest is taken.",
		Aims:   []string{"indieauth.client-id.no-fragment", "indieauth.client-id.finishing-step"},
		Change: takesID(contains("#me")),
	},
	{
		ID: "client-id.empty-fragment", Story: "An empty fragment is overlooked.",
		Aims:   []string{"indieauth.client-id.empty-fragment"},
		Change: takesID(func(s string) bool { return strings.HasSuffix(s, "/#") }),
	},
	{
		ID: "client-id.userinfo", Story: "A name and a password before the host are taken.",
		Aims:   []string{"indieauth.client-id.no-userinfo"},
		Change: takesID(contains("user:pass@")),
	},
	{
		ID: "client-id.user", Story: "A name alone before the host is taken.",
		Aims:   []string{"indieauth.client-id.no-userinfo"},
		Change: takesID(contains("://user@")),
	},
	{
		ID: "client-id.empty-user", Story: "An empty name before the host is taken.",
		Aims:   []string{"indieauth.client-id.no-userinfo"},
		Change: takesID(contains("://@")),
	},
	{
		ID: "client-id.host-as-user", Story: "The part before the at sign is taken for the host.",
		Aims:   []string{"indieauth.client-id.no-userinfo"},
		Change: takesID(contains("app.example@evil")),
	},
	{
		ID: "client-id.port", Story: "A client id with a port is refused.",
		Aims:   []string{"indieauth.client-id.port-allowed"},
		Change: losesID(contains(":8443")),
	},
	{
		ID: "client-id.http-port", Story: "A client id over http with a port is refused, as apps in development have it.",
		Aims:   []string{"indieauth.client-id.port-allowed"},
		Change: losesID(contains(":8123")),
	},
	{
		ID: "client-id.big-port", Story: "Ports have no upper bound.",
		Aims:   []string{"indieauth.client-id.port-valid"},
		Change: takesID(contains(":99999")),
	},
	{
		ID: "client-id.word-port", Story: "A port may be a word.",
		Aims:   []string{"indieauth.client-id.port-valid"},
		Change: takesID(contains(":http/")),
	},
	{
		ID: "client-id.negative-port", Story: "A port may be below zero.",
		Aims:   []string{"indieauth.client-id.port-valid"},
		Change: takesID(contains(":-1/")),
	},
	{
		ID: "client-id.no-host", Story: "A URL without a host is taken.",
		Aims:   []string{"indieauth.client-id.host-present"},
		Change: takesID(is("https:///path")),
	},
	{
		ID: "client-id.opaque", Story: "A scheme and a colon are enough for a URL.",
		Aims:   []string{"indieauth.client-id.host-present"},
		Change: takesID(is("https:app.example/")),
	},
	{
		ID: "client-id.backslash", Story: "A backslash is taken for a slash.",
		Aims:   []string{"indieauth.client-id.well-formed"},
		Change: takesID(contains(`app.example\@`)),
	},
	{
		ID: "client-id.open-bracket", Story: "Half an address in brackets is taken for a name.",
		Aims:   []string{"indieauth.client-id.well-formed"},
		Change: takesID(is("http://[::1")),
	},
	{
		ID: "client-id.public-address", Story: "Any address is taken.",
		Aims:   []string{"indieauth.client-id.no-public-address"},
		Change: takesID(is("http://8.8.8.8/", "http://[2001:4860:4860::8888]/")),
	},
	{
		ID: "client-id.public-6", Story: "Only addresses of version 4 are looked at.",
		Aims:   []string{"indieauth.client-id.no-public-address"},
		Change: takesID(is("http://[2001:4860:4860::8888]/")),
	},
	{
		ID: "client-id.broadcast", Story: "255.255.255.255 is of no known network, and taken.",
		Aims:   []string{"indieauth.client-id.no-public-address"},
		Change: takesID(is("http://255.255.255.255/")),
	},
	{
		ID: "client-id.unspecified", Story: "0.0.0.0 counts as local.",
		Aims:   []string{"indieauth.client-id.no-public-address"},
		Change: takesID(is("http://0.0.0.0/")),
	},
	{
		ID: "client-id.public-with-port", Story: "An address with a port behind it is no address for the check.",
		Aims:   []string{"indieauth.client-id.no-public-address-with-port"},
		Change: takesID(contains("8.8.8.8:8123")),
	},
	{
		ID: "client-id.public-6-with-port", Story: "A bracketed address with a port behind it is no address for the check.",
		Aims:   []string{"indieauth.client-id.no-public-address-with-port"},
		Change: takesID(contains("8888]:8123")),
	},
	{
		ID: "client-id.loopback", Story: "Loopback addresses are refused, and with them native apps.",
		Aims:   []string{"indieauth.client-id.loopback"},
		Change: losesID(func(s string) bool { return s == "http://127.0.0.1/" || s == "http://127.0.0.1:8123/" }),
	},
	{
		ID: "client-id.loopback-6", Story: "The loopback address of version 6 is refused.",
		Aims:   []string{"indieauth.client-id.loopback"},
		Change: losesID(contains("[::1]")),
	},
	{
		ID: "client-id.localhost", Story: "localhost is refused.",
		Aims:   []string{"indieauth.client-id.loopback"},
		Change: losesID(is("http://localhost:8123/")),
	},
	{
		ID: "client-id.private", Story: "Addresses of the local network are refused, as IndieAuth has it.",
		Aims: []string{"ha.client-id.private-address"},
		Change: losesID(func(s string) bool {
			return strings.Contains(s, "192.168.") || strings.Contains(s, "172.28.") || strings.Contains(s, "169.254.")
		}),
	},
	{
		ID: "client-id.dot-local", Story: "Names of the local network are refused.",
		Aims:   []string{"ha.client-id.local-name"},
		Change: losesID(contains("homeassistant")),
	},
	{
		ID: "client-id.upper-host", Story: "A host in upper case is refused.",
		Aims:   []string{"indieauth.client-id.equivalent-spellings"},
		Change: losesID(contains("APP.example")),
	},
	{
		ID: "client-id.upper-scheme", Story: "A scheme in upper case is refused.",
		Aims:   []string{"indieauth.client-id.equivalent-spellings"},
		Change: losesID(contains("HTTPS://")),
	},
	{
		ID: "client-id.default-port", Story: "A default port is refused.",
		Aims:   []string{"indieauth.client-id.equivalent-spellings"},
		Change: losesID(func(s string) bool { return strings.Contains(s, ":443/") || strings.Contains(s, ":80/") }),
	},
	{
		ID: "client-id.odd-hosts", Story: "Hosts are taken as they come: blanks, numbers, escapes.",
		Aims: []string{"indieauth.client-id.odd-hosts"},
		Change: takesID(func(s string) bool {
			return strings.Contains(s, "exa mple") || strings.Contains(s, "ex%61mple") || strings.Contains(s, "2130706433")
		}),
	},
	{
		ID: "client-id.no-path", Story: "A client id without a path is refused.",
		Aims: []string{"ha.clients.id-without-path"},
		Change: losesID(func(s string) bool {
			u, err := url.Parse(s)
			return err == nil && u.Host != "" && u.Path == "" && u.Scheme == "http" && u.RawQuery == ""
		}),
	},
	{
		ID: "client-id.unregistered", Story: "Only clients that were seen before may log in.",
		Aims:   []string{"ha.clients.no-registration"},
		Change: losesID(contains("never-seen-before")),
	},
	{
		ID: "client-id.finish-unjudged", Story: "The client id of the last step is not judged, only that of the first.",
		Aims: []string{"indieauth.client-id.finishing-step"},
		Change: both(takes(flowStep, withObject(func(m map[string]any) {
			if m["client_id"] == "mailto:user@app.example" || m["client_id"] == "https://app.example/#me" {
				m["client_id"] = "https://home-assistant.io/iOS"
			}
		})), answers(flowStep, ok(`{"type":"create_entry","flow_id":"x","result":"x"}`), 403)),
	},
	{
		ID: "client-id.missing", Story: "Without a client_id the home itself is the client.",
		Aims: []string{"ha.client-id.missing"},
		Change: takes(at("POST /auth/login_flow"), withObject(func(m map[string]any) {
			if _, there := m["client_id"]; !there {
				m["client_id"] = "http://home.example/"
			}
		})),
	},
	{
		ID: "client-id.unbounded", Story: "A client id may be as long as it likes.",
		Aims:   []string{"ha.client-id.long"},
		Change: both(takesID(func(s string) bool { return len(s) > 2048 }), func(p *mockserver.Policy) { p.URLLimit = mock.Is(1 << 20) }),
	},
}
