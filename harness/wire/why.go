package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"syscall"
)

// Why says in plain words why there was no complete response.
func Why(err error) string {
	var name *net.DNSError
	var dial *net.OpError
	var unknown x509.UnknownAuthorityError
	var record tls.RecordHeaderError
	var kind *json.UnmarshalTypeError
	transport := &url.Error{}
	if errors.As(err, &transport) { // the method and URL that Go adds are shown elsewhere, and may contain a secret
		err = transport.Err
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there (connection refused)"
	case errors.As(err, &name):
		return "the name " + name.Name + " is not known"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the response was cut off"
	case errors.Is(err, io.EOF):
		return "the connection was closed without an answer"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed):
		return "the connection was reset"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "host or network unreachable"
	case errors.As(err, &unknown):
		return "its certificate is not signed by a CA we trust"
	case errors.As(err, &record):
		return "it does not speak TLS"
	case errors.As(err, &kind):
		return strings.TrimSuffix("there is a JSON "+strings.Fields(kind.Value)[0]+" at "+kind.Field, " at ")
	case errors.Is(err, context.Canceled):
		return "we gave up waiting"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "it did not arrive in time"
	case errors.As(err, &dial) && dial.Op == "dial":
		return "no connection: " + plain(dial.Err)
	}
	return plain(err)
}

// packages matches the names of packages and functions at the start of an error.
var packages = regexp.MustCompile(`(^|: )(?:(?:(?:net/)?(?:http|url)|http2|tls|net|x509|json|oauth2|websocket|strconv\.\w+): )+`)

// plain returns an error's text without the names of Go packages.
func plain(err error) string {
	text := err.Error()
	text = packages.ReplaceAllString(text, "$1")
	for _, word := range []struct{ theirs, ours string }{
		{"unexpected EOF", "it was cut off"}, {"EOF", "it was closed"}, {"context deadline exceeded", "it did not arrive in time"},
		{"context canceled", "we gave up waiting"}, {"i/o timeout", "it did not arrive in time"},
		{"HTTP/1.x transport connection broken: ", ""}, {"use of closed network connection", "the connection was closed"},
	} {
		text = strings.ReplaceAll(text, word.theirs, word.ours)
	}
	return text
}
