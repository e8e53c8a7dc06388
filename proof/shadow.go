//go:build ignore

package proof

import (
	"reflect"
	"sync"
	"unsafe"

	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/proof/defects"
)

// A spec can only be broken by a defect that changes something on its way. So while a spec is run against the home that
// conforms, every decision of the policy is also put to the defects that would decide it: where all of a defect's
// answers are the same, the spec would see the same home, and need not be run against it. Decisions have no effects
// (mockserver.Policy), which is what makes this true. Prove checks it on demand by running everything (Options.All).

// shadow is a strict policy whose decisions are watched by the defects.
type shadow struct {
	policy *mockserver.Policy

	mu  sync.Mutex
	hit []bool // by defect: it would have decided something otherwise
}

// watched tells whether a defect's whole difference shows in what its policy's functions return. What a store does is
// seen by nobody.
func watched(d defects.Defect) bool {
	strict := mockserver.Strict()
	changed := *strict
	d.Change(&changed)
	return closure(reflect.ValueOf(&changed.Store).Elem()) == closure(reflect.ValueOf(&strict.Store).Elem())
}

// decisions are the fields of a policy, those of the policies within it among them.
func decisions(policy any) []reflect.Value {
	var out []reflect.Value
	var walk func(reflect.Value)
	walk = func(v reflect.Value) {
		for i := range v.NumField() {
			if v.Field(i).Kind() == reflect.Struct {
				walk(v.Field(i))
			} else {
				out = append(out, v.Field(i))
			}
		}
	}
	walk(reflect.ValueOf(policy).Elem())
	return out
}

// cast makes a shadow of the defects; those that are nil are not watched.
func cast(list []*defects.Defect) *shadow {
	strict := mockserver.Strict()
	s := &shadow{policy: strict, hit: make([]bool, len(list))}
	into := decisions(strict)
	rivals := make([][]rival, len(into))
	for i, d := range list {
		if d == nil {
			continue
		}
		changed := *strict
		d.Change(&changed)
		for f, from := range decisions(&changed) {
			if closure(from) != closure(into[f]) {
				rivals[f] = append(rivals[f], rival{i, from})
			}
		}
	}
	for f, list := range rivals {
		if len(list) > 0 {
			own := reflect.ValueOf(into[f].Interface())
			into[f].Set(reflect.MakeFunc(own.Type(), s.both(own, list)))
		}
	}
	return s
}

type rival struct {
	defect int
	decide reflect.Value
}

// both decides as the strict policy does, and asks the rivals.
func (s *shadow) both(own reflect.Value, rivals []rival) func([]reflect.Value) []reflect.Value {
	return func(args []reflect.Value) []reflect.Value {
		asked := make([]reflect.Value, len(args))
		var lazy []*lazyArg
		for i, arg := range args {
			asked[i] = arg
			if f, ok := arg.Interface().(func() []string); ok {
				l := &lazyArg{get: f}
				lazy = append(lazy, l)
				asked[i] = reflect.ValueOf(l.strict)
			}
		}
		out := own.Call(asked)
		for _, r := range rivals {
			s.mu.Lock()
			known := s.hit[r.defect]
			s.mu.Unlock()
			if known {
				continue
			}
			n := 0
			for i, arg := range args {
				if _, ok := arg.Interface().(func() []string); ok {
					lazy[n].other = false
					asked[i] = reflect.ValueOf(lazy[n].rival)
					n++
				}
			}
			hit := !same(out, r.decide.Call(asked))
			for _, l := range lazy {
				hit = hit || l.other
			}
			if hit {
				s.mu.Lock()
				s.hit[r.defect] = true
				s.mu.Unlock()
			}
		}
		return out
	}
}

// lazyArg is an argument with an effect: the home fetches a page when it is called. A rival that calls it where the
// strict policy did not would do something else.
type lazyArg struct {
	get    func() []string
	value  []string
	called bool
	other  bool
}

func (l *lazyArg) strict() []string {
	if !l.called {
		l.value, l.called = l.get(), true
	}
	return l.value
}

func (l *lazyArg) rival() []string {
	l.other = l.other || !l.called
	return l.value
}

func same(a, b []reflect.Value) bool {
	for i := range a {
		if !reflect.DeepEqual(a[i].Interface(), b[i].Interface()) {
			return false
		}
	}
	return true
}

// closure is the identity of a function value, which Go does not compare: two closures of one body differ.
func closure(f reflect.Value) unsafe.Pointer {
	return *(*unsafe.Pointer)(f.Addr().UnsafePointer())
}
