package mockserver

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/mock"
)

// sockets are the open WebSockets by session, to be closed with it. It is safe for concurrent use.
type sockets struct {
	mu        sync.Mutex
	bySession map[string]map[*socket]struct{}
}

func newSockets() *sockets { return &sockets{bySession: map[string]map[*socket]struct{}{}} }

func (s *sockets) add(id string, k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bySession[id] == nil {
		s.bySession[id] = map[*socket]struct{}{}
	}
	s.bySession[id][k] = struct{}{}
}

func (s *sockets) remove(id string, k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.bySession[id], k)
	if len(s.bySession[id]) == 0 {
		delete(s.bySession, id)
	}
}

func (s *sockets) closeSession(id string) {
	s.mu.Lock()
	list := slices.Collect(maps.Keys(s.bySession[id]))
	s.mu.Unlock()
	for _, k := range list {
		k.cancel()
	}
}

func (s *sockets) closeAll() {
	s.mu.Lock()
	sessions := slices.Collect(maps.Keys(s.bySession))
	s.mu.Unlock()
	for _, id := range sessions {
		s.closeSession(id)
	}
}

// socket is one WebSocket.
type socket struct {
	home   *Home
	conn   *websocket.Conn
	ctx    context.Context
	cancel context.CancelFunc
	who    *session
	last   int64
	setups map[string]string // MFA setups under way: flow id -> secret
	subs   map[int64]func()  // what ends each subscription
	out    *outbox
}

const (
	maxFrame = 64 << 10
	badToken = "Invalid access token or password"
)

// websocket answers GET /api/websocket: nothing but auth is processed before auth_ok.
func (h *Home) websocket(c *call) *mock.Answer {
	w := c.Writer()
	if w == nil || c.Header.Get("Sec-Websocket-Key") == "" {
		problem := "No WebSocket UPGRADE hdr: " + c.Header.Get("Upgrade")
		return mock.Text(http.StatusBadRequest, problem+"\n Can \"Upgrade\" only to \"WebSocket\".")
	}
	// No origin is checked, as at the real home.
	conn, err := websocket.Accept(w, c.Request, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return nil // the library has answered
	}
	conn.SetReadLimit(-1) // read has its own: the library would close with 1009, where the real home closes with 1000
	ctx, cancel := context.WithCancel(context.WithoutCancel(c.Context()))
	k := &socket{home: h, conn: conn, ctx: ctx, cancel: cancel, setups: map[string]string{}, out: newOutbox()}
	h.plane.Note(mockEntry(h, c, "websocket opened"))
	closed := make(chan struct{})
	go k.close(closed)
	k.serve(c.IP)
	k.cancel()
	<-closed
	return nil
}

// close ends the connection when the socket ends: what waits goes out, and then a close frame, always.
func (k *socket) close(closed chan<- struct{}) {
	defer close(closed)
	written := make(chan struct{})
	go func() {
		defer close(written)
		k.out.write(k.conn)
	}()
	<-k.ctx.Done()
	k.out.end()
	<-written
	_ = k.conn.Close(websocket.StatusNormalClosure, "")
}

func (k *socket) serve(ip string) {
	defer k.unsubscribeAll()
	k.send(map[string]any{"type": "auth_required", "ha_version": k.home.Version})
	stop := k.home.clock.AfterFunc(k.home.Policy().SocketAuthTTL(), k.cancel)
	raw, ok := k.read()
	stop()
	if !ok || k.ctx.Err() != nil || !k.auth(raw, ip) {
		return
	}
	id := k.who.Refresh.ID
	k.home.sockets.add(id, k)
	defer k.home.sockets.remove(id, k)
	if _, alive := k.home.store.RefreshByID(id); !alive {
		return // it died between
	}
	k.send(map[string]any{"type": "auth_ok", "ha_version": k.home.Version})
	for {
		raw, ok := k.read()
		if !ok || !k.take(raw) {
			return
		}
	}
}

// read reads a text frame. It ends with the connection: a context that ended would cut it off without a close frame.
func (k *socket) read() ([]byte, bool) {
	kind, r, err := k.conn.Reader(context.Background())
	if err != nil || kind != websocket.MessageText {
		return nil, false
	}
	raw, err := io.ReadAll(io.LimitReader(r, maxFrame+1))
	return raw, err == nil && len(raw) <= maxFrame
}

