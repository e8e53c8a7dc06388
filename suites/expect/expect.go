package expect

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/wire"
)

// Expectation is what an answer must be like. Expectations are values that compose (All); each says what it expects and
// what came instead, and nothing else.
type Expectation struct {
	want  string
	check func(*wire.Exchange) error // what is wrong, beyond what the answer itself shows
}

// ErrOther says that the answer itself shows what is wrong.
var ErrOther = errors.New("")

// Match implements gomega's matcher for *wire.Exchange and *target.Step.
func (x Expectation) Match(actual any) (bool, error) {
	return x.check(exchange(actual)) == nil, nil
}

// Expected implements judge.Described.
func (x Expectation) Expected() string { return x.want }

// Got implements judge.Described.
func (x Expectation) Got(actual any) string {
	e := exchange(actual)
	got := e.String()
	if err := x.check(e); err != nil && err.Error() != "" {
		got += ": " + err.Error()
	}
	return got
}

// FailureMessage implements gomega's matcher.
func (x Expectation) FailureMessage(actual any) string {
	return "expected " + x.want + ", got " + x.Got(actual)
}

// NegatedFailureMessage implements gomega's matcher.
func (x Expectation) NegatedFailureMessage(actual any) string {
	return "expected not " + x.want + ", got " + exchange(actual).String()
}

func exchange(actual any) *wire.Exchange {
	switch a := actual.(type) {
	case *wire.Exchange:
		return a
	case *home.Step:
		return a.Exchange
	}
	return &wire.Exchange{Err: fmt.Errorf("%T is no answer", actual)}
}

// All holds when every part holds.
func All(parts ...Expectation) Expectation {
	var wants []string
	for _, p := range parts {
		wants = append(wants, p.want)
	}
	return Expectation{strings.Join(wants, ", "), func(e *wire.Exchange) error {
		for _, p := range parts {
			if err := p.check(e); err != nil {
				if err.Error() == "" {
					return ErrOther
				}
				return err
			}
		}
		return nil
	}}
}

// HaveStatus holds for a whole answer with one of the statuses.
func HaveStatus(codes ...int) Expectation {
	var words []string
	for _, c := range codes {
		words = append(words, fmt.Sprint(c))
	}
	return Expectation{"status " + strings.Join(words, " or "), func(e *wire.Exchange) error {
		if e.Err != nil || !slices.Contains(codes, e.Status) {
			return ErrOther
		}
		return nil
	}}
}

// BeAnswered holds for any whole answer that is no server error: what odd input may get.
func BeAnswered() Expectation {
	return Expectation{"an answer below 500", func(e *wire.Exchange) error {
		if e.Err != nil || e.Status < 200 || e.Status >= 500 {
			return ErrOther
		}
		return nil
	}}
}

// BeRefused holds for the profile's refusal of that name, with a JSON error where the profile names error codes, and
// with no token or code in it.
func BeRefused(ctx context.Context, name string) Expectation {
	a := Answer(ctx, name)
	parts := []Expectation{HaveStatus(a.Status...)}
	if len(a.Error) > 0 {
		parts = append(parts, HaveError(a.Error...))
	}
	return All(append(parts, GrantNothing())...)
}

// HaveError holds for a JSON object whose error member is one of the codes (RFC 6749 §5.2).
func HaveError(codes ...string) Expectation {
	return Expectation{"error " + strings.Join(codes, " or "), func(e *wire.Exchange) error {
		v, err := e.JSON()
		if err != nil {
			return err
		}
		if word, _ := v["error"].(string); !slices.Contains(codes, word) {
			return ErrOther
		}
		return nil
	}}
}

// GrantNothing holds for an answer without a token or a code.
func GrantNothing() Expectation {
	return Expectation{"nothing granted", func(e *wire.Exchange) error {
		v, err := e.JSON()
		if err != nil {
			return nil //nolint:nilerr // what is no JSON object grants nothing
		}
		for _, member := range []string{"access_token", "refresh_token", "auth_code"} {
			if _, there := v[member]; there {
				return fmt.Errorf("it carries %s", member)
			}
		}
		if v["type"] == "create_entry" {
			return errors.New("it carries a code")
		}
		return nil
	}}
}

