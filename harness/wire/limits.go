package wire

import "time"

// The limits of one exchange, in time and size: what a target may cost us, however it answers. What is kept of exchanges in
// the record of a run is limited in evidence/limits.go.
const (
	RequestTimeout = 15 * time.Second // whole exchange; a home may fetch a client page for 5 s inside a login
	connectTimeout = 5 * time.Second
	lastWord       = 2 * time.Second // for the answer to a request that was under way when its spec was cut off

	maxHeader = 64 << 10 // bytes of response headers; an answer with more is none
	maxBody   = 1 << 20  // bytes of a response body that are read; of a longer one the beginning stands for it

	// MaxMessage and MaxMessages bound a WebSocket: bytes of one message, and how many may come instead of the one that is
	// waited for. The states of a large home are one message of some 2 MiB.
	MaxMessage  = 4 << 20
	MaxMessages = 2000

	// RowBodies is how many bytes of bodies one row keeps whole in memory, beyond which each is cut to what evidence shows;
	// RowExchanges is how many exchanges it keeps at all.
	RowBodies    = 8 << 20
	RowExchanges = 4000

	// RowPages is how many bytes of pictures and pages of a browser one row keeps.
	RowPages = 4 << 20
)
