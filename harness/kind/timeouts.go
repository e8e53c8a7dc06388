package kind

import "time"

// controlTimeout bounds a request to the control plane.
const controlTimeout = 30 * time.Second

// checkTimeout bounds the tries of what was given for a run: control plane, clock, browser.
const checkTimeout = 20 * time.Second