// IssueTokens holds for a successful token answer (RFC 6749 §5.1).
func IssueTokens() Expectation {
	return All(HaveStatus(http.StatusOK), HaveText("access_token"))
}

// HaveText holds for a JSON object with a non-empty string member; with values, one of them.
func HaveText(member string, values ...string) Expectation {
	want := "a string " + member
	if len(values) > 0 {
		want = member + " " + strings.Join(values, " or ")
	}
	return Expectation{want, func(e *wire.Exchange) error {
		v, err := e.JSON()
		if err != nil {
			return err
		}
		s, ok := v[member].(string)
		if !ok || s == "" {
			return fmt.Errorf("%s is %v", member, v[member])
		}
		if len(values) > 0 && !slices.Contains(values, s) {
			return fmt.Errorf("%s is %q", member, s)
		}
		return nil
	}}
}

// HaveHeader holds for a header with one of the values, letter case aside.
func HaveHeader(name string, values ...string) Expectation {
	return Expectation{name + ": " + strings.Join(values, " or "), func(e *wire.Exchange) error {
		if e.Err != nil {
			return ErrOther
		}
		got := strings.Join(e.Header.Values(name), ", ")
		if !slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, got) }) {
			return fmt.Errorf("%s is %q", name, got)
		}
		return nil
	}}
}

// HaveNoHeader holds for an answer without the header.
func HaveNoHeader(name string) Expectation {
	return Expectation{"no " + name, func(e *wire.Exchange) error {
		if v := e.Header.Values(name); e.Err != nil || len(v) > 0 {
			return fmt.Errorf("%s is %q", name, strings.Join(v, ", "))
		}
		return nil
	}}
}

// OpenForm holds for a login flow that asks for more: 200 with a form step and its flow_id.
func OpenForm() Expectation {
	return All(HaveStatus(http.StatusOK), HaveText("type", "form"), HaveText("flow_id"))
}

// IssueCode holds for a login flow that ended well: 200 with a create_entry step whose result is the code.
func IssueCode() Expectation {
	return All(HaveStatus(http.StatusOK), HaveText("type", "create_entry"), HaveText("result"))
}

// Hold makes an expectation of a test on the whole answer.
func Hold(want string, check func(*wire.Exchange) error) Expectation { return Expectation{want, check} }

// BeJSONObject holds for a JSON object declared as application/json.
func BeJSONObject() Expectation {
	return Expectation{"a JSON object", func(e *wire.Exchange) error { _, err := e.JSON(); return err }}
}

// BeHTML holds for a body declared as text/html.
func BeHTML() Expectation {
	return Expectation{"an HTML page", func(e *wire.Exchange) error {
		if kind := e.MediaType(); kind != "text/html" {
			return fmt.Errorf("Content-Type is %q", kind)
		}
		return nil
	}}
}

// HaveList holds for a JSON object with an array member that has all of the strings.
func HaveList(member string, items ...string) Expectation {
	return Expectation{member + " with " + strings.Join(items, " and "), func(e *wire.Exchange) error {
		v, err := e.JSON()
		if err != nil {
			return err
		}
		list, ok := v[member].([]any)
		for _, item := range items {
			if !ok || !slices.Contains(list, any(item)) {
				return fmt.Errorf("%s is %v", member, v[member])
			}
		}
		return nil
	}}
}

// EachMember holds for a JSON object whose every member with the ending passes the test, there being one at least.
func EachMember(what, ending string, test func(any) bool) Expectation {
	return Expectation{"each " + what, func(e *wire.Exchange) error {
		v, err := e.JSON()
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
				return fmt.Errorf("%s is %v", name, v[name])
			}
		}
		if !found {
			return fmt.Errorf("no member ends in %s", ending)
		}
		return nil
	}}
}

// NotMention holds for an answer that repeats a word neither in its body nor in its headers.
func NotMention(word string) Expectation {
	return Expectation{"no mention of " + word, func(e *wire.Exchange) error {
		if e.Err != nil {
			return ErrOther
		}
		if strings.Contains(e.Body, word) {
			return errors.New("the body repeats it")
		}
		for name, values := range e.Header {
			if strings.Contains(strings.Join(values, " "), word) {
				return fmt.Errorf("header %s repeats it", name)
			}
		}
		return nil
	}}
}
