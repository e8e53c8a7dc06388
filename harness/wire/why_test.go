package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"regexp"
	"syscall"
	"testing"
)

// goWords are words of Go's library that no message may contain.
var goWords = regexp.MustCompile(`EOF|context |dial tcp|net/http|net/url|strconv|<nil>|map\[|i/o timeout`)

func TestWhyThereIsNoAnswerIsSaidInPlainWords(t *testing.T) {
	dial := func(err error) error {
		return &url.Error{Op: "Get", URL: "http://x/?code=secret", Err: &net.OpError{Op: "dial", Net: "tcp", Err: err}}
	}
	malformed := errors.New(`net/http: HTTP/1.x transport connection broken: malformed HTTP response "x"`)
	fraction := errors.New(`oauth2: cannot parse json: strconv.ParseInt: parsing "1.5": invalid syntax`)
	for want, err := range map[string]error{
		"nothing listens there (connection refused)":               dial(syscall.ECONNREFUSED),
		"the name nowhere is not known":                            dial(&net.DNSError{Name: "nowhere", IsNotFound: true}),
		"the connection was closed without an answer":              &url.Error{Op: "Post", Err: io.EOF},
		"the response was cut off":                                 fmt.Errorf("reading: %w", io.ErrUnexpectedEOF),
		`failed to parse Location header "x": invalid userinfo`:    errors.New(`failed to parse Location header "x": net/url: invalid userinfo`),
		"the connection was reset":                                 dial(syscall.ECONNRESET),
		"it did not arrive in time":                                dial(context.DeadlineExceeded),
		"we gave up waiting":                                       context.Canceled,
		"no connection: odd":                                       dial(errors.New("odd")),
		"server closed idle connection":                            errors.New("http: server closed idle connection"),
		"malformed HTTP response \"x\"":                            malformed,
		`cannot parse json: parsing "1.5": invalid syntax`:         fraction,
		"failed to get reader: it was closed":                      errors.New("failed to get reader: EOF"),
		"failed to read: it did not arrive in time, and something": errors.New("failed to read: context deadline exceeded, and something"),
	} {
		if got := Why(err); got != want || goWords.MatchString(got) {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}
