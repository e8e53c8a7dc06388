package wire

import (
	"compress/gzip"
	"compress/zlib"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestARequestNamesWhomItIsFrom(t *testing.T) {
	t.Parallel()
	var seen http.Header
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.Header.Clone() }))
	defer target.Close()
	const home, chrome = "HomeAssistant/2026.11.0 aiohttp/3.14.5 Python/3.14", "Chrome/156.0.0.0"
	for name, c := range map[string]struct {
		role           Role
		accept         string // of the request
		agent, encoded string
	}{
		"ourselves":             {nil, "", "authconform", ""},
		"a browser":             {AsBrowser, "", chrome, "gzip, deflate"},
		"a home":                {AsHome, "", home, "gzip, deflate"},
		"a person beside it":    {AsHome, "text/html", chrome, "gzip, deflate"},
		"ourselves for a page":  {nil, "text/html", "authconform", ""},
		"a home that asks JSON": {AsHome, "application/json", home, "gzip, deflate"},
	} {
		client := New(Options{Base: target.URL, Role: c.role})
		header := http.Header{}
		if c.accept != "" {
			header.Set("Accept", c.accept)
		}
		check := func(way string, e error) {
			t.Helper()
			if e != nil || !strings.Contains(seen.Get("User-Agent"), c.agent) {
				t.Errorf("%s, %s: User-Agent %q, %v", name, way, seen.Get("User-Agent"), e)
			}
			if named := strings.Contains(seen.Get("User-Agent"), "authconform"); named != (c.role == nil) {
				t.Errorf("%s, %s: %q", name, way, seen.Get("User-Agent"))
			}
		}
		check("a request", client.Do(t.Context(), Request{Method: "GET", URL: "/", Header: header}).Err)
		if got := seen.Get("Accept-Encoding"); got != c.encoded {
			t.Errorf("%s: Accept-Encoding %q", name, got)
		}
		if c.accept != "" && seen.Get("Accept") != c.accept {
			t.Errorf("%s: Accept %q", name, seen.Get("Accept"))
		}
		check("bytes of our own", client.Raw(t.Context(), Request{Method: "GET", URL: "/", Host: "x", Header: header}).Err)
		r, _ := http.NewRequestWithContext(t.Context(), "GET", target.URL, nil)
		r.Header = header.Clone()
		resp, err := client.HTTP().Do(r) // the handshake of a WebSocket
		check("the client beneath", err)
		if err == nil {
			_ = resp.Body.Close()
		}
		own := http.Header{"User-Agent": {"Another/1.0"}}
		if client.Do(t.Context(), Request{Method: "GET", URL: "/", Header: own}); seen.Get("User-Agent") != "Another/1.0" {
			t.Errorf("%s: what a spec sends is %q", name, seen.Get("User-Agent"))
		}
	}
}

func TestWhatARoleLetsBeCompressedIsRead(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		coding := strings.TrimPrefix(r.URL.Path, "/")
		w.Header().Set("Content-Encoding", coding)
		var z io.WriteCloser = gzip.NewWriter(w)
		if coding == "deflate" {
			z = zlib.NewWriter(w)
		}
		_, _ = io.WriteString(z, "in the clear")
		_ = z.Close()
	}))
	defer target.Close()
	for _, coding := range []string{"gzip", "deflate"} {
		e := New(Options{Base: target.URL, Role: AsHome}).Do(t.Context(), Request{Method: "GET", URL: "/" + coding})
		if e.Err != nil || e.Body != "in the clear" || e.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %q %v %v", coding, e.Body, e.Header, e.Err)
		}
		own := http.Header{"Accept-Encoding": {coding}}
		e = New(Options{Base: target.URL, Role: AsHome}).Do(t.Context(), Request{Method: "GET", URL: "/" + coding, Header: own})
		if e.Body == "in the clear" || e.Header.Get("Content-Encoding") != coding {
			t.Errorf("%s that a spec asked for is not left as it came", coding)
		}
	}
}

// TestHeadersComeInTheOrderOfAHome, except Content-Length, which the library puts second.
func TestHeadersComeInTheOrderOfAHome(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	head := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		b := make([]byte, 4096)
		n, _ := c.Read(b)
		head <- string(b[:n])
		_, _ = io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
	}()
	New(Options{Base: "http://" + l.Addr().String(), Role: AsHome}).Do(t.Context(), Request{Method: "GET", URL: "/services"})
	var names []string
	for line := range strings.SplitSeq(<-head, "\r\n") {
		if name, _, ok := strings.Cut(line, ": "); ok {
			names = append(names, name)
		}
	}
	if got := strings.Join(names, " "); got != "Host User-Agent Accept Accept-Encoding" {
		t.Errorf("%s", got)
	}
}
