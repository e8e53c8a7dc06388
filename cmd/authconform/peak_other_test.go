//go:build !linux

package main

import "os"

// peakMemory is not measured here; only Linux holds runs to a limit of memory.
func peakMemory(*os.ProcessState) int64 { return 0 }
