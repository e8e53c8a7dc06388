package runner

import (
	"errors"
	"os"
	"time"
)

// scratchVariable tells a worker its temporary folder.
const scratchVariable = "AUTHCONFORM_SCRATCH"

// scratch is a folder for a worker's temporary files, such as its browser's profile. A killed worker cannot remove them, so its
// parent does; if the parent was killed, the worker does. "" means none.
type scratch string

const (
	scratchTimeout = 3 * time.Second
	scratchPause   = 20 * time.Millisecond
)

// newScratch makes a folder. If that fails, workers do without it, as with every temporary file.
func newScratch() scratch {
	dir, err := os.MkdirTemp("", "authconform-")
	if err != nil {
		return ""
	}
	return scratch(dir)
}

// environment returns the environment of a worker with this temporary folder; nil means the parent's.
func (s scratch) environment() []string {
	if s == "" {
		return nil
	}
	return append(os.Environ(), "TMPDIR="+string(s), "TMP="+string(s), "TEMP="+string(s), scratchVariable+"="+string(s))
}

// remove removes the folder and its content. Processes of a browser that has just ended may still write there.
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
