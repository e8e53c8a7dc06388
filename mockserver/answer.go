package mockserver

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// Answer is what a handler decided, before it is written.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	Why    string // the rule that refused, for the history and the page

	Delay time.Duration // before it is written, on the home's clock
	Drop  bool          // close the connection instead
	keeps bool          // an abort that leaves the flow

	Truncate int // write so many bytes of the body, then close; 0: all
}

// Refusal is an error with a protocol face: what was asked, what rule refused it, where the rule is written.
type Refusal struct {
	Status      int
	Code        string // RFC 6749 §5.2
	Description string
	Rule        string // where it is written
}

func (r *Refusal) Error() string { return r.Code + ": " + r.Description + " (" + r.Rule + ")" }

func jsonAnswer(status int, v any) *Answer {
	raw, err := json.Marshal(v)
	if err != nil {
		raw = []byte(`{"message":"the answer could not be encoded"}`)
	}
	return &Answer{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: raw}
}

// message is a refusal of the JSON endpoints.
func message(status int, text string) *Answer {
	a := jsonAnswer(status, map[string]string{"message": text})
	a.Why = text
	return a
}

// plain is a refusal of everything else: "404: Not Found".
func plain(status int) *Answer {
	text := http.StatusText(status)
	if status == http.StatusRequestEntityTooLarge {
		text = "Request Entity Too Large"
	}
	return text200(status, strings.TrimSpace(itoa(status)+": "+text))
}

func text200(status int, body string) *Answer {
	return &Answer{Status: status, Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, Body: []byte(body), Why: whyNot(status, body)}
}

func whyNot(status int, body string) string {
	if status >= http.StatusBadRequest {
		return body
	}
	return ""
}

// oauthError is a refusal of the token endpoint.
func oauthError(r *Refusal) *Answer {
	v := map[string]string{"error": r.Code}
	if r.Description != "" {
		v["error_description"] = r.Description
	}
	a := jsonAnswer(r.Status, v)
	a.Why = r.Error()
	return a
}

func empty(status int) *Answer { return &Answer{Status: status, Header: http.Header{}} }
