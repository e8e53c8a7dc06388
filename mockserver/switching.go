package mockserver

import (
	"errors"
	"reflect"
)

// ErrSettled is why a policy cannot be put in force while a home runs: what it keeps was kept by the one before.
var ErrSettled = errors.New("it changes how passwords and tokens are stored, which cannot change at run time; start serve with it")

// Policy is the one in force.
func (h *Home) Policy() *Policy { return h.policy.Load() }

// SetPolicy puts another policy in force, for the next decision. Its Store and Password must be those of the start.
func (h *Home) SetPolicy(p *Policy) {
	h.policy.Store(p)
	h.plane.SetRules(&p.Rules)
	h.linker.SetPolicy(&p.Linking)
}

// Settles tells whether a policy keeps passwords or tokens in its own way, so that it can be chosen at the start alone.
func Settles(p *Policy) bool {
	same := func(a, b any) bool { return reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer() }
	strict := Strict()
	return !same(p.Store, strict.Store) || !same(p.Password, strict.Password)
}
