package defects

import (
	"fmt"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

var websocketDefects = []Defect[mockserver.Policy]{
	{
		ID: "ws.no-greeting", Story: "The server waits for auth without sending a greeting first.",
		Aims: []string{"ha.ws.auth-required"},
		Change: says(func(m map[string]any) map[string]any {
			if kind(m, "auth_required") {
				return nil
			}
			return m
		}),
	},
	{
		ID: "ws.no-version", Story: "The greeting does not contain the release.",
		Aims: []string{"ha.ws.auth-required", "ha.ws.version"},
		Change: says(func(m map[string]any) map[string]any {
			if kind(m, "auth_required") {
				delete(m, "ha_version")
			}
			return m
		}),
	},
	{
		ID: "ws.other-version", Story: "The greeting contains a hard-coded release.",
		Aims: []string{"ha.ws.version"},
		Change: says(func(m map[string]any) map[string]any {
			if kind(m, "auth_required") {
				m["ha_version"] = "2020.1.0"
			}
			return m
		}),
	},
	{
		ID: "ws.ok-spelled-otherwise", Story: "The answer to auth is named authenticated.",
		Aims: []string{"ha.ws.auth-ok", "ha.ws.auth-unread"},
		Change: says(func(m map[string]any) map[string]any {
			if kind(m, "auth_ok") {
				m["type"] = "authenticated"
			}
			return m
		}),
	},
	{
		ID: "ws.ping-refused", Story: "ping is an unknown command.",
		Aims: []string{"ha.ws.auth-ok", "ha.ws.ping"},
		Change: hears(func(m map[string]any) map[string]any {
			if kind(m, "ping") {
				m["type"] = "pingpong"
			}
			return m
		}),
	},
	{
		ID: "ws.any-token", Story: "Any token gets auth_ok, even a wrong one.",
		Aims: []string{"ha.ws.auth-invalid", "ha.ws.revoked", "ha.ws.expired"},
		Change: says(func(m map[string]any) map[string]any {
			if kind(m, "auth_invalid") && strings.HasPrefix(fmt.Sprint(m["message"]), "Invalid") {
				return map[string]any{"type": "auth_ok", "ha_version": "2026.11.0"}
			}
			return m
		}),
	},
	{
		ID:    "ws.invalid-silent",
		Story: "A wrong token closes the socket without auth_invalid, so apps retry instead of asking for a login.",
		Aims:  []string{"ha.ws.auth-invalid", "ha.ws.revoked", "ha.ws.expired"},
		Change: says(func(m map[string]any) map[string]any {
			if kind(m, "auth_invalid") {
				return nil
			}
			return m
		}),
	},
	{
		ID: "ws.invalid-open", Story: "After auth_invalid the socket stays open, so more tokens can be tried.",
		Aims:   []string{"ha.ws.auth-invalid", "ha.ws.wrong-shape", "ha.ws.commands-before-auth"},
		Change: func(p *mockserver.Policy) { p.LingerAfterAuth = mock.Is(true) },
	},
	{
		ID: "ws.revoked", Story: "The socket checks only a token's signature, not whether its session is still valid.",
		Aims:   []string{"ha.ws.revoked"},
		Change: keeps(remembering),
	},
	{
		ID: "ws.shape-unread", Story: "A first message of any type is accepted if it contains a token.",
		Aims: []string{"ha.ws.wrong-shape"},
		Change: hears(func(m map[string]any) map[string]any {
			if _, ok := m["access_token"]; ok {
				m["type"] = "auth"
			}
			return m
		}),
	},
	{
		ID: "ws.extra-member", Story: "Extra members beside type and token are ignored.",
		Aims: []string{"ha.ws.wrong-shape"},
		Change: hears(func(m map[string]any) map[string]any {
			if kind(m, "auth") {
				delete(m, "x")
			}
			return m
		}),
	},
	{
		ID: "ws.no-token-pong", Story: "A first message without a token is answered with pong.",
		Aims: []string{"ha.ws.wrong-shape", "ha.ws.commands-before-auth"},
		Change: says(func(m map[string]any) map[string]any {
			if kind(m, "auth_invalid") && strings.HasPrefix(fmt.Sprint(m["message"]), "Auth message") {
				return map[string]any{"type": "pong"}
			}
			return m
		}),
	},
	{
		ID: "ws.text-answered", Story: "A frame that is not JSON is answered with a result.",
		Aims:   []string{"ha.ws.wrong-shape", "ha.ws.no-json"},
		Change: func(p *mockserver.Policy) { p.AnswersJunk = mock.Is(true) },
	},
	{
		ID: "ws.commands-before-auth", Story: "Commands are answered before auth.",
		Aims: []string{"ha.ws.wrong-shape", "ha.ws.commands-before-auth"},
		Change: says(func(m map[string]any) map[string]any {
			if kind(m, "auth_invalid") && strings.HasPrefix(fmt.Sprint(m["message"]), "Auth message") {
				return map[string]any{"id": 1, "type": "result", "success": true, "result": map[string]any{}}
			}
			return m
		}),
	},
	{
		ID: "ws.patient", Story: "A socket that sends nothing stays open for an hour.",
		Aims:   []string{"ha.ws.silence"},
		Change: func(p *mockserver.Policy) { p.SocketAuthTTL = mock.Is(time.Hour) },
	},
	{
		ID: "ws.open-after-revoke", Story: "A socket outlives the revocation of its session.",
		Aims:   []string{"ha.ws.closed-by-revoke"},
		Change: notClosing(mockserver.EndRevoked),
	},
	{
		ID: "ws.open-after-legacy", Story: "A socket outlives action=revoke, which closes none.",
		Aims:   []string{"ha.ws.closed-by-legacy-revoke"},
		Change: notClosing(mockserver.EndLegacy),
	},
	{
		ID: "ws.open-after-delete", Story: "A socket outlives the deletion of its session.",
		Aims:   []string{"ha.ws.closed-by-delete"},
		Change: notClosing(mockserver.EndDeleted),
	},
	{
		ID: "ws.delete-nothing", Story: "auth/delete_refresh_token closes the socket and forgets the session.",
		Aims:   []string{"ha.ws.closed-by-delete", "ha.llat.revocable", "ha.ws.ends-itself"},
		Change: notEnding(mockserver.EndDeleted),
	},
	{
		ID: "ws.delete-refused", Story: "auth/delete_refresh_token fails after its work is done.",
		Aims:   []string{"ha.ws.closed-by-delete"},
		Change: refusing("auth/delete_refresh_token", "unknown_error"),
	},
	{
		ID: "ws.open-after-deactivation", Story: "A deactivated user's socket keeps working.",
		Aims:   []string{"ha.ws.closed-by-deactivation"},
		Change: notClosing(mockserver.EndDeactivated),
	},
	{
		ID: "ws.revoke-closes-all", Story: "The end of one session closes all sockets.",
		Aims:   []string{"ha.ws.others-stay-open"},
		Change: func(p *mockserver.Policy) { p.ClosesAll = mock.Is(true) },
	},
	{
		ID: "ws.delete-all-one", Story: "auth/delete_all_refresh_tokens reports success and deletes nothing.",
		Aims:   []string{"ha.ws.delete-all"},
		Change: notEnding(mockserver.EndAllDeleted),
	},
	{
		ID: "ws.delete-all-mine", Story: "auth/delete_all_refresh_tokens also deletes the current session.",
		Aims:   []string{"ha.ws.delete-all"},
		Change: hears(func(m map[string]any) map[string]any { delete(m, "delete_current_token"); return m }),
	},
	{
		ID: "ws.delete-all-refused", Story: "auth/delete_all_refresh_tokens reports an error although it did its work.",
		Aims:   []string{"ha.ws.delete-all"},
		Change: refusing("auth/delete_all_refresh_tokens", "unknown_error"),
	},
	{
		ID: "ws.expired", Story: "The socket does not check a token's exp.",
		Aims:   []string{"ha.ws.expired"},
		Change: func(p *mockserver.Policy) { p.SocketIgnoresExpiry = mock.Is(true) },
	},
}
