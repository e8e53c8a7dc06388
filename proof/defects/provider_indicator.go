package defects

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

var providerIndicatorDefects = []Defect[mockprovider.Policy]{
	{
		ID: "resource.not-at-token", Story: "The token endpoint refuses the resource parameter.",
		Aims:   []string{"oauth2.indicator.accepted"},
		Change: refusesWith(at(tokenAt).and(has("resource")), http.StatusBadRequest, "invalid_request"),
	},
	{
		ID: "resource.not-at-authorize", Story: "Every resource is treated as unknown.",
		Aims: []string{"oauth2.indicator.accepted"},
		Change: func(p *mockprovider.Policy) {
			before := p.Resource
			p.Resource = func(_, asked []string) *mock.Refusal { return before(nil, asked) }
		},
	},
	{
		ID: "resource.any", Story: "Every requested resource is granted.",
		Aims: []string{"oauth2.indicator.unknown"},
		Change: func(p *mockprovider.Policy) {
			before := p.Resource
			p.Resource = func(_, asked []string) *mock.Refusal { return before(asked, asked) }
		},
	},
	{
		ID: "resource.refused-otherwise", Story: "An unknown resource is refused with invalid_request.",
		Aims: []string{"oauth2.indicator.unknown", "oauth2.indicator.malformed"},
		Change: func(p *mockprovider.Policy) {
			before := p.Resource
			p.Resource = func(known, asked []string) *mock.Refusal {
				r := before(known, asked)
				if r != nil {
					r = mock.Refuse(r.Status, "invalid_request", r.Description, r.Rule)
				}
				return r
			}
		},
	},
	{
		ID: "resource.fragment-cut", Story: "The fragment of a resource is removed.",
		Aims:   []string{"oauth2.indicator.malformed"},
		Change: asksFor(func(resource string) string { bare, _, _ := strings.Cut(resource, "#"); return bare }),
	},
	{
		ID: "resource.relative", Story: "A relative resource is resolved against the server.",
		Aims: []string{"oauth2.indicator.malformed"},
		Change: func(p *mockprovider.Policy) {
			before := p.Resource
			p.Resource = func(known, asked []string) *mock.Refusal {
				var list []string
				for _, resource := range asked {
					if strings.HasPrefix(resource, "/") {
						resource = known[0]
					}
					list = append(list, resource)
				}
				return before(known, list)
			}
		},
	},
	{
		ID: "resource.once", Story: "An authorization request with two resources is refused as a repeated parameter.",
		Aims: []string{"oauth2.indicator.repeated"},
		Change: thirdAnswersBy(at(authorizeAt).and(func(r mock.Request) bool { return len(queryOf(r)["resource"]) > 1 }),
			func(_ mock.Request, a mock.Answer) mock.Answer {
				return all(status(http.StatusBadRequest), header("Content-Type", "text/plain"), body("resource appears twice"))(a)
			}),
	},
	{
		ID: "resource.once-at-token", Story: "A token request with two resources is refused as a repeated parameter.",
		Aims: []string{"oauth2.indicator.repeated"},
		Change: refusesWith(at(tokenAt).and(func(r mock.Request) bool { return len(fields(r)["resource"]) > 1 }),
			http.StatusBadRequest, "invalid_request"),
	},
	{
		ID: "resource.ungranted", Story: "A token request gets a token for any resource that it names.",
		Aims: []string{"oauth2.indicator.ungranted"},
		Change: func(p *mockprovider.Policy) {
			p.Audience = func(granted, asked []string) ([]string, *mock.Refusal) {
				if len(asked) > 0 {
					return asked, nil
				}
				return granted, nil
			}
		},
	},
	{
		ID: "resource.ungranted-at-refresh", Story: "A refresh gets a token for any resource that it names.",
		Aims:   []string{"oauth2.indicator.ungranted"},
		Change: thirdTakes(at(tokenAt).and(field("grant_type", "refresh_token")).and(has("resource")), dropField("resource")),
	},
	{
		ID: "resource.not-at-refresh", Story: "A refresh with a resource is refused.",
		Aims:   []string{"oauth2.indicator.refresh"},
		Change: refusesWith(at(tokenAt).and(field("grant_type", "refresh_token")).and(has("resource")), http.StatusBadRequest, "invalid_request"),
	},
	{
		ID: "resource.audience-is-the-server", Story: "The audience of every token is the server itself.",
		Aims: []string{"oauth2.indicator.audience"},
		Change: func(p *mockprovider.Policy) {
			before := p.Tells
			p.Tells = func(app mockprovider.App, t *mockprovider.Token, issuer string) map[string]any {
				v := before(app, t, issuer)
				if v["active"] == true {
					v["aud"] = issuer
				}
				return v
			}
		},
	},
	{
		ID: "metadata.endpoint-moved", Story: "The document names the introspection endpoint's old address.",
		Aims: []string{"provider.metadata.endpoints-live"},
		Change: func(p *mockprovider.Policy) {
			before := p.Metadata
			p.Metadata = func(issuer string) map[string]any {
				v := before(issuer)
				v["introspection_endpoint"] = issuer + "/v1/introspect"
				return v
			}
		},
	},
	{
		ID: "metadata.grants-copied", Story: "grant_types_supported was copied from another server.",
		Aims:   []string{"provider.metadata.grants-true"},
		Change: metadataMember("grant_types_supported", []string{"authorization_code", "refresh_token", "client_credentials"}),
	},
	{
		ID: "metadata.response-types-copied", Story: "response_types_supported was copied from another server.",
		Aims:   []string{"provider.metadata.response-types-true"},
		Change: metadataMember("response_types_supported", []string{"code", "token"}),
	},
	{
		ID: "challenge.error-without-token", Story: "A request without a token is answered with invalid_token.",
		Aims: []string{"provider.resource.bare-challenge"},
		Change: thirdAnswersBy(at("GET /api/me").and(authorization(is(""))), func(_ mock.Request, a mock.Answer) mock.Answer {
			return header("WWW-Authenticate", `Bearer realm="demo", error="invalid_token"`)(a)
		}),
	},
	{
		ID: "challenge.realm-twice", Story: "The gateway adds a second realm to the challenge.",
		Aims: []string{"provider.resource.challenge-form"},
		Change: thirdAnswers("GET /api/me", func(a mock.Answer) mock.Answer {
			if before := a.Header.Get("WWW-Authenticate"); before != "" {
				return header("WWW-Authenticate", before+`, realm="gateway"`)(a)
			}
			return a
		}),
	},
	{
		ID: "challenge.quotes", Story: "error_description puts the token in quotation marks.",
		Aims: []string{"provider.resource.challenge-form"},
		Change: thirdAnswersBy(at("GET /api/me"), func(r mock.Request, a mock.Answer) mock.Answer {
			if token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "); token != "" && a.Status == http.StatusUnauthorized {
				quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(`"` + token + `"`)
				return header("WWW-Authenticate", `Bearer error="invalid_token", error_description="unknown: `+quoted+`"`)(a)
			}
			return a
		}),
	},
}

// asksFor judges resources as if others had been requested.
func asksFor(as func(resource string) string) third {
	return func(p *mockprovider.Policy) {
		before := p.Resource
		p.Resource = func(known, asked []string) *mock.Refusal {
			var list []string
			for _, resource := range asked {
				list = append(list, as(resource))
			}
			return before(known, list)
		}
	}
}

// dropField takes a field out of a form.
func dropField(name string) func(mock.Request) mock.Request {
	return withFields(func(v url.Values) { v.Del(name) })
}
