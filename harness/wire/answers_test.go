package wire

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/evidence/redact"
)

// serve starts a target and a client of it, and passes every exchange to heard.
func serve(t *testing.T, target http.HandlerFunc, heard func(*Exchange)) *Client {
	t.Helper()
	server := httptest.NewServer(target)
	t.Cleanup(server.Close)
	return New(Options{Base: server.URL + "/", Observe: heard})
}

// secured starts a target with a self-signed certificate that does not log failed handshakes.
func secured(t *testing.T, target http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(target)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// kept is a Recorder that keeps the labels and answers.
type kept []string

func (k *kept) Record(at Place, e *Exchange) { *k = append(*k, at.Name()+": "+e.String()) }

func TestARequestIsSentAsItIs(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, strings.Join([]string{r.Method, r.Host, r.URL.String(), r.Header.Get("X-A"), string(body)}, "|"))
	}, nil)
	for name, r := range map[string]Request{
		"a path":          {Method: "PUT", URL: "/a?b=%20", Header: header("X-A", "1"), Body: "text", Host: "other.example"},
		"an absolute URL": {Method: "PUT", URL: c.Base() + "/a?b=%20", Header: header("X-A", "1"), Body: "text", Host: "other.example"},
	} {
		e := c.Do(t.Context(), r)
		if e.Status != http.StatusOK || e.Body != "PUT|other.example|/a?b=%20|1|text" || e.Request.URL != c.Base()+"/a?b=%20" {
			t.Errorf("%s: %s at %s", name, e, e.Request.URL)
		}
	}
	if c.Requests() != 2 {
		t.Errorf("%d requests were counted, want 2", c.Requests())
	}
}

func TestARedirectIsAnAnswerAndNotFollowed(t *testing.T) {
	asked := 0
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}, nil)
	e := c.Do(t.Context(), Request{Method: "GET", URL: "/"})
	if e.Status != http.StatusFound || e.Header.Get("Location") != "/elsewhere" || asked != 1 {
		t.Errorf("%s after %d requests", e, asked)
	}
}

func TestABodyIsReadUpToItsBoundAndNotDecompressed(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "" {
			t.Error("it asks for compression")
		}
		_, _ = io.WriteString(w, strings.Repeat("x", maxBody+1))
	}, nil)
	e := c.Do(t.Context(), Request{Method: "GET", URL: "/"})
	if len(e.Body) != maxBody || e.Err != nil || !strings.Contains(e.String(), "the body was cut after 1024 KiB") {
		t.Errorf("%d bytes, %v", len(e.Body), e.Err)
	}
	if _, err := e.Object(); err == nil || err.Error() != "the body was cut after 1024 KiB" {
		t.Errorf("the beginning is read as JSON: %v", err)
	}
}

func TestEveryExchangeIsObservedAndThenRecordedInItsPlace(t *testing.T) {
	var records kept
	var order []string // what was observed, and how much was recorded then
	teapot := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }
	c := serve(t, teapot, func(e *Exchange) { order = append(order, fmt.Sprint(e.Request.Method, len(records))) })
	ctx := At(WithRecorder(t.Context(), &records), Place{Step: "a step"})
	c.Do(ctx, Request{Method: "GET", URL: "/"})
	c.Raw(ctx, Request{Method: "BREW", URL: "/", Host: "pot"})
	Note(ctx, &Exchange{Status: 101})
	c.Do(t.Context(), Request{Method: "HEAD", URL: "/"}) // nobody records it
	if want := []string{"GET0", "BREW1", "HEAD3"}; !slices.Equal(order, want) {
		t.Errorf("observed %v, want %v", order, want)
	}
	if want := []string{"a step: 418", "a step: 418", "a step: 101"}; !slices.Equal(records, want) {
		t.Errorf("recorded %q, want %q", records, want)
	}
}

