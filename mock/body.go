package mock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/authconform/authconform/internal/suggest"
)

// Strict decodes an act's body into a struct. An unknown member is an error that suggests the nearest known one.
func Strict(body []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("the body is empty; send a JSON object with " + strings.Join(fields(into), ", "))
	case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the body is not valid JSON")
	case errors.As(err, &kind) && kind.Field == "":
		return errors.New("the body is " + article(kind.Value) + "; send a JSON object")
	case errors.As(err, &kind):
		return fmt.Errorf("%s: %s is not %s", kind.Field, article(kind.Value), wanted(kind.Type))
	case err != nil:
		return unknownField(err, into)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is extra text after the JSON object")
	}
	return nil
}

// unknownField is the error for an unknown member; it suggests the nearest known one.
func unknownField(err error, into any) error {
	quoted, unknown := strings.CutPrefix(err.Error(), "json: unknown field ")
	name, bad := strconv.Unquote(quoted)
	if !unknown || bad != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return fmt.Errorf("unknown field %q%s", name, suggest.Hint(name, fields(into)))
}

// article is what JSON calls a value, in a sentence.
func article(value string) string {
	switch kind, rest, _ := strings.Cut(value, " "); {
	case rest != "":
		return kind + " " + rest
	case kind == "array" || kind == "object":
		return "an " + kind
	case kind == "bool":
		return "true or false"
	case kind == "null":
		return kind
	}
	return "a " + value
}

// wanted describes the type that a member must have.
func wanted(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "an object"
	case reflect.Float64:
		return "a number"
	}
	return "a whole number"
}

// fields are the members that a struct is read from, those of its parts too, as they are written.
func fields(of any) []string {
	var names []string
	var collect func(t reflect.Type)
	collect = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return
		}
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" {
				name = strings.ToLower(f.Name)
			}
			if !f.Anonymous && f.IsExported() && name != "-" && !slices.Contains(names, name) {
				names = append(names, name)
			}
			collect(f.Type)
		}
	}
	collect(reflect.TypeOf(of))
	return names
}

// queries refuses query parameters that the act does not read.
func queries(r *http.Request, known []string) error {
	for name, values := range r.URL.Query() {
		switch {
		case !slices.Contains(known, name) && len(known) == 0:
			return fmt.Errorf("unknown parameter %q; this call takes no parameters", name)
		case !slices.Contains(known, name):
			return fmt.Errorf("unknown parameter %q%s", name, suggest.Hint(name, known))
		case len(values) > 1:
			return fmt.Errorf("parameter %q is given %d times", name, len(values))
		}
	}
	return nil
}
