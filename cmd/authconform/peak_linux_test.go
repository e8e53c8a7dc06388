package main

import (
	"os"
	"syscall"
)

// peakMemory is the largest resident memory, in bytes, of an ended process or one of its children.
func peakMemory(ended *os.ProcessState) int64 {
	usage, ok := ended.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss << 10
}
