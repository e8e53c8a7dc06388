//go:build !unix

package rlimit

import "math"

// Descriptors returns how many files and connections this process may hold open.
func Descriptors() int { return MostDescriptors }

// AddressSpace returns how many bytes of address space this process may use.
func AddressSpace() int64 { return math.MaxInt64 }
