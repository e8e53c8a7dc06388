package mockserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"

	"github.com/authconform/authconform/mock"
)

// look is the result of fetching a client's page.
type look struct {
	page  ClientPage
	err   error    // why it was not read
	uris  []string // that it publishes
	limit int      // bytes of it that are read
}

// why explains a refusal: what the client's page lists instead of the redirect URI.
func (l *look) why(redirectURI string) string {
	switch {
	case l.err != nil:
		return "the client's page was not read: " + unread(l.err)
	case len(l.uris) > 0:
		return "the client's page lists " + strings.Join(l.uris, ", ") + parting(l.uris, redirectURI)
	case l.page.Status != http.StatusOK:
		return fmt.Sprintf("the client's page answers %d, and lists no redirect_uri", l.page.Status)
	case !l.page.Whole:
		return fmt.Sprintf("the client's page lists no redirect_uri in its first %d bytes, and no more of it is read", l.limit)
	}
	return "the client's page lists no redirect_uri"
}

// unread is why a page was not read, in words.
func unread(err error) string {
	var name *net.DNSError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "it did not arrive in time"
	case errors.Is(err, mock.ErrLinkLocal):
		return "it has a link-local address, from which this mock fetches nothing"
	case errors.Is(err, errRedirects):
		return errRedirects.Error()
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there"
	case errors.As(err, &name):
		return "the name " + name.Name + " is unknown"
	case strings.Contains(err.Error(), "certificate"):
		return "its certificate is not signed by a CA that this home trusts"
	}
	return "the connection broke"
}

// parting says where the most similar listed URI differs from the wanted one.
func parting(listed []string, wanted string) string {
	same := func(l string) (n int) {
		for n < min(len(l), len(wanted)) && l[n] == wanted[n] {
			n++
		}
		return n
	}
	near := slices.MaxFunc(listed, func(a, b string) int { return same(a) - same(b) })
	n := same(near)
	switch {
	case n == 0:
		return ""
	case n == len(near):
		return fmt.Sprintf("; redirect_uri continues with %q", wanted[n:])
	case n == len(wanted):
		return fmt.Sprintf("; redirect_uri is missing the final %q", near[n:])
	}
	return fmt.Sprintf("; redirect_uri has %q instead of %q", wanted[n:], near[n:])
}
