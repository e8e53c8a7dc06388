package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"time"
)

// watchMemory watches the processes with a marker in their environment until the returned function is called. That returns the largest
// sum of their peaks of resident memory, in bytes; 0 where there is no /proc. The kernel's own account of an ended process does not
// serve: it counts what the test process held when it started it.
func watchMemory(mark string) (stop func() int64) {
	ended, sum := make(chan struct{}), make(chan int64)
	go func() {
		var most int64
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				sum <- most
				return
			case <-tick.C:
				var now int64
				for _, pid := range descendants(mark, "") {
					now += peakMemory(pid)
				}
				most = max(most, now)
			}
		}
	}()
	return func() int64 { close(ended); return <-sum }
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peakMemory is the largest resident memory that a running process has had, in bytes.
func peakMemory(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0 // it has ended
	}
	if m := highWater.FindSubmatch(status); m != nil {
		kB, _ := strconv.ParseInt(string(m[1]), 10, 64)
		return kB << 10
	}
	return 0
}
