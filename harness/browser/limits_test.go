package browser

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/authconform/authconform/internal/address"
)

func TestWhatIsRememberedOfAPageIsBounded(t *testing.T) {
	var r record
	var console []Message
	long := "data:text/html," + strings.Repeat("x", 1<<20)
	for i := range mostEvents + 1000 {
		r.add(fmt.Sprint(i), Request{URL: long})
		r.navigate(long, CauseScript)
		console = told(console, Message{Kind: "log", Text: long})
	}
	r.update(fmt.Sprint(mostEvents+10), func(*Request) { t.Error("a request that is not remembered is changed") })
	if len(r.requests) != mostEvents || len(r.navigations) != mostEvents || len(console) != mostLines {
		t.Errorf("%d requests, %d navigations, %d lines", len(r.requests), len(r.navigations), len(console))
	}
	if last := console[len(console)-1]; last.Text != "cut after 999 messages" {
		t.Errorf("the last line is %q", last.Text)
	}
	if len(r.requests[0].URL) != longestURL || len(r.navigations[0].URL) != longestURL || len(console[0].Text) != longText {
		t.Errorf("%d, %d and %d bytes of one", len(r.requests[0].URL), len(r.navigations[0].URL), len(console[0].Text))
	}
}

func TestTheCellNeverConnectsToALinkLocalAddress(t *testing.T) {
	for _, at := range []string{"169.254.169.254:80", "[fe80::1]:80", "[::ffff:169.254.169.254]:80"} {
		var never *address.Error
		if _, err := dial(t.Context(), "tcp", at); !errors.As(err, &never) {
			t.Errorf("%s: %v", at, err)
		}
	}
}
