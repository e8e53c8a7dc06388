// Package exit is the errors that decide the exit code of the program (docs/cli.md). It lies below everything that
// returns one.
package exit

import (
	"context"
	"errors"
	"fmt"

	"github.com/authconform/authconform/internal/suggest"
)

// The exit codes.
const (
	OK          = 0   // everything judged conforms, or fails only as the baseline says
	Failed      = 1   // a requirement failed or is blocked; or the baseline is stale or expired
	Usage       = 2   // usage, configuration, credentials
	NoTarget    = 3   // nothing could be judged there
	Broken      = 4   // the harness itself broke
	Empty       = 5   // nothing was judged: the selection is empty
	Interrupted = 130 // Ctrl-C
)

// Error is an error with its exit code.
type Error struct {
	Code int
	Err  error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// With gives an error its exit code; nil stays nil.
func With(code int, err error) error {
	if err == nil {
		return nil
	}
	return &Error{code, err}
}

// Silent is an exit code whose reason has been printed.
func Silent(code int) error { return &Error{code, errors.New("")} }

// Usagef is an error of how the program was called.
func Usagef(format string, args ...any) error {
	return &Error{Usage, fmt.Errorf(format, args...)}
}

// Unknown is the usage error of a word that nothing has, with the nearest right one, or with all of a few.
func Unknown(what, word string, known []string) error {
	return Usagef("unknown %s %q%s", what, word, suggest.Hint(word, known))
}

// Interrupt is the error of something that was cut off by the end of ctx.
func Interrupt(ctx context.Context, but string) error {
	return &Error{Interrupted, fmt.Errorf("interrupted: %w; %s", context.Cause(ctx), but)}
}

// Code is the exit code of an error.
func Code(err error) int {
	var coded *Error
	switch {
	case err == nil:
		return OK
	case errors.As(err, &coded):
		return coded.Code
	}
	return Broken
}
