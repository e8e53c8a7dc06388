package defects

import (
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

var rawRedirect = regexp.MustCompile(`(redirect_uri=https?://[^:&]*):[^&]*`)

// authorizeParameters are the parameters of authorization requests.
var authorizeParameters = []string{
	"response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method", "iss", "resource",
}

var providerDefects = []Defect[mockprovider.Policy]{
	{
		ID: "thirdparty.ends-on-a-page", Story: "After consent the user is told to close the window and is not redirected.",
		Aims: []string{"provider.authorize.code"},
		Change: thirdAnswers("POST /oauth/consent", func(a mock.Answer) mock.Answer {
			if a.Header.Get("Location") != "" {
				a.Status, a.Header, a.Body = 200, http.Header{"Content-Type": {"text/html"}}, []byte("<p>You can close this window.")
			}
			return a
		}),
	},
	{
		ID: "thirdparty.state-plus", Story: "A plus sign in state comes back as a space.",
		Aims:   []string{"provider.authorize.state"},
		Change: comesBackAs(func(v url.Values) { v.Set("state", strings.ReplaceAll(v.Get("state"), "+", " ")) }),
	},
	{
		ID: "thirdparty.state-escaped", Story: "state comes back HTML-escaped, with an ampersand as &amp;.",
		Aims:   []string{"provider.authorize.state"},
		Change: comesBackAs(func(v url.Values) { v.Set("state", html.EscapeString(v.Get("state"))) }),
	},
	{
		ID: "thirdparty.state-cut-2048", Story: "state is truncated to 2,048 characters.",
		Aims:   []string{"provider.authorize.state"},
		Change: comesBackAs(func(v url.Values) { v.Set("state", v.Get("state")[:min(2048, len(v.Get("state")))]) }),
	},
	{
		ID: "thirdparty.state-long-500", Story: "A long state does not fit into its database column and causes an uncaught exception.",
		Aims: []string{"provider.authorize.state"},
		Change: thirdAnswersBy(at(authorizeAt), func(r mock.Request, a mock.Answer) mock.Answer {
			if len(queryOf(r).Get("state")) > 3000 {
				a.Status, a.Header, a.Body = http.StatusInternalServerError, http.Header{}, nil
			}
			return a
		}),
	},
	{
		ID: "thirdparty.state-brackets", Story: "A check of the decoded query for forbidden characters refuses a state with brackets.",
		Aims: []string{"provider.authorize.state"},
		Change: thirdAnswersBy(at(authorizeAt), func(r mock.Request, a mock.Answer) mock.Answer {
			if strings.ContainsAny(queryOf(r).Get("state"), "[]{}") {
				return all(status(http.StatusBadRequest), header("Content-Type", "text/plain"), body("bad request"))(a)
			}
			return a
		}),
	},
	{
		ID: "thirdparty.state-cut", Story: "state is truncated to 255 characters.",
		Aims:   []string{"provider.authorize.long-state"},
		Change: comesBackAs(func(v url.Values) { v.Set("state", v.Get("state")[:min(255, len(v.Get("state")))]) }),
	},
	{
		ID: "thirdparty.state-lost-on-error", Story: "An error comes back without the state.",
		Aims: []string{"provider.authorize.denied"},
		Change: comesBackAs(func(v url.Values) {
			if v.Has("error") {
				v.Del("state")
			}
		}),
	},
	{
		ID: "thirdparty.no-iss", Story: "The metadata announce iss, but it is never sent.",
		Aims:   []string{"provider.authorize.iss"},
		Change: comesBackAs(func(v url.Values) { v.Del("iss") }),
	},
	{
		ID: "thirdparty.iss-slash", Story: "iss has a slash that the issuer does not have.",
		Aims:   []string{"provider.authorize.iss"},
		Change: comesBackAs(func(v url.Values) { v.Set("iss", v.Get("iss")+"/") }),
	},
	{
		ID: "thirdparty.iss-not-on-error", Story: "iss is sent with codes but not with errors.",
		Aims: []string{"provider.authorize.iss"},
		Change: comesBackAs(func(v url.Values) {
			if v.Has("error") {
				v.Del("iss")
			}
		}),
	},
	{
		ID: "thirdparty.redirect-encoded-only", Story: "A redirect_uri that is not percent-encoded is cut at its second colon.",
		Aims: []string{"provider.authorize.raw-redirect"},
		Change: thirdTakes(at(authorizeAt), func(r mock.Request) mock.Request {
			r.Target = rawRedirect.ReplaceAllString(r.Target, "$1")
			return r
		}),
	},
	{
		ID: "thirdparty.redirect-by-prefix", Story: "Any URL that begins with a registered one is accepted.",
		Aims:   []string{"provider.authorize.redirect-exact"},
		Change: redirects(func(r, a *url.URL) bool { return strings.HasPrefix(a.String(), r.String()) }),
	},
	{
		ID: "thirdparty.redirect-by-host", Story: "Only the host of the redirect URL is compared.",
		Aims:   []string{"provider.authorize.redirect-exact"},
		Change: redirects(func(r, a *url.URL) bool { return r.Host == a.Host }),
	},
	{
		ID: "thirdparty.redirect-any-port", Story: "The port of a redirect URL is not compared, even off loopback.",
		Aims: []string{"provider.authorize.redirect-exact"},
		Change: redirects(func(r, a *url.URL) bool {
			return r.Hostname() == a.Hostname() && r.Path == a.Path && a.Scheme == r.Scheme && a.User == nil && a.RawQuery == "" && a.Fragment == ""
		}),
	},
	{
		ID: "thirdparty.redirect-case", Story: "The path is compared without regard to case.",
		Aims:   []string{"provider.authorize.redirect-exact"},
		Change: redirects(func(r, a *url.URL) bool { return strings.EqualFold(r.String(), a.String()) }),
	},
	{
		ID: "thirdparty.redirect-query", Story: "A registered URL may be extended with a query.",
		Aims: []string{"provider.authorize.redirect-exact"},
		Change: redirects(func(r, a *url.URL) bool {
			bare := *a
			bare.RawQuery = ""
			return bare.String() == r.String()
		}),
	},
	{
		ID: "thirdparty.redirect-dots", Story: "A path below the registered one is accepted if it contains dot segments.",
		Aims: []string{"provider.authorize.redirect-exact"},
		Change: redirects(func(r, a *url.URL) bool {
			return r.Scheme == a.Scheme && r.Host == a.Host && strings.HasPrefix(a.Path, r.Path+"/") && strings.Contains(a.Path, "..")
		}),
	},
	{
		ID: "thirdparty.redirect-guessed", Story: "Without redirect_uri the user is sent to the app's home page.",
		Aims: []string{"provider.authorize.redirect-missing"},
		Change: func(p *mockprovider.Policy) {
			var home idSecrets // where apps live
			judged := p.Redirect
			p.Redirect = func(registered []string, asked string) bool {
				for _, raw := range registered {
					home.add(parsed(raw).Scheme + "://" + parsed(raw).Host + "/")
				}
				return judged(registered, asked)
			}
			thirdAnswersBy(at(authorizeAt).and(func(r mock.Request) bool {
				return !queryOf(r).Has("redirect_uri")
			}), func(_ mock.Request, a mock.Answer) mock.Answer {
				for _, at := range home.list() {
					a.Status, a.Header = http.StatusSeeOther, setHeader(a.Header, "Location", at+"?error=invalid_request")
				}
				return a
			})(p)
		},
	},
	{
		ID: "thirdparty.unknown-client-redirected", Story: "An unknown client's error is sent to the redirect URL in the request.",
		Aims: []string{"provider.authorize.unknown-client"},
		Change: func(p *mockprovider.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); at(authorizeAt)(r) && a.Why == "This app is unknown" {
					q := queryOf(r)
					a.Status, a.Header = http.StatusSeeOther, setHeader(a.Header, "Location", q.Get("redirect_uri")+"?error=unauthorized_client")
				}
				return a
			}
		},
	},
	{
		ID: "thirdparty.denied-page", Story: "When the user denies access, a page is shown and the home waits forever.",
		Aims:   []string{"provider.authorize.denied", "provider.authorize.iss"},
		Change: func(p *mockprovider.Policy) { p.ErrorsReturn = mock.Is(false) },
	},
	{
		ID: "thirdparty.denied-word", Story: "When the user denies access, user_denied is returned.",
		Aims: []string{"provider.authorize.denied"},
		Change: comesBackAs(func(v url.Values) {
			if v.Get("error") == "access_denied" {
				v.Set("error", "user_denied")
			}
		}),
	},
	{
		ID: "thirdparty.any-response-type", Story: "Every response_type is treated as code.",
		Aims:   []string{"provider.authorize.response-type", "provider.authorize.no-token-response"},
		Change: func(p *mockprovider.Policy) { p.ResponseType = func(string) bool { return true } },
	},
	{
		ID: "thirdparty.response-type-optional", Story: "A missing response_type is treated as code.",
		Aims: []string{"provider.authorize.response-type"},
		Change: thirdTakes(at(authorizeAt).or(at("POST /oauth/consent")), withQuery(func(q url.Values) {
			if q.Get("response_type") == "" && q.Has("client_id") {
				q.Set("response_type", "code")
			}
		})),
	},
	{
		ID: "thirdparty.implicit", Story: "response_type token returns an access token in the fragment.",
		Aims: []string{"provider.authorize.no-token-response"},
		Change: func(p *mockprovider.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); at(authorizeAt)(r) && queryOf(r).Get("response_type") == "token" && a.Status == http.StatusSeeOther {
					a.Header = setHeader(a.Header, "Location", queryOf(r).Get("redirect_uri")+"#access_token=x&token_type=Bearer")
				}
				return a
			}
		},
	},
	{
		ID: "thirdparty.any-scope", Story: "Every requested scope is granted.",
		Aims: []string{"provider.authorize.unknown-scope"},
		Change: func(p *mockprovider.Policy) {
			p.Scope = func(_ mockprovider.App, asked string) (string, bool) { return asked, true }
		},
	},
	{
		ID: "thirdparty.scope-not-told", Story: "A narrower scope is granted without saying so in the response.",
		Aims: []string{"provider.authorize.unknown-scope", "provider.refresh.wider"},
		Change: func(p *mockprovider.Policy) {
			p.Scope = func(app mockprovider.App, _ string) (string, bool) { return strings.Join(app.Scopes, " "), true }
			p.Narrow = func(granted, _ string) (string, bool) { return granted, true }
			tokenMember("scope", nil)(p)
		},
	},
	{
		ID: "thirdparty.unknown-parameter-refused", Story: "An unknown parameter is an error.",
		Aims: []string{"provider.authorize.unknown-parameters"},
		Change: thirdAnswersBy(at(authorizeAt).and(func(r mock.Request) bool {
			for name := range queryOf(r) {
				if !slices.Contains(authorizeParameters, name) {
					return true
				}
			}
			return false
		}), func(mock.Request, mock.Answer) mock.Answer {
			return mock.Answer{Status: http.StatusBadRequest, Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte("unknown parameter")}
		}),
	},
	{
		ID: "thirdparty.last-parameter", Story: "The last of several equal parameters is used.",
		Aims: []string{"provider.authorize.repeated-parameters"},
		Change: thirdTakes(at(authorizeAt), withQuery(func(q url.Values) {
			for name, list := range q {
				q[name] = list[len(list)-1:]
			}
		})),
	},
	{
		ID: "thirdparty.code-counter", Story: "A code consists of a timestamp and a counter.",
		Aims: []string{"oauth2.code.entropy"},
		Change: func(p *mockprovider.Policy) {
			var n atomic.Int64
			p.NewCode = func() string { return fmt.Sprintf("20261125%024d", n.Add(1)) }
		},
	},
	{
		ID: "thirdparty.code-short", Story: "A code has eight hex digits.",
		Aims:   []string{"oauth2.code.entropy"},
		Change: func(p *mockprovider.Policy) { p.NewCode = func() string { return mock.Secret(4) } },
	},
	{
		ID: "thirdparty.code-serial", Story: "A code consists of a long fixed prefix and eight random hex digits.",
		Aims: []string{"oauth2.code.entropy"},
		Change: func(p *mockprovider.Policy) {
			p.NewCode = func() string { return "demo-devices-code-of-today-" + mock.Secret(4) }
		},
	},
	{
		ID: "thirdparty.code-base64", Story: "Codes are standard base64 and sometimes begin with a slash, which homes refuse.",
		Aims: []string{"provider.authorize.code-clean"},
		Change: func(p *mockprovider.Policy) {
			p.NewCode = func() string { return "/a/" + base64.StdEncoding.EncodeToString([]byte(mock.Secret(20))) }
		},
	},
}
