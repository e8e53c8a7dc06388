package wire

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// silent starts a server that accepts requests but answers none until the test ends, and reports each to asked.
func silent(t *testing.T) (url string, asked <-chan struct{}) {
	t.Helper()
	end, heard := make(chan struct{}), make(chan struct{}, 8)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		heard <- struct{}{}
		select {
		case <-end:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { close(end); s.CloseClientConnections(); s.Close() })
	return s.URL, heard
}

var ways = map[string]func(*Client, context.Context, Request) *Exchange{"Do": (*Client).Do, "Raw": (*Client).Raw}

func TestAnAnswerThatDoesNotComeInTimeSaysSo(t *testing.T) {
	url, _ := silent(t)
	for name, send := range ways {
		e := send(New(Options{Base: url, Timeout: 50 * time.Millisecond}), t.Context(), Request{Method: http.MethodGet, URL: "/"})
		if !e.TimedOut() || e.Status != 0 || e.String() != "no answer within 50ms" {
			t.Errorf("%s: %s (%v)", name, e, e.Err)
		}
	}
}

func TestAClosedClientEndsWhatIsUnderWayAndSendsNothingMore(t *testing.T) {
	reason := errors.New("the target is gone")
	for name, send := range ways {
		url, asked := silent(t)
		c := New(Options{Base: url})
		first := make(chan *Exchange)
		go func() { first <- send(c, t.Context(), Request{Method: http.MethodGet, URL: "/"}) }()
		<-asked
		c.Close(reason)
		if e := <-first; e.Status != 0 || e.Err == nil {
			t.Errorf("%s: a request that was under way: %s", name, e)
		}
		before := c.Requests()
		if e := send(c, t.Context(), Request{Method: http.MethodGet, URL: "/"}); !errors.Is(e.Err, reason) {
			t.Errorf("%s: a later request: %s", name, e)
		}
		if name == "Do" && c.Requests() != before {
			t.Errorf("%s: a later request was sent", name)
		}
	}
}

func TestARefusedConnectionIsNoTimeOut(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + l.Addr().String()
	_ = l.Close()
	for name, send := range ways {
		e := send(New(Options{Base: url}), t.Context(), Request{Method: http.MethodGet, URL: "/"})
		if e.TimedOut() || !strings.Contains(e.String(), "refused") || strings.Contains(e.String(), "GET") {
			t.Errorf("%s: %s", name, e)
		}
	}
}
