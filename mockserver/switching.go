package mockserver

import (
	"errors"
	"reflect"
)

// ErrSettled is why a policy cannot be put in force while a home runs: of a password only a hash is kept, which is made at the start.
var ErrSettled = errors.New("it changes how passwords are kept, which is settled at the start")

// Policy is the one in force.
func (h *Home) Policy() *Policy { return h.policy.Load() }

// SetPolicy puts another policy in force, for the next decision. Codes and sessions move to its Store. Its Password must be that of
// the start.
func (h *Home) SetPolicy(p *Policy) {
	before := h.policy.Swap(p)
	h.plane.SetRules(&p.Rules)
	h.linker.SetPolicy(&p.Linking)
	strict := Strict()
	if same(before.Store, strict.Store) && same(p.Store, strict.Store) {
		return
	}
	var users []string
	for _, u := range h.users.list() {
		users = append(users, u.ID)
	}
	h.store.Move(p.Store(), users)
}

// Settles tells whether a policy keeps passwords in its own way, so that it can be chosen at the start alone.
func Settles(p *Policy) bool { return !same(p.Password, Strict().Password) }

// same tells whether two functions are the same code. Those of the strict policy capture nothing, so that they are the same then.
func same(a, b any) bool { return reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer() }
