package wire

import (
	"time"

	"github.com/authconform/authconform/internal/bulk"
)

// The limits of one exchange, in time and size: what a target can cost us, however it answers. evidence/limits.go limits what a
// run's record keeps of exchanges.
const (
	RequestTimeout = 15 * time.Second // whole exchange; a home may fetch a client page for 5 s inside a login
	connectTimeout = 5 * time.Second
	lastWord       = 2 * time.Second // for the answer to a request that was under way when its spec was cut off

	maxHeader = 64 << 10 // bytes of response headers; an answer with more is none
	maxBody   = 1 << 20  // bytes of a response body to read; the rest of a longer one is ignored

	// MaxValues is how many values a JSON text may have, in a body or a message; a longer one is cut there.
	MaxValues = bulk.Most

	// MaxMessage and MaxMessages bound a WebSocket: the bytes of one message, and how many others may come before the expected
	// one. The states of a large home are one message of some 2 MiB.
	MaxMessage  = 4 << 20
	MaxMessages = 2000

	// RowBodies is how many bytes of bodies one row holds in memory; beyond it, each body is cut to what evidence shows.
	// RowExchanges is how many exchanges it holds at all.
	RowBodies    = 8 << 20
	RowExchanges = 4000

	// RowFindings is how many failures, and how many notes, one row holds: a target may list things without end, and a row judges
	// each. RowTexts is how many bytes of their texts it holds whole; beyond it, long ones are cut.
	RowFindings = 500
	RowTexts    = 8 << 20

	// RowPages is how many bytes of a browser's pictures and pages one row holds.
	RowPages = 4 << 20
)
