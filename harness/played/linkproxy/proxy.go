package linkproxy

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/clientsite"
)

// Service is an entry of the list of services. If Accepts is nil, its member is left out.
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
	Closed int      // code of its close frame; -1: none, 0: still open

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

// Close stops the proxy.
func (p *Proxy) Close() { _ = p.server.Close() }

// Play starts a spec with a script and an empty record.
func (p *Proxy) Play(ctx context.Context, s Script) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ctx, p.script, p.talks, p.refreshes = ctx, s, nil, nil
}

// Reset forgets what homes were told, for another home.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.script, p.talks, p.refreshes, p.told = Script{}, nil, nil, ""
}

// Say changes the script in the middle of a spec.
func (p *Proxy) Say(change func(*Script)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.script)
}

// Conversations lists the home's conversations so far.
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

// Send sends a frame in the last open conversation. That there is one is a control.
func (p *Proxy) Send(ctx context.Context, frame any) {
	raw, err := json.Marshal(frame)
	if err != nil {
		judge.Block(ctx, "%v", err)
	}
	for _, c := range slices.Backward(p.Conversations()) {
		if c.Closed == 0 && c.conn.Write(ctx, websocket.MessageText, raw) == nil {
			return
		}
	}
	judge.Block(ctx, "the home has no open socket at the account-link proxy")
}

// Await waits until the condition holds or ctx ends.
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

// Believed reports whether the home may still use an earlier list instead of the script's.
func (p *Proxy) Believed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.told != "" && (p.told != list(p.script.Services) || p.script.Down != 0)
}
