package shadow

import "reflect"

// Tee watches an object that a decision returns, such as a store, through an interface.
type Tee struct {
	of    reflect.Type
	split func(own reflect.Value, rivals []other, w *watch) reflect.Value
}

// other is a rival's object.
type other struct {
	rival int
	value reflect.Value
}

// For makes the tee of an interface I. Its wrapper implements I by Ask and Do.
func For[I any](wrapper func(*Split[I]) I) Tee {
	return Tee{reflect.TypeFor[I](), func(own reflect.Value, rivals []other, w *watch) reflect.Value {
		s := &Split[I]{own: own.Interface().(I), watch: w}
		for _, o := range rivals {
			s.rivals = append(s.rivals, object[I]{o.rival, o.value.Interface().(I)})
		}
		wrapped := wrapper(s)
		return reflect.ValueOf(&wrapped).Elem()
	}}
}

// Split is an object of the strict policy and its rivals' versions of it.
type Split[I any] struct {
	own    I
	rivals []object[I]
	watch  *watch
}

type object[I any] struct {
	rival int
	it    I
}

// Ask runs an operation on the object and on its rivals. A rival with another result has diverged: it is hit, and not asked
// again.
func Ask[I, R any](s *Split[I], operation func(I) R) R {
	got := operation(s.own)
	for _, o := range s.rivals {
		if !s.watch.known(o.rival) && !reflect.DeepEqual(got, operation(o.it)) {
			s.watch.note(o.rival)
		}
	}
	return got
}

// Do is Ask for an operation without a result.
func Do[I any](s *Split[I], operation func(I)) {
	Ask(s, func(it I) struct{} { operation(it); return struct{}{} })
}
