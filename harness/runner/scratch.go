package runner

import (
	"errors"
	"os"
	"time"
)

// scratchVariable tells a worker which folder is its own.
const scratchVariable = "AUTHCONFORM_SCRATCH"

// scratch is a folder for a worker's temporary files, its browser's profile for one. A worker that is killed cannot remove
// them, so its parent does; where the parent was killed, the worker does. "" is none.
type scratch string

const (
	scratchTimeout = 3 * time.Second
	scratchPause   = 20 * time.Millisecond
)

// newScratch makes one. Where there is no place for it, workers do without, as with every temporary file.
func newScratch() scratch {
	dir, err := os.MkdirTemp("", "authconform-")
	if err != nil {
		return ""
	}
	return scratch(dir)
}

// environment is that of a worker whose temporary files lie there; nil is the parent's.
func (s scratch) environment() []string {
	if s == "" {
		return nil
	}
	return append(os.Environ(), "TMPDIR="+string(s), "TMP="+string(s), "TEMP="+string(s), scratchVariable+"="+string(s))
}

// remove removes it with all that is in it. Processes of a browser that has just ended may still write there.
func (s scratch) remove() {
	if s == "" {
		return
	}
	tick := time.NewTicker(scratchPause)
	defer tick.Stop()
	for end := time.Now().Add(scratchTimeout); time.Now().Before(end); <-tick.C {
		if _, err := os.Stat(string(s)); errors.Is(err, os.ErrNotExist) {
			return
		}
		_ = os.RemoveAll(string(s)) // tried again
	}
}

// Tidy removes this process's temporary files if it is a worker.
func Tidy() { scratch(os.Getenv(scratchVariable)).remove() }
