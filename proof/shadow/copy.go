package shadow

import "reflect"

// kept is a copy of data, to detect later changes.
type kept struct {
	values, copies []reflect.Value
	opaque         bool // there are functions in it, which cannot be compared
}

func keep(values []reflect.Value) *kept {
	k := &kept{values: values, copies: make([]reflect.Value, len(values))}
	for i, v := range values {
		if v.Kind() == reflect.Func {
			k.copies[i] = v // an argument to be called, no data
		} else {
			k.copies[i] = k.deep(v)
		}
	}
	return k
}

// changed reports whether the data have changed since.
func (k *kept) changed() bool { return !k.opaque && !same(k.copies, k.values) }

// same compares data. It ignores functions, which are arguments.
func same(a, b []reflect.Value) bool {
	for i := range a {
		if a[i].Kind() != reflect.Func && !reflect.DeepEqual(a[i].Interface(), b[i].Interface()) {
			return false
		}
	}
	return true
}

// deep makes a deep copy.
func (k *kept) deep(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Func:
		k.opaque = k.opaque || !v.IsNil()
	case reflect.Map, reflect.Slice, reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return k.deepReference(v)
		}
	case reflect.Struct:
		s := reflect.New(v.Type()).Elem()
		s.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				s.Field(i).Set(k.deep(v.Field(i)))
			} else if v.Field(i).Kind() == reflect.Func {
				k.opaque = true
			}
		}
		return s
	}
	return v
}

func (k *kept) deepReference(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Map:
		out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for it := v.MapRange(); it.Next(); {
			out.SetMapIndex(it.Key(), k.deep(it.Value()))
		}
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		reflect.Copy(out, v)
		for i := 0; i < v.Len() && !flat(v.Type().Elem()); i++ {
			out.Index(i).Set(k.deep(v.Index(i)))
		}
	case reflect.Pointer:
		out.Set(reflect.New(v.Type().Elem()))
		out.Elem().Set(k.deep(v.Elem()))
	default:
		out.Set(k.deep(v.Elem()))
	}
	return out
}

// flat reports whether values of a type contain no other values.
func flat(t reflect.Type) bool {
	return t.Kind() < reflect.Array || t.Kind() == reflect.String
}
