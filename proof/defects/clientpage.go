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

func pageDefect(id, story string, c change) Defect {
	return Defect{ID: "page." + id, Story: story, Change: c}
}

var _ = listed([]Defect{
	pageDefect("no-links", "Link elements are not read.", loses(func(mockserver.ClientPage) bool { return true })).breaking("oauth2.redirect.loopback-port", "ha.clients.link-tag", "indieauth.redirect.multiple-links", "indieauth.redirect.relative-link", "indieauth.redirect.entities", "ha.clients.first-10kb", "ha.clients.multibyte").blocking("*"),
	pageDefect("tag-case", "Only elements in lower case are read.", loses(pageText("<LINK"))).breaking("ha.clients.link-tag"),
	pageDefect("quotes", "Only double quotes are read.", loses(pageText("rel='redirect_uri'"))).breaking("ha.clients.link-tag"),
	pageDefect("nothing-listed-all", "A page without links allows every redirect.", letsLike(func(c, to *url.URL) bool {
		return strings.Contains(c.Path, "tag-none") || strings.Contains(c.Path, "unlisted")
	})).breaking("indieauth.redirect.block-unlisted", "ha.clients.link-tag"),
	pageDefect("first-only", "Only the first link is read.", lists(func(_ mockserver.ClientPage, l []string) []string { return l[:min(1, len(l))] })).breaking("indieauth.redirect.multiple-links").blocking("*"),
	pageDefect("last-only", "Only the last link is read.", lists(func(_ mockserver.ClientPage, l []string) []string { return l[max(0, len(l)-1):] })).breaking("indieauth.redirect.multiple-links").blocking("*"),
	pageDefect("no-relative", "A relative link is compared as it stands.", lists(func(page mockserver.ClientPage, l []string) []string {
		if text(`href="/`)(string(page.Body)) {
			return []string{strings.SplitN(strings.SplitN(string(page.Body), `href="`, 2)[1], `"`, 2)[0]}
		}
		return l
	})).breaking("indieauth.redirect.relative-link"),
	pageDefect("raw-relative", "A relative link counts resolved and as it stands.", func(p *mockserver.Policy) {
		lets(func(_, r string, _ []string) bool { return strings.HasPrefix(r, "//127.") })(p)
	}).breaking("indieauth.redirect.relative-link"),
	pageDefect("no-root-relative", "A link to a path is dropped.", denies(func(c, r string, _ bool) bool { return strings.Contains(c, "relative-path") })).breaking("indieauth.redirect.relative-link"),
	pageDefect("entities", "Entities in a link are not resolved.", loses(pageText("&amp;", "&#47;"))).breaking("indieauth.redirect.entities"),
	pageDefect("numeric-entities", "Numeric entities in a link are not resolved.", loses(pageText("&#47;"))).breaking("indieauth.redirect.entities"),
	pageDefect("comment", "Links are searched by a pattern, comments included.", finds(text("<!-- <link"))).breaking("indieauth.redirect.not-in-comment-or-script"),
	pageDefect("script", "Links are searched by a pattern, scripts included.", finds(text("<script>var x"))).breaking("indieauth.redirect.not-in-comment-or-script"),
	pageDefect("anchor", "An anchor counts as a link.", finds(text(`<a rel=`))).breaking("indieauth.redirect.not-in-comment-or-script"),
	pageDefect("attribute", "Links are searched by a pattern, attributes included.", finds(text("<div title="))).breaking("indieauth.redirect.not-in-comment-or-script"),
	pageDefect("style", "Links are searched by a pattern, styles included.", finds(text("<style>"))).breaking("indieauth.redirect.not-in-comment-or-script"),
	pageDefect("escaped", "Escaped markup is unescaped before it is searched.", finds(text("&lt;link"))).breaking("indieauth.redirect.not-in-comment-or-script"),
	pageDefect("textarea", "Links in a textarea count.", finds(text("<textarea>"))).breaking("indieauth.redirect.not-in-inert-text"),
	pageDefect("title", "Links in a title count.", finds(text("<title><link"))).breaking("indieauth.redirect.not-in-inert-text"),
	pageDefect("template", "Links in a template count.", finds(text("<template>"))).breaking("indieauth.redirect.not-in-inert-text"),
	pageDefect("rel-suffix", "rel is compared by its end.", finds(text("not-redirect_uri"))).breaking("indieauth.redirect.rel-exact"),
	pageDefect("rel-prefix", "rel is compared by its beginning.", finds(text("redirect_uris\" href"))).breaking("indieauth.redirect.rel-exact"),
	pageDefect("rev", "rev counts as rel.", finds(text("<link rev="))).breaking("indieauth.redirect.rel-exact"),
	pageDefect("no-rel", "Every link counts.", finds(func(s string) bool { return strings.HasPrefix(s, "<link href=") })).breaking("indieauth.redirect.rel-exact"),
	pageDefect("rel-list", "rel is a list of words.", finds(text("nofollow redirect_uri"))).breaking("indieauth.redirect.rel-list"),
	pageDefect("link-header", "The header Link counts as a link.", func(p *mockserver.Policy) {
		lets(func(c, _ string, _ []string) bool { return strings.Contains(c, "link-header-W0") })(p)
	}).breaking("indieauth.redirect.link-header"),
	pageDefect("head-only", "Links outside the head do not count.", loses(pageText("<body>"))).breaking("ha.clients.link-tag-anywhere"),
	pageDefect("short", "Only the first 4 kB of a page are read.", func(p *mockserver.Policy) { p.PageLimit = mock.Is(4 << 10) }).breaking("ha.clients.first-10kb", "oauth2.cimd.size"),
	pageDefect("long", "A page is read to a megabyte.", func(p *mockserver.Policy) { p.PageLimit = mock.Is(1 << 20) }).breaking("ha.clients.beyond-10kb", "oauth2.cimd.size").blocking("*"),
	pageDefect("multibyte", "A character of several bytes ends the reading.", loses(pageText("é€"))).breaking("ha.clients.multibyte"),
	pageDefect("not-text", "A page that is no text publishes nothing.", loses(pageText("\xff\xfe"))).breaking("ha.clients.multibyte"),
	pageDefect("no-redirects", "HTTP redirects of a client page are not followed.", loses(func(p mockserver.ClientPage) bool { return p.Redirected })).breaking("indieauth.client-info.html-redirects"),
	pageDefect("status", "A page with another status than 200 publishes nothing.", loses(func(p mockserver.ClientPage) bool { return p.Status != http.StatusOK })).breaking("indieauth.client-info.status"),
	pageDefect("timeout-believed", "A page that does not come is believed.", believes(func(p *mockserver.Policy) {
		p.Unreadable = func(_ string, err error) []string {
			if strings.Contains(err.Error(), "canceled") {
				return []string{"*"}
			}
			return nil
		}
	})).breaking("indieauth.client-info.timeout"),
	pageDefect("endless-believed", "A page without end is believed.", believes(lists(func(page mockserver.ClientPage, l []string) []string {
		if !page.Whole && strings.Trim(string(page.Body), "x") == "" && len(page.Body) > 0 {
			return []string{"*"}
		}
		return l
	}))).breaking("indieauth.client-info.endless"),
	pageDefect("loop-500", "A page that redirects to itself is an exception that nobody catches.", both(believes(func(p *mockserver.Policy) {
		p.Unreadable = func(_ string, err error) []string {
			if strings.Contains(err.Error(), "ten redirects") {
				return []string{"*"}
			}
			return nil
		}
	}))).breaking("indieauth.client-info.redirect-loop"),
	pageDefect("unreachable-believed", "A client that cannot be reached is believed.", believes(func(p *mockserver.Policy) {
		p.Unreadable = func(_ string, err error) []string {
			if strings.Contains(err.Error(), "refused") || strings.Contains(err.Error(), "not on this machine") {
				return []string{"*"}
			}
			return nil
		}
	})).breaking("ha.redirect.app-pairs-closed", "ha.redirect.finishing-client", "ha.redirect.spelling", "indieauth.client-info.unreachable"),
	pageDefect("cut-believed", "A connection that breaks off is taken for the end of a page that lists everything.", believes(func(p *mockserver.Policy) {
		p.Unreadable = func(_ string, err error) []string {
			if strings.Contains(err.Error(), "EOF") {
				return []string{"*"}
			}
			return nil
		}
	})).breaking("indieauth.client-info.unreachable"),
	pageDefect("cookie", "The fetch carries a cookie.", fetches(http.MethodGet, http.Header{"Cookie": {"session=1"}})).breaking("ha.clients.fetch-anonymous"),
	pageDefect("referer", "The fetch tells where it comes from.", fetches(http.MethodGet, http.Header{"Referer": {"http://home/"}})).breaking("ha.clients.fetch-anonymous"),
	pageDefect("authorization", "The fetch carries the home's own credentials.", fetches(http.MethodGet, http.Header{"Authorization": {"Bearer x"}})).breaking("ha.clients.fetch-anonymous"),
	pageDefect("by-post", "The page is asked for by POST.", fetches(http.MethodPost, nil)).breaking("ha.clients.fetch-get"),
	pageDefect("fetched-early", "The page is fetched when the password is tried, right or wrong.", func(p *mockserver.Policy) { p.FetchBeforePassword = mock.Is(true) }).breaking("ha.redirect.same-origin-no-fetch", "ha.clients.no-fetch-before-login", "ha.mfa.no-fetch-before-code"),
	pageDefect("cached", "A page is fetched once and believed for ever.", func(p *mockserver.Policy) {
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
	}).breaking("ha.clients.page-changes"),
})

func fetches(method string, h http.Header) change {
	return func(p *mockserver.Policy) {
		p.FetchRequest = func(string) (string, http.Header) { return method, h }
	}
}
