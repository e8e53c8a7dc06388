// Package linkproxy is the account-link proxy that the harness plays for a home: it lists services, holds the WebSocket
// conversation of a linking, and refreshes. It listens with TLS where the target was told to look for it, and every spec
// scripts what it says.
package linkproxy

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/wire"
)

// Service is an entry of the list. Accepts nil leaves its member out.
type Service struct {
	Name       string `json:"service"`
	MinVersion string `json:"min_version"`
	Accepts    *bool  `json:"accepts_new_authorizations,omitempty"`
}

// Script is what the proxy says during one spec.
type Script struct {
	Services []Service
	Down     int    // status of GET /services; 0: the list
	First    string // the first frame; "": an authorize URL
	Binary   bool   // send it as a binary frame
	Close    bool   // close instead of a first frame
	Refresh  func(n int, body string) (status int, answer string)
}

// Conversation is one WebSocket of the home.
type Conversation struct {
	Frames []string // that the home sent
	Closed int      // code of its close frame; -1: none, 0: it is open

	conn *websocket.Conn
}

// Proxy is the running proxy.
type Proxy struct {
	address string
	server  *http.Server

	mu        sync.Mutex
	ctx       context.Context // of the spec: whose evidence it is
	script    Script
	talks     []*Conversation
	refreshes []string
	lists     int
	told      string // the list that was given last: the home believes it for a while
}

// Start listens with a certificate of the CA at host:port.
func Start(address string, ca *clientsite.CA) (*Proxy, error) {
	leaf, err := ca.Leaf("127.0.0.1", "localhost", "::1")
	if err != nil {
		return nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("account-link proxy: %w", err)
	}
	p := &Proxy{address: l.Addr().String(), ctx: context.Background()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /services", p.services)
	mux.HandleFunc("GET /v1", p.talk)
	mux.HandleFunc("POST /refresh_token/{service}", p.refresh)
	p.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go func() {
		_ = p.server.Serve(tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{leaf}, MinVersion: tls.VersionTLS12}))
	}()
	return p, nil
}

// Address is host:port.
func (p *Proxy) Address() string { return p.address }

// Close ends the proxy.
func (p *Proxy) Close() { _ = p.server.Close() }

// Play begins a spec: a script, and an empty record.
func (p *Proxy) Play(ctx context.Context, s Script) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ctx, p.script, p.talks, p.refreshes, p.lists = ctx, s, nil, nil, 0
}

// Reset forgets what homes were told: another home comes.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.script, p.talks, p.refreshes, p.lists, p.told = Script{}, nil, nil, 0, ""
}

// Say changes the script in the middle of a spec.
func (p *Proxy) Say(change func(*Script)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.script)
}

// Conversations are the home's so far.
func (p *Proxy) Conversations() []Conversation {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Conversation
	for _, c := range p.talks {
		out = append(out, Conversation{Frames: append([]string{}, c.Frames...), Closed: c.Closed, conn: c.conn})
	}
	return out
}

// Refreshes are the bodies of the refresh requests so far, with the service before each: "domain {…}".
func (p *Proxy) Refreshes() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.refreshes...)
}

// Lists counts how often the list was asked for.
func (p *Proxy) Lists() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lists
}

// Send sends a frame in the last conversation that is open. That there is one is a control.
func (p *Proxy) Send(ctx context.Context, frame any) {
	raw, err := json.Marshal(frame)
	if err != nil {
		judge.Block(ctx, "%v", err)
	}
	for _, c := range reversed(p.Conversations()) {
		if c.Closed == 0 && c.conn.Write(ctx, websocket.MessageText, raw) == nil {
			return
		}
	}
	judge.Block(ctx, "the home holds no open socket at the account-link proxy")
}

// Await waits until the test holds, or ctx ends.
func (p *Proxy) Await(ctx context.Context, test func([]Conversation) bool) bool {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !test(p.Conversations()); {
		select {
		case <-ctx.Done():
			return false
		case now := <-tick.C:
			if now.After(deadline) {
				return false
			}
		}
	}
	return true
}

const patience = 3 * time.Second // for what the home does beside the requests

func reversed(list []Conversation) []Conversation {
	out := make([]Conversation, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		out = append(out, list[i])
	}
	return out
}

func (p *Proxy) services(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.lists++
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

// Believed reports whether the home may believe another list than that of the script: one that it was given before.
func (p *Proxy) Believed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.told != "" && (p.told != list(p.script.Services) || p.script.Down != 0)
}

func (p *Proxy) write(w http.ResponseWriter, r *http.Request, sent string, status int, body string) {
	p.note(
		&wire.Exchange{
			Request: wire.Request{Method: r.Method, URL: "https://" + r.Host + r.URL.Path, Header: r.Header, Body: sent},
			Status:  status,
			Body:    body,
			Started: time.Now(),
		},
	)
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

func (p *Proxy) talk(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	c := &Conversation{conn: conn}
	p.mu.Lock()
	p.talks = append(p.talks, c)
	s := p.script
	p.mu.Unlock()
	ctx := context.WithoutCancel(r.Context())
	for n := 0; ; n++ {
		_, raw, err := conn.Read(ctx)
		if err != nil {
			p.mu.Lock()
			c.Closed = int(websocket.CloseStatus(err))
			p.mu.Unlock()
			return
		}
		p.mu.Lock()
		c.Frames = append(c.Frames, string(raw))
		p.mu.Unlock()
		if n > 0 {
			continue
		}
		first := s.First
		if first == "" {
			first = fmt.Sprintf(`{"authorize_url":%q}`, AuthorizeURL)
		}
		p.note(
			&wire.Exchange{
				Request: wire.Request{Method: "WS", URL: "https://" + p.address + "/v1", Body: string(raw)},
				Body:    first,
				Started: time.Now(),
			},
		)
		kind := websocket.MessageText
		if s.Binary {
			kind = websocket.MessageBinary
		}
		if s.Close {
			_ = conn.Close(websocket.StatusNormalClosure, "")
			continue
		}
		_ = conn.Write(ctx, kind, []byte(first))
	}
}

// AuthorizeURL is where the proxy sends people.
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

// Tokens is a token object of so many seconds, as JSON.
func Tokens(seconds int) string {
	return fmt.Sprintf(
		`{"access_token":"access-%s","refresh_token":"refresh-%s","expires_in":%d,"token_type":"Bearer"}`,
		strings.ToLower(rand.Text()),
		strings.ToLower(rand.Text()),
		seconds,
	)
}
