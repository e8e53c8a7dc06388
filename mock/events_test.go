package mock

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

// following is a stream of events.
func following(t *testing.T, p *Plane, s *Server, query string) *bufio.Scanner {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // the test's own limit
	t.Cleanup(cancel)
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+controlPrefix+"events"+query, nil)
	req.Header.Set("Authorization", "Bearer "+p.Control.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%v, %v", resp, err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return bufio.NewScanner(resp.Body)
}

// next is the next event: its kind and what it says.
func next(t *testing.T, s *bufio.Scanner) (kind, data string) {
	t.Helper()
	for s.Scan() {
		switch line := s.Text(); {
		case strings.HasPrefix(line, "event: "):
			kind = line[len("event: "):]
		case strings.HasPrefix(line, "data: "):
			data = line[len("data: "):]
		case line == "" && kind != "":
			return kind, data
		}
	}
	return "", ""
}

func served(t *testing.T) (*Plane, *Server) {
	t.Helper()
	l, url, err := Bind("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p, _ := tokens(t)
	s := Serve(l, url, p)
	t.Cleanup(s.Kill)
	return p, s
}

func TestEventsTellOfRequestsAndChanges(t *testing.T) {
	t.Parallel()
	p, s := served(t)
	post(p, "grant_type=refresh_token&bad=s3cret")
	post(p, "grant_type=refresh_token")
	stream := following(t, p, s, "?since=1")
	if kind, data := next(t, stream); kind != "request" || !strings.Contains(data, `"seq":2`) {
		t.Errorf("first after the first: %s %s", kind, data)
	}
	post(p, "grant_type=refresh_token&bad=s3cret")
	kind, data := next(t, stream)
	if kind != "request" || !strings.Contains(data, `"seq":3`) || !strings.Contains(data, "invalid_grant") ||
		strings.Contains(data, "s3cret") {
		t.Errorf("%s %s", kind, data)
	}
	for p.Control.changed.silent() { // until it listens again
		time.Sleep(time.Millisecond) //nolint:forbidigo // a poll for another goroutine
	}
	control(p, "POST", "clock", `{"advance":"1m"}`)
	if kind, _ := next(t, stream); kind != "change" {
		t.Errorf("after the clock was moved: %q", kind)
	}
	s.Stop()
	if kind, _ := next(t, stream); kind != "" {
		t.Errorf("after the server has stopped: %q", kind)
	}
}

func TestThePageAndItsDescriptionNeedNoTokenAndAllElseDoes(t *testing.T) {
	t.Parallel()
	p, _ := tokens(t)
	for path, want := range map[string]int{
		"": 200, "dashboard.js": 200, "dashboard.css": 200, "api.js": 200, "views.js": 200, "dom.js": 200, "openapi.json": 200,
		"events": 401, "clock": 401, "faults": 401, "index.html": 401, "../secret": 401, "ca.pem": 401,
	} {
		if w := ask(p, "GET", controlPrefix+path, ""); w.Code != want || strings.Contains(w.Body.String(), p.Control.Token) {
			t.Errorf("%q: %d, want %d", path, w.Code, want)
		}
	}
	w := ask(p, "GET", controlPrefix, "")
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("the page's policy is %q", csp)
	}
	if w := ask(p, "GET", "/_authconform", ""); w.Header().Get("Location") != controlPrefix {
		t.Errorf("without its slash: %d %v", w.Code, w.Header())
	}
	if n := len(p.History.Since(0, "")); n != 0 {
		t.Errorf("%d of these are in the history", n)
	}
}

func TestTheDateIsTheMocks(t *testing.T) {
	t.Parallel()
	p, _ := tokens(t)
	p.Clock.Set(1000 * time.Hour)
	for _, path := range []string{"/api/", "/nothing", controlPrefix + "clock", controlPrefix} {
		at, err := http.ParseTime(ask(p, "GET", path, "").Header().Get("Date"))
		if ahead := time.Until(at); err != nil || ahead < 999*time.Hour || ahead > 1001*time.Hour {
			t.Errorf("%s: %v, %s ahead", path, err, ahead)
		}
	}
}

func TestTheClockStaysWithinDatesOfFourDigits(t *testing.T) {
	t.Parallel()
	p, _ := tokens(t)
	for body, want := range map[string]int{
		`{"advance":"9e99h"}`: 400, `{"offset":"2000000h"}`: 400, `{"offset":"-2000000h"}`: 400,
		`{"advance":"800000h"}`: 200, `{"offset":"-1h"}`: 200,
	} {
		if status, said := control(p, "POST", "clock", body); status != want {
			t.Errorf("%s: %d %s", body, status, said)
		}
	}
}

func TestLivesAreRead(t *testing.T) {
	t.Parallel()
	l, err := ReadLifetimes([]string{"code=30s", "access-token=1m", "refresh-token=24h", "login-flow=5m"})
	if want := (Lifetimes{30 * time.Second, time.Minute, 24 * time.Hour, 5 * time.Minute}); err != nil || l != want {
		t.Errorf("%+v, %v", l, err)
	}
}

func TestACertificateIsForTheHostsThatAreNamed(t *testing.T) {
	t.Parallel()
	names, ips := hostsOf([]string{"0.0.0.0:8123", "192.0.2.7:8124", "https://home.example:443/x", "", "localhost:1", "[::1]:2"})
	if strings.Join(names, " ") != "localhost home.example" || len(ips) != 3 || ips[2].String() != "192.0.2.7" {
		t.Errorf("%v %v", names, ips)
	}
}
