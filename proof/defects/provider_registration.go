package defects

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

const registerAt = "POST /oauth/register"

// clientMetadata are the members of a registration that this server knows (RFC 7591 §2).
var clientMetadata = []string{
	"redirect_uris", "token_endpoint_auth_method", "grant_types", "response_types", "client_name", "client_uri", "scope", "tos_uri",
	"jwks", "software_id", "software_version", "application_type",
}

var providerRegistrationDefects = []Defect[mockprovider.Policy]{
	{
		ID: "register.status-200", Story: "A registration is answered with 200.",
		Aims: []string{"oauth2.registration.created"},
		Change: thirdAnswers(registerAt, func(a mock.Answer) mock.Answer {
			if a.Status == http.StatusCreated {
				a.Status = http.StatusOK
			}
			return a
		}),
	},
	{
		ID: "register.text", Story: "The registration response is declared as text/plain.",
		Aims:   []string{"oauth2.registration.created"},
		Change: thirdAnswers(registerAt, header("Content-Type", "text/plain")),
	},
	{
		ID: "register.no-echo", Story: "The registration response contains only the id and the secret.",
		Aims:   []string{"oauth2.registration.echoes"},
		Change: registersAs(func(_ mockprovider.Registration, v map[string]any) { delete(v, "redirect_uris") }),
	},
	{
		ID: "register.grants-as-text", Story: "Lists come back as one string.",
		Aims: []string{"oauth2.registration.echoes"},
		Change: registersAs(func(_ mockprovider.Registration, v map[string]any) {
			v["grant_types"] = "authorization_code refresh_token"
		}),
	},
	{
		ID: "register.secret-without-end", Story: "The response does not say when the secret expires.",
		Aims:   []string{"oauth2.registration.secret"},
		Change: registersAs(func(_ mockprovider.Registration, v map[string]any) { delete(v, "client_secret_expires_at") }),
	},
	{
		ID: "register.secret-ends-never", Story: "client_secret_expires_at is the word never.",
		Aims:   []string{"oauth2.registration.secret"},
		Change: registersAs(func(_ mockprovider.Registration, v map[string]any) { v["client_secret_expires_at"] = "never" }),
	},
	{
		ID: "register.secret-for-all", Story: "Public clients get a secret too.",
		Aims: []string{"oauth2.registration.public"},
		Change: registersAs(func(r mockprovider.Registration, v map[string]any) {
			if r.Method == mockprovider.None {
				v["client_secret"], v["client_secret_expires_at"] = mock.Secret(24), 0
			}
		}),
	},
	{
		ID: "register.same-id", Story: "Registering the same name again returns the same client_id.",
		Aims: []string{"oauth2.registration.unique"},
		Change: func(p *mockprovider.Policy) {
			first := &idSecrets{}
			registersAs(func(_ mockprovider.Registration, v map[string]any) {
				first.add(v["client_id"].(string))
				v["client_id"] = first.list()[0]
			})(p)
		},
	},
	{
		ID: "register.awaits-approval", Story: "A self-registered client needs approval before it can be used.",
		Aims: []string{"oauth2.registration.works"},
		Change: func(p *mockprovider.Policy) {
			before := p.Authenticate
			p.Authenticate = func(app mockprovider.App, known bool, way mockprovider.Way, secret string) *mock.Refusal {
				if known && app.Owner == "" && !app.Public {
					return mock.Refuse(http.StatusUnauthorized, "invalid_client", "the app is not approved yet", "")
				}
				return before(app, known, way, secret)
			}
		},
	},
	{
		ID: "register.any-https", Story: "An app with an https URL may use any https URL.",
		Aims:   []string{"oauth2.registration.redirect-bound"},
		Change: redirects(func(r, a *url.URL) bool { return r.Scheme == "https" && a.Scheme == "https" }),
	},
	{
		ID: "register.query-replaced", Story: "The query of a redirect URL is replaced with code and state.",
		Aims: []string{"oauth2.registration.redirect-query"},
		Change: thirdAnswers("POST /oauth/consent", func(a mock.Answer) mock.Answer {
			to := parsed(a.Header.Get("Location"))
			q := url.Values{}
			for _, name := range []string{"code", "state", "iss", "error", "error_description"} {
				if to.Query().Has(name) {
					q.Set(name, to.Query().Get(name))
				}
			}
			if len(q) == 0 {
				return a
			}
			to.RawQuery = q.Encode()
			return header("Location", to.String())(a)
		}),
	},
	{
		ID: "register.fragment-cut", Story: "The fragment of a redirect URL is removed.",
		Aims: []string{"oauth2.registration.bad-redirect"},
		Change: registersURLs(func(raw string) string {
			bare, _, _ := strings.Cut(raw, "#")
			return bare
		}),
	},
	{
		ID: "register.relative", Story: "A relative redirect URL is resolved against the app's site.",
		Aims: []string{"oauth2.registration.bad-redirect"},
		Change: registersURLs(func(raw string) string {
			if strings.HasPrefix(raw, "/") {
				return "https://apps.example" + raw
			}
			return raw
		}),
	},
	{
		ID: "register.http", Story: "http redirect URLs are accepted like https.",
		Aims: []string{"oauth2.registration.http-redirect"},
		Change: registersURLs(func(raw string) string {
			if rest, plain := strings.CutPrefix(raw, "http://"); plain {
				return "https://" + rest
			}
			return raw
		}),
	},
	{
		ID: "register.no-url", Story: "An app may register without a redirect URL.",
		Aims: []string{"oauth2.registration.no-redirect"},
		Change: func(p *mockprovider.Policy) {
			before := p.Register
			p.Register = func(r mockprovider.Registration) *mock.Refusal {
				if len(r.Redirects) == 0 {
					return nil
				}
				return before(r)
			}
		},
	},
	{
		ID: "register.malformed-500", Story: "An unreadable body causes an uncaught exception.",
		Aims: []string{"oauth2.registration.malformed"},
		Change: thirdAnswers(registerAt, func(a mock.Answer) mock.Answer {
			if strings.Contains(a.Why, "must be a JSON object") {
				a.Status = http.StatusInternalServerError
			}
			return a
		}),
	},
	{
		ID: "register.unknown-refused", Story: "An unknown member is an error.",
		Aims: []string{"oauth2.registration.unknown-metadata"},
		Change: refusesWith(at(registerAt).and(func(r mock.Request) bool {
			for name := range decoded(r.Body) {
				if !slices.Contains(clientMetadata, name) {
					return true
				}
			}
			return false
		}), http.StatusBadRequest, "invalid_client_metadata"),
	},
	{
		ID: "register.contradiction", Story: "Response types are stored unchanged, even if they contradict the grant types.",
		Aims: []string{"oauth2.registration.consistent"},
		Change: func(p *mockprovider.Policy) {
			before := p.Register
			p.Register = func(r mockprovider.Registration) *mock.Refusal {
				r.Responses = nil
				return before(r)
			}
			registersAs(func(r mockprovider.Registration, v map[string]any) {
				if r.Responses != nil {
					v["response_types"] = r.Responses
				}
			})(p)
		},
	},
	{
		ID: "register.stored", Story: "The response with the secret may be cached.",
		Aims:   []string{"oauth2.registration.no-store"},
		Change: thirdAnswers(registerAt, header("Cache-Control", "")),
	},
	{
		ID: "native.exact-port", Story: "The port of a loopback URL must match.",
		Aims:   []string{"oauth2.native.loopback-port"},
		Change: func(p *mockprovider.Policy) { p.Redirect = slices.Contains[[]string] },
	},
	{
		ID: "native.ipv4-only", Story: "Only for 127.0.0.1 may the port vary, not for other loopback addresses.",
		Aims: []string{"oauth2.native.loopback-port"},
		Change: func(p *mockprovider.Policy) {
			before := p.Redirect
			p.Redirect = func(registered []string, asked string) bool {
				if strings.Contains(asked, "[::1]") {
					return slices.Contains(registered, asked)
				}
				return before(registered, asked)
			}
		},
	},
	{
		ID: "native.any-path", Story: "For a loopback redirect URL only the host is compared.",
		Aims:   []string{"oauth2.native.loopback-exact"},
		Change: redirects(func(r, a *url.URL) bool { return r.Hostname() == "127.0.0.1" && a.Hostname() == "127.0.0.1" }),
	},
	{
		ID: "native.host-begins", Story: "A host that begins with 127.0.0.1 counts as loopback.",
		Aims: []string{"oauth2.native.loopback-exact"},
		Change: redirects(func(r, a *url.URL) bool {
			return r.Hostname() == "127.0.0.1" && strings.HasPrefix(a.Host, "127.0.0.1") && r.Path == a.Path && a.User == nil &&
				a.RawQuery == "" && a.Scheme == r.Scheme
		}),
	},
	{
		ID: "native.web-only", Story: "Redirect URLs with private-use schemes are refused.",
		Aims: []string{"oauth2.native.private-scheme"},
		Change: func(p *mockprovider.Policy) {
			before := p.Register
			p.Register = func(r mockprovider.Registration) *mock.Refusal {
				for _, raw := range r.Redirects {
					if !strings.HasPrefix(raw, "http") {
						return mock.Refuse(http.StatusBadRequest, "invalid_redirect_uri", "the URL is not http or https", "")
					}
				}
				return before(r)
			}
		},
	},
	{
		ID: "register.no-scope-yet", Story: "A client with a secret that registered itself is granted no scope until an administrator adds one.",
		Aims: []string{"oauth2.registration.works"},
		Change: func(p *mockprovider.Policy) {
			before := p.Scope
			p.Scope = func(app mockprovider.App, asked string) (string, bool) {
				scope, ok := before(app, asked)
				return scope, ok && (app.Owner != "" || app.Public)
			}
		},
	},
}

// registersURLs judges redirect URLs of self-registered apps as if they were others.
func registersURLs(as func(raw string) string) third {
	return func(p *mockprovider.Policy) {
		before := p.Register
		p.Register = func(r mockprovider.Registration) *mock.Refusal {
			var list []string
			for _, raw := range r.Redirects {
				list = append(list, as(raw))
			}
			r.Redirects = list
			return before(r)
		}
	}
}
