package defects

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var clientPageFetchDefects = []Defect[mockserver.Policy]{
	{
		ID: "page.short", Story: "Only the first 4 kB of a page are read.",
		Aims:   []string{"ha.clients.first-10kb", "oauth2.cimd.size"},
		Change: func(p *mockserver.Policy) { p.PageLimit = mock.Is(4 << 10) },
	},
	{
		ID: "page.long", Story: "Up to a megabyte of a page is read.",
		Aims:   []string{"ha.clients.beyond-10kb", "oauth2.cimd.size"},
		Change: func(p *mockserver.Policy) { p.PageLimit = mock.Is(1 << 20) },
	},
	{
		ID: "page.no-redirects", Story: "HTTP redirects of a client page are not followed.",
		Aims:   []string{"indieauth.client-info.html-redirects"},
		Change: loses(func(p mockserver.ClientPage) bool { return p.Redirected }),
	},
	{
		ID: "page.status", Story: "A page with a status other than 200 lists no redirects.",
		Aims:   []string{"indieauth.client-info.status"},
		Change: loses(func(p mockserver.ClientPage) bool { return p.Status != http.StatusOK }),
	},
	{
		ID: "page.timeout-believed", Story: "If a page does not arrive, the redirect is accepted.",
		Aims:   []string{"indieauth.client-info.timeout"},
		Change: believesUnread(func(err error) bool { return errors.Is(err, context.Canceled) }),
	},
	{
		ID: "page.endless-believed", Story: "If a page never ends, the redirect is accepted.",
		Aims:   []string{"indieauth.client-info.endless"},
		Change: believesPage(func(page mockserver.ClientPage, links []string) bool { return !page.Whole && len(links) == 0 }),
	},
	{
		ID: "page.loop-believed", Story: "If a page redirects to itself, the redirect is accepted.",
		Aims:   []string{"indieauth.client-info.redirect-loop"},
		Change: believesUnread(func(err error) bool { return strings.Contains(err.Error(), "ten redirects") }),
	},
	{
		ID: "page.unreachable-believed", Story: "If a client cannot be reached, the redirect is accepted.",
		Aims: []string{"indieauth.client-info.unreachable"},
		Change: believesUnread(func(err error) bool {
			var dial *net.OpError
			return errors.As(err, &dial) && dial.Op == "dial"
		}),
	},
	{
		ID: "page.cut-believed", Story: "If the connection drops, the redirect is accepted.",
		Aims:   []string{"indieauth.client-info.unreachable"},
		Change: believesUnread(func(err error) bool { return errors.Is(err, io.EOF) }),
	},
	{
		ID: "page.cookie", Story: "The fetch carries a cookie.",
		Aims:   []string{"ha.clients.fetch-anonymous"},
		Change: fetches(http.MethodGet, http.Header{"Cookie": {"session=1"}}),
	},
	{
		ID: "page.referer", Story: "The fetch has a Referer that names the home.",
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
		ID: "page.fetched-early", Story: "The page is fetched whenever a password is tried, right or wrong.",
		Aims:   []string{"ha.redirect.same-origin-no-fetch", "ha.clients.no-fetch-before-login", "ha.mfa.no-fetch-before-code"},
		Change: func(p *mockserver.Policy) { p.FetchBeforePassword = mock.Is(true) },
	},
	{
		ID: "page.cached", Story: "A page is fetched once and trusted forever.",
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
