package judge

import (
	"net/http"

	"github.com/authconform/authconform/harness/wire"
)

// ofAnswering reports whether a matcher is about answering at all: then a time-out, a broken connection or a gateway's error is
// judged instead of blocking the row.
func ofAnswering(m Matcher) bool {
	about, ok := m.(interface{ OfAnswering() bool })
	return ok && about.OfAnswering()
}

// answerOf returns the answer under judgement, or nil if actual is something else.
func answerOf(actual any) *wire.Exchange {
	if a, ok := actual.(interface{ Answer() *wire.Exchange }); ok {
		return a.Answer()
	}
	return nil
}

// noAnswer reports whether no complete answer came from the target itself: it timed out, the connection broke, a gateway reported
// either, or the target asked for less haste. Such an answer proves nothing about the target.
func noAnswer(e *wire.Exchange) bool {
	switch e.Status {
	case http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusTooManyRequests:
		return true
	}
	return e.Err != nil
}