func TestWhyThereIsNoAnswerIsSaidWithoutTheURL(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	silent := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}, nil)
	broken := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "begun")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}, nil)
	ended, end := context.WithCancel(t.Context())
	end()
	for name, c := range map[string]struct {
		client *Client
		ctx    context.Context
		limit  time.Duration
		url    string
		want   string
	}{
		"a hang":               {silent, t.Context(), time.Millisecond, "/?code=c0de", "no answer within 1ms"},
		"nobody there":         {New(Options{Base: "http://127.0.0.1:1"}), t.Context(), 0, "/?code=c0de", "no answer: nothing listens there"},
		"no URL":               {silent, t.Context(), 0, "http://[::1?code=c0de", "no answer: missing ']'"},
		"half an answer":       {broken, t.Context(), 0, "/?code=c0de", "200 and then the response was cut off"},
		"a spec that is ended": {silent, ended, 0, "/?code=c0de", "no answer: we gave up waiting"},
	} {
		e := c.client.Do(c.ctx, Request{Method: "GET", URL: c.url, Limit: c.limit})
		if got := e.String(); !strings.HasPrefix(got, c.want) || strings.Contains(got, "c0de") {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestAnAnswerUnderWayIsWaitedFor, because it may contain a token that must be given back.
func TestAnAnswerUnderWayIsWaitedFor(t *testing.T) {
	for name, send := range map[string]func(*Client, context.Context, Request) *Exchange{"Do": (*Client).Do, "Raw": (*Client).Raw} {
		ctx, end := context.WithCancel(t.Context())
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			end()
			_, _ = io.WriteString(w, "a token")
		}, nil)
		if e := send(c, ctx, Request{Method: "GET", URL: "/", Host: "h"}); e.Body != "a token" {
			t.Errorf("%s: %s", name, e)
		}
		if e := send(c, ctx, Request{Method: "GET", URL: "/", Host: "h"}); e.Status != 0 {
			t.Errorf("%s: a request that begins after the end is sent: %s", name, e)
		}
	}
}

func TestARawRequestStandsAsItWasGiven(t *testing.T) {
	for name, c := range map[string]struct {
		request Request
		want    string
	}{
		"no Host":       {Request{Method: "GET", URL: "/"}, "GET / HTTP/1.1\r\nHost: \r\nContent-Length: 0\r\n\r\n"},
		"an odd method": {Request{Method: "G@T", URL: "*", Host: "h"}, "G@T * HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"},
		"a false length": {
			Request{Method: "POST", URL: "/", Host: "h", Header: header("Content-Length", "9"), Body: "x"},
			"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nx",
		},
		"a length of our own": {
			Request{Method: "POST", URL: "/", Host: "h", Body: "text"},
			"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\ntext",
		},
	} {
		if got := text(c.request, c.request.URL); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestARawRequestGoesWhereTheTargetIs(t *testing.T) {
	answer := func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Host+r.URL.Path) }
	plain := httptest.NewServer(http.HandlerFunc(answer))
	defer plain.Close()
	secure := secured(t, answer)
	for _, base := range []string{plain.URL, secure.URL} {
		e := New(Options{Base: base, Insecure: true}).Raw(t.Context(), Request{Method: "GET", URL: "/a", Host: "odd.example"})
		if e.Body != "odd.example/a" || e.Request.URL != base+"/a" {
			t.Errorf("%s: %s of %s", base, e, e.Request.URL)
		}
	}
	if e := New(Options{Base: secure.URL}).Raw(t.Context(), Request{Method: "GET", URL: "/"}); e.Status != 0 {
		t.Errorf("a certificate of nobody is trusted: %s", e)
	}
}

func TestALibraryOfOthersSendsItsRequestsThroughTheClient(t *testing.T) {
	var records kept
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-A", "1")
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "got "+string(body))
	}, nil)
	ctx := WithRecorder(t.Context(), &records)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Base()+"/", strings.NewReader("this"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Stock().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.Status != "202 Accepted" || resp.Header.Get("X-A") != "1" || string(body) != "got this" || len(records) != 1 {
		t.Errorf("%s %v %q, recorded %q", resp.Status, resp.Header, body, records)
	}
	r, _ = http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:1/", nil)
	if _, err := c.Stock().Do(r); err == nil {
		t.Error("no answer is no error")
	}
}

func TestTheKeyOfAServerIsThatOfItsCertificate(t *testing.T) {
	nothing := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	secure, plain := secured(t, nothing), httptest.NewServer(nothing)
	defer plain.Close()
	key, err := New(Options{Base: secure.URL, Insecure: true}).PublicKey(t.Context())
	if err != nil || string(key) != string(secure.Certificate().RawSubjectPublicKeyInfo) {
		t.Errorf("%x, %v", key, err)
	}
	if key, err := New(Options{Base: plain.URL}).PublicKey(t.Context()); key != nil || err != nil {
		t.Errorf("without TLS: %x, %v", key, err)
	}
	if _, err := New(Options{Base: secure.URL}).PublicKey(t.Context()); err == nil {
		t.Error("a certificate of nobody is trusted")
	}
}

func TestPairsAreEncodedInTheirOrder(t *testing.T) {
	if got := Form("b", "1 &", "a", "2", "b", "3"); got != "b=1+%26&a=2&b=3" {
		t.Errorf("%s", got)
	}
}

func TestHeadersStandInTheOrderOfTheirNames(t *testing.T) {
	got := headers(header("B", "1", "A", "2", "B", "0"), redact.New(nil))
	if want := []evidence.Header{{Name: "A", Value: "2"}, {Name: "B", Value: "1"}, {Name: "B", Value: "0"}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i+1 < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}
