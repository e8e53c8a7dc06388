package mock

import "time"

// patience holds a mock's time limits, in real time: it may be left open on a network.
type patience struct {
	header time.Duration // for the headers of a request
	body   time.Duration // for its body
	write  time.Duration // for the client to take the answer
	idle   time.Duration // for the next request on a connection
}

// ordinary is the patience of every mock. The real home, too, keeps a connection for 75 s (aiohttp's keep-alive).
func ordinary() patience {
	return patience{header: 10 * time.Second, body: 10 * time.Second, write: writeTimeout, idle: 75 * time.Second}
}

const (
	writeTimeout = 10 * time.Second
	maxHeader    = 64 << 10 // bytes of the headers of a request
)
