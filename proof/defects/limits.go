package defects

import (
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

// limitDefects are limits that are slightly wrong.
var limitDefects = []Defect[mockserver.Policy]{
	{
		ID: "limits.code-longer", Story: "A code lives ten minutes and fifteen seconds, to allow for clock skew.",
		Aims:   []string{"ha.code.ten-minutes"},
		Change: redeem(func(c *store.Code, _ *string, _ **string, _ *time.Time) { c.Issued = c.Issued.Add(15 * time.Second) }),
	},
	{
		ID: "limits.code-shorter", Story: "A code lives nine and a half minutes instead of ten.",
		Aims:   []string{"ha.code.ten-minutes"},
		Change: redeem(func(c *store.Code, _ *string, _ **string, _ *time.Time) { c.Issued = c.Issued.Add(-30 * time.Second) }),
	},
	{
		ID: "limits.access-longer", Story: "An access token is accepted for twenty seconds after it expires.",
		Aims: []string{"ha.token.thirty-minutes"},
		Change: func(p *mockserver.Policy) {
			strict := p.Access
			p.Access = func(c mockserver.AccessClaims, now time.Time) bool {
				c.Expires = c.Expires.Add(20 * time.Second)
				return strict(c, now)
			}
		},
	},
	{
		ID: "limits.access-shorter", Story: "An access token is refused half a minute before it expires.",
		Aims: []string{"ha.token.thirty-minutes"},
		Change: func(p *mockserver.Policy) {
			strict := p.Access
			p.Access = func(c mockserver.AccessClaims, now time.Time) bool {
				c.Expires = c.Expires.Add(-30 * time.Second)
				return strict(c, now)
			}
		},
	},
	{
		ID: "limits.idle-longer", Story: "An idle session lives five minutes longer than ninety days.",
		Aims: []string{"ha.refresh.idle-expiry"},
		Change: func(p *mockserver.Policy) {
			strict := p.Alive
			p.Alive = func(r store.Refresh, now time.Time) bool {
				if r.Type == store.Normal {
					now = now.Add(-5 * time.Minute)
				}
				return strict(r, now)
			}
		},
	},
	{
		ID: "limits.idle-shorter", Story: "An idle session lives five minutes less than ninety days.",
		Aims: []string{"ha.refresh.sliding"},
		Change: func(p *mockserver.Policy) {
			strict := p.Alive
			p.Alive = func(r store.Refresh, now time.Time) bool {
				if r.Type == store.Normal {
					now = now.Add(5 * time.Minute)
				}
				return strict(r, now)
			}
		},
	},
	{
		ID: "limits.signed-longer", Story: "A signed path is accepted up to ten seconds after its expiry, as access tokens are.",
		Aims: []string{"ha.signed-path.expires", "ha.signed-path.expires-as-asked"},
		Change: signs(func(c mockserver.PathClaims, path, query string, now time.Time) (mockserver.PathClaims, string, string) {
			c.Expires = c.Expires.Add(10 * time.Second)
			return c, path, query
		}),
	},
	{
		ID: "limits.signed-shorter", Story: "Without a requested lifetime a path is signed for twenty seconds.",
		Aims:   []string{"ha.signed-path.expires"},
		Change: func(p *mockserver.Policy) { p.SignedPathTTL = mock.Is(20 * time.Second) },
	},
	{
		ID: "limits.lasting-longer", Story: "A long-lived token lives one minute too long.",
		Aims: []string{"ha.llat.lifespan"},
		Change: func(p *mockserver.Policy) {
			alive, holds := p.Alive, p.Access
			p.Alive = func(r store.Refresh, now time.Time) bool {
				if r.Type == store.LongLived {
					now = now.Add(-time.Minute)
				}
				return alive(r, now)
			}
			p.Access = func(c mockserver.AccessClaims, now time.Time) bool {
				if c.Expires.Sub(c.Issued) > time.Hour {
					c.Expires = c.Expires.Add(time.Minute)
				}
				return holds(c, now)
			}
		},
	},
	{
		ID: "limits.factor-longer", Story: "The second factor may be given half a minute after its five minutes.",
		Aims:   []string{"ha.mfa.expires"},
		Change: func(p *mockserver.Policy) { p.MFATTL = mock.Is(5*time.Minute + 30*time.Second) },
	},
	{
		ID: "limits.factor-shorter", Story: "The second factor times out half a minute before its five minutes.",
		Aims:   []string{"ha.mfa.expires"},
		Change: func(p *mockserver.Policy) { p.MFATTL = mock.Is(5*time.Minute - 30*time.Second) },
	},
	{
		ID: "limits.factor-two-back", Story: "A second-factor code is accepted two time steps late.",
		Aims:   []string{"ha.mfa.old-code"},
		Change: within(-time.Minute),
	},
	{
		ID: "limits.factor-two-ahead", Story: "A second-factor code is accepted two time steps early.",
		Aims:   []string{"ha.mfa.old-code"},
		Change: within(time.Minute),
	},
}
