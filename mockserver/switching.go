package mockserver

import (
	"errors"
	"reflect"
)

// ErrSettled is why a policy cannot replace another at run time: only a hash of each password is stored.
var ErrSettled = errors.New("it changes how passwords are stored, which cannot change at run time")

// Policy returns the current policy.
func (h *Home) Policy() *Policy { return h.policy.Load() }

// SetPolicy replaces the policy, starting with the next decision. Codes and sessions move to its Store. Its Password must be that at
// startup.
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

// Settles reports whether a policy stores passwords in its own way, so that it can only be set at startup.
func Settles(p *Policy) bool { return !same(p.Password, Strict().Password) }

// same tells whether two functions are the same code. Those of the strict policy capture nothing, so that they are the same then.
func same(a, b any) bool { return reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer() }
