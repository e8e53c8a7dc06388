package shadow

import (
	"maps"
	"reflect"
	"slices"
	"sync"
	"unsafe"
)

// Shadow is a conforming policy whose decisions rivals watch: changed versions of it.
type Shadow[P any] struct {
	Policy *P
	watch  *watch
}

// watch is the result of watching.
type watch struct {
	mu    sync.Mutex
	hit   []bool          // by rival: it would have changed a decision
	edits map[string]bool // decisions whose arguments or result some rival changed in place
}

// Cast makes a shadow of a conforming policy, which nobody else may use. A nil change does not watch. Each tee watches a type of
// object that decisions return.
func Cast[P any](strict *P, changes []func(*P), tees ...Tee) *Shadow[P] {
	s := &Shadow[P]{strict, &watch{hit: make([]bool, len(changes)), edits: map[string]bool{}}}
	fields := fieldsOf(reflect.TypeFor[P](), "", nil)
	rivals := make([][]rival, len(fields))
	for i, change := range changes {
		if change == nil {
			continue
		}
		changed := *strict
		change(&changed)
		own, theirs := reflect.ValueOf(strict).Elem(), reflect.ValueOf(&changed).Elem()
		for f, field := range fields {
			if value := theirs.FieldByIndex(field.index); differs(own.FieldByIndex(field.index), value) {
				rivals[f] = append(rivals[f], rival{i, value})
			}
		}
	}
	for f, list := range rivals {
		if len(list) > 0 {
			s.watch.put(fields[f].name, reflect.ValueOf(strict).Elem().FieldByIndex(fields[f].index), list, tees)
		}
	}
	return s
}

// Hits reports by rival whether it would have changed a decision so far.
func (s *Shadow[P]) Hits() []bool {
	s.watch.mu.Lock()
	defer s.watch.mu.Unlock()
	return slices.Clone(s.watch.hit)
}

// Edits names the decisions in which a rival changed an argument or the strict result in place, so that the others and the mock
// itself saw the change: a bug in that rival.
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

// field is a field of a policy, or of a policy inside it.
type field struct {
	name  string
	index []int
}

func fieldsOf(policy reflect.Type, before string, index []int) []field {
	var out []field
	for i := range policy.NumField() {
		name, at := before+policy.Field(i).Name, append(slices.Clone(index), i)
		if t := policy.Field(i).Type; t.Kind() == reflect.Struct {
			out = append(out, fieldsOf(t, name+".", at)...)
		} else {
			out = append(out, field{name, at})
		}
	}
	return out
}

// differs reports whether two policies differ in a field; functions differ if their closures do.
func differs(a, b reflect.Value) bool {
	if a.Kind() == reflect.Func {
		return closure(a) != closure(b)
	}
	return !reflect.DeepEqual(a.Interface(), b.Interface())
}

// closure identifies a function value, which Go cannot compare: two closures of one body differ.
func closure(f reflect.Value) unsafe.Pointer {
	return *(*unsafe.Pointer)(f.Addr().UnsafePointer())
}

// Decisions names the decisions of a policy that change modifies, in the order of its fields.
func Decisions[P any](strict *P, change func(*P)) []string {
	changed := *strict
	change(&changed)
	own, theirs := reflect.ValueOf(strict).Elem(), reflect.ValueOf(&changed).Elem()
	var out []string
	for _, f := range fieldsOf(reflect.TypeFor[P](), "", nil) {
		if differs(own.FieldByIndex(f.index), theirs.FieldByIndex(f.index)) {
			out = append(out, f.name)
		}
	}
	return out
}
