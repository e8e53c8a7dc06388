package defects

import (
	"fmt"
	"strings"
	"time"

	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

var websocketSessionDefects = []Defect[mockserver.Policy]{
	{
		ID: "ws.open-after-deletion", Story: "A deleted user's sockets stay open.",
		Aims:   []string{"ha.ws.closed-by-deletion"},
		Change: notClosing(mockserver.EndUserDeleted),
	},
	{
		ID: "ws.delete-unknown-ok", Story: "Deleting an unknown session reports success.",
		Aims: []string{"ha.ws.delete-unknown"},
		Change: says(func(m map[string]any) map[string]any {
			if e, ok := m["error"].(map[string]string); ok && e["code"] == "invalid_token_id" {
				return map[string]any{"id": m["id"], "type": "result", "success": true, "result": nil}
			}
			return m
		}),
	},
	{
		ID: "ws.delete-all-types", Story: "auth/delete_all_refresh_tokens ignores token_type.",
		Aims:   []string{"ha.ws.delete-all-types"},
		Change: asked(allSessions, func(m map[string]any) { delete(m, "token_type") }),
	},
	{
		ID: "ws.delete-all-normal", Story: "auth/delete_all_refresh_tokens deletes only normal sessions.",
		Aims:   []string{"ha.ws.delete-all-types"},
		Change: asked(allSessions, func(m map[string]any) { m["token_type"] = "normal" }),
	},
	{
		ID: "ws.delete-all-spares", Story: "auth/delete_all_refresh_tokens spares the current session by default.",
		Aims: []string{"ha.ws.delete-all-current"},
		Change: asked(allSessions, func(m map[string]any) {
			if _, given := m["delete_current_token"]; !given {
				m["delete_current_token"] = false
			}
		}),
	},
	{
		ID: "ws.delete-all-users", Story: "auth/delete_all_refresh_tokens deletes every user's tokens.",
		Aims:   []string{"ha.ws.delete-all-current"},
		Change: keeps(emptying),
	},
	{
		ID: "ws.open-after-delete-all", Story: "auth/delete_all_refresh_tokens leaves the sockets open.",
		Aims:   []string{"ha.ws.delete-all-current"},
		Change: notClosing(mockserver.EndAllDeleted),
	},
	{
		ID: "ws.admins-delete", Story: "Administrators may end anyone's session.",
		Aims: []string{"ha.ws.own-tokens-only-admin"},
		Change: func(p *mockserver.Policy) {
			own := p.OwnSession
			p.OwnSession = func(r store.Refresh, u mockserver.User) bool { return own(r, u) || u.Admin }
		},
	},
	{
		ID: "ws.expiry-not-switched", Story: "auth/refresh_token_set_expiry reports success and does nothing.",
		Aims: []string{"ha.ws.set-expiry", "ha.ws.without-expiry"},
		Change: asked(expirySwitch, func(m map[string]any) {
			m["type"] = "ping"
			delete(m, "refresh_token_id")
			delete(m, "enable_expiry")
		}),
	},
	{
		ID: "ws.expiry-one-way", Story: "A session's expiry can be switched off but not on again.",
		Aims:   []string{"ha.ws.set-expiry", "ha.ws.without-expiry"},
		Change: asked(expirySwitch, func(m map[string]any) { m["enable_expiry"] = false }),
	},
	{
		ID: "ws.expiry-for-show", Story: "A session without an expiry is shown as such but cleaned up like the others.",
		Aims: []string{"ha.ws.without-expiry"},
		Change: func(p *mockserver.Policy) {
			strict := p.Alive
			p.Alive = func(r store.Refresh, now time.Time) bool {
				r.NoExpiry = false
				return strict(r, now)
			}
		},
	},
	{
		ID: "ws.numbers-are-text", Story: "A number is converted to text.",
		Aims: []string{"ha.ws.member-types"},
		Change: hears(func(m map[string]any) map[string]any {
			for name, v := range m {
				if n, ok := v.(float64); ok && name != "id" && strings.HasSuffix(name, "name") {
					m[name] = fmt.Sprint(n)
				}
			}
			return m
		}),
	},
	{
		ID: "ws.null-is-empty", Story: "null is treated as an empty string.",
		Aims: []string{"ha.ws.member-types"},
		Change: hears(func(m map[string]any) map[string]any {
			for name, v := range m {
				if v == nil && name != "id" && name != "type" {
					m[name] = ""
				}
			}
			return m
		}),
	},
	{
		ID: "ws.strange-members", Story: "Unknown members of a command are ignored.",
		Aims: []string{"ha.ws.member-types"},
		Change: asked(userCreate, func(m map[string]any) {
			for name := range m {
				switch name {
				case "id", "type", "name", "group_ids", "local_only":
				default:
					delete(m, name)
				}
			}
		}),
	},
	{
		ID: "ws.sessions-cached", Story: "The list of sessions also has those of other users who asked for it before.",
		Aims: []string{"ha.ws.own-tokens-only"},
		Change: func(p *mockserver.Policy) {
			var asked idRecords
			resultOf("auth/refresh_tokens", func(m map[string]any) map[string]any {
				if list, ok := plainValue(m["result"]).([]any); ok {
					m["result"] = asked.merge(list)
				}
				return m
			})(p)
		},
	},
}

const (
	allSessions  = "auth/delete_all_refresh_tokens"
	expirySwitch = "auth/refresh_token_set_expiry"
)
