package judge

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/authconform/authconform/harness/wire"
)

// say is fmt.Sprintf for people: it prints errors in plain words, lists with commas, objects as JSON, and nothing for nil.
func say(format string, args ...any) string {
	said := make([]any, len(args))
	for i, arg := range args {
		said[i] = word(arg)
	}
	return strings.TrimSpace(fmt.Sprintf(format, said...))
}

func word(v any) any {
	switch v := v.(type) {
	case nil:
		return ""
	case error:
		return wire.Why(v)
	case fmt.Stringer:
		return v
	case bool:
		if v {
			return "yes"
		}
		return "no"
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Slice:
		if r.Type().Elem().Kind() == reflect.String {
			return List(v)
		}
		return asJSON(v)
	case reflect.Map, reflect.Pointer:
		if r.IsNil() {
			return ""
		}
		return asJSON(v)
	case reflect.Struct:
		return asJSON(v)
	default:
		return v
	}
}

// List joins words of any string type with commas.
func List(words any) string {
	r := reflect.ValueOf(words)
	list := make([]string, r.Len())
	for i := range list {
		list[i] = r.Index(i).String()
	}
	return strings.Join(list, ", ")
}

func asJSON(v any) any {
	if raw, err := json.Marshal(v); err == nil {
		return string(raw)
	}
	return v
}
