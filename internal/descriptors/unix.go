//go:build unix

package descriptors

import "syscall"

// Limit is how many files and connections this process may hold open: the runtime has raised it as far as it may.
func Limit() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > Most {
		return Most
	}
	return int(limit.Cur)
}
