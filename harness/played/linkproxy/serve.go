package linkproxy

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
	"github.com/coder/websocket"
)

func (p *Proxy) services(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	status, body := http.StatusOK, list(p.script.Services)
	if p.script.Down != 0 {
		status, body = p.script.Down, `{"error":"down"}`
	} else {
		p.told = body
	}
	p.mu.Unlock()
	p.write(w, r, "", status, body)
}

func list(services []Service) string {
	if services == nil {
		return "[]"
	}
	raw, _ := json.Marshal(services)
	return string(raw)
}

func (p *Proxy) write(w http.ResponseWriter, r *http.Request, sent string, status int, body string) {
	p.note(&wire.Exchange{
		Request: wire.Request{Method: r.Method, URL: "https://" + r.Host + r.URL.Path, Header: r.Header, Body: sent},
		Status:  status,
		Body:    body,
		Started: time.Now(),
	})
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (p *Proxy) note(e *wire.Exchange) {
	p.mu.Lock()
	ctx := p.ctx
	p.mu.Unlock()
	wire.Note(judge.Step(ctx, "the home, to the account-link proxy"), e)
}

// talk holds a conversation: it answers the first frame, and records all frames until the home closes.
func (p *Proxy) talk(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	c := &Conversation{conn: conn}
	p.mu.Lock()
	p.talks = append(p.talks, c)
	script := p.script
	p.mu.Unlock()
	ctx := context.WithoutCancel(r.Context())
	for n := 0; ; n++ {
		_, raw, err := conn.Read(ctx)
		p.mu.Lock()
		if err != nil {
			c.Closed = int(websocket.CloseStatus(err))
			p.mu.Unlock()
			return
		}
		c.Frames = append(c.Frames, string(raw))
		p.mu.Unlock()
		if n == 0 {
			p.answer(ctx, conn, script, string(raw))
		}
	}
}

// answer sends the first frame of the script.
func (p *Proxy) answer(ctx context.Context, conn *websocket.Conn, s Script, heard string) {
	first := cmp.Or(s.First, fmt.Sprintf(`{"authorize_url":%q}`, AuthorizeURL))
	p.note(&wire.Exchange{
		Request: wire.Request{Method: "WS", URL: "https://" + p.address + "/v1", Body: heard},
		Body:    first,
		Started: time.Now(),
	})
	switch {
	case s.Close:
		_ = conn.Close(websocket.StatusNormalClosure, "")
	case s.Binary:
		_ = conn.Write(ctx, websocket.MessageBinary, []byte(first))
	default:
		_ = conn.Write(ctx, websocket.MessageText, []byte(first))
	}
}

// AuthorizeURL is where the proxy redirects users.
const AuthorizeURL = "https://third-party.example/authorize?client_id=proxy&state=of-the-proxy&scope=old"

func (p *Proxy) refresh(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	p.mu.Lock()
	p.refreshes = append(p.refreshes, r.PathValue("service")+" "+string(raw))
	n, answer := len(p.refreshes), p.script.Refresh
	p.mu.Unlock()
	status, body := http.StatusOK, Tokens(3600)
	if answer != nil {
		status, body = answer(n, string(raw))
	}
	p.write(w, r, string(raw), status, body)
}

// Tokens is a token object with a lifetime in seconds, as JSON.
func Tokens(seconds int) string {
	const object = `{"access_token":"access-%s","refresh_token":"refresh-%s","expires_in":%d,"token_type":"Bearer"}`
	return fmt.Sprintf(object, strings.ToLower(rand.Text()), strings.ToLower(rand.Text()), seconds)
}
