package main

import (
	"os"
	"runtime/debug"
)

const restPercent = 400

// most is how many bytes a process holds before that: parent and four workers stay below 512 MB.
const most = 90 << 20

// rest lets the garbage collector of a process that ends within seconds, and holds a few megabytes, do less: a tenth of
// the processor time of a run on the built-in mock was its. GOGC wins.
func rest() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(restPercent)
	}
}

// bounded lets the garbage collector work as hard as it must where a target sends a lot. GOMEMLIMIT wins.
func bounded() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(most)
	}
}
