package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/bulk"
)

// Request is what is sent. URL may be relative to the target's base.
type Request struct {
	Method string
	URL    string
	Header http.Header
	Body   string
	Host   string        // overrides the Host header
	Limit  time.Duration // of the whole exchange; 0: as the client says
	Public bool          // a GET of a public document: it may go to any https origin with a public address
}

// Exchange is a request and its response, unredacted: it never leaves the judging process.
type Exchange struct {
	Request  Request // URL is absolute
	Status   int     // 0: no answer, see Err
	Header   http.Header
	Body     string
	Cut      bool  // the body is longer: only its first maxBody bytes were read, or MaxValues values
	Err      error // why there was no whole answer
	Started  time.Time
	Duration time.Duration

	many bool            // Cut, because of its values
	gone int             // bytes of the body that were read but are no longer held
	pass http.Header     // was added to the request; secret
	end  context.Context //nolint:containedctx // of the run: who asks more because of this answer ends with it too
}

// Following is a context for requests that follow from an exchange. It ends with the run.
func (e *Exchange) Following() context.Context {
	if e.end == nil {
		return context.Background()
	}
	return WithEnd(context.Background(), e.end)
}

// Answer returns the exchange, for types that embed one.
func (e *Exchange) Answer() *Exchange { return e }

// take reads an answer, up to its limits. After a 101 another protocol follows, not a body.
func (e *Exchange) take(resp *http.Response) {
	e.Status, e.Header = resp.StatusCode, resp.Header
	if e.Status == http.StatusSwitchingProtocols {
		return
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if len(body) > maxBody {
		e.Cut, body = true, body[:maxBody]
	}
	if n := Readable(body); n < len(body) {
		e.Cut, e.many, body = true, true, body[:n]
	}
	e.Body, e.Err = string(body), err
}

// Readable returns the length of the beginning of a text that is short enough to be decoded, if it is JSON.
func Readable(text []byte) int {
	if start := bytes.TrimSpace(text); len(start) == 0 || start[0] != '{' && start[0] != '[' {
		return len(text)
	}
	n, _ := bulk.Within(text, MaxValues)
	return n
}

// errCut is why the beginning of a long body is not read as JSON.
func (e *Exchange) errCut() error {
	if e.many {
		return fmt.Errorf("the body was cut after %d values", MaxValues)
	}
	return fmt.Errorf("the body was cut after %d KiB", maxBody>>10)
}

// JSON decodes the body as an object. It fails on anything else and on a body that is not declared as JSON.
func (e *Exchange) JSON() (map[string]any, error) {
	var v map[string]any
	if err := e.Decode(&v); err != nil {
		return nil, err
	}
	if v == nil {
		return nil, fmt.Errorf("the body is null, not an object")
	}
	return v, nil
}

// Decode reads the body as JSON into v.
func (e *Exchange) Decode(v any) error {
	if e.Err != nil {
		return e.Err
	}
	if e.Cut {
		return e.errCut()
	}
	if kind := e.MediaType(); kind != "application/json" {
		return fmt.Errorf("Content-Type is %q, not application/json", e.Header.Get("Content-Type"))
	}
	if err := json.Unmarshal([]byte(e.Body), v); err != nil {
		return errors.New("the body is not the expected JSON: " + Why(err))
	}
	return nil
}

// MediaType is the response's media type in lower case, without parameters. Invalid ones are treated as in a
// browser, and of several types the last counts (Fetch §2.2.2, "extract a MIME type").
func (e *Exchange) MediaType() string {
	last := ""
	for kind := range strings.SplitSeq(strings.Join(e.Header.Values("Content-Type"), ","), ",") {
		kind, _, _ = strings.Cut(kind, ";")
		if kind = strings.ToLower(strings.TrimSpace(kind)); strings.Count(kind, "/") == 1 {
			last = kind
		}
	}
	return last
}

// Text is a string member of a JSON response, whatever its media type, or "".
func (e *Exchange) Text(member string) string {
	v, err := e.Object()
	if err != nil {
		return ""
	}
	s, _ := v[member].(string)
	return s
}

// String is the response in one line: "400 {"error":"invalid_request"}".
func (e *Exchange) String() string {
	switch {
	case e == nil:
		return "no exchange"
	case e.Err != nil && e.Status == 0 && e.late():
		return e.why()
	case e.Err != nil && e.Status == 0:
		return "no answer: " + e.why()
	case e.Err != nil:
		return fmt.Sprintf("%d and then %s", e.Status, e.why())
	}
	s := fmt.Sprintf("%d", e.Status)
	if loc := e.Header.Get("Location"); loc != "" {
		s += " Location: " + loc
	}
	if body := strings.Join(strings.Fields(e.Body), " "); body != "" {
		if e.MediaType() == "text/html" {
			body = e.page()
		} else if brief, ok := e.brief(); ok {
			body = brief
		}
		s += " " + body // whole: a secret that was cut could not be recognised; Cut shortens what is redacted
	}
	if e.Cut {
		s += " (" + e.errCut().Error() + ")"
	}
	return s
}

// telling are the members of a JSON answer that decide verdicts, in display order.
var telling = []string{
	"error", "error_description", "message", "code", "type", "step_id", "errors", "reason", "result",
	"access_token", "refresh_token", "expires_in", "auth_code",
}

// brief returns a JSON object without the members that no verdict needs.
func (e *Exchange) brief() (string, bool) {
	v, err := e.JSON()
	if err != nil || len(e.Body) < 100 {
		return "", false
	}
	var parts []string
	for _, name := range telling {
		if member, there := v[name]; there {
			encoded, _ := json.Marshal(member)
			parts = append(parts, fmt.Sprintf("%q: %s", name, encoded))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}", len(parts) > 0
}

// why describes Err in plain words.
func (e *Exchange) why() string {
	if e.late() {
		return fmt.Sprintf("no answer within %s", e.Request.Limit)
	}
	return Why(e.Err)
}

// late reports whether the whole time-out passed, not only that of connecting.
func (e *Exchange) late() bool { return e.TimedOut() && e.Duration >= e.Request.Limit }

// TimedOut reports whether connecting or the response took too long.
func (e *Exchange) TimedOut() bool {
	var err net.Error
	return errors.As(e.Err, &err) && err.Timeout()
}

// Cut shortens a text to n bytes, at a character boundary, and says how much is missing.
func Cut(s string, n int) string { return CutOf(s, n, 0) }

// CutOf is Cut for a text that has already lost some of its bytes.
func CutOf(s string, n, lost int) string {
	if len(s) <= n && lost == 0 {
		return s
	}
	kept := evidence.Start(s, n)
	return fmt.Sprintf("%s… (%d more bytes)", kept, len(s)-len(kept)+lost)
}

// Resolve resolves a reference against the exchange's URL, as a browser does.
func (e *Exchange) Resolve(ref string) (string, error) {
	base, err := url.Parse(e.Request.URL)
	if err != nil {
		return "", err
	}
	to, err := base.Parse(AsBrowsersRead(ref))
	if err != nil {
		return "", err
	}
	return to.String(), nil
}
