package browser

import (
	"context"
	"fmt"
)

// Check tries a browser given by the user (see Find) before a run depends on it: an executable must start, and a running
// browser must accept connections. A browser that was not given is not tried.
func Check(ctx context.Context, spec string) error {
	if spec == "" || spec == "auto" || spec == "off" {
		return nil
	}
	o, err := Find(spec)
	if err != nil {
		return err
	}
	b, err := Start(ctx, o)
	switch {
	case err == nil:
		return b.Close()
	case o.Remote != "":
		return fmt.Errorf("--browser %s: no browser answers there; start one with --remote-debugging-port", spec)
	}
	return fmt.Errorf("--browser %s: it does not start as a Chromium", spec)
}

// said is an error with our own text that still wraps the original.
type said struct {
	text string
	err  error
}

func (s said) Error() string { return s.text }
func (s said) Unwrap() error { return s.err }
