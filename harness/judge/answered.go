package judge

import (
	"net/http"

	"github.com/authconform/authconform/harness/wire"
)

// ofAnswering tells whether a matcher is about answering at all: then a time-out, a broken connection or a gateway's error is
// judged, and blocks nothing.
func ofAnswering(m Matcher) bool {
	about, ok := m.(interface{ OfAnswering() bool })
	return ok && about.OfAnswering()
}

// answerOf is the answer that is judged; nil: it is something else.
func answerOf(actual any) *wire.Exchange {
	if a, ok := actual.(interface{ Answer() *wire.Exchange }); ok {
		return a.Answer()
	}
	return nil
}

// noAnswer tells whether no whole answer came from the target itself: none in time, a connection that broke, a gateway's
// word for that, or the wish for less haste. Nothing can be said of the target then.
func noAnswer(e *wire.Exchange) bool {
	switch e.Status {
	case http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusTooManyRequests:
		return true
	}
	return e.Err != nil
}
