package wire

import (
	"net/http"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/evidence/redact"
)

func TestHeadersAreKeptUpToTheirLimitAndSayWhatIsGone(t *testing.T) {
	h := http.Header{"A": {"1"}}
	for _, name := range []string{"X-1", "X-2", "X-3", "X-4"} {
		h.Set(name, strings.Repeat("x", 10<<10))
	}
	shown := Evidence([]*Exchange{{Status: http.StatusOK, Header: h}}, redact.New(nil))[0].ResponseHeaders
	size := 0
	for _, line := range shown {
		size += len(line.Name) + len(line.Value)
	}
	last := shown[len(shown)-1]
	const gone = "… (cut after 16 KiB: 24590 more bytes of headers)"
	if size > evidence.HeaderLimit+len(gone) || last.Name != "X-2" || !strings.HasSuffix(last.Value, gone) {
		t.Errorf("%d bytes, the last is %s: …%s", size, last.Name, last.Value[len(last.Value)-80:])
	}
}

// TestASwitchOfProtocolsHasNoBody: another protocol follows, in which the server may stay silent forever.
func TestASwitchOfProtocolsHasNoBody(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { _ = conn.Close() })
		_, _ = conn.Write([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"))
	}, nil)
	for name, send := range map[string]*Exchange{
		"Do":  c.Do(t.Context(), Request{Method: http.MethodGet, URL: "/"}),
		"Raw": c.Raw(t.Context(), Request{Method: http.MethodGet, URL: "/", Host: "h"}),
	} {
		if send.Status != http.StatusSwitchingProtocols || send.Err != nil || send.Duration > c.Timeout()/2 {
			t.Errorf("%s: %s after %s", name, send, send.Duration)
		}
	}
}
