package defects

import (
	"slices"
	"time"

	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

// The words for defects of user management.

// allowing accepts commands about users that the strict rule refuses with these codes.
func allowing(codes ...string) change {
	return func(p *mockserver.Policy) {
		strict := p.Manages
		p.Manages = func(m mockserver.Managing) string {
			if code := strict(m); !slices.Contains(codes, code) {
				return code
			}
			return ""
		}
	}
}

// forbidding refuses commands about users that the strict rule allows.
func forbidding(code string, like func(mockserver.Managing) bool) change {
	return func(p *mockserver.Policy) {
		strict := p.Manages
		p.Manages = func(m mockserver.Managing) string {
			if refused := strict(m); refused != "" || !like(m) {
				return refused
			}
			return code
		}
	}
}

// openTo opens commands of administrators to everybody.
func openTo(commands ...string) change {
	return func(p *mockserver.Policy) {
		strict := p.AdminOnly
		p.AdminOnly = func(what string, admin bool) bool { return !slices.Contains(commands, what) && strict(what, admin) }
	}
}

// asked edits the messages of a command.
func asked(command string, edit func(map[string]any)) change {
	return hears(func(m map[string]any) map[string]any {
		if kind(m, command) {
			edit(m)
		}
		return m
	})
}

// spelled stores and compares a changed form of passwords.
func spelled(as func(string) string) change {
	return func(p *mockserver.Policy) { p.Password = as }
}

// eachUser edits the entries of config/auth/list.
func eachUser(edit func(map[string]any)) change {
	return resultOf(userList, func(m map[string]any) map[string]any {
		list, ok := m["result"].([]any)
		if !ok {
			return m
		}
		out := []any{}
		for _, item := range list {
			copied := map[string]any{}
			if entry, ok := item.(map[string]any); ok {
				for k, v := range entry {
					copied[k] = v
				}
			}
			edit(copied)
			out = append(out, copied)
		}
		m["result"] = out
		return m
	})
}

// The commands of user management.
const (
	userList    = "config/auth/list"
	userCreate  = "config/auth/create"
	userUpdate  = "config/auth/update"
	userDelete  = "config/auth/delete"
	loginCreate = "config/auth_provider/homeassistant/create"
	loginDelete = "config/auth_provider/homeassistant/delete"
	ownPassword = "config/auth_provider/homeassistant/change_password"
	anyPassword = "config/auth_provider/homeassistant/admin_change_password"
	anyUsername = "config/auth_provider/homeassistant/admin_change_username"
)

// emptied is a store in which the end of one session ends all sessions.
type emptied struct{ *store.Memory }

func emptying(m *store.Memory) store.Store { return &emptied{m} }

// Delete implements store.Store.
func (s *emptied) Delete(id string) bool {
	_, ok := s.RefreshByID(id)
	if ok {
		s.Clear()
	}
	return ok
}

// handed is a store that issues codes to another user than the one who logged in.
type handed struct {
	*store.Memory
	to func(user string) string
}

// codesOf issues codes to another user; a code without a user stays so.
func codesOf(to func(user string) string) change {
	return keeps(func(m *store.Memory) store.Store { return &handed{m, to} })
}

// PutCode implements store.Store.
func (s *handed) PutCode(c store.Code) {
	if c.UserID != "" {
		c.UserID = s.to(c.UserID)
	}
	s.Memory.PutCode(c)
}

// loggedIn remembers who has redeemed a code.
func loggedIn(p *mockserver.Policy) func(user string) bool {
	var entered idSecrets
	redeem(func(c *store.Code, _ *string, _ **string, _ *time.Time) { entered.add(c.UserID) })(p)
	return func(user string) bool { return slices.Contains(entered.list(), user) }
}
