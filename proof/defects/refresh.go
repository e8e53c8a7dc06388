package defects

import (
	"net/url"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

// refreshes accepts client ids at a refresh that a careless comparison takes for equal.
func refreshes(like func(own, given string) bool) change {
	return func(p *mockserver.Policy) {
		strict := p.Refresh
		p.Refresh = func(r store.Refresh, clientID string, now time.Time) *mock.Refusal {
			if like(r.ClientID, clientID) {
				clientID = r.ClientID
			}
			return strict(r, clientID, now)
		}
	}
}

// refusedRefresh edits the refusals of refresh grants that w picks.
func refusedRefresh(w when, with func(mock.Answer) mock.Answer) change {
	return answers(refreshGrant.and(w), with, 400)
}

var refreshDefects = []Defect[mockserver.Policy]{
	{
		ID: "refresh.not-supported", Story: "The refresh grant is announced but answered with unsupported_grant_type.",
		Aims:   []string{"oauth2.refresh.grant"},
		Change: answers(refreshGrant, refused("unsupported_grant_type"), 200),
	},
	{
		ID: "refresh.rotates", Story: "Each refresh returns a new refresh token, which the home's apps do not store.",
		Aims: []string{"ha.refresh.no-rotation"},
		Change: func(p *mockserver.Policy) {
			p.TokenAnswer = func(r store.Refresh, access string, ttl time.Duration, _ bool) map[string]any {
				return map[string]any{
					"access_token":     access,
					"token_type":       "Bearer",
					"expires_in":       int(ttl.Seconds()),
					"refresh_token":    r.Token,
					"ha_auth_provider": r.Provider,
				}
			}
		},
	},
	{
		ID: "refresh.thrice", Story: "A refresh token stops working at its third use.",
		Aims: []string{"ha.refresh.no-rotation"},
		Change: func(p *mockserver.Policy) {
			answers(refreshGrant.and(sentBefore("refresh_token", 2)), refused("invalid_grant"), 200)(p)
		},
	},
	{
		ID: "refresh.any-client", Story: "A refresh token works for every client.",
		Aims:   []string{"oauth2.refresh.client-bound"},
		Change: refreshes(func(_, given string) bool { return given != "" }),
	},
	{
		ID: "refresh.host-only", Story: "At a refresh, only the hosts of client ids are compared.",
		Aims:   []string{"oauth2.refresh.client-bound"},
		Change: refreshes(func(own, given string) bool { return host(own) == host(given) }),
	},
	{
		ID: "refresh.client-prefix", Story: "At a refresh, a client id that begins with the right one is accepted.",
		Aims:   []string{"oauth2.refresh.client-bound"},
		Change: refreshes(func(own, given string) bool { return given != "" && strings.HasPrefix(given, own) }),
	},
	{
		ID: "refresh.no-client", Story: "A refresh without client_id works, as for long-lived tokens.",
		Aims: []string{"oauth2.refresh.client-id-required"},
		Change: func(p *mockserver.Policy) {
			refreshes(func(_, given string) bool { return given == "" })(p)
		},
	},
	{
		ID: "refresh.empty-client", Story: "A refresh with an empty client_id works.",
		Aims: []string{"oauth2.refresh.client-id-required"},
		Change: func(p *mockserver.Policy) {
			takes(refreshGrant.and(has("client_id")).and(lacks("client_id")), set("client_id", "http://any.example/"))(p)
			refreshes(func(_, given string) bool { return given == "http://any.example/" })(p)
		},
	},
	{
		ID: "refresh.dead-401", Story: "A dead refresh token is answered with 401, so apps retry forever.",
		Aims: []string{"ha.refresh.error", "oauth2.error.status-400"},
		Change: answers(refreshGrant, func(a mock.Answer) mock.Answer {
			if strings.Contains(string(a.Body), "invalid_grant") {
				a.Status = 401
			}
			return a
		}, 400),
	},
	{
		ID: "refresh.dead-word", Story: "A dead refresh token is refused with invalid_token, so apps do not end the session.",
		Aims:   []string{"ha.refresh.error"},
		Change: answers(refreshGrant, word("invalid_grant", "invalid_token"), 400),
	},
	{
		ID: "refresh.long-token-500", Story: "A long refresh token overflows its database column.",
		Aims:   []string{"ha.refresh.error", "robust.token.words"},
		Change: refusedRefresh(tokenIs(func(t string) bool { return len(t) > 1000 }), status(500)),
	},
	{
		ID: "refresh.missing-500", Story: "A refresh without a token causes an uncaught exception.",
		Aims:   []string{"oauth2.refresh.missing-token", "robust.form.bytes"},
		Change: refusedRefresh(func(r mock.Request) bool { return !has("refresh_token")(r) }, status(500)),
	},
	{
		ID: "refresh.empty-404", Story: "An empty refresh token is answered with 404.",
		Aims:   []string{"oauth2.refresh.missing-token"},
		Change: refusedRefresh(has("refresh_token").and(lacks("refresh_token")), status(404)),
	},
	{
		ID:     "refresh.missing-word",
		Story:  "A refresh without a token is refused with invalid_grant, which ends the session of an app that made a mistake.",
		Aims:   []string{"oauth2.refresh.missing-token"},
		Change: refusedRefresh(func(r mock.Request) bool { return !has("refresh_token")(r) }, word("invalid_request", "invalid_grant")),
	},
	{
		ID: "refresh.malformed-client-403", Story: "A malformed client_id at a refresh is answered with 403.",
		Aims: []string{"oauth2.refresh.malformed-client"},
		Change: refusedRefresh(func(r mock.Request) bool {
			return has("client_id")(r) && parsed(fields(r).Get("client_id")).Scheme == ""
		}, status(403)),
	},
	{
		ID: "refresh.takes-access", Story: "An access token works as a refresh token.",
		Aims: []string{"oauth2.refresh.access-token-refused", "ha.llat.not-a-refresh-token"},
		Change: answers(refreshGrant.and(tokenIs(func(t string) bool {
			return strings.Count(t, ".") == 2
		})), ok(`{"access_token":"a.b.c","token_type":"Bearer","expires_in":1800}`), 400),
	},
	{
		ID: "refresh.is-access", Story: "A refresh token opens the API.",
		Aims: []string{"oauth2.refresh.not-at-rs", "oauth2.bearer.refresh-refused"},
		Change: func(p *mockserver.Policy) {
			answers(bearing(remembered(&p.NewRefresh)), ok(`{"message":"API running."}`), 401)(p)
		},
	},
	{
		ID: "refresh.first-half", Story: "Refresh tokens are looked up by their first half.",
		Aims:   []string{"oauth2.refresh.tampered"},
		Change: keeps(foundByFirst(64)),
	},
	{
		ID: "refresh.truncated-column", Story: "Refresh tokens are compared by their first 120 characters.",
		Aims:   []string{"oauth2.refresh.tampered"},
		Change: keeps(foundByFirst(120)),
	},
	{
		ID: "refresh.case-folded", Story: "Refresh tokens are compared without regard to case.",
		Aims: []string{"oauth2.refresh.tampered"},
		Change: func(p *mockserver.Policy) {
			given := remembered(&p.NewRefresh)
			takes(refreshGrant.and(tokenIs(func(t string) bool { return given(strings.ToLower(t)) })), withFields(func(v url.Values) {
				v.Set("refresh_token", strings.ToLower(v.Get("refresh_token")))
			}))(p)
		},
	},
	{
		ID: "refresh.kills-older", Story: "A refresh ends the previous access token.",
		Aims:   []string{"oauth2.refresh.old-access-lives", "oauth2.refresh.parallel"},
		Change: keeps(newest),
	},
	{
		ID: "refresh.three-uses", Story: "After three refreshes a session is rate-limited.",
		Aims: []string{"oauth2.refresh.parallel"},
		Change: func(p *mockserver.Policy) {
			answers(refreshGrant.and(sentBefore("refresh_token", 3)), refused("temporarily_unavailable"), 200)(p)
		},
	},
	{
		ID: "refresh.scope-refused", Story: "A scope at a refresh is refused with invalid_scope.",
		Aims:   []string{"oauth2.refresh.scope-ignored"},
		Change: answers(refreshGrant.and(has("scope")), refused("invalid_scope"), 200),
	},
	{
		ID: "refresh.dies-with-access", Story: "A session ends with its access token.",
		Aims: []string{"ha.refresh.after-expiry", "ha.refresh.sliding"},
		Change: func(p *mockserver.Policy) {
			p.Alive = func(r store.Refresh, now time.Time) bool {
				return r.Type == store.LongLived || now.Sub(r.Used) <= r.TTL
			}
		},
	},
	{
		ID: "refresh.absolute-end", Story: "A session ends 90 days after login, however often it is used.",
		Aims: []string{"ha.refresh.sliding"},
		Change: func(p *mockserver.Policy) {
			strict := p.Alive
			p.Alive = func(r store.Refresh, now time.Time) bool {
				return strict(r, now) && (r.Type == store.LongLived || now.Sub(r.Created) <= 90*24*time.Hour)
			}
		},
	},
	{
		ID: "refresh.no-idle-end", Story: "An unused session lives forever.",
		Aims: []string{"ha.refresh.idle-expiry"},
		Change: func(p *mockserver.Policy) {
			strict := p.Alive
			p.Alive = func(r store.Refresh, now time.Time) bool { return r.Type == store.Normal || strict(r, now) }
		},
	},
	{
		ID: "refresh.idle-unit", Story: "The idle time is ninety weeks instead of ninety days.",
		Aims: []string{"ha.refresh.idle-expiry"},
		Change: func(p *mockserver.Policy) {
			strict := p.Alive
			p.Alive = func(r store.Refresh, now time.Time) bool {
				return strict(r, now) || r.Type == store.Normal && now.Sub(r.Used) < 90*7*24*time.Hour
			}
		},
	},
	{
		ID: "refresh.inactive", Story: "Deactivating a user ends no session, and a refresh does not check the user.",
		Aims: []string{"ha.refresh.user-inactive"},
		Change: func(p *mockserver.Policy) {
			p.Ends = except(p.Ends, []mockserver.End{mockserver.EndDeactivated})
			p.Inactive = mock.Is(false)
		},
	},
}
