package defects

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

var providerPageDefects = []Defect[mockprovider.Policy]{
	{
		ID: "thirdparty.silent", Story: "Once a user has allowed an app, any browser gets a code for that user without being asked.",
		Aims: []string{"provider.authorize.asks"},
		Change: func(p *mockprovider.Policy) {
			p.Unasked = func(list []mockprovider.Grant) (string, bool) {
				if len(list) == 0 {
					return "", false
				}
				return list[0].Username, true
			}
		},
	},
	{
		ID: "thirdparty.any-password", Story: "The password is not checked.",
		Aims: []string{"provider.authorize.wrong-password"},
		Change: thirdTakes(at("POST /oauth/login"), withFields(func(v url.Values) {
			for _, u := range mockprovider.DefaultUsers() {
				if u.Username == v.Get("username") {
					v.Set("password", u.Password)
				}
			}
		})),
	},
	{
		ID: "thirdparty.no-csrf", Story: "The consent form has no CSRF protection.",
		Aims:   []string{"provider.authorize.forged-consent"},
		Change: both(crossSite, func(p *mockprovider.Policy) { p.CSRF = func(string, string) bool { return true } }),
	},
	{
		ID: "thirdparty.csrf-optional", Story: "A form without the CSRF token is accepted; only a wrong token is refused.",
		Aims: []string{"provider.authorize.forged-consent"},
		Change: both(crossSite, func(p *mockprovider.Policy) {
			before := p.CSRF
			p.CSRF = func(want, got string) bool { return got == "" || before(want, got) }
		}),
	},
	{
		ID: "thirdparty.echoes-client", Story: "The page that refuses an unknown client prints its id unescaped.",
		Aims:   []string{"provider.authorize.escapes"},
		Change: echoing("client_id", "This app is unknown"),
	},
	{
		ID: "thirdparty.echoes-redirect", Story: "The page that refuses a redirect URL prints it unescaped.",
		Aims:   []string{"provider.authorize.escapes"},
		Change: echoing("redirect_uri", "The app may not redirect you there"),
	},
	{
		ID: "thirdparty.echoes-state", Story: "The login page prints state unescaped, for debugging.",
		Aims: []string{"provider.authorize.escapes"},
		Change: thirdAnswersBy(at(authorizeAt), func(r mock.Request, a mock.Answer) mock.Answer {
			if a.Status == http.StatusOK {
				a.Body = append(slices.Clone(a.Body), queryOf(r).Get("state")...)
			}
			return a
		}),
	},
	{
		ID: "thirdparty.framed-by-all", Story: "X-Frame-Options has the invalid value ALLOWALL.",
		Aims: []string{"provider.authorize.framing"},
		Change: func(p *mockprovider.Policy) {
			p.Headers = mock.Is(setHeader(p.Headers(), "X-Frame-Options", "ALLOWALL"))
			thirdAnswers("GET /oauth/*", header("Content-Security-Policy", "frame-ancestors *"))(p)
		},
	},
	{
		ID: "thirdparty.framed", Story: "The pages may be framed.",
		Aims: []string{"provider.authorize.framing"},
		Change: func(p *mockprovider.Policy) {
			p.Headers = mock.Is(setHeader(p.Headers(), "X-Frame-Options", ""))
			thirdAnswers("GET /oauth/*", header("Content-Security-Policy", ""))(p)
		},
	},
	{
		ID: "thirdparty.consent-framed", Story: "The login page cannot be framed, but the consent page can.",
		Aims: []string{"provider.authorize.framing"},
		Change: thirdAnswers(authorizeAt, func(a mock.Answer) mock.Answer {
			if strings.Contains(string(a.Body), `name="decision"`) {
				a.Header = setHeader(setHeader(a.Header, "X-Frame-Options", ""), "Content-Security-Policy", "")
			}
			return a
		}),
	},
	{
		ID: "thirdparty.pages-stored", Story: "Pages and redirects may be cached.",
		Aims:   []string{"provider.authorize.no-store"},
		Change: both(thirdAnswers(authorizeAt, header("Cache-Control", "")), thirdAnswers("POST /oauth/consent", header("Cache-Control", ""))),
	},
	{
		ID: "thirdparty.redirect-stored", Story: "The redirect with the code may be stored by a cache.",
		Aims:   []string{"provider.authorize.no-store"},
		Change: thirdAnswers("POST /oauth/consent", header("Cache-Control", "private")),
	},
	{
		ID: "thirdparty.redirect-307", Story: "The redirect is a 307, so the browser posts the form and its contents to the client.",
		Aims:   []string{"provider.authorize.redirect-status"},
		Change: func(p *mockprovider.Policy) { p.RedirectStatus = mock.Is(http.StatusTemporaryRedirect) },
	},
	{
		ID: "thirdparty.never-asks", Story: "An app that no user has allowed yet gets a code without asking anyone.",
		Aims: []string{"provider.authorize.asks"},
		Change: func(p *mockprovider.Policy) {
			p.Unasked = func(list []mockprovider.Grant) (string, bool) {
				return mockprovider.DefaultUsers()[1].Username, len(list) == 0
			}
		},
	},
}

// crossSite sets cookies that browsers also send with other sites' forms.
func crossSite(p *mockprovider.Policy) {
	before := p.Answer
	p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
		a = before(r, a)
		if cookie := a.Header.Get("Set-Cookie"); cookie != "" {
			a.Header = setHeader(a.Header, "Set-Cookie", strings.ReplaceAll(cookie, "; SameSite=Lax", "; SameSite=None"))
		}
		return a
	}
}

// echoing prints a parameter on an error page.
func echoing(name, why string) third {
	return func(p *mockprovider.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); at(authorizeAt)(r) && a.Why == why {
				a.Body = append(slices.Clone(a.Body), queryOf(r).Get(name)...)
			}
			return a
		}
	}
}
