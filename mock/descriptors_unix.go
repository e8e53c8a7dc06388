//go:build unix

package mock

import "syscall"

// descriptors is how many files and connections this process may hold open.
func descriptors() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > mostDescriptors {
		return mostDescriptors
	}
	return int(limit.Cur)
}
