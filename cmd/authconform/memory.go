package main

import (
	"os"
	"runtime/debug"
)

const restPercent = 400

// rest lets the garbage collector of a process that ends within seconds, and holds a few megabytes, do less: a tenth of
// the processor time of a run on the built-in mock was its. GOGC wins.
func rest() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(restPercent)
	}
}
