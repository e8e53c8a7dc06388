package expect

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/authconform/authconform/harness/wire"
)

// BeJSONObject holds for a JSON object declared as application/json.
func BeJSONObject() Expectation {
	return Hold("a JSON object", func(e *wire.Exchange) error { _, err := e.JSON(); return err })
}

// HaveText holds for a JSON object with a non-empty string member; with values, one of them.
func HaveText(member string, values ...string) Expectation {
	want := "a string " + member
	if len(values) > 0 {
		want = member + " " + strings.Join(values, " or ")
	}
	return Hold(want, func(e *wire.Exchange) error {
		v, err := e.Object()
		if err != nil {
			return err
		}
		s, ok := v[member].(string)
		if !ok || s == "" {
			return wrong(member, v)
		}
		if len(values) > 0 && !slices.Contains(values, s) {
			return fmt.Errorf("%s is %q", member, s)
		}
		return nil
	})
}

// HaveTextLike holds for a JSON object whose string member matches the form.
func HaveTextLike(member string, form *regexp.Regexp, what string) Expectation {
	return Hold(member+" "+what, func(e *wire.Exchange) error {
		v, err := e.Object()
		if err != nil {
			return err
		}
		if s, ok := v[member].(string); !ok || !form.MatchString(s) {
			return wrong(member, v)
		}
		return nil
	})
}

// HaveWholeNumber holds for a JSON object whose member is a whole number, written as a number, within bounds.
func HaveWholeNumber(member string, least, most int64) Expectation {
	want := fmt.Sprintf("a number %s", member)
	if least == most {
		want += fmt.Sprintf(" of %d", least)
	}
	return Hold(want, func(e *wire.Exchange) error {
		if _, err := e.Object(); err != nil {
			return err
		}
		var v map[string]json.RawMessage
		_ = json.Unmarshal([]byte(e.Body), &v) // known to be an object
		n, err := strconv.ParseInt(string(v[member]), 10, 64)
		if err != nil || n < least || n > most {
			return fmt.Errorf("%s is %s", member, v[member])
		}
		return nil
	})
}

// HaveList holds for a JSON object with an array member that contains all of the strings.
func HaveList(member string, items ...string) Expectation {
	return Hold(member+" with "+strings.Join(items, " and "), func(e *wire.Exchange) error {
		v, err := e.Object()
		if err != nil {
			return err
		}
		list, ok := v[member].([]any)
		for _, item := range items {
			if !ok || !slices.Contains(list, any(item)) {
				return wrong(member, v)
			}
		}
		return nil
	})
}

// HaveMembers holds for a JSON object with all of the members.
func HaveMembers(names ...string) Expectation {
	return Hold("members "+strings.Join(names, ", "), func(e *wire.Exchange) error {
		v, err := e.Object()
		if err != nil {
			return err
		}
		for _, name := range names {
			if _, there := v[name]; !there {
				return fmt.Errorf("no member %s", name)
			}
		}
		return nil
	})
}

// LackMember holds for a JSON object without the member.
func LackMember(member string) Expectation {
	return Hold("no "+member, func(e *wire.Exchange) error {
		v, err := e.Object()
		if err != nil {
			return err
		}
		if _, there := v[member]; there {
			return fmt.Errorf("it carries %s", member)
		}
		return nil
	})
}

// EachMember holds for a JSON object with at least one member with the ending, all of which pass the test.
func EachMember(what, ending string, test func(any) bool) Expectation {
	return Hold("each "+what, func(e *wire.Exchange) error {
		v, err := e.Object()
		if err != nil {
			return err
		}
		found := false
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if !strings.HasSuffix(name, ending) {
				continue
			}
			if _, isFlag := v[name].(bool); isFlag {
				continue
			}
			found = true
			if !test(v[name]) {
				return wrong(name, v)
			}
		}
		if !found {
			return fmt.Errorf("no member ends in %s", ending)
		}
		return nil
	})
}

// wrong describes the value of an object's member as JSON.
func wrong(member string, v map[string]any) error {
	value, there := v[member]
	if !there {
		return fmt.Errorf("there is no %s", member)
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return fmt.Errorf("%s is %s", member, raw)
}

// KindOf returns the JSON type of a value.
func KindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case []any:
		return "array"
	}
	return "object"
}
