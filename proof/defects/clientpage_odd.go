package defects

import (
	"bytes"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var clientPageOddDefects = []Defect[mockserver.Policy]{
	{
		ID: "page.link-500", Story: "A link that the URL parser rejects causes an uncaught exception.",
		Aims:   []string{"ha.clients.odd-links"},
		Change: failsAt(func(page mockserver.ClientPage) bool { return badLink(page) }),
	},
	{
		ID: "page.link-spoils", Story: "A page with an unparsable link lists no redirects.",
		Aims:   []string{"ha.clients.odd-links"},
		Change: loses(badLink),
	},
	{
		ID: "page.section-500", Story: "The page parser throws at a word processor's conditional section.",
		Aims:   []string{"ha.clients.broken-markup"},
		Change: failsAt(func(page mockserver.ClientPage) bool { return bytes.Contains(page.Body, []byte("<![")) }),
	},
	{
		ID: "page.needs-closing", Story: "A page with unclosed elements is not read.",
		Aims: []string{"ha.clients.broken-markup"},
		Change: loses(func(page mockserver.ClientPage) bool {
			return bytes.Count(page.Body, []byte("<b>")) != bytes.Count(page.Body, []byte("</b>"))
		}),
	},
	{
		ID: "page.ten-reads", Story: "The ten-kilobyte limit counts reads, however small each one is.",
		Aims:   []string{"ha.clients.pieces"},
		Change: func(p *mockserver.Policy) { p.PageReads = mock.Is(10) },
	},
	{
		ID: "page.first-piece", Story: "The first chunk is treated as the whole page.",
		Aims:   []string{"ha.clients.pieces"},
		Change: func(p *mockserver.Policy) { p.PageReads = mock.Is(3) },
	},
	{
		ID: "page.encoding-500", Story: "An unknown content encoding causes an exception.",
		Aims:   []string{"ha.clients.compressed"},
		Change: failsAt(func(page mockserver.ClientPage) bool { return page.Header.Get("Content-Encoding") != "" }),
	},
	{
		ID: "page.encoding-believed", Story: "If a page cannot be decompressed, the redirect is accepted.",
		Aims: []string{"ha.clients.compressed"},
		Change: believesPage(func(page mockserver.ClientPage, _ []string) bool {
			return page.Header.Get("Content-Encoding") != ""
		}),
	},
	{
		ID: "page.much", Story: "Up to 24 MB of a client page are read.",
		Aims:   []string{"ha.clients.bytes-bounded", "ha.cimd.bytes-bounded"},
		Change: func(p *mockserver.Policy) { p.PageLimit = mock.Is(24 << 20) },
	},
	{
		ID: "document.five-kb", Story: "A document of more than 5 kB is not read.",
		Aims: []string{"ha.cimd.size-limit"},
		Change: documents(func(_ string, page mockserver.ClientPage, uris []string) []string {
			if len(page.Body) > 5<<10 {
				return nil
			}
			return uris
		}),
	},
	{
		ID: "document.eleven-kb", Story: "A document may be a kilobyte larger than the limit of ten.",
		Aims:   []string{"ha.cimd.size-limit"},
		Change: func(p *mockserver.Policy) { p.PageLimit = mock.Is(11 << 10) },
	},
}

// badLink reports whether a page has a redirect link that no parser reads.
func badLink(page mockserver.ClientPage) bool {
	for _, href := range hrefs(string(page.Body)) {
		if host, ok := strings.CutPrefix(href, "http://"); ok && strings.ContainsAny(strings.SplitN(host, "/", 2)[0], "[]") {
			return true
		}
	}
	return false
}

// failsAt answers the login step with 500 if the client's page is like this.
func failsAt(like func(mockserver.ClientPage) bool) change {
	return func(p *mockserver.Policy) {
		seen := &idSecrets{}
		lists(func(page mockserver.ClientPage, links []string) []string {
			if like(page) {
				seen.add(page.ClientID)
			}
			return links
		})(p)
		answers(steps(func(m map[string]any) bool {
			for _, id := range seen.list() {
				if m["client_id"] == id {
					return true
				}
			}
			return false
		}), all(status(500), header("Content-Type", "text/plain"), body("500 Internal Server Error")))(p)
	}
}
