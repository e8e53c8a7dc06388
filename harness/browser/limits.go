package browser

import (
	"fmt"
	"time"

	"github.com/authconform/authconform/evidence"
)

// The limits of every call. A context with an earlier deadline wins.
const (
	LaunchLimit  = 30 * time.Second // the browser's process up to its first tab; a busy CI runner needs ten seconds
	TabLimit     = 15 * time.Second // a new incognito context with one tab
	OpenLimit    = 30 * time.Second // a navigation up to its first byte
	ActLimit     = 10 * time.Second // an element to appear and to take a key, a press, a read
	WaitLimit    = 30 * time.Second // WaitAny and WaitNavigation
	FrameLimit   = 15 * time.Second // a framed document to be shown or refused
	CaptureLimit = 10 * time.Second // screenshot and DOM
	CloseLimit   = 5 * time.Second  // then the process is killed

	restLimit = 5 * time.Second // a request that takes longer does not keep a page from being at rest

	pollEvery = 15 * time.Millisecond // between two looks at the DOM; network events wake a waiter earlier
)

// The limits of a page's record, whatever the page does.
const (
	mostEvents = 5000     // navigations, and requests
	mostLines  = 1000     // of the console, and dialogs
	longestURL = 64 << 10 // bytes; data: URLs may have megabytes
	longText   = 8 << 10  // bytes of a line
	largestDOM = 1 << 20  // bytes of a page's HTML
)

// bounded appends an item to a list, if there is room.
func bounded[T any](list []T, item T, most int) []T {
	if len(list) >= most {
		return list
	}
	return append(list, item)
}

// told appends a message to a list. The last message that fits says so.
func told(list []Message, m Message) []Message {
	if len(list) == mostLines-1 {
		m = Message{Kind: "cut", Text: fmt.Sprintf("cut after %d messages", mostLines-1)}
	}
	m.Text = evidence.Start(m.Text, longText)
	return bounded(list, m, mostLines)
}
