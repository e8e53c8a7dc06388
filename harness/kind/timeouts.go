package kind

import "time"

const (
	// lostTimeout bounds the question whether a target is still there: one that hangs for so long is not.
	lostTimeout = 20 * time.Second
	// controlTimeout bounds a request to the control plane.
	controlTimeout = 30 * time.Second
)
