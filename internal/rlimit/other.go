//go:build !unix

package rlimit

import "math"

// Descriptors is how many files and connections this process may hold open.
func Descriptors() int { return MostDescriptors }

// AddressSpace is how many bytes of addresses this process may use.
func AddressSpace() int64 { return math.MaxInt64 }
