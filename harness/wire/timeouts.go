package wire

import "time"

// The time limits and sizes of one exchange.
const (
	RequestTimeout = 15 * time.Second // whole exchange; a home may fetch a client page for 5 s inside a login
	connectTimeout = 5 * time.Second
	lastWord       = 2 * time.Second // for the answer to a request that was under way when its spec was cut off
	maxBody        = 1 << 20         // bytes of a response body that are read
	maxHeader      = 64 << 10        // bytes of response headers
)
