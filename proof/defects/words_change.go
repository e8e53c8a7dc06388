package defects

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

// Helpers to write defects with. Each changes a copy, so that the conforming home and its rivals see the same request.

// change is one change of a policy.
type change = func(*mockserver.Policy)

// when picks requests.
type when func(mock.Request) bool

// at picks requests by method and path: "POST /auth/token", "* /auth/login_flow/*".
func at(place string) when {
	method, glob, _ := strings.Cut(place, " ")
	return func(r mock.Request) bool {
		ok, err := path.Match(glob, r.Path())
		return err == nil && ok && (method == "*" || method == r.Method)
	}
}

func (w when) and(more when) when {
	return func(r mock.Request) bool { return w(r) && more(r) }
}

func (w when) or(more when) when {
	return func(r mock.Request) bool { return w(r) || more(r) }
}

// after spares the first n requests that w picks. It counts: call it inside Change, so that each home has its own.
func (w when) after(n int64) when {
	var seen atomic.Int64
	return func(r mock.Request) bool { return w(r) && seen.Add(1) > n }
}

// field picks requests whose form has the value.
func field(name, value string) when {
	return func(r mock.Request) bool { return fields(r).Get(name) == value }
}

// takes makes the home treat a request that w picks as another one.
func takes(w when, as func(mock.Request) mock.Request) change {
	return func(p *mockserver.Policy) {
		before := p.Request
		p.Request = func(r mock.Request) mock.Request {
			if r = before(r); w(r) {
				r = as(r)
			}
			return r
		}
	}
}

// answers changes the answers to the requests that w picks; with statuses, only answers of those.
func answers(w when, with func(mock.Answer) mock.Answer, statuses ...int) change {
	return func(p *mockserver.Policy) {
		before := p.Answer
		p.Answer = func(r mock.Request, a mock.Answer) mock.Answer {
			if a = before(r, a); w(r) && (len(statuses) == 0 || slices.Contains(statuses, a.Status)) {
				a = with(a)
			}
			return a
		}
	}
}

// both combines several changes into one defect.
func both[Policy any](list ...func(*Policy)) func(*Policy) {
	return func(p *Policy) {
		for _, c := range list {
			c(p)
		}
	}
}

// fields parses a plain form. It keeps the first of equal names and returns nothing for other bodies.
func fields(r mock.Request) url.Values {
	values, err := url.ParseQuery(string(r.Body))
	if err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return url.Values{}
	}
	return values
}

// withFields returns the request with an edited form.
func withFields(edit func(url.Values)) func(mock.Request) mock.Request {
	return func(r mock.Request) mock.Request {
		values := fields(r)
		if len(values) == 0 {
			return r
		}
		edit(values)
		r.Body = []byte(values.Encode())
		return r
	}
}

// withHeader returns the request with a header set, or removed for "".
func withHeader(name, value string) func(mock.Request) mock.Request {
	return func(r mock.Request) mock.Request {
		r.Header = setHeader(r.Header, name, value)
		return r
	}
}

func setHeader(h http.Header, name, value string) http.Header {
	h = h.Clone()
	if h == nil {
		h = http.Header{}
	}
	if value == "" {
		h.Del(name)
	} else {
		h.Set(name, value)
	}
	return h
}

// status answers another status.
func status(code int) func(mock.Answer) mock.Answer {
	return func(a mock.Answer) mock.Answer { a.Status = code; return a }
}

// header sets a header of an answer, or removes it for "". The headers that a home's policy adds to every answer are present by
// then.
func header(name, value string) func(mock.Answer) mock.Answer {
	return func(a mock.Answer) mock.Answer {
		a.Header = setHeader(a.Header, name, value)
		return a
	}
}

// body replaces the body.
func body(text string) func(mock.Answer) mock.Answer {
	return func(a mock.Answer) mock.Answer { a.Body = []byte(text); return a }
}

// member sets a member of a JSON object, or removes it for nil.
func member(name string, value any) func(mock.Answer) mock.Answer {
	return object(func(m map[string]any) {
		if value == nil {
			delete(m, name)
		} else {
			m[name] = value
		}
	})
}

// object edits the JSON object that an answer carries; other bodies stay.
func object(edit func(map[string]any)) func(mock.Answer) mock.Answer {
	return func(a mock.Answer) mock.Answer {
		if m := decoded(a.Body); m != nil {
			edit(m)
			a.Body = encoded(m)
		}
		return a
	}
}

// withObject returns the request with an edited JSON object.
func withObject(edit func(map[string]any)) func(mock.Request) mock.Request {
	return func(r mock.Request) mock.Request {
		if m := decoded(r.Body); m != nil {
			edit(m)
			r.Body = encoded(m)
		}
		return r
	}
}

func decoded(raw []byte) map[string]any {
	var m map[string]any
	if json.Unmarshal(raw, &m) != nil {
		return nil
	}
	return m
}

func encoded(m map[string]any) []byte {
	raw, err := json.Marshal(m)
	if err != nil {
		return nil
	}
	return raw
}

// all combines several edits of an answer.
func all(list ...func(mock.Answer) mock.Answer) func(mock.Answer) mock.Answer {
	return func(a mock.Answer) mock.Answer {
		for _, f := range list {
			a = f(a)
		}
		return a
	}
}

// replaced replaces text in a body, such as the login page's files.
func replaced(old, by string) func(mock.Answer) mock.Answer {
	return func(a mock.Answer) mock.Answer {
		a.Body = bytes.ReplaceAll(a.Body, []byte(old), []byte(by))
		return a
	}
}

// lacks picks requests whose form has no value for the field.
func lacks(name string) when {
	return func(r mock.Request) bool { return fields(r).Get(name) == "" }
}

// has picks requests whose form has the field.
func has(name string) when {
	return func(r mock.Request) bool { return fields(r).Has(name) }
}

// set sets a form's field.
func set(name, value string) func(mock.Request) mock.Request {
	return withFields(func(v url.Values) { v.Set(name, value) })
}

// word changes the error code of refusals.
func word(old, by string) func(mock.Answer) mock.Answer {
	return object(func(m map[string]any) {
		if m["error"] == old || old == "" && m["error"] != nil {
			m["error"] = by
		}
	})
}
