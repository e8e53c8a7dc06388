package oauth

import (
	"net/url"
	"slices"
	"strings"
)

// Form is an ordered list of parameters: a request body or query that a spec may change in one named way.
type Form []Param

// Param is one parameter.
type Param struct{ Name, Value string }

// Change is one deviation from the happy path.
type Change func(Form) Form

// Set sets a parameter, replacing an existing one.
func Set(name, value string) Change {
	return func(f Form) Form {
		for i := range f {
			if f[i].Name == name {
				f = slices.Clone(f)
				f[i].Value = value
				return f
			}
		}
		return append(slices.Clone(f), Param{name, value})
	}
}

// Drop removes a parameter.
func Drop(name string) Change {
	return func(f Form) Form {
		return slices.DeleteFunc(slices.Clone(f), func(p Param) bool { return p.Name == name })
	}
}

// Add appends a parameter, even if it already exists.
func Add(name, value string) Change {
	return func(f Form) Form { return append(slices.Clone(f), Param{name, value}) }
}

// Get returns a parameter's value, or "".
func (f Form) Get(name string) string {
	for _, p := range f {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// Apply makes the changes in order.
func (f Form) Apply(changes ...Change) Form {
	for _, change := range changes {
		f = change(f)
	}
	return f
}

// Encode is application/x-www-form-urlencoded, in order.
func (f Form) Encode() string {
	var b strings.Builder
	for i, p := range f {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p.Name) + "=" + url.QueryEscape(p.Value))
	}
	return b.String()
}

// Boundary separates the fields of Multipart.
const Boundary = "authconform-7d1f0c2a"

// Multipart is multipart/form-data with Boundary, in order.
func (f Form) Multipart() string {
	var b strings.Builder
	for _, p := range f {
		b.WriteString("--" + Boundary + "\r\nContent-Disposition: form-data; name=\"" + p.Name + "\"\r\n\r\n" + p.Value + "\r\n")
	}
	b.WriteString("--" + Boundary + "--\r\n")
	return b.String()
}
