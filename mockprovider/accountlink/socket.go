package accountlink

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/mock"
)

// socket is the conversation.
func (p *Proxy) socket(c *mock.Call) *mock.Answer {
	if c.Writer() == nil || c.Header.Get("Sec-Websocket-Key") == "" {
		return mock.Text(http.StatusBadRequest, "this endpoint requires a WebSocket")
	}
	if !p.enter(p.Policy().Sockets()) {
		return mock.Plain(http.StatusServiceUnavailable)
	}
	defer p.leave()
	conn, err := websocket.Accept(c.Writer(), c.Request, nil)
	if err != nil {
		return nil // the library has answered
	}
	conn.SetReadLimit(p.Policy().FrameLimit())
	ctx := context.WithoutCancel(c.Context())
	code, why := p.talk(ctx, conn)
	_ = conn.Close(code, why)
	return nil
}

func (p *Proxy) enter(limit int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open >= limit {
		return false
	}
	p.open++
	return true
}

func (p *Proxy) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open--
}

func (p *Proxy) talk(ctx context.Context, conn *websocket.Conn) (websocket.StatusCode, string) {
	quiet, heard := p.within(ctx, p.Policy().HelloTTL())
	kind, raw, err := conn.Read(quiet)
	heard()
	if err != nil {
		return websocket.StatusPolicyViolation, "a service was not named"
	}
	domain := p.Policy().Hello(kind == websocket.MessageText, raw)
	if domain == "" {
		return websocket.StatusUnsupportedData, `send {"service": domain} as text`
	}
	s, ok := p.service(domain)
	switch {
	case !ok:
		p.say(ctx, conn, map[string]any{"error": "unsupported"})
		return websocket.StatusNormalClosure, ""
	case s.Accepts != nil && !*s.Accepts:
		p.say(ctx, conn, map[string]any{"error": "unavailable"})
		return websocket.StatusNormalClosure, ""
	}
	state, f := p.begin(s)
	defer p.take(state, true)
	p.say(ctx, conn, map[string]any{"authorize_url": p.authorizeURL(s, state)})
	return p.wait(ctx, conn, f)
}

// wait waits for the person, and for the home to go away or to say what it must not.
func (p *Proxy) wait(ctx context.Context, conn *websocket.Conn, f *flow) (websocket.StatusCode, string) {
	patient, stop := p.within(ctx, p.Policy().UserTTL())
	defer stop()
	late := func() (websocket.StatusCode, string) {
		p.say(ctx, conn, map[string]any{"error": "timeout"})
		return websocket.StatusNormalClosure, ""
	}
	if patient.Err() != nil {
		return late()
	}
	gone := make(chan error, 1) // what ended the silence of the home; nil: it said something
	reading, end := context.WithCancel(ctx)
	defer end()
	go func() {
		_, _, err := conn.Read(reading)
		gone <- err
	}()
	select {
	case frame := <-f.done:
		p.say(ctx, conn, frame)
		last, stop := p.within(ctx, p.Policy().HelloTTL())
		defer stop()
		select { // the client closes; a client that does not is closed
		case err := <-gone:
			_ = err // that it is gone is all that was waited for
		case <-last.Done():
		}
		return websocket.StatusNormalClosure, ""
	case err := <-gone:
		if err == nil {
			return websocket.StatusPolicyViolation, "only one frame is accepted"
		}
		return websocket.StatusNormalClosure, ""
	case <-patient.Done():
		return late()
	}
}

func (p *Proxy) say(ctx context.Context, conn *websocket.Conn, frame map[string]any) {
	v := p.Policy().Says(frame)
	if v == nil {
		return
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_ = conn.Write(ctx, p.Policy().FrameType(), raw) // a peer that is gone ends the reading
}

var errLate = errors.New("late")

// within is a context that ends when a time has passed on the clock.
func (p *Proxy) within(ctx context.Context, d time.Duration) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	if d <= 0 {
		cancel(errLate)
	}
	stop := p.plane.Clock.AfterFunc(d, func() { cancel(errLate) })
	return ctx, func() { stop(); cancel(nil) }
}

// hello wants exactly {"service": domain} as a text frame.
func hello(text bool, raw []byte) string {
	var m map[string]any
	if !text || json.Unmarshal(raw, &m) != nil || len(m) != 1 {
		return ""
	}
	s, _ := m["service"].(string)
	return s
}
