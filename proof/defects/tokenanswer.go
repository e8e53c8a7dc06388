package defects

import (
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

// tokenAnswerDefects are wrong members of token answers.
var tokenAnswerDefects = []Defect[mockserver.Policy]{
	{
		ID: "token.type-missing", Story: "token_type is left out.",
		Aims:   []string{"oauth2.token.token-type", "ha.token.response-shape", "ha.refresh.response-shape"},
		Change: granted(member("token_type", nil)),
	},
	{
		ID: "token.type-other", Story: "token_type is a word that no client knows.",
		Aims:   []string{"oauth2.token.token-type", "ha.token.response-shape", "ha.refresh.response-shape"},
		Change: granted(member("token_type", "opaque")),
	},
	{
		ID: "token.type-mac", Story: "token_type of the refresh grant has a non-standard value.",
		Aims:   []string{"oauth2.token.token-type", "ha.refresh.response-shape"},
		Change: granted(member("token_type", "access"), refreshGrant),
	},
	{
		ID: "token.type-lower", Story: "token_type is bearer in lower case, which the home's apps copy into the header.",
		Aims:   []string{"ha.token.response-shape", "ha.refresh.response-shape"},
		Change: granted(member("token_type", "bearer")),
	},
	{
		ID: "token.expires-in-words", Story: "expires_in is a string.",
		Aims:   []string{"oauth2.token.expires-in", "indieauth.token.short-lived", "ha.token.response-shape"},
		Change: granted(member("expires_in", "1800")),
	},
	{
		ID: "token.expires-in-fraction", Story: "expires_in is a fraction.",
		Aims:   []string{"oauth2.token.expires-in"},
		Change: granted(member("expires_in", 1799.5)),
	},
	{
		ID: "token.expires-in-refresh-zero", Story: "expires_in of the refresh grant is 0.",
		Aims:   []string{"oauth2.token.expires-in", "ha.refresh.response-shape"},
		Change: granted(member("expires_in", 0), refreshGrant),
	},
	{
		ID: "token.expires-in-milliseconds", Story: "expires_in is in milliseconds.",
		Aims:   []string{"oauth2.token.expires-in-true"},
		Change: granted(member("expires_in", 1_800_000)),
	},
	{
		ID: "token.expires-in-refresh-milliseconds", Story: "expires_in of the refresh grant is in milliseconds.",
		Aims:   []string{"ha.refresh.response-shape"},
		Change: granted(member("expires_in", 1_800_000), refreshGrant),
	},
	{
		ID: "token.lives-a-month", Story: "Access tokens live for thirty days.",
		Aims:   []string{"indieauth.token.short-lived"},
		Change: func(p *mockserver.Policy) { p.AccessTTL = mock.Is(30 * 24 * time.Hour) },
	},
	{
		ID: "token.no-refresh-token", Story: "The code grant returns no refresh token.",
		Aims:   []string{"ha.token.response-shape", "indieauth.token.short-lived", "ha.cors.token-read"},
		Change: granted(member("refresh_token", nil), codeGrant),
	},
	{
		ID: "token.no-access-token", Story: "The access token's member is named token.",
		Aims:   []string{"ha.token.response-shape"},
		Change: granted(object(func(m map[string]any) { m["token"] = m["access_token"]; delete(m, "access_token") }), codeGrant),
	},
	{
		ID: "token.no-provider", Story: "The response does not name the login provider.",
		Aims:   []string{"ha.token.auth-provider"},
		Change: granted(member("ha_auth_provider", nil), codeGrant),
	},
	{
		ID: "token.refresh-counts", Story: "Refresh tokens are sequential numbers.",
		Aims: []string{"oauth2.token.entropy"},
		Change: func(p *mockserver.Policy) {
			var n atomic.Int64
			p.NewRefresh = func() string {
				return strings.Repeat("a", 100) + url.QueryEscape(time.Unix(0, n.Add(1)).UTC().Format("000000000.000000000"))
			}
		},
	},
	{
		ID: "token.refresh-short", Story: "Refresh tokens have only 48 bits.",
		Aims: []string{"oauth2.token.entropy"},
		Change: func(p *mockserver.Policy) {
			make := p.NewRefresh
			p.NewRefresh = func() string { return make()[:12] }
		},
	},
	{
		ID: "token.access-unsigned-tail", Story: "The signature of access tokens is truncated to 40 bits.",
		Aims: []string{"oauth2.token.access-entropy"},
		Change: granted(object(func(m map[string]any) {
			if s, ok := m["access_token"].(string); ok && strings.Count(s, ".") == 2 {
				m["access_token"] = s[:strings.LastIndex(s, ".")+8]
			}
		})),
	},
	{
		ID: "token.access-counts", Story: "Access tokens are sequential numbers.",
		Aims: []string{"oauth2.token.access-entropy"},
		Change: func(p *mockserver.Policy) {
			var n atomic.Int64
			granted(object(func(m map[string]any) {
				if _, there := m["access_token"]; there {
					m["access_token"] = "token" + time.Unix(n.Add(1), 0).UTC().Format("150405")
				}
			}))(p)
		},
	},
	{
		ID: "token.expires-late", Story: "Access tokens live ten times as long as announced.",
		Aims: []string{"oauth2.token.expires-in-true", "oauth2.bearer.expired"},
		Change: func(p *mockserver.Policy) {
			p.Access = func(c mockserver.AccessClaims, now time.Time) bool {
				return now.Before(c.Issued.Add(10*c.Expires.Sub(c.Issued))) && !now.Before(c.Issued.Add(-time.Minute))
			}
		},
	},
	{
		ID: "token.expires-early", Story: "Access tokens expire after half the announced time.",
		Aims: []string{"oauth2.token.expires-in-true", "ha.llat.lifespan"},
		Change: func(p *mockserver.Policy) {
			strict := p.Access
			p.Access = func(c mockserver.AccessClaims, now time.Time) bool {
				return strict(c, now) && now.Before(c.Issued.Add(c.Expires.Sub(c.Issued)/2))
			}
		},
	},
	{
		ID: "token.inactive", Story: "A code is redeemed although its user was deactivated meanwhile.",
		Aims:   []string{"ha.flow.inactive-user", "ha.token.inactive-user", "ha.mfa.inactive"},
		Change: func(p *mockserver.Policy) { p.Inactive = mock.Is(false) },
	},
	{
		ID: "token.inactive-word", Story: "A deactivated user's code is refused with 400 and a non-standard error code.",
		Aims:   []string{"ha.token.inactive-user"},
		Change: answers(codeGrant, all(status(400), word("access_denied", "user_inactive")), 403),
	},
	{
		ID: "token.no-cors", Story: "Pages from other origins cannot read the token endpoint.",
		Aims: []string{"oauth2.token.cors", "ha.cors.token-read", "ha.cors.token-preflight"},
		Change: func(p *mockserver.Policy) {
			strict := p.PublicCORS
			p.PublicCORS = func(path string) bool { return path != "/auth/token" && strict(path) }
		},
	},
	{
		ID: "token.cors-credentials", Story: "The token endpoint allows credentialed cross-origin requests.",
		Aims:   []string{"oauth2.token.cors", "ha.cors.no-credentials"},
		Change: answers(tokenEndpoint, header("Access-Control-Allow-Credentials", "true")),
	},
}
