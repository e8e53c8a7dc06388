package judge

import (
	"context"
	"runtime"
)

// Site reports whether the assertion at a source line is to be weakened.
type Site func(file string, line int) bool

type siteKey struct{}

// Weaken makes Expect accept everything at the sites that at selects. A proof then shows which assertions no defect needs; controls
// are not changed.
func Weaken(ctx context.Context, at Site) context.Context {
	return context.WithValue(ctx, siteKey{}, at)
}

// weak reports whether the assertion in the caller's caller is weakened.
func (a Assertion) weak() bool {
	at, ok := a.ctx.Value(siteKey{}).(Site)
	if !ok || a.control {
		return false
	}
	const spec = 2 // weak, To, the spec
	_, file, line, ok := runtime.Caller(spec)
	return ok && at(file, line)
}

// anything is the matcher of a weakened assertion.
type anything struct{ Matcher }

// Match implements Matcher.
func (anything) Match(any) (bool, error) { return true, nil }
