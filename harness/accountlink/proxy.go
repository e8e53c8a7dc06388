package accountlink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/harness/wire"
)

// talkTimeout bounds one frame of a conversation: homes wait 30 s for the first.
const talkTimeout = 30 * time.Second

// Conversation is a WebSocket to a proxy. Its frames are recorded as exchanges with the method WS.
type Conversation struct {
	conn     *websocket.Conn
	url      string
	patience time.Duration
}

// Dial opens /v1, as a control.
func (p *Proxy) Dial(ctx context.Context) *Conversation {
	c, err := p.TryDial(ctx)
	if err != nil {
		judge.Block(ctx, "no WebSocket at /v1: %v", err)
	}
	return c
}

// TryDial is like Dial, but not a control.
func (p *Proxy) TryDial(ctx context.Context) (*Conversation, error) {
	c := *p.Wire.HTTP()
	c.Timeout = 0
	ctx, cancel := context.WithTimeout(ctx, p.Wire.Timeout())
	defer cancel()
	at := p.Wire.Absolute("/v1")
	conn, _, err := websocket.Dial(ctx, at, &websocket.DialOptions{HTTPClient: &c}) //nolint:bodyclose // the library closes it
	if err != nil {
		return nil, err
	}
	stay := p.Wire.OnClose(func() { _ = conn.CloseNow() })
	judge.From(ctx).Cleanup(func(context.Context) { stay(); _ = conn.CloseNow() })
	return &Conversation{conn, at, p.Patience}, nil
}

// Say sends a frame.
func (c *Conversation) Say(ctx context.Context, kind websocket.MessageType, frame string) {
	ctx, cancel := context.WithTimeout(ctx, talkTimeout)
	defer cancel()
	err := c.conn.Write(ctx, kind, []byte(frame))
	c.note(ctx, talkTimeout, frame, "", err)
}

// note records a frame sent, or received within a limit.
func (c *Conversation) note(ctx context.Context, limit time.Duration, sent, heard string, err error) {
	request := wire.Request{Method: "WS", URL: c.url, Body: sent, Limit: limit}
	wire.Note(ctx, &wire.Exchange{Request: request, Body: heard, Err: err, Started: time.Now()})
}

// ErrSilent means that no frame arrived in time.
var ErrSilent = errors.New("no frame came")

// Hear reads a frame within a time limit. text reports whether it was a text frame.
func (c *Conversation) Hear(ctx context.Context, limit time.Duration) (m map[string]any, text bool, err error) {
	if c.patience > 0 {
		limit = min(limit, c.patience)
	}
	under, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	kind, raw, err := c.conn.Read(under)
	c.note(ctx, limit, "", string(raw), err)
	if err != nil {
		if under.Err() != nil {
			err = ErrSilent
		}
		return nil, false, err
	}
	if json.Unmarshal(raw, &m) != nil {
		return nil, kind == websocket.MessageText, fmt.Errorf("the frame is not a JSON object")
	}
	return m, kind == websocket.MessageText, nil
}

// heard describes a frame without its values, which may be secret.
func heard(frame map[string]any, err error) string {
	if err != nil {
		return wire.Why(err)
	}
	if word, ok := frame["error"].(string); ok {
		return fmt.Sprintf("the frame says error %q", word)
	}
	return "the frame has the members " + strings.Join(slices.Sorted(maps.Keys(frame)), ", ")
}

// Close closes as the home does.
func (c *Conversation) Close() { _ = c.conn.Close(websocket.StatusNormalClosure, "") }

// begin requests the service in a new conversation and reads the first frame.
func (p *Proxy) begin(ctx context.Context) (*Conversation, map[string]any, error) {
	c := p.Dial(ctx)
	c.Say(ctx, websocket.MessageText, fmt.Sprintf(`{"service":%q}`, p.Service))
	first, _, err := c.Hear(ctx, talkTimeout)
	return c, first, err
}

// Ask begins a conversation about the service, up to the authorize URL, which is a control.
func (p *Proxy) Ask(ctx context.Context) (*Conversation, string) {
	c, first, err := p.begin(ctx)
	url, _ := first["authorize_url"].(string)
	if err != nil || url == "" {
		judge.Block(ctx, "the proxy returns no authorize_url for %s: %s", p.Service, heard(first, err))
	}
	return c, url
}

// Finish plays the user at an authorize URL, up to the last page; no means that the user denies access. The second
// value is the proxy's callback URL as it was opened; "" if the user was not redirected back.
func (p *Proxy) Finish(ctx context.Context, authorizeURL string, no bool) (*wire.Exchange, string) {
	way := p.Person.Walk(ctx, person.Walk{From: authorizeURL, Refuse: no, Ends: func(string) bool { return false }})
	at := slices.IndexFunc(way.Went, func(where string) bool { return below(where, p.Wire.Base()) })
	if at < 0 {
		return way.Last, ""
	}
	return way.Last, way.Went[at]
}

// visit blocks the spec unless the target answers as a proxy does: with a meaningful first frame and, if that sends the person
// somewhere, with pages that the harness can walk.
func (p *Proxy) visit(ctx context.Context) {
	c, first, err := p.begin(ctx)
	defer func() { c.Close() }()
	if _, refused := first["error"]; err != nil || refused || len(first) == 0 {
		judge.Block(ctx, "the proxy returns no authorize_url for %s: %s", p.Service, heard(first, err))
	}
	where, _ := first["authorize_url"].(string)
	if where == "" {
		return
	}
	if last, back := p.Finish(ctx, where, false); back == "" && last.Status < 400 && !person.Ended(last) {
		judge.Block(ctx, "the third party does not redirect back to the proxy: %s", last)
	}
}

// below reports whether a URL belongs to the server at base: another server's URL may begin with the same letters.
func below(where, base string) bool { return strings.HasPrefix(where, base+"/") }

// Linked performs a whole linking and returns its tokens, as a control.
func (p *Proxy) Linked(ctx context.Context) map[string]any {
	c, url := p.Ask(ctx)
	p.Finish(ctx, url, false)
	frame, _, err := c.Hear(ctx, talkTimeout)
	c.Close()
	tokens, _ := frame["tokens"].(map[string]any)
	if err != nil || tokens == nil {
		judge.Block(ctx, "the user has finished, but no tokens arrive: %s", heard(frame, err))
	}
	for _, name := range []string{"access_token", "refresh_token"} {
		if s, ok := tokens[name].(string); ok {
			judge.Secret(ctx, name, s)
		}
	}
	return tokens
}

// RefreshAt refreshes at the proxy with the given body.
func (p *Proxy) RefreshAt(ctx context.Context, service, body string) *wire.Exchange {
	return p.Wire.Do(
		ctx,
		wire.Request{
			Method: http.MethodPost,
			URL:    "/refresh_token/" + service,
			Body:   body,
			Header: http.Header{"Content-Type": {"application/json"}},
		},
	)
}
