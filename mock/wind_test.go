package mock

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/authconform/authconform/internal/rlimit"
)

// open serves the plane to so many connections at a time.
func open(t *testing.T, places int, p patience) *Server {
	t.Helper()
	l, url, err := Bind("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := newGate(l, places)
	s := serve(g, g, url, plane(nil), p)
	t.Cleanup(s.Kill)
	return s
}

// dial opens a connection, sends a text, and says no more.
func dial(t *testing.T, s *Server, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second)) // the test's own limit
	return c
}

// answered is the status of the next answer on a connection, or why there is none.
func answered(c net.Conn) (int, error) {
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, errors.Join(err, resp.Body.Close())
}

const (
	whole = "GET /echo?q=x HTTP/1.1\r\nHost: mock\r\n\r\n"
	begun = "POST /echo HTTP/1.1\r\nHost: mock\r\nContent-Length: 64\r\n\r\nx"
)

func TestASlowClientIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	const soon = 50 * time.Millisecond
	for name, c := range map[string]struct {
		sent   string
		status int // 0: the connection is closed without a word
	}{
		"no header at all":      {"", 0},
		"headers without end":   {"GET /echo HTTP/1.1\r\nHost: mock\r\n", 0},
		"a body that ends late": {begun, http.StatusRequestTimeout},
		"chunks that end late":  {"POST /echo HTTP/1.1\r\nHost: mock\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n", http.StatusRequestTimeout},
	} {
		conn := dial(t, open(t, 4, patience{header: soon, body: soon, write: time.Minute, idle: time.Minute}), c.sent)
		status, err := answered(conn)
		if status != c.status || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: %d %v, want %d", name, status, err, c.status)
		}
	}
}

func TestAnAnswerMayTakeLongerThanItsRequest(t *testing.T) {
	t.Parallel()
	l, url, err := Bind("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := plane(nil)
	if _, err := p.Faults.Add(Fault{Path: "/echo", Delay: "300ms"}); err != nil {
		t.Fatal(err)
	}
	g := newGate(l, 4)
	const short = 100 * time.Millisecond
	s := serve(g, g, url, p, patience{header: short, body: short, write: short, idle: short})
	t.Cleanup(s.Kill)
	status, err := answered(dial(t, s, strings.Replace(begun, "64", "1", 1)))
	if err != nil || status != http.StatusOK {
		t.Errorf("%d %v", status, err)
	}
}

func TestOnlySoManyConnectionsAreOpenAndOthersWait(t *testing.T) {
	t.Parallel()
	s := open(t, 3, ordinary())
	var held []net.Conn
	for range 3 {
		held = append(held, dial(t, s, begun))
	}
	late := dial(t, s, whole)
	_ = late.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if status, err := answered(late); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("a fourth is served beside three: %d %v", status, err)
	}
	_ = held[0].Close()
	_ = late.SetReadDeadline(time.Now().Add(20 * time.Second))
	if status, err := answered(late); err != nil || status != http.StatusOK {
		t.Errorf("when one has left: %d %v", status, err)
	}
}

func TestAConnectionThatRestsMakesWay(t *testing.T) {
	t.Parallel()
	l, url, err := Bind("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := newGate(l, 2)
	g.rests = 50 * time.Millisecond
	s := serve(g, g, url, plane(nil), ordinary())
	t.Cleanup(s.Kill)
	for range 6 { // each stays open
		if status, err := answered(dial(t, s, whole)); err != nil || status != http.StatusOK {
			t.Fatalf("%d %v", status, err)
		}
	}
}

// TestNobodyIsCutOffWhereManyAsk: connections are closed between a client's requests, and never under one.
func TestNobodyIsCutOffWhereManyAsk(t *testing.T) {
	t.Parallel()
	s := open(t, 3, ordinary())
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 20, IdleConnTimeout: mostRest / 5}}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			for range 10 {
				resp, err := client.Post(s.URL+"/echo", "text/plain", io.NopCloser(strings.NewReader("x"))) // which is never sent twice
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
		})
	}
	all.Wait()
}

func TestAServerWhosePlacesAreTakenStops(t *testing.T) {
	t.Parallel()
	s := open(t, 1, ordinary())
	dial(t, s, begun)
	dial(t, s, whole)
	ended := make(chan struct{})
	go func() { s.Kill(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Error("it does not end")
	}
}

func TestThereIsRoomForConnectionsInAFewDescriptors(t *testing.T) {
	for limit, want := range map[int]int{10: 4, 64: 24, 1024: 504, rlimit.MostDescriptors: 9992} {
		if got := room(limit); got != want {
			t.Errorf("%d descriptors: %d connections, want %d", limit, got, want)
		}
	}
}

func TestTheControlPlaneWantsItsTokenAsABearer(t *testing.T) {
	t.Parallel()
	p := plane(func(p *Plane) { p.Control.Token = "a-token" })
	for header, want := range map[string]int{
		"Bearer a-token": 200, "bearer a-token": 200, "BEARER  a-token": 200,
		"": 401, "Bearer": 401, "Bearer ": 401, "a-token": 401, "Basic a-token": 401,
		"Bearer a-toke": 401, "Bearer a-token x": 401, "Bearera-token": 401,
	} {
		if w := ask(p, "GET", "/_authconform/clock", "", "Authorization", header); w.Code != want {
			t.Errorf("%q: %d, want %d", header, w.Code, want)
		}
	}
}

func TestABlankTokenOpensNothing(t *testing.T) {
	t.Parallel()
	for _, blank := range []string{"", " ", "\t"} {
		p := plane(func(p *Plane) { p.Control.Token = blank })
		for _, header := range []string{"", "Bearer", "Bearer ", "Bearer  ", "Bearer " + blank, blank} {
			if w := ask(p, "GET", "/_authconform/clock", "", "Authorization", header); w.Code != http.StatusUnauthorized {
				t.Errorf("%q opens the control plane of %q: %d", header, blank, w.Code)
			}
		}
		if CheckControlToken(blank) == nil {
			t.Errorf("%q is taken for a token", blank)
		}
	}
}

func TestAHistoryHoldsOnlySoMuchOfARequest(t *testing.T) {
	t.Parallel()
	p := plane(nil)
	ask(p, "GET", "/"+strings.Repeat("a", 60_000)+"?"+strings.Repeat("&b=1", 10)+strings.Repeat("&c.d=1", 5000), "")
	var names []string
	for i := range 200 {
		names = append(names, strings.Repeat("n", 1+i%40)+strings.Repeat("m", i/40)+"=1")
	}
	ask(p, "GET", "/echo?"+strings.Join(names, "&"), "")
	for _, e := range p.History.Since(0, "") {
		if len(e.Path) > keptText+3 || len(e.Query) > keptNames {
			t.Errorf("%d bytes of path, %d names", len(e.Path), len(e.Query))
		}
	}
}
