package defects

import (
	"net/url"
	"path"
	"strings"
	"sync"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

func passwordOf(u *url.URL) string { p, _ := u.User.Password(); return p }

var clientIDDefects = []Defect[mockserver.Policy]{
	{
		ID: "client-id.needs-https", Story: "http client ids are refused, including those of apps on the local network.",
		Aims:   []string{"indieauth.client-id.scheme", "ha.client-id.private-address"},
		Change: losesID(schemeOf("http")),
	},
	{
		ID: "client-id.no-scheme", Story: "A client id without a scheme is completed with https.",
		Aims:   []string{"indieauth.client-id.scheme"},
		Change: takesID(func(s string) bool { return s != "" && !strings.Contains(s, ":") && !strings.HasPrefix(s, "/") }),
	},
	{
		ID: "client-id.scheme-relative", Story: "A client id that begins with two slashes is completed with https.",
		Aims:   []string{"indieauth.client-id.scheme"},
		Change: takesID(func(s string) bool { return strings.HasPrefix(s, "//") }),
	},
	{
		ID: "client-id.mailto", Story: "Any scheme that the URL parser knows is accepted.",
		Aims:   []string{"indieauth.client-id.scheme", "indieauth.client-id.finishing-step"},
		Change: takesID(schemeOf("mailto")),
	},
	{
		ID: "client-id.ftp", Story: "The scheme ftp is accepted.",
		Aims:   []string{"indieauth.client-id.scheme"},
		Change: takesID(schemeOf("ftp")),
	},
	{
		ID: "client-id.javascript", Story: "The scheme javascript is accepted.",
		Aims:   []string{"indieauth.client-id.scheme"},
		Change: takesID(schemeOf("javascript")),
	},
	{
		ID: "client-id.data", Story: "The scheme data is accepted.",
		Aims:   []string{"indieauth.client-id.scheme"},
		Change: takesID(schemeOf("data")),
	},
	{
		ID: "client-id.empty", Story: "An empty client id is accepted.",
		Aims:   []string{"indieauth.client-id.scheme"},
		Change: takesID(is("")),
	},
	{
		ID: "client-id.dot-segment", Story: "A path segment of one dot is accepted.",
		Aims:   []string{"indieauth.client-id.no-dot-segments"},
		Change: takesID(segment(func(s string, _ bool) bool { return s == "." })),
	},
	{
		ID: "client-id.two-dots", Story: "A path segment of two dots is accepted.",
		Aims:   []string{"indieauth.client-id.no-dot-segments"},
		Change: takesID(segment(func(s string, last bool) bool { return s == ".." && !last })),
	},
	{
		ID: "client-id.last-dots", Story: "Two dots at the end of the path are accepted.",
		Aims:   []string{"indieauth.client-id.no-dot-segments"},
		Change: takesID(segment(func(s string, last bool) bool { return s == ".." && last })),
	},
	{
		ID: "client-id.well-known", Story: "A path segment that begins with a dot is refused.",
		Aims:   []string{"indieauth.client-id.no-dot-segments"},
		Change: losesID(segment(func(s string, _ bool) bool { return strings.HasPrefix(s, ".") && strings.Trim(s, ".") != "" })),
	},
	{
		ID: "client-id.three-dots", Story: "A path segment of three dots is refused.",
		Aims:   []string{"indieauth.client-id.no-dot-segments"},
		Change: losesID(segment(func(s string, _ bool) bool { return s == "..." })),
	},
	{
		ID: "client-id.html", Story: "A client id that names a file is refused.",
		Aims: []string{"indieauth.client-id.no-dot-segments"},
		Change: losesID(likeURL(func(u *url.URL) bool {
			return u.Path != "" && !strings.HasSuffix(u.Path, "/") && strings.Contains(path.Base(u.Path), ".") &&
				strings.Trim(path.Base(u.Path), ".") != ""
		})),
	},
	{
		ID: "client-id.encoded-dots", Story: "Encoded dots are not decoded before they are checked.",
		Aims:   []string{"indieauth.client-id.encoded-dot-segments"},
		Change: takesID(func(s string) bool { return strings.Contains(strings.ToLower(s), "%2e") }),
	},
	{
		ID: "client-id.query", Story: "A client id with a query is refused.",
		Aims:   []string{"indieauth.client-id.query-allowed"},
		Change: losesID(likeURL(func(u *url.URL) bool { return u.RawQuery != "" })),
	},
	{
		ID: "client-id.fragment", Story: "The fragment is removed and the rest accepted.",
		Aims:   []string{"indieauth.client-id.no-fragment", "indieauth.client-id.finishing-step"},
		Change: takesID(func(s string) bool { return parsed(s).Fragment != "" }),
	},
	{
		ID: "client-id.empty-fragment", Story: "An empty fragment is accepted.",
		Aims:   []string{"indieauth.client-id.empty-fragment"},
		Change: takesID(func(s string) bool { return strings.HasSuffix(s, "#") }),
	},
	{
		ID: "client-id.userinfo", Story: "A user name and password before the host are accepted.",
		Aims:   []string{"indieauth.client-id.no-userinfo"},
		Change: takesID(likeURL(func(u *url.URL) bool { return passwordOf(u) != "" })),
	},
	{
		ID: "client-id.user", Story: "A user name before the host is accepted.",
		Aims: []string{"indieauth.client-id.no-userinfo"},
		Change: takesID(likeURL(func(u *url.URL) bool {
			return u.User != nil && u.User.Username() != "" && passwordOf(u) == "" && !strings.Contains(u.User.Username(), ".")
		})),
	},
	{
		ID: "client-id.empty-user", Story: "An empty user name before the host is accepted.",
		Aims:   []string{"indieauth.client-id.no-userinfo"},
		Change: takesID(likeURL(func(u *url.URL) bool { return u.User != nil && u.User.Username() == "" })),
	},
	{
		ID: "client-id.host-as-user", Story: "The part before the at sign is treated as the host.",
		Aims:   []string{"indieauth.client-id.no-userinfo"},
		Change: takesID(likeURL(func(u *url.URL) bool { return u.User != nil && strings.Contains(u.User.Username(), ".") })),
	},
	{
		ID: "client-id.no-host", Story: "A URL without a host is accepted.",
		Aims:   []string{"indieauth.client-id.host-present"},
		Change: takesID(likeURL(func(u *url.URL) bool { return u.Scheme == "https" && u.Host == "" && u.Opaque == "" })),
	},
	{
		ID: "client-id.opaque", Story: "A scheme and a colon are accepted as a URL.",
		Aims:   []string{"indieauth.client-id.host-present"},
		Change: takesID(likeURL(func(u *url.URL) bool { return u.Scheme == "https" && u.Opaque != "" })),
	},
	{
		ID: "client-id.backslash", Story: "A backslash is treated as a slash.",
		Aims:   []string{"indieauth.client-id.well-formed"},
		Change: takesID(func(s string) bool { return strings.Contains(s, `\`) && parsed(s).Host == "" }),
	},
	{
		ID: "client-id.open-bracket", Story: "An unclosed bracketed address is treated as a host name.",
		Aims:   []string{"indieauth.client-id.well-formed"},
		Change: takesID(func(s string) bool { return strings.Count(s, "[") != strings.Count(s, "]") }),
	},
	{
		ID: "client-id.upper-host", Story: "A host in upper case is refused.",
		Aims:   []string{"indieauth.client-id.equivalent-spellings"},
		Change: losesID(likeURL(func(u *url.URL) bool { return u.Host != strings.ToLower(u.Host) })),
	},
	{
		ID: "client-id.upper-scheme", Story: "A scheme in upper case is refused.",
		Aims:   []string{"indieauth.client-id.equivalent-spellings"},
		Change: losesID(func(s string) bool { return !strings.HasPrefix(s, parsed(s).Scheme) }),
	},
	{
		ID: "client-id.default-port", Story: "A default port is refused.",
		Aims: []string{"indieauth.client-id.equivalent-spellings"},
		Change: losesID(likeURL(func(u *url.URL) bool {
			return u.Scheme == "https" && port(u) == 443 || u.Scheme == "http" && port(u) == 80
		})),
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
		ID: "client-id.unregistered", Story: "A client id with several path segments is refused.",
		Aims:   []string{"ha.clients.no-registration"},
		Change: losesID(likeURL(func(u *url.URL) bool { return strings.Count(strings.Trim(u.EscapedPath(), "/"), "/") > 0 })),
	},
	{
		ID: "client-id.finish-unjudged", Story: "Only the client id of the first step is checked, not that of the last.",
		Aims: []string{"indieauth.client-id.finishing-step"},
		Change: func(p *mockserver.Policy) {
			var begun sync.Map
			takes(begin, withObject(func(m map[string]any) { begun.Store("last", m["client_id"]) }))(p)
			takes(flowStep, withObject(func(m map[string]any) {
				if first, ok := begun.Load("last"); ok && p.ClientID(textOf(m["client_id"]), "") != nil {
					m["client_id"] = first
				}
			}))(p)
		},
	},
	{
		ID: "client-id.missing", Story: "Without a client_id the home itself is assumed to be the client.",
		Aims: []string{"ha.client-id.missing"},
		Change: takes(at("POST /auth/login_flow"), withObject(func(m map[string]any) {
			if _, there := m["client_id"]; !there {
				m["client_id"] = "http://home.example/"
			}
		})),
	},
	{
		ID: "client-id.unbounded", Story: "The length of a client id is not limited.",
		Aims:   []string{"ha.client-id.long"},
		Change: both(takesID(func(s string) bool { return len(s) > 2048 }), func(p *mockserver.Policy) { p.URLLimit = mock.Is(1 << 20) }),
	},
}
