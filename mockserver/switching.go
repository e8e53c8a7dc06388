package mockserver

import (
	"errors"
	"reflect"
)

// ErrSettled is why a policy cannot replace another at run time: they store passwords or tokens differently.
var ErrSettled = errors.New("it changes how passwords and tokens are stored, which cannot change at run time; start serve with it")

// Policy returns the current policy.
func (h *Home) Policy() *Policy { return h.policy.Load() }

// SetPolicy replaces the policy, starting with the next decision. Its Store and Password must be those at startup.
func (h *Home) SetPolicy(p *Policy) {
	h.policy.Store(p)
	h.plane.SetRules(&p.Rules)
	h.linker.SetPolicy(&p.Linking)
}

// Settles reports whether a policy stores passwords or tokens in its own way, so that it can only be set at startup.
func Settles(p *Policy) bool {
	same := func(a, b any) bool { return reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer() }
	strict := Strict()
	return !same(p.Store, strict.Store) || !same(p.Password, strict.Password)
}
