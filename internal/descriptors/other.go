//go:build !unix

package descriptors

// Limit is how many files and connections this process may hold open.
func Limit() int { return Most }
