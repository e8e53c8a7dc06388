package mock

import "net/http"

// Rules are the decisions of a policy about all requests and responses. The functions have no side effects.
type Rules struct {
	// BodyLimit is how many bytes of a request body are read.
	BodyLimit func() int64
	// Duplicates reports whether a form with a repeated parameter is malformed (RFC 6749 §3.2).
	Duplicates func() bool
	// Headers are added to every response that does not set them itself.
	Headers func() http.Header
	// PublicCORS reports whether any origin may read the path's responses.
	PublicCORS func(path string) bool
	// Request rewrites a request before anything is checked: a lenient mock can read a wrong
	// request as a right one. It must not change values in place.
	Request func(Request) Request
	// Answer rewrites a response before it is sent. It must not change values in place.
	Answer func(Request, Answer) Answer
}

// Is returns a decision that is always v. Every field of a policy is a function, even a constant, so that the
// prover can observe each decision. A map or slice is returned without a copy and must not be changed.
func Is[T any](v T) func() T { return func() T { return v } }

// AsSent leaves a request unchanged.
func AsSent(r Request) Request { return r }

// AsDecided leaves a response unchanged.
func AsDecided(_ Request, a Answer) Answer { return a }
