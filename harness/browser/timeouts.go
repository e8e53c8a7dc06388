package browser

import "time"

// The limits of every call. A context with an earlier deadline wins.
const (
	LaunchLimit  = 30 * time.Second // the browser's process up to its first tab; a busy CI runner needs ten seconds
	TabLimit     = 15 * time.Second // a new incognito context with one tab
	OpenLimit    = 30 * time.Second // a navigation up to its first byte
	ActLimit     = 10 * time.Second // an element to appear and to take a key, a press, a read
	WaitLimit    = 30 * time.Second // WaitAny and WaitNavigation
	FrameLimit   = 15 * time.Second // a framed document to be shown or refused
	CaptureLimit = 10 * time.Second // screenshot and DOM
	CloseLimit   = 5 * time.Second  // after it the process is killed

	restLimit = 5 * time.Second // a request that takes longer does not keep a page from being at rest

	pollEvery = 15 * time.Millisecond // between two looks at the DOM; network events wake a waiter earlier
)
