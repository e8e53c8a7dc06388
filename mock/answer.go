package mock

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"net/http"
	"strconv"
	"time"
)

// Answer is a handler's response before it is written.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	Why    string // the rule that refused, for the history and the page

	Delay    time.Duration // before it is written, on the mock's clock
	Drop     bool          // close the connection instead
	Truncate int           // write so many bytes of the body, then close; 0: all

	// Stream goes on after Body until it returns; nil: the answer ends. write tells whether the client still reads.
	Stream func(ctx context.Context, write func(text string) bool)
}

// Refusal is an error as the protocol shows it, with the rule that was broken and where that rule is written.
type Refusal struct {
	Status      int
	Code        string // RFC 6749 §5.2
	Description string
	Rule        string // where it is written
}

// Refuse makes a refusal.
func Refuse(status int, code, description, rule string) *Refusal {
	return &Refusal{status, code, description, rule}
}

func (r *Refusal) Error() string {
	if r.Description == "" {
		return r.Code + " (" + r.Rule + ")"
	}
	return r.Code + ": " + r.Description + " (" + r.Rule + ")"
}

// Answer is the refusal as an error response of a token endpoint (RFC 6749 §5.2).
func (r *Refusal) Answer() *Answer {
	v := map[string]string{"error": r.Code}
	if r.Description != "" {
		v["error_description"] = r.Description
	}
	a := JSON(r.Status, v)
	a.Why = r.Error()
	return a
}

// JSON is an answer with the value as application/json.
func JSON(status int, v any) *Answer {
	raw, err := json.Marshal(v)
	if err != nil {
		raw = []byte(`{"message":"the answer could not be encoded"}`)
	}
	return &Answer{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: raw}
}

// Message is an error response of a JSON endpoint: {"message": …}.
func Message(status int, text string) *Answer {
	a := JSON(status, map[string]string{"message": text})
	a.Why = text
	return a
}

// Plain is an error response that only names its status: "404: Not Found".
func Plain(status int) *Answer { return Text(status, Itoa(status)+": "+http.StatusText(status)) }

// Text is an answer in plain text.
func Text(status int, body string) *Answer {
	a := &Answer{Status: status, Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, Body: []byte(body)}
	if status >= http.StatusBadRequest {
		a.Why = body
	}
	return a
}

// Empty is an answer without a body.
func Empty(status int) *Answer { return &Answer{Status: status, Header: http.Header{}} }

// Redirect is an answer that redirects the browser.
func Redirect(status int, to string) *Answer {
	a := Empty(status)
	a.Header.Set("Location", to)
	return a
}

// Secret returns n random bytes as a hex string.
func Secret(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// ULID names something that is made at a moment: 26 characters, which sort by time (github.com/ulid/spec).
func ULID(at time.Time) string {
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	var b [16]byte
	_, _ = rand.Read(b[6:]) // never fails
	for i, ms := 5, at.UnixMilli(); i >= 0; i-- {
		b[i], ms = byte(ms), ms>>8
	}
	n, text := new(big.Int).SetBytes(b[:]), make([]byte, 26)
	for i := len(text) - 1; i >= 0; i-- {
		text[i] = alphabet[new(big.Int).And(n, big.NewInt(31)).Int64()]
		n.Rsh(n, 5)
	}
	return string(text)
}

// Itoa formats a number in decimal.
func Itoa(n int) string { return strconv.Itoa(n) }
