package kind

import "time"

// controlTimeout bounds a request to the control plane.
const controlTimeout = 30 * time.Second

// checkTimeout bounds the checks of a run's tools: control plane, clock, browser.
const checkTimeout = 20 * time.Second
