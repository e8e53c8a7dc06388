package shadow

import "reflect"

// rival is a field as a change made it.
type rival struct {
	index int
	value reflect.Value
}

// decision is a field whose rivals decide whenever the strict policy does.
type decision struct {
	*watch
	name   string
	own    reflect.Value
	rivals []rival
	tees   []*Tee // by result; nil: it is compared
}

// put makes rivals watch a field. If they cannot, they count as hit.
func (w *watch) put(name string, field reflect.Value, rivals []rival, tees []Tee) {
	d := &decision{watch: w, name: name, rivals: rivals}
	if field.Kind() != reflect.Func || field.IsNil() || !d.plan(field.Type(), tees) {
		for _, r := range rivals {
			w.note(r.index)
		}
		return
	}
	d.own = reflect.ValueOf(field.Interface())
	field.Set(reflect.MakeFunc(d.own.Type(), d.decide))
}

// plan determines how to watch the results of a decision; false: they cannot be watched, or the arguments cannot be shared.
func (d *decision) plan(t reflect.Type, tees []Tee) bool {
	for i := range t.NumIn() {
		if arg := t.In(i); arg.Kind() == reflect.Func && arg.NumIn() > 0 || arg.Kind() == reflect.Chan {
			return false
		}
	}
	for i := range t.NumOut() {
		tee, ok := teeOf(t.Out(i), tees)
		if !ok {
			return false
		}
		d.tees = append(d.tees, tee)
	}
	return true
}

// teeOf is the tee that watches a type of result, nil for data; false: nothing can watch it.
func teeOf(t reflect.Type, tees []Tee) (*Tee, bool) {
	for i := range tees {
		if tees[i].of == t {
			return &tees[i], true
		}
	}
	switch t.Kind() {
	case reflect.Func, reflect.Chan:
		return nil, false
	case reflect.Interface:
		return nil, t.NumMethod() == 0 || t == reflect.TypeFor[error]()
	}
	return nil, true
}

// decide decides as the strict policy does, and calls the rivals too.
func (d *decision) decide(args []reflect.Value) []reflect.Value {
	asked, lazy := share(args)
	out := d.own.Call(asked)
	given, result := keep(args), keep(d.data(out))
	others := make([][]other, len(out))
	for _, r := range d.rivals {
		if d.known(r.index) {
			continue
		}
		for _, l := range lazy {
			l.turn()
		}
		theirs, ok := ask(r.value, asked)
		differs := !ok || !same(d.data(out), d.data(theirs))
		for _, l := range lazy {
			differs = differs || l.tooFar
		}
		if differs {
			d.note(r.index)
			continue
		}
		for i, tee := range d.tees {
			if tee != nil {
				others[i] = append(others[i], other{r.index, theirs[i]})
			}
		}
	}
	if given.changed() || result.changed() {
		d.edited(d.name)
	}
	for i, tee := range d.tees {
		if tee != nil && len(others[i]) > 0 {
			out[i] = tee.split(out[i], others[i], d.watch)
		}
	}
	return out
}

// ask calls a rival; false: it panics.
func ask(decide reflect.Value, args []reflect.Value) (out []reflect.Value, ok bool) {
	defer func() { ok = recover() == nil }()
	return decide.Call(args), true
}

// data returns the results to compare; a tee goes on watching the others.
func (d *decision) data(results []reflect.Value) []reflect.Value {
	var list []reflect.Value
	for i, tee := range d.tees {
		if tee == nil {
			list = append(list, results[i])
		}
	}
	return list
}

// lazy is an argument that is a function without arguments. Calling it may have an effect, such as fetching a page, so a rival
// that calls it when the strict policy did not would do something else.
type lazy struct {
	get    reflect.Value
	values []reflect.Value
	called bool // by the strict policy
	rivals bool // it is their turn
	tooFar bool // this rival has called what the strict policy had not
}

// share makes arguments that the strict policy and its rivals can receive in turn.
func share(args []reflect.Value) (asked []reflect.Value, lazies []*lazy) {
	asked = make([]reflect.Value, len(args))
	for i, arg := range args {
		asked[i] = arg
		if arg.Kind() == reflect.Func && !arg.IsNil() {
			l := &lazy{get: arg}
			lazies = append(lazies, l)
			asked[i] = reflect.MakeFunc(arg.Type(), l.call)
		}
	}
	return asked, lazies
}

// turn hands the argument to the next rival.
func (l *lazy) turn() { l.rivals, l.tooFar = true, false }

func (l *lazy) call([]reflect.Value) []reflect.Value {
	switch {
	case l.called:
	case l.rivals:
		l.tooFar = true
		zero := make([]reflect.Value, l.get.Type().NumOut())
		for i := range zero {
			zero[i] = reflect.Zero(l.get.Type().Out(i))
		}
		return zero
	default:
		l.values, l.called = l.get.Call(nil), true
	}
	return l.values
}
