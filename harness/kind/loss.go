package kind

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/authconform/authconform/harness/wire"
)

// The reasons why a target cannot be judged, or no longer.
var (
	ErrUnreachable = errors.New("the target cannot be reached")
	ErrBanned      = errors.New("the target has banned this address")
)

// Loss is why a run cannot go on.
type Loss struct {
	Reason string `json:"reason"`
	Banned bool   `json:"banned,omitempty"` // the target is there, and refuses everything
}

func (l *Loss) Error() string { return l.Reason }

// Unreachable is the error of an exchange without an answer, with the likely cause.
func Unreachable(e *wire.Exchange) error {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var record tls.RecordHeaderError
	switch {
	case errors.As(e.Err, &unknown):
		return fmt.Errorf("%w: its certificate is signed by nobody we trust; give its CA with --ca-file, or --insecure", ErrUnreachable)
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

// Doubt watches the answers of a target for signs that it is gone, or has banned us. The zero value has seen none. It is
// safe for concurrent use.
type Doubt struct{ seen atomic.Bool }

// Observe looks at an answer. It is a wire.Options.Observe.
func (d *Doubt) Observe(e *wire.Exchange) {
	if e.Status == 0 || e.Status == http.StatusForbidden || e.Status == http.StatusTooManyRequests {
		d.seen.Store(true)
	}
}

// Resolve asks the target, where there is doubt, what every session begins with: no answer to it twice is a target that is
// gone, for one lost connection is no death. ban is why an answer is one to somebody who is banned; nil: it is not.
func (d *Doubt) Resolve(ctx context.Context, ask func(context.Context) *wire.Exchange, ban func(*wire.Exchange) error) error {
	if !d.seen.Swap(false) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lostTimeout)
	defer cancel()
	e := ask(ctx)
	if e.Err != nil && e.Status == 0 {
		if e = ask(ctx); e.Err != nil && e.Status == 0 {
			return &Loss{Reason: Unreachable(e).Error()}
		}
	}
	if err := ban(e); err != nil {
		return &Loss{Reason: err.Error(), Banned: true}
	}
	d.seen.Store(false) // whatever the asking itself stirred up
	return nil
}
