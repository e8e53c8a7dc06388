package kind

import "time"

// controlTimeout bounds a request to the control plane.
const controlTimeout = 30 * time.Second