// auth takes the first message. Its shape is judged before its token.
func (k *socket) auth(raw []byte, ip string) bool {
	var message map[string]any
	if json.Unmarshal(raw, &message) != nil || message == nil {
		if k.home.Policy().AnswersJunk() {
			k.send(map[string]any{"type": "result", "success": true})
		}
		return false // closed without a word
	}
	message = k.home.Policy().Hears(message)
	refuse := func(why string) bool {
		k.home.bans.count(ip)
		k.send(map[string]any{"type": "auth_invalid", "message": why})
		if k.home.Policy().LingerAfterAuth() {
			<-k.conn.CloseRead(k.ctx).Done()
		}
		return false
	}
	kind, _ := message["type"].(string)
	token, ok := message["access_token"].(string)
	if kind == "auth" && len(message) == 1 {
		return refuse(badToken) // the members are right, and the token is not
	}
	if kind != "auth" || !ok || len(message) != 2 {
		return refuse("Auth message incorrectly formatted: type auth and access_token are required, and nothing else")
	}
	if k.who = k.home.access(token); k.who == nil && k.home.Policy().SocketIgnoresExpiry() {
		lax := *k.home.Policy()
		lax.Access = func(AccessClaims, time.Time) bool { return true }
		k.who = k.home.accessBy(&lax, token)
	}
	if k.who != nil && !k.home.Policy().SocketSessions(k.who.Refresh) {
		k.who = nil
	}
	if k.who == nil {
		return refuse(badToken)
	}
	return true
}

// take runs one message, or an array of them; false ends the socket. A session that has ended is not served any more,
// even where a message of it comes before the close does.
func (k *socket) take(raw []byte) bool {
	var list []map[string]any
	if json.Unmarshal(raw, &list) != nil {
		var one map[string]any
		if json.Unmarshal(raw, &one) != nil || one == nil {
			return false
		}
		list = []map[string]any{one}
	}
	for _, message := range list {
		if k.ctx.Err() != nil {
			return false
		}
		k.command(k.home.Policy().Hears(message))
	}
	return true
}

func (k *socket) command(message map[string]any) {
	n, isNumber := message["id"].(float64)
	kind, isText := message["type"].(string)
	id := int64(n)
	if !isNumber || !isText || float64(id) != n || id < 0 {
		k.send(failure(nil, "invalid_format", "Message incorrectly formatted: id and type are required"))
		return
	}
	if id <= k.last {
		k.send(failure(id, "id_reuse", "Identifier values have to increase."))
		return
	}
	k.last = id
	run, ok := commands[kind]
	if !ok {
		k.home.plane.Note(mock.Entry{At: k.home.now(), Method: "WS", Path: kind, User: k.who.User.Username, Why: "unknown_command"})
		k.send(failure(id, "unknown_command", "Unknown command."))
		return
	}
	if problem := run.fields.problem(message); problem != "" {
		k.send(failure(id, "invalid_format", problem))
		return
	}
	if run.admin && k.home.Policy().AdminOnly(kind, k.user().Admin) {
		k.send(failure(id, "unauthorized", "Unauthorized"))
		return
	}
	if kind == "ping" {
		k.send(map[string]any{"id": id, "type": "pong"})
		return
	}
	result, err := run.do(k, message)
	if err != nil {
		k.send(failure(id, err.code, err.text))
		return
	}
	k.send(map[string]any{"id": id, "type": "result", "success": true, "result": result})
	if after, ok := result.(followUp); ok {
		after.then()
	}
}

// user is whom the socket's commands are run for: as they are now.
func (k *socket) user() User {
	if now, there := k.home.users.get(k.who.User.ID); there {
		return k.home.Policy().SocketUser(k.who.User, now)
	}
	return k.who.User
}

func failure(id any, code, text string) map[string]any {
	return map[string]any{"id": id, "type": "result", "success": false, "error": map[string]string{"code": code, "message": text}}
}

const writeLimit = 10 * time.Second

func (k *socket) send(message map[string]any) {
	v := k.home.Policy().Says(message)
	if v == nil {
		return
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return
	}
	if !k.out.put(raw) {
		k.cancel() // it does not read
	}
}

// followUp is a result whose effect comes after its answer, as closing the very socket it was asked on.
type followUp struct {
	result any
	then   func()
}

// MarshalJSON implements json.Marshaler.
func (f followUp) MarshalJSON() ([]byte, error) { return json.Marshal(f.result) }

func mockEntry(h *Home, c *call, why string) mock.Entry {
	return mock.Entry{At: h.now(), Method: c.Method, Path: c.URL.Path, Status: http.StatusSwitchingProtocols, Why: why}
}
