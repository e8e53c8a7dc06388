package defects

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

var loginProviderDefects = []Defect[mockserver.Policy]{
	{
		ID: "flow.finished-elsewhere", Story: "A login flow may be continued from any address.",
		Aims:   []string{"ha.flow.other-address"},
		Change: func(p *mockserver.Policy) { p.SameAddress = func(string, string) bool { return true } },
	},
	{
		ID: "trusted.no-options", Story: "The form of a trusted network lists no users.",
		Aims: []string{"ha.trusted.opens"},
		Change: answers(withoutPassword, object(func(m map[string]any) {
			if m["type"] == "form" {
				m["data_schema"] = []any{map[string]any{"type": "select", "name": "user", "required": true, "options": []any{}}}
			}
		}), 200),
	},
	{
		ID: "trusted.asks-for-name", Story: "The form of a trusted network asks the user to type a name.",
		Aims:   []string{"ha.trusted.opens"},
		Change: answers(withoutPassword, object(func(m map[string]any) { m["data_schema"] = []any{map[string]any{"name": "username"}} }), 200),
	},
	{
		ID: "trusted.always-first", Story: "The first user is logged in, whichever one was picked.",
		Aims:   []string{"ha.trusted.picked"},
		Change: keeps(func(m *store.Memory) store.Store { return &firstUser{Memory: m} }),
	},
	{
		ID: "trusted.unknown-let-in", Story: "An unknown user id gets a code.",
		Aims:   []string{"ha.trusted.invented-user"},
		Change: answers(picks, ok(aCode), 400),
	},
	{
		ID: "trusted.unknown-200", Story: "An unknown user id gets a form with an error instead of 400.",
		Aims:   []string{"ha.trusted.invented-user"},
		Change: answers(picks, ok(`{"type":"form","flow_id":"x","errors":{"base":"invalid_user"}}`), 400),
	},
	{
		ID: "trusted.any-user", Story: "trusted_users affects only the form; any user of the home may be picked.",
		Aims:   []string{"ha.trusted.unlisted-user"},
		Change: func(p *mockserver.Policy) { p.Picks = func(there, _ bool) bool { return there } },
	},
	{
		ID: "trusted.inactive-listed", Story: "The list contains deactivated users, who are refused only after they are picked.",
		Aims: []string{"ha.trusted.inactive-user"},
		Change: func(p *mockserver.Policy) {
			p.Pickable = func(u mockserver.User, listed bool) bool { return listed && !u.System }
		},
	},
	{
		ID: "trusted.redirect-unjudged", Story: "If no password is required, redirect_uri is not checked.",
		Aims:   []string{"ha.trusted.redirect"},
		Change: both(answers(withoutPassword, ok(aCode), 403), answers(picks, ok(aCode), 403)),
	},
	{
		ID: "trusted.bypass-unjudged", Story: "If no form is shown, redirect_uri is not checked.",
		Aims:   []string{"ha.trusted.redirect"},
		Change: answers(withoutPassword, ok(aCode), 403),
	},
	{
		ID: "trusted.offered-to-all", Story: "The trusted networks provider is listed for everyone.",
		Aims: []string{"ha.trusted.not-offered-outside"},
		Change: answers(at("GET /auth/providers"), body(`{"providers":[{"name":"Home","id":null,"type":"homeassistant"},`+
			`{"name":"Trusted","id":null,"type":"trusted_networks"}],"preselect_remember_me":true}`), 200),
	},
	{
		ID: "trusted.everybody", Story: "Every address counts as trusted.",
		Aims: []string{"ha.trusted.outside", "ha.trusted.not-offered-outside", "ha.trusted.refresh-outside"},
		Change: func(p *mockserver.Policy) {
			p.Trusted = func([]netip.Prefix, string) bool { return true }
		},
	},
	{
		ID: "trusted.wide", Story: "A network's prefix length is cut to its first octet.",
		Aims: []string{"ha.trusted.outside"},
		Change: func(p *mockserver.Policy) {
			before := p.Trusted
			p.Trusted = func(networks []netip.Prefix, ip string) bool {
				first, _, _ := strings.Cut(ip, ".")
				return before(networks, ip) || before(networks, first+".0.0.1")
			}
		},
	},
	{ID: "trusted.forwarded-for", Story: "X-Forwarded-For is trusted from anyone.", Aims: []string{"ha.trusted.forwarded"},
		Change: believesIn("X-Forwarded-For")},
	{ID: "trusted.real-ip", Story: "X-Real-IP is trusted from anyone.", Aims: []string{"ha.trusted.forwarded"},
		Change: believesIn("X-Real-IP")},
	{ID: "trusted.forwarded-header", Story: "Forwarded is trusted from anyone.", Aims: []string{"ha.trusted.forwarded"},
		Change: believesIn("Forwarded")},
	{
		ID: "trusted.refresh-anywhere", Story: "The address is checked only at login.",
		Aims:   []string{"ha.trusted.refresh-outside"},
		Change: func(p *mockserver.Policy) { p.StaysTrusted = func(bool) bool { return true } },
	},
	{
		ID: "command.exit-code-ignored", Story: "The command's exit code is ignored.",
		Aims:   []string{"ha.command.wrong-password", "ha.command.no-shell"},
		Change: func(p *mockserver.Policy) { p.CommandPasses = func(int) bool { return true } },
	},
	{
		ID: "command.refused-401", Story: "A login that the command refuses is answered with 401.",
		Aims: []string{"ha.command.wrong-password"},
		Change: answersBy(flowStep, func(_ mock.Request, a mock.Answer) mock.Answer {
			if list, _ := decoded(a.Body)["handler"].([]any); base(a) == "invalid_auth" && len(list) == 2 && list[0] == mockserver.CommandLine {
				a.Status = http.StatusUnauthorized
			}
			return a
		}, 200),
	},
	{ID: "command.single-quotes", Story: "User name and password are inserted into a shell command in single quotes.",
		Aims: []string{"ha.command.no-shell"}, Change: pastes(`'`)},
	{ID: "command.double-quotes", Story: "User name and password are inserted into a shell command in double quotes.",
		Aims: []string{"ha.command.no-shell"}, Change: pastes(`"`)},
	{ID: "command.no-quotes", Story: "User name and password are inserted into a shell command.",
		Aims: []string{"ha.command.no-shell"}, Change: pastes("")},
	{
		ID: "command.new-user-each-time", Story: "Each command-line login creates another user.",
		Aims:   []string{"ha.command.same-user"},
		Change: keeps(func(m *store.Memory) store.Store { return &alwaysNew{Memory: m} }),
	},
	{
		ID: "command.spaces", Story: "Spaces around a user name are passed to the command.",
		Aims:   []string{"ha.command.username-trimmed"},
		Change: func(p *mockserver.Policy) { p.CommandUser = func(name string) string { return name } },
	},
	{
		ID: "trusted.bypass-created", Story: "A login without a form is answered with 201 instead of 200.",
		Aims: []string{"ha.trusted.opens"},
		Change: answers(withoutPassword, func(a mock.Answer) mock.Answer {
			if decoded(a.Body)["type"] == "create_entry" {
				a.Status = http.StatusCreated
			}
			return a
		}, 200),
	},
	{
		ID: "trusted.asks-for-password", Story: "A user who was picked is asked for a password anyway.",
		Aims: []string{"ha.trusted.picked"},
		Change: answers(picks, func(a mock.Answer) mock.Answer {
			if decoded(a.Body)["type"] == "create_entry" {
				return ok(`{"type":"form","flow_id":"` + anotherFlow + `","step_id":"init","errors":{},"data_schema":[{"name":"password"}]}`)(a)
			}
			return a
		}, 200),
	},
}

