package defects

import (
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

const askLasting = "auth/long_lived_access_token"

// lasting edits the requests for long-lived tokens.
func lasting(edit func(map[string]any)) change {
	return hears(func(m map[string]any) map[string]any {
		if kind(m, askLasting) {
			edit(m)
		}
		return m
	})
}

// lastingAlive changes whether long-lived tokens are still valid.
func lastingAlive(alive func(r store.Refresh, now time.Time) bool) change {
	return func(p *mockserver.Policy) {
		strict, access := p.Alive, p.Access
		p.Alive = func(r store.Refresh, now time.Time) bool {
			if r.Type == store.LongLived {
				return alive(r, now)
			}
			return strict(r, now)
		}
		p.Access = func(c mockserver.AccessClaims, now time.Time) bool {
			return access(c, now) || c.Expires.Sub(c.Issued) > time.Hour || c.Expires.Before(c.Issued)
		}
	}
}

var longLivedDefects = []Defect[mockserver.Policy]{
	{
		ID: "llat.dead-on-arrival", Story: "A long-lived token is stored without its key and works nowhere.",
		Aims:   []string{"ha.llat.created"},
		Change: lastingAlive(func(store.Refresh, time.Time) bool { return false }),
	},
	{
		ID: "llat.not-at-socket", Story: "A long-lived token opens the API but not the WebSocket.",
		Aims: []string{"ha.llat.created"},
		Change: func(p *mockserver.Policy) {
			p.SocketSessions = func(r store.Refresh) bool { return r.Type == store.Normal }
		},
	},
	{
		ID: "llat.dies-with-session", Story: "A long-lived token ends with the session that created it.",
		Aims:   []string{"ha.llat.outlives-session"},
		Change: keeps(chaining),
	},
	{
		ID: "llat.for-ever", Story: "lifespan is stored but never enforced.",
		Aims:   []string{"ha.llat.lifespan"},
		Change: lastingAlive(func(store.Refresh, time.Time) bool { return true }),
	},
	{
		ID: "llat.hours", Story: "lifespan is read as hours.",
		Aims:   []string{"ha.llat.lifespan"},
		Change: lastingAlive(func(r store.Refresh, now time.Time) bool { return now.Before(r.Created.Add(r.TTL / 24)) }),
	},
	{
		ID: "llat.negative-life", Story: "A negative lifespan loses its sign.",
		Aims: []string{"ha.llat.lifespan-over"},
		Change: lasting(func(m map[string]any) {
			if days, ok := m["lifespan"].(float64); ok && days < 0 {
				m["lifespan"] = -days
			}
		}),
	},
	{
		ID: "llat.not-revocable", Story: "Deleting a long-lived token only removes it from the list.",
		Aims:   []string{"ha.llat.revocable"},
		Change: keeps(remembering),
	},
	{
		ID: "llat.delete-takes-all", Story: "Deleting one long-lived token deletes all of the user's tokens.",
		Aims:   []string{"ha.llat.revocable"},
		Change: keeps(chaining),
	},
	{
		ID: "llat.listed-as-normal", Story: "The list shows a long-lived token as a normal session.",
		Aims:   []string{"ha.llat.listed"},
		Change: eachSession(func(g map[string]any) { g["type"] = "normal" }),
	},
	{
		ID: "llat.unlisted", Story: "Long-lived tokens are in no list, so users cannot find them again.",
		Aims: []string{"ha.llat.listed"},
		Change: eachSession(func(g map[string]any) {
			if g["type"] == "long_lived_access_token" {
				g["client_name"] = nil
			}
		}),
	},
	{
		ID: "llat.list-shows-token", Story: "The list also shows the long-lived tokens themselves.",
		Aims: []string{"ha.llat.listed"},
		Change: eachSession(func(g map[string]any) {
			if g["type"] == "long_lived_access_token" {
				g["token"] = strings.Repeat("a", 40) + "." + strings.Repeat("b", 40) + "." + strings.Repeat("c", 40)
			}
		}),
	},
	{
		ID: "llat.same-name", Story: "Two long-lived tokens can have the same name, so users cannot tell which one to delete.",
		Aims:   []string{"ha.llat.name-unique"},
		Change: anyName,
	},
	{
		ID: "llat.same-name-replaces", Story: "A second token with the same name silently replaces the first.",
		Aims:   []string{"ha.llat.name-unique"},
		Change: both(keeps(oneOfAName(replaces)), anyName),
	},
	{
		ID: "llat.name-across-users", Story: "A token name that another user has taken returns that user's token.",
		Aims:   []string{"ha.llat.name-unique", "ha.llat.name-per-user"},
		Change: both(keeps(oneOfAName(joins)), anyName),
	},
	{
		ID: "llat.name-takes-over", Story: "If a second user creates a token of the same name, the first user's token becomes theirs too.",
		Aims:   []string{"ha.llat.name-per-user"},
		Change: both(keeps(oneOfAName(takesOver)), anyName),
	},
	{
		ID: "llat.refreshes", Story: "A long-lived token can be refreshed.",
		Aims: []string{"oauth2.refresh.access-token-refused", "ha.llat.not-a-refresh-token"},
		Change: answers(refreshGrant.and(tokenIs(func(t string) bool {
			return strings.Count(t, ".") == 2
		})), ok(`{"access_token":"a.b.c","token_type":"Bearer","expires_in":1800}`), 400),
	},
	{
		ID: "llat.refreshes-without-client", Story: "A long-lived token can be refreshed if no client is named.",
		Aims: []string{"ha.llat.not-a-refresh-token"},
		Change: answers(refreshGrant.and(lacks("client_id")).and(tokenIs(func(t string) bool {
			return strings.Count(t, ".") == 2
		})), ok(`{"access_token":"a.b.c","token_type":"Bearer","expires_in":1800}`), 400),
	},
	{
		ID: "llat.revoke-500", Story: "Revoking something other than a refresh token causes an uncaught exception.",
		Aims:   []string{"ha.revoke.access-token", "ha.llat.not-for-link", "robust.token.words"},
		Change: answers(revokeRequest.and(func(r mock.Request) bool { return strings.Count(fields(r).Get("token"), ".") == 2 }), status(500)),
	},
	{
		ID: "llat.revoke-ends", Story: "Anyone who sees a long-lived token can revoke it at /auth/revoke.",
		Aims:   []string{"ha.llat.not-for-link"},
		Change: keeps(foundByAccess),
	},
	{
		ID: "llat.unsigned", Story: "Long-lived tokens are recognised by iss alone.",
		Aims: []string{"ha.llat.tampered"},
		Change: opensTo(func(s string) bool {
			parts := strings.Split(strings.TrimPrefix(s, "Bearer "), ".")
			return len(parts) == 3 && strings.Contains(jwtAlg(s), "HS256") && strings.Contains(unbase64(parts[1]), `"iss"`)
		}),
	},
	{
		ID: "llat.default-life", Story: "Without a lifespan a token lives for ten years.",
		Aims: []string{"ha.llat.needs-fields"},
		Change: lasting(func(m map[string]any) {
			if _, there := m["lifespan"]; !there {
				m["lifespan"] = float64(3650)
			}
		}),
	},
	{
		ID: "llat.null-life", Story: "A lifespan of null means ten years.",
		Aims: []string{"ha.llat.needs-fields"},
		Change: lasting(func(m map[string]any) {
			if v, there := m["lifespan"]; there && v == nil {
				m["lifespan"] = float64(3650)
			}
		}),
	},
	{
		ID: "llat.word-life", Story: "A lifespan in words means ten years.",
		Aims: []string{"ha.llat.needs-fields"},
		Change: lasting(func(m map[string]any) {
			if _, word := m["lifespan"].(string); word {
				m["lifespan"] = float64(3650)
			}
		}),
	},
	{
		ID: "llat.nameless", Story: "A long-lived token does not need a name.",
		Aims: []string{"ha.llat.needs-fields"},
		Change: lasting(func(m map[string]any) {
			if _, there := m["client_name"]; !there {
				m["client_name"] = "nameless"
			}
		}),
	},
	{
		ID: "llat.number-name", Story: "A numeric name is converted to text.",
		Aims: []string{"ha.llat.needs-fields"},
		Change: lasting(func(m map[string]any) {
			if _, number := m["client_name"].(float64); number {
				m["client_name"] = textOf(m["client_name"])
			}
		}),
	},
	{
		ID: "llat.outlives-deactivation", Story: "Deactivating a user ends the sessions but not the long-lived tokens.",
		Aims: []string{"ha.bearer.user-inactive", "ha.llat.dies-with-user"},
		Change: func(p *mockserver.Policy) {
			p.Ends = except(p.Ends, []mockserver.End{mockserver.EndDeactivated})
			p.Caller = func(there bool, _ mockserver.User) bool { return there }
		},
	},
	{
		ID: "llat.all-rights", Story: "A long-lived token has administrator rights, even for a plain user.",
		Aims: []string{"ha.ws.admin-only", "ha.llat.rights"},
		Change: func(p *mockserver.Policy) {
			p.AdminOnly = func(command string, admin bool) bool { return !admin && command != "config/auth/list" }
		},
	},
	{
		ID: "llat.bounded", Story: "No long-lived token may live longer than a thousand years.",
		Aims:   []string{"ha.llat.forever"},
		Change: func(p *mockserver.Policy) { p.Lifespan = func(days float64) bool { return days >= 1 } },
	},
}
