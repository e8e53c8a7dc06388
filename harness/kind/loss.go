package kind

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
)

// The reasons why a target cannot be judged, or can no longer be.
var (
	ErrUnreachable = errors.New("the target cannot be reached")
	ErrBanned      = errors.New("the target has banned this address")
	ErrRefuses     = errors.New("the target refuses everything")
)

// Loss is why a run cannot continue.
type Loss struct {
	Reason string `json:"reason"`
	Banned bool   `json:"banned,omitempty"` // the target is there, but refuses everything
}

func (l *Loss) Error() string { return l.Reason }

// Unreachable is the error for an exchange without a response, with the likely cause.
func Unreachable(e *wire.Exchange) error {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var record tls.RecordHeaderError
	switch {
	case errors.As(e.Err, &unknown):
		return fmt.Errorf("%w: its certificate is not signed by a CA we trust; give the CA with --ca-file, or use --insecure", ErrUnreachable)
	case errors.As(e.Err, &name):
		return fmt.Errorf("%w: its certificate is for another name: %w", ErrUnreachable, name)
	case errors.As(e.Err, &record):
		return fmt.Errorf("%w: it does not speak TLS; is it http:// instead of https://?", ErrUnreachable)
	case strings.Contains(e.Err.Error(), "malformed HTTP response"),
		strings.Contains(e.Err.Error(), "server gave HTTP response to HTTPS client"):
		return fmt.Errorf("%w: it does not speak the scheme of --target; is it https:// instead of http://, or the other way round?",
			ErrUnreachable)
	}
	return fmt.Errorf("%w: %s", ErrUnreachable, e)
}

// Reached is the error for an exchange without a response, or with a server that expects another scheme.
func Reached(e *wire.Exchange) error {
	if e.Status == 0 {
		return Unreachable(e)
	}
	for _, said := range []string{"HTTP request to an HTTPS server", "plain HTTP request was sent to HTTPS port"} { // Go, nginx
		if e.Status == http.StatusBadRequest && strings.Contains(e.Body, said) {
			return fmt.Errorf("%w: it speaks TLS; is it https:// instead of http://?", ErrUnreachable)
		}
	}
	return nil
}

// Refused says why a response to a public request shows that we are shut out; nil if it does not. Only a kind that knows
// how its targets ban can tell whether that is a ban.
func Refused(_ context.Context, e *wire.Exchange) error {
	switch e.Status {
	case http.StatusForbidden:
		return fmt.Errorf("%w: it answers %s to public requests", ErrRefuses, e)
	case http.StatusTooManyRequests:
		return fmt.Errorf("%w: it answers %s%s; wait, or raise its limit", ErrRefuses, e, after(e))
	}
	return nil
}

// after returns when a target accepts the next request.
func after(e *wire.Exchange) string {
	if when := e.Header.Get("Retry-After"); when != "" {
		return " (Retry-After: " + when + ")"
	}
	return ""
}

// Doubt watches a target's responses for signs that it is gone or has banned us. The zero value watches but never
// asks. It is safe for concurrent use.
type Doubt struct {
	ask Question
	at  *wire.Client

	seen   atomic.Bool
	asking sync.Mutex
	lost   atomic.Pointer[Loss]
}

// Question is the request that settles a doubt.
type Question struct {
	Ask func(context.Context) *wire.Exchange        // the request that every session begins with
	Ban func(context.Context, *wire.Exchange) error // why the answer is one to somebody who is banned; nil: it is not
}

// Settle sets the question that settles a doubt, and the client that sends it. Sessions that take the first look
// need none: a target that does not answer then is not judged.
func (d *Doubt) Settle(at *wire.Client, q Question) { d.at, d.ask = at, q }

// Observe inspects a response, as wire.Options.Observe. After a timeout it asks the target immediately, and its
// caller waits: if the target hangs, every further request would take just as long.
func (d *Doubt) Observe(e *wire.Exchange) {
	if silent(e) || e.Status == http.StatusForbidden || e.Status == http.StatusTooManyRequests {
		d.seen.Store(true)
	}
	if e.TimedOut() && d.at != nil && d.asking.TryLock() { // the holder of the lock is asking already
		defer d.asking.Unlock()
		_ = d.settle(judge.With(e.Following(), judge.NewRecord())) // it is no part of the row under way
	}
}

// silent reports whether no response came, or one without an end: a target whose every body drips hangs too.
func silent(e *wire.Exchange) bool { return e.Status == 0 || e.TimedOut() }

// Suspect raises a doubt for a reason that no response shows.
func (d *Doubt) Suspect() { d.seen.Store(true) }

// Resolve asks the target if there is a doubt, and returns a *Loss if it is gone. Nothing more is sent then.
func (d *Doubt) Resolve(ctx context.Context) error {
	if lost := d.lost.Load(); lost != nil {
		return lost
	}
	if d.at == nil || !d.seen.Load() {
		return nil
	}
	d.asking.Lock()
	defer d.asking.Unlock()
	return d.settle(ctx)
}

func (d *Doubt) settle(ctx context.Context) error {
	if lost := d.lost.Load(); lost != nil {
		return lost
	}
	if !d.seen.Swap(false) {
		return nil
	}
	e := d.ask.Ask(ctx)
	if e.Status == 0 && !e.TimedOut() {
		e = d.ask.Ask(ctx) // one lost connection does not mean that the target is gone
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		d.seen.Store(true) // the check was cancelled: keep the doubt
		return nil
	}
	if silent(e) {
		return d.lose(&Loss{Reason: Unreachable(e).Error()})
	}
	if err := d.ask.Ban(ctx, e); err != nil {
		return d.lose(&Loss{Reason: err.Error(), Banned: true})
	}
	d.seen.Store(false) // ignore what the request itself has caused
	return nil
}

func (d *Doubt) lose(l *Loss) error {
	d.lost.Store(l)
	if !l.Banned {
		d.at.Close(l)
	}
	return l
}