// withoutPassword picks the beginning of logins by a trusted network, and picks who is picked there.
var (
	withoutPassword = begins(func(m map[string]any) bool {
		h, _ := m["handler"].([]any)
		return len(h) == 2 && h[0] == mockserver.TrustedNetworks
	})
	picks = steps(func(m map[string]any) bool { _, typed := m["username"]; return !typed && m["code"] == nil })
)

// believesIn trusts the client address in a header.
func believesIn(name string) change {
	return func(p *mockserver.Policy) {
		before := p.Address
		p.Address = func(connection string, h http.Header) (string, bool) {
			claimed, _, _ := strings.Cut(h.Get(name), ",")
			if claimed = strings.TrimPrefix(strings.TrimSpace(claimed), "for="); claimed != "" {
				return claimed, false
			}
			return before(connection, h)
		}
	}
}

// pastes passes name and password to a shell, in quotes.
func pastes(quote string) change {
	return func(p *mockserver.Policy) {
		p.Command = func(c mockserver.Provider, username, password string) (words, env []string) {
			set := "username=" + quote + username + quote + "; password=" + quote + password + quote + "\n"
			return append([]string{c.Command, c.Args[0], set + c.Args[1]}, c.Args[2:]...), nil
		}
	}
}

// firstUser issues every code of trusted networks to the user of the first one.
type firstUser struct {
	*store.Memory
	mu    sync.Mutex
	first string
}

// PutCode implements store.Store.
func (s *firstUser) PutCode(c store.Code) {
	s.mu.Lock()
	if s.first == "" {
		s.first = c.UserID
	}
	if c.Provider == mockserver.TrustedNetworks {
		c.UserID = s.first
	}
	s.mu.Unlock()
	s.Memory.PutCode(c)
}

// alwaysNew issues codes of command lines to a new user each time.
type alwaysNew struct {
	*store.Memory
	mu sync.Mutex
	n  int
}

// PutCode implements store.Store.
func (s *alwaysNew) PutCode(c store.Code) {
	s.mu.Lock()
	if s.n++; c.Provider == mockserver.CommandLine {
		c.UserID, c.New.Account = "", "user"+strconv.Itoa(s.n)
	}
	s.mu.Unlock()
	s.Memory.PutCode(c)
}
