package defects

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/indieauth"
)

var indieAuthAnswerDefects = []Defect[indieauth.Policy]{
	{
		ID: "indieauth.no-me", Story: "The token response does not say who the user is.",
		Aims: []string{"indieauth.token.me"},
		Change: func(p *indieauth.Policy) {
			p.WithMe = func(answer map[string]any, _ string, _ map[string]any) map[string]any { return answer }
		},
	},
	{
		ID: "indieauth.me-name", Story: "me is a user name.",
		Aims: []string{"indieauth.token.me", "indieauth.code.profile-answer"},
		Change: func(p *indieauth.Policy) {
			p.Me = func(own, _ string) string { return own[strings.LastIndex(own, "/")+1:] }
		},
	},
	{
		ID: "indieauth.me-fragment", Story: "me is the URL of a card inside a page.",
		Aims:   []string{"indieauth.token.me"},
		Change: func(p *indieauth.Policy) { p.Me = func(own, _ string) string { return own + "#card" } },
	},
	{
		ID: "indieauth.me-elsewhere", Story: "me is the URL of a page that does not exist.",
		Aims:   []string{"indieauth.token.me-confirmed"},
		Change: func(p *indieauth.Policy) { p.Me = func(own, _ string) string { return own + "/card" } },
	},
	{
		ID: "indieauth.me-from-request", Story: "me is copied from the authorization request.",
		Aims: []string{"indieauth.authz.me-untrusted"},
		Change: func(p *indieauth.Policy) {
			p.Me = func(own, hint string) string {
				if hint != "" {
					return hint
				}
				return own
			}
		},
	},
	{
		ID: "indieauth.me-required", Story: "A request that does not name a user gets invalid_request.",
		Aims: []string{"indieauth.authz.me-optional"},
		Change: func(p *indieauth.Policy) {
			p.Hint = func(me string) *mock.Refusal {
				if me == "" {
					return mock.Refuse(http.StatusBadRequest, "invalid_request", "me is required", "IndieAuth §5.2")
				}
				return nil
			}
		},
	},
	{
		ID: "indieauth.token-without-scope", Story: "A code without a scope is exchanged for a token.",
		Aims:   []string{"indieauth.token.no-scope"},
		Change: func(p *indieauth.Policy) { p.Grants = func(string) *mock.Refusal { return nil } },
	},
	{
		ID: "indieauth.default-scope", Story: "A request without a scope is granted every scope.",
		Aims: []string{"indieauth.token.no-scope"},
		Change: func(p *indieauth.Policy) {
			before := p.Scope
			p.Scope = func(app mockprovider.App, asked string) (string, bool) {
				if asked == "" {
					return "profile email", true
				}
				return before(app, asked)
			}
		},
	},
	{
		ID: "indieauth.profile-always", Story: "Every token response contains the profile.",
		Aims: []string{"indieauth.token.profile-by-scope"},
		Change: func(p *indieauth.Policy) {
			p.Profile = func(of indieauth.Person, _ string) map[string]any {
				return map[string]any{"name": of.Name, "url": of.URL}
			}
		},
	},
	{
		ID: "indieauth.address-always", Story: "The scope profile also reveals the email address.",
		Aims: []string{"indieauth.token.profile-by-scope"},
		Change: func(p *indieauth.Policy) {
			before := p.Profile
			p.Profile = func(of indieauth.Person, scope string) map[string]any { return before(of, scope+" email") }
		},
	},
	{
		ID: "indieauth.profile-with-token", Story: "The authorization endpoint also returns an access token.",
		Aims: []string{"indieauth.code.profile-answer"},
		Change: func(p *indieauth.Policy) {
			p.ProfileAnswer = func(me string, _ map[string]any) map[string]any {
				return map[string]any{"me": me, "access_token": mock.Secret(32)}
			}
		},
	},
	{
		ID: "indieauth.code-at-both", Story: "A code redeemed at the authorization endpoint also works at the token endpoint.",
		Aims:   []string{"indieauth.code.one-endpoint"},
		Change: func(p *indieauth.Policy) { p.Forgets = mock.Is(false) },
	},
	{
		ID: "indieauth.profile-any-client", Story: "The authorization endpoint redeems other clients' codes.",
		Aims:   []string{"indieauth.code.profile-bound"},
		Change: namedFor(func(c *mockprovider.Code, app *mockprovider.App, _ url.Values) { c.AppID = app.ID }),
	},
	{
		ID: "indieauth.profile-any-redirect", Story: "The authorization endpoint does not compare redirect_uri.",
		Aims: []string{"indieauth.code.profile-bound"},
		Change: namedFor(func(c *mockprovider.Code, _ *mockprovider.App, form url.Values) {
			c.Redirect = form.Get("redirect_uri")
		}),
	},
	{
		ID: "indieauth.profile-no-verifier", Story: "The authorization endpoint does not check the code_verifier.",
		Aims: []string{"indieauth.code.profile-bound"},
		Change: namedFor(func(c *mockprovider.Code, _ *mockprovider.App, form url.Values) {
			c.Challenge = madeOf(form.Get("code_verifier"))
		}),
	},
	{
		ID: "indieauth.userinfo-other", Story: "The userinfo endpoint contradicts the token response.",
		Aims: []string{"indieauth.userinfo.profile"},
		Change: func(p *indieauth.Policy) {
			p.UserInfo = func(v map[string]any) map[string]any { return map[string]any{"sub": v["url"]} }
		},
	},
	{
		ID: "indieauth.userinfo-guest", Story: "The userinfo endpoint requires no token.",
		Aims: []string{"oauth2.bearer.validates", "indieauth.userinfo.refused"},
		Change: func(p *indieauth.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); r.Path() == "/userinfo" && a.Status == 401 {
					return *mock.JSON(200, map[string]string{"name": "Guest"})
				}
				return a
			}
		},
	},
	{
		ID: "indieauth.userinfo-any-scope", Story: "The userinfo endpoint does not check the scope.",
		Aims: []string{"indieauth.userinfo.refused"},
		Change: func(p *indieauth.Policy) {
			p.Allows = func(string, string) bool { return true }
		},
	},
	{
		ID: "indieauth.introspect-anybody", Story: "Anyone may introspect tokens.",
		Aims: []string{"indieauth.introspect.authorization"},
		Change: func(p *indieauth.Policy) {
			p.MayIntrospect = func(mock.Request, func(string) bool) bool { return true }
		},
	},
	{
		ID: "indieauth.introspect-sub", Story: "Introspection names the user in sub and has no me.",
		Aims: []string{"indieauth.introspect.me"},
		Change: func(p *indieauth.Policy) {
			p.Active = func(t mockprovider.Access, me string) map[string]any {
				return map[string]any{"active": true, "sub": me, "client_id": t.AppID, "scope": t.Scope}
			}
		},
	},
	{
		ID: "indieauth.introspect-bare", Story: "Introspection omits client_id and scope.",
		Aims: []string{"indieauth.introspect.me"},
		Change: func(p *indieauth.Policy) {
			p.Active = func(_ mockprovider.Access, me string) map[string]any { return map[string]any{"active": true, "me": me} }
		},
	},
	{
		ID: "indieauth.introspect-unknown", Story: "The introspection of an unknown token returns an error without active.",
		Aims: []string{"indieauth.introspect.inactive"},
		Change: func(p *indieauth.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				a = before(r, a)
				if strings.HasSuffix(r.Path(), "/introspect") && strings.Contains(string(a.Body), "false") {
					return *mock.JSON(404, map[string]string{"error": "not_found"})
				}
				return a
			}
		},
	},
	{
		ID: "indieauth.introspect-text", Story: "active is the string true.",
		Aims: []string{"indieauth.introspect.me"},
		Change: func(p *indieauth.Policy) {
			before := p.Active
			p.Active = func(t mockprovider.Access, me string) map[string]any {
				said := maps.Clone(before(t, me))
				said["active"] = "true"
				return said
			}
		},
	},
	{
		ID: "indieauth.introspect-dead-tells", Story: "The introspection of a dead token names a user and a scope.",
		Aims: []string{"indieauth.introspect.inactive"},
		Change: func(p *indieauth.Policy) {
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				a = before(r, a)
				if said := decoded(a.Body); strings.HasSuffix(r.Path(), "/introspect") && said["active"] == false {
					said["me"], said["scope"] = "https://person.example/", "profile"
					a.Body = encoded(said)
				}
				return a
			}
		},
	},
	{
		ID: "indieauth.legacy-elsewhere", Story: "rel=authorization_endpoint names the endpoint's old address.",
		Aims: []string{"indieauth.discovery.legacy-agrees"},
		Change: func(p *indieauth.Policy) {
			for _, links := range []*func(string) [][2]string{&p.HeaderLinks, &p.PageLinks} {
				before := *links
				*links = func(issuer string) [][2]string {
					list := slices.Clone(before(issuer))
					for i := range list {
						if list[i][0] == "authorization_endpoint" {
							list[i][1] += "/old"
						}
					}
					return list
				}
			}
		},
	},
	{
		ID: "indieauth.me-of-another-server", Story: "me is a page that leads to a former server.",
		Aims: []string{"indieauth.token.me-confirmed"},
		Change: func(p *indieauth.Policy) {
			p.Me = func(own, _ string) string { return own + "?card" }
			before := p.Answer
			p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
				if a = before(r, a); strings.HasSuffix(r.Target, "?card") {
					link := strings.ReplaceAll(a.Header.Get("Link"), "/.well-known/", "/old/.well-known/")
					return all(header("Link", link), replaced("/.well-known/", "/old/.well-known/"))(a)
				}
				return a
			}
		},
	},
	{
		ID: "indieauth.verified-again", Story: "A code that the authorization endpoint has redeemed works there again.",
		Aims: []string{"indieauth.code.one-endpoint"},
		Change: func(p *indieauth.Policy) {
			var verified idSecrets
			names, redeem := p.Names, p.Redeem
			p.Forgets = mock.Is(false)
			p.Names = func(c mockprovider.Code, app mockprovider.App, form url.Values, now time.Time) *mock.Refusal {
				verified.add(form.Get("code"))
				return names(c, app, form, now)
			}
			p.Redeem = func(c mockprovider.Code, app mockprovider.App, form url.Values, now time.Time) *mock.Refusal {
				if slices.Contains(verified.list(), form.Get("code")) {
					return mock.Refuse(http.StatusBadRequest, "invalid_grant", "the code was redeemed", "")
				}
				return redeem(c, app, form, now)
			}
		},
	},
}

// namedFor makes the authorization endpoint look up another code when a code is redeemed for a profile.
func namedFor(as func(c *mockprovider.Code, app *mockprovider.App, form url.Values)) people {
	return func(p *indieauth.Policy) {
		before := p.Names
		p.Names = func(c mockprovider.Code, app mockprovider.App, form url.Values, now time.Time) *mock.Refusal {
			as(&c, &app, form)
			return before(c, app, form, now)
		}
	}
}

func madeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
