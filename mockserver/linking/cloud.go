package linking

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/coder/websocket"
)

// Service is an entry of the proxy's list of services.
type Service struct {
	Service    string `json:"service"`
	MinVersion string `json:"min_version"`
	Accepts    *bool  `json:"accepts_new_authorizations"`
}

// offers is the rule of the proxy's list: the domain, a release that is new enough, and new accounts wanted. An entry that names no
// release is none: the real home fails on it.
func offers(s Service, domain, version string, linked bool) bool {
	return s.Service == domain && s.MinVersion != "" && !older(version, s.MinVersion) && (s.Accepts == nil || *s.Accepts || linked)
}

// older compares releases by their numbers.
func older(version, least string) bool {
	a, b := strings.Split(version, "."), strings.Split(least, ".")
	for i := range min(len(a), len(b)) {
		x, _ := strconv.Atoi(a[i])
		y, _ := strconv.Atoi(b[i])
		if x != y {
			return x < y
		}
	}
	return len(a) < len(b)
}

// offered reports whether the proxy can link the domain. The error is the proxy's.
func (l *Linker) offered(ctx context.Context) (bool, error) {
	if l.AccountLink == "" {
		return false, nil
	}
	list, err := l.list(ctx)
	if err != nil {
		return false, err
	}
	linked := false
	for _, e := range l.Entries() {
		linked = linked || e.Implementation == cloud
	}
	for _, s := range list {
		if l.Policy().Offers(s, Domain, l.Version, linked) {
			return true, nil
		}
	}
	return false, nil
}

// list is what the proxy offers; a good list is believed for a while.
func (l *Linker) list(ctx context.Context) ([]Service, error) {
	l.mu.Lock()
	cached, at := l.services, l.servicesAt
	l.mu.Unlock()
	if cached != nil && l.Clock.Now().Sub(at) < l.Policy().ServicesTTL() {
		return cached, nil
	}
	ctx, stop := l.within(ctx, l.Policy().TokenTTL())
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.AccountLink+"/services", nil)
	if err != nil {
		return nil, err
	}
	resp, err := l.HTTP.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, errors.New("the proxy answers " + resp.Status)
	}
	fresh := []Service{}
	if err := json.NewDecoder(io.LimitReader(resp.Body, int64(l.Policy().FrameLimit()))).Decode(&fresh); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.services, l.servicesAt = fresh, l.Clock.Now()
	return fresh, nil
}

// converse asks the proxy for an authorize URL, and then waits beside the flow for its tokens.
func (l *Linker) converse(ctx context.Context, f *flow) (Step, error) {
	live, end := context.WithCancel(context.WithoutCancel(ctx))
	first, stop := l.within(live, l.Policy().URLTTL())
	frame, conn, err := l.ask1(first, live)
	late := context.Cause(first)
	stop()
	if conn != nil && (err != nil || frame["authorize_url"] == nil) {
		_ = conn.Close(websocket.StatusNormalClosure, "")
	}
	url, _ := frame["authorize_url"].(string)
	switch {
	case errors.Is(late, errLate), frame["error"] == "timeout":
		end()
		return l.aborted(f, "authorize_url_timeout", nil), nil
	case err != nil, url == "":
		end()
		return l.aborted(f, "oauth_implementation_unavailable", nil), nil //nolint:nilerr // that is the answer to it
	}
	if f.provider.Scope != "" {
		url = l.Policy().Authorize(url, [][2]string{{"scope", f.provider.Scope}})
	}
	f.url = url
	l.mu.Lock()
	before := f.stop
	f.stop = func() {
		end()
		if before != nil {
			before()
		}
	}
	l.mu.Unlock()
	go l.hear(live, f, conn)
	return f.external(), nil
}

// ask1 opens the conversation and reads its first frame. The socket lives as long as live.
func (l *Linker) ask1(ctx, live context.Context) (map[string]any, *websocket.Conn, error) {
	at := strings.Replace(l.AccountLink, "http", "ws", 1) + "/v1"
	conn, _, err := websocket.Dial(ctx, at, &websocket.DialOptions{HTTPClient: l.HTTP}) //nolint:bodyclose // the library closes it
	if err != nil {
		return nil, nil, err
	}
	conn.SetReadLimit(int64(l.Policy().FrameLimit()))
	context.AfterFunc(live, func() { _ = conn.CloseNow() })
	raw, _ := json.Marshal(l.Policy().Says(map[string]any{"service": Domain}))
	if err := conn.Write(ctx, websocket.MessageText, raw); err != nil {
		return nil, conn, err
	}
	frame, err := l.frame(ctx, conn)
	return frame, conn, err
}

func (l *Linker) frame(ctx context.Context, conn *websocket.Conn) (map[string]any, error) {
	kind, raw, err := conn.Read(ctx)
	if err != nil {
		return nil, err
	}
	var m map[string]any
	if kind != websocket.MessageText || json.Unmarshal(raw, &m) != nil || m == nil {
		return nil, errors.New("the frame is not a JSON object")
	}
	return l.Policy().Hears(m), nil
}

// hear takes the tokens and closes as the client does.
func (l *Linker) hear(ctx context.Context, f *flow, conn *websocket.Conn) {
	frame, err := l.frame(ctx, conn)
	if l.Policy().ClosesSocket() {
		_ = conn.Close(websocket.StatusNormalClosure, "")
	}
	if ctx.Err() != nil {
		return // the flow is over
	}
	tokens, _ := frame["tokens"].(map[string]any)
	if err != nil || tokens == nil {
		return // the step stays: the real home only logs the error
	}
	tokens["service"] = Domain
	l.mu.Lock()
	f.got, f.back = tokens, true
	l.mu.Unlock()
	l.Fire("data_entry_flow_progressed", map[string]any{"handler": Domain, "flow_id": f.id, "refresh": true})
}

// asRefreshed sends a refresh as it is.
func asRefreshed(service string, members map[string]string) (string, map[string]string) {
	return service, members
}

// refreshCloud refreshes at the proxy.
func (l *Linker) refreshCloud(ctx context.Context, refresh string) TokenAnswer {
	ctx, stop := l.within(ctx, l.Policy().TokenTTL())
	defer stop()
	service, members := l.Policy().ProxyRefresh(Domain, map[string]string{"refresh_token": refresh})
	raw, _ := json.Marshal(members)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.AccountLink+"/refresh_token/"+service, strings.NewReader(string(raw)))
	if err != nil {
		return TokenAnswer{Err: err}
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := l.HTTP.Do(req)
	if err != nil {
		return TokenAnswer{Err: err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, int64(l.Policy().FrameLimit())))
	return TokenAnswer{Status: resp.StatusCode, Header: resp.Header, Body: body, Err: err}
}
