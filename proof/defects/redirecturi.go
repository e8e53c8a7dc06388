package defects

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var redirectURIDefects = []Defect[mockserver.Policy]{
	{
		ID: "redirect.any", Story: "The redirect URI is not checked.",
		Aims:   []string{"oauth2.redirect.exact-match", "indieauth.redirect.block-unlisted"},
		Change: lets(func(_, r string, _ []string) bool { return strings.HasPrefix(r, "http") }),
	},
	{
		ID: "redirect.named-paths-only", Story: "A redirect to the client's own origin must contain callback or redirect in its path.",
		Aims: []string{"indieauth.redirect.same-origin-implicit"},
		Change: denies(func(c, r string, _ bool) bool {
			to := parsed(r)
			return to.Host == parsed(c).Host && !strings.Contains(to.Path, "callback") && !strings.Contains(to.Path, "redirect")
		}),
	},
	{
		ID: "redirect.no-query", Story: "A redirect with a query is refused.",
		Aims:   []string{"indieauth.redirect.same-origin-implicit"},
		Change: denies(func(_, r string, _ bool) bool { return parsed(r).RawQuery != "" }),
	},
	{
		ID: "redirect.always-fetches", Story: "The client's page is fetched even for redirects to its own origin.",
		Aims: []string{"ha.redirect.same-origin-no-fetch"},
		Change: func(p *mockserver.Policy) {
			strict := p.Redirect
			p.Redirect = func(c, r string, pkce bool, published func() []string) error {
				published()
				return strict(c, r, pkce, published)
			}
		},
	},
	{
		ID: "redirect.other-host", Story: "Any https URL is accepted.",
		Aims: []string{"indieauth.redirect.block-unlisted"},
		Change: letsLike(func(_, to *url.URL) bool {
			return to.Scheme == "https" && to.Host != "" && to.Fragment == "" && to.User == nil
		}),
	},
	{
		ID: "redirect.host-only", Story: "Only the hosts are compared: scheme and port may differ.",
		Aims: []string{"oauth2.redirect.exact-match"},
		Change: letsLike(func(c, to *url.URL) bool {
			return c.Hostname() == to.Hostname() && to.Hostname() != "" && to.Fragment == "" && to.User == nil
		}),
	},
	{
		ID: "redirect.scheme-free", Story: "The scheme is not compared.",
		Aims:   []string{"indieauth.redirect.block-unlisted"},
		Change: letsLike(func(c, to *url.URL) bool { return c.Host == to.Host && c.Scheme != to.Scheme && to.Host != "" }),
	},
	{
		ID: "redirect.subdomain", Story: "Subdomains of the client's host are accepted.",
		Aims:   []string{"indieauth.redirect.block-unlisted"},
		Change: letsLike(func(c, to *url.URL) bool { return strings.HasSuffix(to.Host, "."+c.Host) }),
	},
	{
		ID: "redirect.prefix", Story: "A redirect that begins with the client's origin is accepted.",
		Aims: []string{"indieauth.redirect.block-unlisted"},
		Change: lets(func(c, r string, _ []string) bool {
			u := parsed(c)
			own := u.Scheme + "://" + u.Host
			return strings.HasPrefix(r, own+".") || strings.HasPrefix(r, own+`\`)
		}),
	},
	{
		ID: "redirect.contained", Story: "A redirect that contains the client's origin is accepted.",
		Aims: []string{"indieauth.redirect.block-unlisted"},
		Change: lets(func(c, r string, _ []string) bool {
			u := parsed(c)
			return u.Host != "" && strings.Contains(parsed(r).RawQuery, u.Scheme+"://"+u.Host)
		}),
	},
	{
		ID: "redirect.app-scheme", Story: "Any app scheme is accepted.",
		Aims:   []string{"indieauth.redirect.block-unlisted"},
		Change: letsLike(func(_, to *url.URL) bool { return to.IsAbs() && !slices.Contains(webSchemes, to.Scheme) }),
	},
	{
		ID: "redirect.home-scheme", Story: "homeassistant: is accepted for every client.",
		Aims:   []string{"indieauth.redirect.block-unlisted", "ha.redirect.app-pairs-closed"},
		Change: lets(func(_, r string, _ []string) bool { return r == "homeassistant://auth-callback" }),
	},
	{
		ID: "redirect.out-of-band", Story: "The obsolete out-of-band URI is accepted.",
		Aims:   []string{"indieauth.redirect.block-unlisted"},
		Change: letsLike(func(_, to *url.URL) bool { return to.Scheme == "urn" }),
	},
	{
		ID: "redirect.trailing-slash", Story: "A trailing slash is ignored.",
		Aims:   []string{"oauth2.redirect.exact-match", "oauth2.cimd.exact-match"},
		Change: letsNear(func(l, r string) bool { return l+"/" == r }),
	},
	{
		ID: "redirect.case", Story: "Redirect URIs are compared without regard to case.",
		Aims:   []string{"oauth2.redirect.exact-match", "oauth2.redirect.script-listed-server", "oauth2.cimd.exact-match"},
		Change: letsNear(strings.EqualFold),
	},
	{
		ID: "redirect.query-free", Story: "The query is not compared.",
		Aims:   []string{"oauth2.redirect.exact-match", "oauth2.cimd.exact-match"},
		Change: letsNear(func(l, r string) bool { before, _, cut := strings.Cut(r, "?"); return cut && before == l }),
	},
	{
		ID: "redirect.listed-prefix", Story: "A redirect that begins with a listed one is accepted.",
		Aims:   []string{"oauth2.redirect.exact-match"},
		Change: letsNear(func(l, r string) bool { return strings.HasPrefix(r, l) }),
	},
	{
		ID: "redirect.prefix-of-listed", Story: "A redirect that is a prefix of a listed one is accepted.",
		Aims:   []string{"oauth2.redirect.exact-match"},
		Change: letsNear(func(l, r string) bool { return strings.HasPrefix(l, r) && parsed(r).Host != "" }),
	},
	{
		ID: "redirect.unescaped", Story: "Percent-encoding is decoded before comparing.",
		Aims:   []string{"oauth2.redirect.exact-match"},
		Change: letsNear(func(l, r string) bool { p, err := url.PathUnescape(r); return err == nil && p == l && p != r }),
	},
	{
		ID: "redirect.resolved", Story: "Dot segments are resolved before comparing.",
		Aims: []string{"oauth2.redirect.exact-match"},
		Change: letsNear(func(l, r string) bool {
			to := parsed(r)
			to.Path = path.Clean(to.Path)
			return strings.Contains(r, "..") && to.String() == l
		}),
	},
	{
		ID: "redirect.listed-scheme", Story: "https is accepted for a listed http redirect.",
		Aims:   []string{"oauth2.redirect.exact-match", "oauth2.redirect.script-listed-server"},
		Change: letsNear(func(l, r string) bool { return strings.Replace(l, "http:", "https:", 1) == r }),
	},
	{
		ID: "redirect.fragment-listed", Story: "A fragment after a listed redirect is ignored.",
		Aims:   []string{"oauth2.redirect.exact-match"},
		Change: letsNear(func(l, r string) bool { before, _, cut := strings.Cut(r, "#"); return cut && before == l }),
	},
	{
		ID: "redirect.host-dot", Story: "A dot after the host is ignored.",
		Aims: []string{"oauth2.redirect.exact-match"},
		Change: letsNear(func(l, r string) bool {
			to := parsed(r)
			to.Host = strings.Replace(to.Host, to.Hostname(), strings.TrimSuffix(to.Hostname(), "."), 1)
			return to.String() == l && l != r
		}),
	},
	{
		ID: "redirect.relative", Story: "A relative redirect is resolved against the client id.",
		Aims:   []string{"oauth2.redirect.absolute-uri"},
		Change: lets(func(_, r string, _ []string) bool { return r != "" && relative(r) && parsed(r).Host == "" }),
	},
	{
		ID: "redirect.scheme-relative", Story: "A redirect that begins with two slashes gets the client's scheme.",
		Aims:   []string{"oauth2.redirect.absolute-uri"},
		Change: lets(func(_, r string, _ []string) bool { return strings.HasPrefix(r, "//") }),
	},
	{
		ID: "redirect.empty", Story: "An empty redirect is treated as the client id.",
		Aims:   []string{"oauth2.redirect.absolute-uri", "robust.redirects"},
		Change: lets(func(_, r string, _ []string) bool { return r == "" }),
	},
	{
		ID: "redirect.fragment", Story: "A redirect may have a fragment.",
		Aims:   []string{"oauth2.redirect.no-fragment"},
		Change: letsLike(func(c, to *url.URL) bool { return c.Host == to.Host && to.Fragment != "" && to.User == nil }),
	},
	{
		ID: "redirect.userinfo", Story: "A user name before the host is ignored.",
		Aims:   []string{"oauth2.redirect.userinfo"},
		Change: letsLike(func(c, to *url.URL) bool { return to.User != nil && to.Host == c.Host }),
	},
	{
		ID: "redirect.at-host", Story: "The part before the at sign is treated as the host.",
		Aims:   []string{"oauth2.redirect.userinfo"},
		Change: letsLike(func(c, to *url.URL) bool { return to.User != nil && to.User.String() == c.Host }),
	},
	{
		ID: "redirect.malformed", Story: "An unparsable value is compared as text and accepted.",
		Aims:   []string{"ha.redirect.malformed", "robust.redirects"},
		Change: lets(func(_, r string, _ []string) bool { _, err := url.Parse(r); return err != nil && !badPort(err) }),
	},
	{
		ID: "redirect.bad-port", Story: "A port that is not a number is accepted.",
		Aims:   []string{"ha.redirect.malformed"},
		Change: lets(func(_, r string, _ []string) bool { _, err := url.Parse(r); return badPort(err) }),
	},
	{
		ID: "redirect.script", Story: "A javascript URL is accepted because only its empty host is compared.",
		Aims:   []string{"oauth2.redirect.script-unlisted", "oauth2.redirect.script-listed-server"},
		Change: letsLike(func(_, to *url.URL) bool { return to.Scheme == "javascript" }),
	},
	{
		ID: "redirect.data", Story: "A data URL is accepted.",
		Aims:   []string{"oauth2.redirect.script-unlisted", "oauth2.redirect.script-listed-server"},
		Change: letsLike(func(_, to *url.URL) bool { return to.Scheme == "data" }),
	},
	{
		ID: "redirect.script-listed", Story: "A javascript URL is accepted if the client's page lists it.",
		Aims:   []string{"oauth2.redirect.script-listed-server"},
		Change: letsNear(func(l, r string) bool { return l == r }),
	},
	{
		ID:    "redirect.first-client",
		Story: "The redirect is checked against the first step's client, but the code is issued to the last step's client.",
		Aims:  []string{"ha.redirect.finishing-client"},
		Change: func(p *mockserver.Policy) {
			var begun sync.Map // redirect_uri -> client
			takes(begin, withObject(func(m map[string]any) { begun.Store(textOf(m["redirect_uri"]), textOf(m["client_id"])) }))(p)
			strict := p.Redirect
			p.Redirect = func(c, r string, pkce bool, published func() []string) error {
				if first, ok := begun.Load(r); ok {
					c = textOf(first)
				}
				return strict(c, r, pkce, published)
			}
		},
	},
	{
		ID: "redirect.fetches-for-paths", Story: "The client's page is fetched unless the redirect is the page itself.",
		Aims: []string{"ha.redirect.same-origin-no-fetch"},
		Change: func(p *mockserver.Policy) {
			strict := p.Redirect
			p.Redirect = func(c, r string, pkce bool, published func() []string) error {
				if c != r {
					published()
				}
				return strict(c, r, pkce, published)
			}
		},
	},
	{
		ID: "redirect.missing-root", Story: "Without redirect_uri the code goes to the root of the client's host.",
		Aims: []string{"ha.redirect.missing"},
		Change: takes(at("POST /auth/login_flow"), withObject(func(m map[string]any) {
			if c, ok := m["client_id"].(string); ok && m["redirect_uri"] == nil {
				u := parsed(c)
				m["redirect_uri"] = u.Scheme + "://" + u.Host + "/"
			}
		})),
	},
	{
		ID: "redirect.missing-422", Story: "A login flow without redirect_uri is refused with 422.",
		Aims: []string{"ha.redirect.missing"},
		Change: answers(at("POST /auth/login_flow").and(func(r mock.Request) bool {
			m := decoded(r.Body)
			return m["client_id"] != nil && m["redirect_uri"] == nil
		}), status(422), 400),
	},
	{
		ID: "redirect.missing", Story: "Without redirect_uri the code goes to the client id.",
		Aims: []string{"ha.redirect.missing"},
		Change: takes(at("POST /auth/login_flow"), withObject(func(m map[string]any) {
			if _, there := m["redirect_uri"]; !there {
				m["redirect_uri"] = m["client_id"]
			}
		})),
	},
	{
		ID: "redirect.refusal-keeps-flow", Story: "After a refused redirect the flow stays open, so others can be tried.",
		Aims:   []string{"ha.redirect.refusal-ends-flow", "ha.flow.finished", "ha.flow.parallel-finish"},
		Change: func(p *mockserver.Policy) { answers(flowStep.and(repeatedFlow()), status(403), 404)(p) },
	},
	{
		ID: "redirect.spelling", Story: "Redirects are normalized before they are compared.",
		Aims: []string{"ha.redirect.spelling"},
		Change: rejudges(func(c, r string, pkce bool) (string, string, bool) {
			to := parsed(strings.TrimSpace(r))
			to.Host = strings.TrimSuffix(to.Host, ":443")
			return c, to.String(), pkce
		}, nil),
	},
}
