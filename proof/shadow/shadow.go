package shadow

import (
	"maps"
	"reflect"
	"slices"
	"sync"
	"unsafe"
)

// Shadow is a policy that conforms, whose decisions are watched by rivals: changes of it.
type Shadow[P any] struct {
	Policy *P
	watch  *watch
}

// watch is what came of watching.
type watch struct {
	mu    sync.Mutex
	hit   []bool          // by rival: it would have decided something otherwise
	edits map[string]bool // decisions whose arguments or result some rival changed in place
}

// Cast makes a shadow of a policy that conforms, which is nobody else's. A change that is nil does not watch. Each tee
// watches a type of object that decisions return.
func Cast[P any](strict *P, changes []func(*P), tees ...Tee) *Shadow[P] {
	s := &Shadow[P]{strict, &watch{hit: make([]bool, len(changes)), edits: map[string]bool{}}}
	own := fields(strict)
	rivals := make([][]rival, len(own))
	for i, change := range changes {
		if change == nil {
			continue
		}
		changed := *strict
		change(&changed)
		for f, field := range fields(&changed) {
			if own[f].differs(field) {
				rivals[f] = append(rivals[f], rival{i, field.value})
			}
		}
	}
	for f, list := range rivals {
		if len(list) > 0 {
			s.watch.put(own[f], list, tees)
		}
	}
	return s
}

// Hits tells by rival whether it would have decided something otherwise, so far.
func (s *Shadow[P]) Hits() []bool {
	s.watch.mu.Lock()
	defer s.watch.mu.Unlock()
	return slices.Clone(s.watch.hit)
}

// Edits names the decisions in which a rival changed an argument or the strict result in place, so that the others and
// the mock itself saw the change: a mistake of that rival.
func (s *Shadow[P]) Edits() []string {
	s.watch.mu.Lock()
	defer s.watch.mu.Unlock()
	return slices.Sorted(maps.Keys(s.watch.edits))
}

func (w *watch) known(rival int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.hit[rival]
}

func (w *watch) note(rival int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hit[rival] = true
}

func (w *watch) edited(decision string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.edits[decision] = true
}

// field is a field of a policy, or of a policy within it.
type field struct {
	name  string
	value reflect.Value
}

func fields(policy any) []field {
	var out []field
	var walk func(string, reflect.Value)
	walk = func(before string, v reflect.Value) {
		for i := range v.NumField() {
			name := before + v.Type().Field(i).Name
			if v.Field(i).Kind() == reflect.Struct {
				walk(name+".", v.Field(i))
			} else {
				out = append(out, field{name, v.Field(i)})
			}
		}
	}
	walk("", reflect.ValueOf(policy).Elem())
	return out
}

// differs tells whether another policy has another value there: of functions, another closure.
func (f field) differs(other field) bool {
	if f.value.Kind() == reflect.Func {
		return closure(f.value) != closure(other.value)
	}
	return !reflect.DeepEqual(f.value.Interface(), other.value.Interface())
}

// closure is the identity of a function value, which Go does not compare: two closures of one body differ.
func closure(f reflect.Value) unsafe.Pointer {
	return *(*unsafe.Pointer)(f.Addr().UnsafePointer())
}
