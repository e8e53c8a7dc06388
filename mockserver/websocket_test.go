package mockserver

import (
	"context"
	"testing"
)

// A frame may come between the end of a session and the close of its socket.
func TestASocketWhoseSessionEndedTakesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	k := &socket{ctx: ctx, cancel: cancel}
	cancel()
	if k.take([]byte(`{"id":1,"type":"get_states"}`)) { // a command would need the home that is not there
		t.Error("the socket went on")
	}
}
