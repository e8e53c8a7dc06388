package defects

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

var websocketCommandDefects = []Defect[mockserver.Policy]{
	{
		ID: "ws.no-id", Story: "Commands without an id are answered.",
		Aims: []string{"ha.ws.id-required"},
		Change: says(func(m map[string]any) map[string]any {
			if m["id"] == nil && m["success"] == false {
				return map[string]any{"type": "pong"}
			}
			return m
		}),
	},
	{
		ID: "ws.id-falls", Story: "Ids may be reused.",
		Aims: []string{"ha.ws.id-rises"},
		Change: says(func(m map[string]any) map[string]any {
			if e, ok := m["error"].(map[string]string); ok && e["code"] == "id_reuse" {
				return map[string]any{"id": m["id"], "type": "pong"}
			}
			return m
		}),
	},
	{
		ID: "ws.unknown-ok", Story: "An unknown command is answered with success.",
		Aims: []string{"ha.ws.unknown-command"},
		Change: says(func(m map[string]any) map[string]any {
			if e, ok := m["error"].(map[string]string); ok && e["code"] == "unknown_command" {
				return map[string]any{"id": m["id"], "type": "result", "success": true, "result": nil}
			}
			return m
		}),
	},
	{
		ID: "ws.pong-without-id", Story: "pong does not contain the id of its ping.",
		Aims: []string{"ha.ws.ping", "robust.websocket"},
		Change: says(func(m map[string]any) map[string]any {
			if kind(m, "pong") && m["id"] == int64(7) {
				m["id"] = 0
			}
			return m
		}),
	},
	{
		ID: "ws.pong-is-result", Story: "A ping is answered with a result instead of a pong.",
		Aims: []string{"ha.ws.ping"},
		Change: says(func(m map[string]any) map[string]any {
			if kind(m, "pong") && m["id"] == int64(7) {
				return map[string]any{"id": m["id"], "type": "result", "success": true, "result": nil}
			}
			return m
		}),
	},
	{
		ID: "ws.no-features", Story: "supported_features, the first command that the frontend sends, is refused.",
		Aims:   []string{"ha.ws.supported-features"},
		Change: refusing("supported_features", "unknown_command"),
	},
	{
		ID: "ws.no-current-user", Story: "auth/current_user is refused.",
		Aims:   []string{"ha.ws.current-user"},
		Change: refusing("auth/current_user", "unknown_command"),
	},
	{
		ID: "ws.user-rights-words", Story: "is_admin is the string yes.",
		Aims: []string{"ha.ws.current-user"},
		Change: resultOf("auth/current_user", func(m map[string]any) map[string]any {
			if user, ok := m["result"].(map[string]any); ok {
				m["result"] = map[string]any{"id": user["id"], "name": user["name"], "is_owner": user["is_owner"], "is_admin": "yes"}
			}
			return m
		}),
	},
	{
		ID: "ws.no-sessions", Story: "auth/refresh_tokens is refused.",
		Aims:   []string{"ha.ws.refresh-tokens"},
		Change: refusing("auth/refresh_tokens", "unknown_command"),
	},
	{
		ID: "ws.sessions-undated", Story: "A session has no creation time.",
		Aims:   []string{"ha.ws.refresh-tokens"},
		Change: eachSession(func(g map[string]any) { delete(g, "created_at") }),
	},
	{
		ID: "ws.sessions-client", Story: "A session shows the host of its client instead of the client id.",
		Aims:   []string{"ha.ws.refresh-tokens"},
		Change: eachSession(func(g map[string]any) { g["client_id"] = host(fmt.Sprint(g["client_id"])) }),
	},
	{
		ID: "ws.sessions-none-current", Story: "No session is marked as the current one.",
		Aims:   []string{"ha.ws.refresh-tokens"},
		Change: eachSession(func(g map[string]any) { g["is_current"] = false }),
	},
	{
		ID: "ws.sessions-show-tokens", Story: "The list of sessions contains their refresh tokens.",
		Aims: []string{"ha.ws.refresh-tokens"},
		Change: func(p *mockserver.Policy) {
			kept := store.NewMemory()
			p.Store = func() store.Store { return kept }
			eachSession(func(g map[string]any) {
				if r, ok := kept.RefreshByID(fmt.Sprint(g["id"])); ok {
					g["token"] = r.Token
				}
			})(p)
		},
	},
	{
		ID: "ws.others-sessions", Story: "Anyone who knows a session's id can end it.",
		Aims:   []string{"ha.ws.own-tokens-only"},
		Change: func(p *mockserver.Policy) { p.OwnSession = func(store.Refresh, mockserver.User) bool { return true } },
	},
	{
		ID: "ws.admin-commands", Story: "Administrator commands are hidden in the page but open at the socket.",
		Aims:   []string{"ha.ws.admin-only", "ha.llat.rights"},
		Change: func(p *mockserver.Policy) { p.AdminOnly = func(string, bool) bool { return false } },
	},
	{
		ID: "ws.admin-list", Story: "Any user may list all users.",
		Aims: []string{"ha.ws.admin-only", "ha.llat.rights"},
		Change: func(p *mockserver.Policy) {
			p.AdminOnly = func(command string, admin bool) bool { return !admin && command != "config/auth/list" }
		},
	},
	{
		ID: "ws.events-open", Story: "Any user may subscribe to any event.",
		Aims:   []string{"ha.ws.events-restricted"},
		Change: func(p *mockserver.Policy) { p.MaySubscribe = func(string, bool) bool { return true } },
	},
	{
		ID: "ws.all-events-open", Story: "Single event types are restricted, but a subscription to all events is not.",
		Aims: []string{"ha.ws.events-restricted"},
		Change: func(p *mockserver.Policy) {
			before := p.MaySubscribe
			p.MaySubscribe = func(event string, admin bool) bool { return event == "" || before(event, admin) }
		},
	},
	{
		ID: "ws.unknown-events-open", Story: "Only known event types with sensitive data are refused; unknown ones are not.",
		Aims: []string{"ha.ws.events-restricted"},
		Change: func(p *mockserver.Policy) {
			before := p.MaySubscribe
			p.MaySubscribe = func(event string, admin bool) bool {
				return before(event, admin) || event != "" && !strings.Contains(event, "service")
			}
		},
	},
	{
		ID: "ws.admin-word", Story: "A plain user is refused with unknown_command.",
		Aims: []string{"ha.ws.admin-only"},
		Change: says(func(m map[string]any) map[string]any {
			if e, ok := m["error"].(map[string]string); ok && e["code"] == "unauthorized" {
				return failed(m["id"], "unknown_command")
			}
			return m
		}),
	},
	{
		ID: "ws.unknown-command-lingers", Story: "After an unknown command the next command is unknown too.",
		Aims: []string{"ha.ws.unknown-command"},
		Change: func(p *mockserver.Policy) {
			var lingers atomic.Bool
			hears(func(m map[string]any) map[string]any {
				if lingers.Swap(false) {
					m["type"] = "unknown/" + textOf(m["type"])
				}
				return m
			})(p)
			says(func(m map[string]any) map[string]any {
				e, _ := m["error"].(map[string]string)
				lingers.Store(e["code"] == "unknown_command")
				return m
			})(p)
		},
	},
}
