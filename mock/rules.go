package mock

import "net/http"

// Rules are what every policy decides of all requests and answers. Functions decide and have no effects.
type Rules struct {
	// BodyLimit is how many bytes of a request body are read.
	BodyLimit func() int64
	// Duplicates tells whether a form that names a parameter twice is malformed (RFC 6749 §3.2).
	Duplicates func() bool
	// Headers are on every answer that does not set them itself.
	Headers func() http.Header
	// PublicCORS tells whether any origin may read the path's answers.
	PublicCORS func(path string) bool
	// Request is what the mock takes a request for, before anything is judged: a mock that is too lenient reads a wrong
	// one as a right one. It changes no value in place.
	Request func(Request) Request
	// Answer is what becomes of an answer on its way out. It changes no value in place.
	Answer func(Request, Answer) Answer
}

// Is is a decision that is v, whatever happens. Every field of a policy is a function, the constants too, so that the
// prover can watch a decision where it is made. A map or slice is handed out as it is: nobody may change it.
func Is[T any](v T) func() T { return func() T { return v } }

// AsSent takes a request for what it is.
func AsSent(r Request) Request { return r }

// AsDecided sends an answer as it was decided.
func AsDecided(_ Request, a Answer) Answer { return a }
