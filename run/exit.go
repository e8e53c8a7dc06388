package run

import (
	"context"
	"errors"
	"fmt"

	"github.com/authconform/authconform/harness/target"
)

// The exit codes (docs/cli.md).
const (
	ExitOK          = 0   // everything judged conforms, or fails only as the baseline says
	ExitFailed      = 1   // a requirement failed or is blocked; or the baseline is stale or expired
	ExitUsage       = 2   // usage, configuration, unknown id
	ExitNoTarget    = 3   // the target cannot be reached or is not this kind of server; nothing was judged
	ExitBroken      = 4   // the harness itself broke
	ExitEmpty       = 5   // nothing ran: the selection is empty
	ExitInterrupted = 130 // Ctrl-C
)

// Error is an error with its exit code.
type Error struct {
	Code int
	Err  error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// Usage is an error of how the program was called.
func Usage(format string, args ...any) error {
	return &Error{ExitUsage, fmt.Errorf(format, args...)}
}

// Code is the exit code of an error.
func Code(err error) int {
	var coded *Error
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &coded):
		return coded.Code
	}
	return ExitBroken
}

// interrupted is the error of a run that was cut off.
func interrupted(ctx context.Context, but string) error {
	return &Error{ExitInterrupted, fmt.Errorf("interrupted: %w; %s", context.Cause(ctx), but)}
}

// explain gives the errors of looking at the target their exit codes.
func explain(err error) error {
	switch {
	case errors.Is(err, target.ErrCredentials), errors.Is(err, target.ErrSecondFactor), errors.Is(err, target.ErrNotOnboarded):
		return &Error{ExitUsage, err}
	case err != nil:
		return &Error{ExitNoTarget, err}
	}
	return nil
}
