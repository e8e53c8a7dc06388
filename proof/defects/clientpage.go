package defects

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var anyLink = regexp.MustCompile(`(?i)<(?:link|a)[^>]*href=["']?([^"'> ]+)`)

// finds publishes every href that a pattern finds where the page is like this.
func finds(like func(page string) bool) change {
	return lists(func(page mockserver.ClientPage, links []string) []string {
		if text := string(page.Body); like(text) {
			for _, m := range anyLink.FindAllStringSubmatch(html.UnescapeString(text), -1) {
				links = append(links, m[1])
			}
		}
		return links
	})
}

// loses publishes nothing where the page is like this.
func loses(like func(page mockserver.ClientPage) bool) change {
	return lists(func(page mockserver.ClientPage, links []string) []string {
		if like(page) {
			return nil
		}
		return links
	})
}

func pageText(parts ...string) func(mockserver.ClientPage) bool {
	return func(p mockserver.ClientPage) bool { return text(parts...)(string(p.Body)) }
}

var clientPageDefects = []Defect[mockserver.Policy]{
	{
		ID: "page.no-links", Story: "Link elements are not read.",
		Aims:   []string{"ha.clients.link-tag"},
		Change: loses(func(mockserver.ClientPage) bool { return true }),
	},
	{
		ID: "page.tag-case", Story: "Only elements in lower case are read.",
		Aims:   []string{"ha.clients.link-tag"},
		Change: loses(pageText("<LINK")),
	},
	{
		ID: "page.quotes", Story: "Only double quotes are read.",
		Aims:   []string{"ha.clients.link-tag"},
		Change: loses(pageText("rel='redirect_uri'")),
	},
	{
		ID: "page.nothing-listed-all", Story: "A page without links allows every redirect.",
		Aims: []string{"indieauth.redirect.block-unlisted", "ha.clients.link-tag"},
		Change: letsLike(func(c, to *url.URL) bool {
			return strings.Contains(c.Path, "tag-none") || strings.Contains(c.Path, "unlisted")
		}),
	},
	{
		ID: "page.first-only", Story: "Only the first link is read.",
		Aims:   []string{"indieauth.redirect.multiple-links"},
		Change: lists(func(_ mockserver.ClientPage, l []string) []string { return l[:min(1, len(l))] }),
	},
	{
		ID: "page.last-only", Story: "Only the last link is read.",
		Aims:   []string{"indieauth.redirect.multiple-links"},
		Change: lists(func(_ mockserver.ClientPage, l []string) []string { return l[max(0, len(l)-1):] }),
	},
	{
		ID: "page.no-relative", Story: "A relative link is compared as it stands.",
		Aims: []string{"indieauth.redirect.relative-link"},
		Change: lists(func(page mockserver.ClientPage, l []string) []string {
			if text(`href="/`)(string(page.Body)) {
				return []string{strings.SplitN(strings.SplitN(string(page.Body), `href="`, 2)[1], `"`, 2)[0]}
			}
			return l
		}),
	},
	{
		ID: "page.raw-relative", Story: "A relative link counts resolved and as it stands.",
		Aims: []string{"indieauth.redirect.relative-link"},
		Change: func(p *mockserver.Policy) {
			lets(func(_, r string, _ []string) bool { return strings.HasPrefix(r, "//127.") })(p)
		},
	},
	{
		ID: "page.no-root-relative", Story: "A link to a path is dropped.",
		Aims:   []string{"indieauth.redirect.relative-link"},
		Change: denies(func(c, r string, _ bool) bool { return strings.Contains(c, "relative-path") }),
	},
	{
		ID: "page.entities", Story: "Entities in a link are not resolved.",
		Aims:   []string{"indieauth.redirect.entities"},
		Change: loses(pageText("&amp;", "&#47;")),
	},
	{
		ID: "page.numeric-entities", Story: "Numeric entities in a link are not resolved.",
		Aims:   []string{"indieauth.redirect.entities"},
		Change: loses(pageText("&#47;")),
	},
	{
		ID: "page.comment", Story: "Links are searched by a pattern, comments included.",
		Aims:   []string{"indieauth.redirect.not-in-comment-or-script"},
		Change: finds(text("<!-- <link")),
	},
	{
		ID: "page.script", Story: "Links are searched by a pattern, scripts included.",
		Aims:   []string{"indieauth.redirect.not-in-comment-or-script"},
		Change: finds(text("<script>var x")),
	},
	{
		ID: "page.anchor", Story: "An anchor counts as a link.",
		Aims:   []string{"indieauth.redirect.not-in-comment-or-script"},
		Change: finds(text(`<a rel=`)),
	},
	{
		ID: "page.attribute", Story: "Links are searched by a pattern, attributes included.",
		Aims:   []string{"indieauth.redirect.not-in-comment-or-script"},
		Change: finds(text("<div title=")),
	},
	{
		ID: "page.style", Story: "Links are searched by a pattern, styles included.",
		Aims:   []string{"indieauth.redirect.not-in-comment-or-script"},
		Change: finds(text("<style>")),
	},
	{
		ID: "page.escaped", Story: "Escaped markup is unescaped before it is searched.",
		Aims:   []string{"indieauth.redirect.not-in-comment-or-script"},
		Change: finds(text("&lt;link")),
	},
	{
		ID: "page.textarea", Story: "Links in a textarea count.",
		Aims:   []string{"indieauth.redirect.not-in-inert-text"},
		Change: finds(text("<textarea>")),
	},
	{
		ID: "page.title", Story: "Links in a title count.",
		Aims:   []string{"indieauth.redirect.not-in-inert-text"},
		Change: finds(text("<title><link")),
	},
	{
		ID: "page.template", Story: "Links in a template count.",
		Aims:   []string{"indieauth.redirect.not-in-inert-text"},
		Change: finds(text("<template>")),
	},
	{
		ID: "page.rel-suffix", Story: "rel is compared by its end.",
		Aims:   []string{"indieauth.redirect.rel-exact"},
		Change: finds(text("not-redirect_uri")),
	},
	{
		ID: "page.rel-prefix", Story: "rel is compared by its beginning.",
		Aims:   []string{"indieauth.redirect.rel-exact"},
		Change: finds(text("redirect_uris\" href")),
	},
	{
		ID: "page.rev", Story: "rev counts as rel.",
		Aims:   []string{"indieauth.redirect.rel-exact"},
		Change: finds(text("<link rev=")),
	},
	{
		ID: "page.no-rel", Story: "Every link counts.",
		Aims:   []string{"indieauth.redirect.rel-exact"},
		Change: finds(func(s string) bool { return strings.HasPrefix(s, "<link href=") }),
	},
	{
		ID: "page.rel-list", Story: "rel is a list of words.",
		Aims:   []string{"indieauth.redirect.rel-list"},
		Change: finds(text("nofollow redirect_uri")),
	},
	{
		ID: "page.link-header", Story: "The header Link counts as a link.",
		Aims: []string{"indieauth.redirect.link-header"},
		Change: func(p *mockserver.Policy) {
			lets(func(c, _ string, _ []string) bool { return strings.Contains(c, "link-header-W0") })(p)
		},
	},
	{
		ID: "page.head-only", Story: "Links outside the head do not count.",
		Aims:   []string{"ha.clients.link-tag-anywhere"},
		Change: loses(pageText("<body>")),
	},
	{
		ID: "page.short", Story: "Only the first 4 kB of a page are read.",
		Aims:   []string{"ha.clients.first-10kb", "oauth2.cimd.size"},
		Change: func(p *mockserver.Policy) { p.PageLimit = mock.Is(4 << 10) },
	},
	{
		ID: "page.long", Story: "A page is read to a megabyte.",
		Aims:   []string{"ha.clients.beyond-10kb", "oauth2.cimd.size"},
		Change: func(p *mockserver.Policy) { p.PageLimit = mock.Is(1 << 20) },
	},
	{
		ID: "page.multibyte", Story: "A character of several bytes ends the reading.",
		Aims:   []string{"ha.clients.multibyte"},
		Change: loses(pageText("é€")),
	},
	{
		ID: "page.not-text", Story: "A page that is no text publishes nothing.",
		Aims:   []string{"ha.clients.multibyte"},
		Change: loses(pageText("\xff\xfe")),
	},
	{
		ID: "page.no-redirects", Story: "HTTP redirects of a client page are not followed.",
		Aims:   []string{"indieauth.client-info.html-redirects"},
		Change: loses(func(p mockserver.ClientPage) bool { return p.Redirected }),
	},
	{
		ID: "page.status", Story: "A page with another status than 200 publishes nothing.",
		Aims:   []string{"indieauth.client-info.status"},
		Change: loses(func(p mockserver.ClientPage) bool { return p.Status != http.StatusOK }),
	},
	{
		ID: "page.timeout-believed", Story: "A page that does not come is believed.",
		Aims: []string{"indieauth.client-info.timeout"},
		Change: believes(func(p *mockserver.Policy) {
			p.Unreadable = func(_ string, err error) []string {
				if strings.Contains(err.Error(), "canceled") {
					return []string{"*"}
				}
				return nil
			}
		}),
	},
	{
		ID: "page.endless-believed", Story: "A page without end is believed.",
		Aims: []string{"indieauth.client-info.endless"},
		Change: believes(lists(func(page mockserver.ClientPage, l []string) []string {
			if !page.Whole && strings.Trim(string(page.Body), "x") == "" && len(page.Body) > 0 {
				return []string{"*"}
			}
			return l
		})),
	},
	{
		ID: "page.loop-500", Story: "A page that redirects to itself is an exception that nobody catches.",
		Aims: []string{"indieauth.client-info.redirect-loop"},
		Change: both(believes(func(p *mockserver.Policy) {
			p.Unreadable = func(_ string, err error) []string {
				if strings.Contains(err.Error(), "ten redirects") {
					return []string{"*"}
				}
				return nil
			}
		})),
	},
	{
		ID: "page.unreachable-believed", Story: "A client that cannot be reached is believed.",
		Aims: []string{"indieauth.client-info.unreachable"},
		Change: believes(func(p *mockserver.Policy) {
			p.Unreadable = func(_ string, err error) []string {
				if strings.Contains(err.Error(), "refused") || strings.Contains(err.Error(), "not on this machine") {
					return []string{"*"}
				}
				return nil
			}
		}),
	},
	{
		ID: "page.cut-believed", Story: "A connection that breaks off is taken for the end of a page that lists everything.",
		Aims: []string{"indieauth.client-info.unreachable"},
		Change: believes(func(p *mockserver.Policy) {
			p.Unreadable = func(_ string, err error) []string {
				if strings.Contains(err.Error(), "EOF") {
					return []string{"*"}
				}
				return nil
			}
		}),
	},
	{
		ID: "page.cookie", Story: "The fetch carries a cookie.",
		Aims:   []string{"ha.clients.fetch-anonymous"},
		Change: fetches(http.MethodGet, http.Header{"Cookie": {"session=1"}}),
	},
	{
		ID: "page.referer", Story: "The fetch tells where it comes from.",
		Aims:   []string{"ha.clients.fetch-anonymous"},
		Change: fetches(http.MethodGet, http.Header{"Referer": {"http://home/"}}),
	},
	{
		ID: "page.authorization", Story: "The fetch carries the home's own credentials.",
		Aims:   []string{"ha.clients.fetch-anonymous"},
		Change: fetches(http.MethodGet, http.Header{"Authorization": {"Bearer x"}}),
	},
	{
		ID: "page.by-post", Story: "The page is asked for by POST.",
		Aims:   []string{"ha.clients.fetch-get"},
		Change: fetches(http.MethodPost, nil),
	},
	{
		ID: "page.fetched-early", Story: "The page is fetched when the password is tried, right or wrong.",
		Aims:   []string{"ha.redirect.same-origin-no-fetch", "ha.clients.no-fetch-before-login", "ha.mfa.no-fetch-before-code"},
		Change: func(p *mockserver.Policy) { p.FetchBeforePassword = mock.Is(true) },
	},
	{
		ID: "page.cached", Story: "A page is fetched once and believed for ever.",
		Aims: []string{"ha.clients.page-changes"},
		Change: func(p *mockserver.Policy) {
			var seen idSecrets
			strict := p.LinkedRedirects
			p.LinkedRedirects = func(page mockserver.ClientPage) []string {
				links := strict(page)
				for _, l := range links {
					seen.add(page.ClientID + " " + l)
				}
				for _, s := range seen.list() {
					if l, ok := strings.CutPrefix(s, page.ClientID+" "); ok && len(links) == 0 {
						links = append(links, l)
					}
				}
				return links
			}
		},
	},
}

func fetches(method string, h http.Header) change {
	return func(p *mockserver.Policy) {
		p.FetchRequest = func(string) (string, http.Header) { return method, h }
	}
}
