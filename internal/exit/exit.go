// Package exit defines the errors that decide the exit code of the program (docs/cli.md). Every package that returns one may
// import it.
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

// Error is an error with an exit code.
type Error struct {
	Code int
	Err  error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// With gives an error an exit code; nil stays nil.
func With(code int, err error) error {
	if err == nil {
		return nil
	}
	return &Error{code, err}
}

// Silent returns an exit code whose reason has already been printed.
func Silent(code int) error { return &Error{code, errors.New("")} }

// Usagef returns an error about the way the program was called.
func Usagef(format string, args ...any) error {
	return &Error{Usage, fmt.Errorf(format, args...)}
}

// Unknown returns the usage error for an unknown word. It suggests the nearest known word, or lists all if they are few.
func Unknown(what, word string, known []string) error {
	return Usagef("unknown %s %q%s", what, word, suggest.Hint(word, known))
}

// Interrupt returns the error of work that the end of ctx cut off.
func Interrupt(ctx context.Context, but string) error {
	return &Error{Interrupted, fmt.Errorf("interrupted: %w; %s", context.Cause(ctx), but)}
}

// Code returns the exit code of an error.
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
