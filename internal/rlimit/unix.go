//go:build unix

package rlimit

import (
	"math"
	"syscall"
)

// Descriptors returns how many files and connections this process may hold open: the runtime has raised the limit as far as it
// can.
func Descriptors() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > MostDescriptors {
		return MostDescriptors
	}
	return int(limit.Cur)
}

// AddressSpace returns how many bytes of address space this process may use (ulimit -v); math.MaxInt64 means no limit.
func AddressSpace() int64 {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_AS, &limit) != nil || limit.Cur > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(limit.Cur)
}
