package mockserver

import (
	"maps"
	"slices"
	"strings"
)

// fields are the members that a command takes beside id and type, by the form that each must have: text, texts, flag,
// whole or any; with ! the member is wanted. The name "*" stands for any other.
type fields map[string]string

// problem says what is wrong with a message; "" means nothing. The error code is invalid_format.
func (f fields) problem(message map[string]any) string {
	for _, name := range slices.Sorted(maps.Keys(message)) {
		form, known := f[name]
		if name == "id" || name == "type" {
			continue
		}
		if _, open := f["*"]; !known && !open {
			return "not a valid option at '" + name + "'"
		}
		if form = strings.TrimSuffix(form, "!"); known && !hasForm(message[name], form) {
			return "expected " + form + " at '" + name + "'"
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if _, there := message[name]; !there && strings.HasSuffix(f[name], "!") {
			return "required key not provided at '" + name + "'"
		}
	}
	return ""
}

func hasForm(v any, form string) bool {
	switch form {
	case "text":
		_, ok := v.(string)
		return ok
	case "flag":
		_, ok := v.(bool)
		return ok
	case "whole":
		n, ok := v.(float64)
		return ok && n == float64(int64(n))
	case "texts":
		list, ok := v.([]any)
		return ok && !slices.ContainsFunc(list, func(item any) bool { _, text := item.(string); return !text })
	}
	return true
}

// text, flag and texts read a member whose form was judged; what is missing is the zero value.
func text(m map[string]any, name string) string { s, _ := m[name].(string); return s }

func texts(m map[string]any, name string) []string {
	list := []string{}
	items, _ := m[name].([]any)
	for _, item := range items {
		s, _ := item.(string)
		list = append(list, s)
	}
	return list
}
