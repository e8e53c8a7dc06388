package main

import (
	"os"
	"runtime/debug"
)

const restPercent = 400

// most is the soft memory limit of a process, in bytes: parent and four workers stay below 512 MB.
const most = 90 << 20

// rest lets the garbage collector do less in a process that ends within seconds and holds a few megabytes: it took a tenth of the
// processor time of a run on the built-in mock. GOGC takes precedence.
func rest() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(restPercent)
	}
}

// bounded lets the garbage collector work as hard as it must where a target sends a lot. GOMEMLIMIT takes precedence.
func bounded() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(most)
	}
}
