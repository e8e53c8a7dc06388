package runner

import "time"

// The time limits of a run.
const (
	SpecTimeout  = 60 * time.Second // one spec, where its row says nothing else
	gracePeriod  = 3 * time.Second  // for a spec that ignores its cancelled context
	askTimeout   = 40 * time.Second // asking a target whether it is there, twice
	leaveTimeout = 20 * time.Second // giving everything back at the end of a worker
	lastTimeout  = 4 * time.Second  // from asking a worker to stop to the end of its output
	killTimeout  = 5 * time.Second  // from asking a worker to stop to killing it

	// OrphanTimeout is the time from a parent's death to that of its workers, which have leaveTimeout to give everything back.
	OrphanTimeout = 30 * time.Second
)
