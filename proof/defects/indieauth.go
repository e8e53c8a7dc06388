package defects

import (
	"net/url"
	"strings"

	"github.com/authconform/authconform/mockprovider/indieauth"
)

// described changes the metadata.
func described(with func(v map[string]any, issuer string)) people {
	return func(p *indieauth.Policy) {
		before := p.Metadata
		p.Metadata = func(issuer string) map[string]any {
			v := before(issuer)
			with(v, issuer)
			return v
		}
	}
}

// pageLinks replaces the links of profile pages, in headers and elements.
func pageLinks(links func(issuer string) [][2]string) people {
	return func(p *indieauth.Policy) { p.HeaderLinks, p.PageLinks = func(string) [][2]string { return nil }, links }
}

// alsoClient accepts more texts as client identifiers.
func alsoClient(is func(id string) bool) people {
	return func(p *indieauth.Policy) {
		before := p.ClientID
		p.ClientID = func(id string) bool { return before(id) || is(id) }
	}
}

// noClient rejects some client identifiers.
func noClient(is func(id string) bool) people {
	return func(p *indieauth.Policy) {
		before := p.ClientID
		p.ClientID = func(id string) bool { return before(id) && !is(id) }
	}
}

var indieAuthDefects = []Defect[indieauth.Policy]{
	{
		ID: "indieauth.no-metadata-link", Story: "The profile page has only the link relations used before 2022.",
		Aims: []string{"indieauth.discovery.metadata-link"},
		Change: pageLinks(func(issuer string) [][2]string {
			return [][2]string{{"authorization_endpoint", issuer + "/oauth/authorize"}, {"token_endpoint", issuer + "/oauth/token"}}
		}),
	},
	{
		ID: "indieauth.old-links", Story: "The profile page still links the token endpoint of a former service.",
		Aims: []string{"indieauth.discovery.legacy-agrees"},
		Change: pageLinks(func(issuer string) [][2]string {
			return [][2]string{
				{"indieauth-metadata", issuer + "/.well-known/oauth-authorization-server"}, {"token_endpoint", "https://tokens.example/token"},
			}
		}),
	},
	{
		ID: "indieauth.issuer-query", Story: "The issuer has a query.",
		Aims:   []string{"indieauth.issuer.form"},
		Change: described(func(v map[string]any, issuer string) { v["issuer"] = issuer + "/?tenant=1" }),
	},
	{
		ID: "indieauth.issuer-fragment", Story: "The issuer has a fragment.",
		Aims:   []string{"indieauth.issuer.form"},
		Change: described(func(v map[string]any, issuer string) { v["issuer"] = issuer + "#me" }),
	},
	{
		ID: "indieauth.issuer-bare", Story: "The issuer is a host without a scheme.",
		Aims: []string{"indieauth.issuer.form", "indieauth.issuer.prefix"},
		Change: described(func(v map[string]any, issuer string) {
			_, v["issuer"], _ = strings.Cut(issuer, "://")
		}),
	},
	{
		ID: "indieauth.issuer-www", Story: "The issuer and the metadata are on different hosts.",
		Aims:   []string{"indieauth.issuer.prefix"},
		Change: described(func(v map[string]any, _ string) { v["issuer"] = "https://www.people.example/" }),
	},
	{
		ID: "indieauth.no-introspection", Story: "The metadata do not list the introspection endpoint.",
		Aims:   []string{"indieauth.metadata.introspection"},
		Change: described(func(v map[string]any, _ string) { delete(v, "introspection_endpoint") }),
	},
	{
		ID: "indieauth.revocation-basic", Story: "The metadata say that revocation requires a client secret.",
		Aims: []string{"indieauth.metadata.revocation-auth"},
		Change: described(func(v map[string]any, _ string) {
			v["revocation_endpoint_auth_methods_supported"] = []string{"client_secret_basic"}
		}),
	},
	{
		ID: "indieauth.no-query", Story: "A client id with a query is refused.",
		Aims:   []string{"indieauth.clients.accepted"},
		Change: noClient(func(id string) bool { return strings.Contains(id, "?") }),
	},
	{
		ID: "indieauth.no-localhost", Story: "localhost is refused as a client id.",
		Aims:   []string{"indieauth.clients.accepted"},
		Change: noClient(func(id string) bool { return strings.Contains(strings.ToLower(id), "://localhost") }),
	},
	{
		ID: "indieauth.dots-refused", Story: "Every client id with two consecutive dots in its path is refused.",
		Aims:   []string{"indieauth.clients.accepted"},
		Change: noClient(func(id string) bool { return strings.Contains(id, "..") }),
	},
	{
		ID: "indieauth.fragment", Story: "The fragment of a client id is not checked.",
		Aims: []string{"indieauth.clients.refused"},
		Change: alsoClient(func(id string) bool {
			return strings.Contains(id, "#") && strings.HasPrefix(id, "http")
		}),
	},
	{
		ID: "indieauth.userinfo-in-id", Story: "A client id may contain a user name and password.",
		Aims: []string{"indieauth.clients.refused"},
		Change: alsoClient(func(id string) bool {
			u, err := url.Parse(id)
			return err == nil && u.User != nil
		}),
	},
	{
		ID: "indieauth.dot-segments", Story: "Dot segments are resolved instead of refused.",
		Aims: []string{"indieauth.clients.refused"},
		Change: alsoClient(func(id string) bool {
			return strings.HasPrefix(id, "http") && (strings.Contains(id, "/.") || strings.Contains(id, "/%2e"))
		}),
	},
	{
		ID: "indieauth.any-address", Story: "IP addresses are accepted as client ids.",
		Aims: []string{"indieauth.clients.refused"},
		Change: func(p *indieauth.Policy) {
			alsoClient(func(id string) bool {
				return strings.HasPrefix(id, "https://192.") || strings.HasPrefix(id, "https://[")
			})(p)
			anyRedirect(p)
		},
	},
	{
		ID: "indieauth.any-scheme", Story: "Client ids with other schemes are accepted.",
		Aims: []string{"indieauth.clients.refused"},
		Change: func(p *indieauth.Policy) {
			alsoClient(func(id string) bool { return strings.HasPrefix(id, "ftp:") || strings.HasPrefix(id, "mailto:") })(p)
			anyRedirect(p)
		},
	},
	{
		ID: "indieauth.ids-as-texts", Story: "Client ids are compared as strings, without normalization.",
		Aims:   []string{"indieauth.clients.empty-path"},
		Change: func(p *indieauth.Policy) { p.Canonical = func(id string) string { return id } },
	},
	{
		ID: "indieauth.host-case", Story: "The host of redirect_uri must match the client id's in letter case.",
		Aims: []string{"indieauth.clients.host-case"},
		Change: func(p *indieauth.Policy) {
			p.Canonical = func(id string) string {
				if u, err := url.Parse(id); err == nil && u.Path == "" {
					return id + "/"
				}
				return id
			}
			p.Redirect = func(registered []string, asked string) bool {
				one, err1 := url.Parse(registered[0])
				other, err2 := url.Parse(asked)
				return err1 == nil && err2 == nil && one.Scheme == other.Scheme && one.Host == other.Host
			}
		},
	},
	{
		ID: "indieauth.fetches-loopback", Story: "Every client id is fetched, even on loopback.",
		Aims:   []string{"indieauth.clients.no-loopback-fetch"},
		Change: func(p *indieauth.Policy) { p.Fetches = func(*url.URL) bool { return true } },
	},
	{
		ID: "indieauth.redirect-exact", Story: "Only the client id itself and its callback path are accepted as redirect URLs.",
		Aims: []string{"indieauth.redirects.same-origin"},
		Change: func(p *indieauth.Policy) {
			before := p.Redirect
			p.Redirect = func(registered []string, asked string) bool {
				return before(registered, asked) && !strings.Contains(asked, "?")
			}
		},
	},
	{
		ID: "indieauth.redirect-prefix", Story: "Only a prefix of redirect_uri is compared with the client id.",
		Aims: []string{"indieauth.redirects.other-origin"},
		Change: func(p *indieauth.Policy) {
			p.Redirect = func(registered []string, asked string) bool {
				return strings.HasPrefix(asked, strings.TrimSuffix(registered[0], "/")) || strings.HasPrefix(asked, origins(registered[0]))
			}
		},
	},
	{
		ID: "indieauth.redirect-host-only", Story: "Only the host of redirect_uri is compared.",
		Aims: []string{"indieauth.redirects.other-origin"},
		Change: func(p *indieauth.Policy) {
			p.Redirect = func(registered []string, asked string) bool {
				one, err1 := url.Parse(registered[0])
				other, err2 := url.Parse(asked)
				return err1 == nil && err2 == nil && strings.EqualFold(one.Hostname(), other.Hostname())
			}
		},
	},
	{
		ID: "indieauth.redirect-anywhere", Story: "Any redirect_uri is allowed.",
		Aims: []string{"indieauth.redirects.other-origin"}, Change: anyRedirect,
	},
}

func anyRedirect(p *indieauth.Policy) { p.Redirect = func([]string, string) bool { return true } }

// origins returns the scheme and host of a URL.
func origins(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Scheme + "://" + u.Host
}
