package accountlink

import (
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/mock"
)

// flow is a person who has been sent away, and the socket that waits.
type flow struct {
	service Service
	done    chan map[string]any // the last frame
}

func (p *Proxy) begin(s Service) (string, *flow) {
	state, f := p.Policy().NewState(), &flow{s, make(chan map[string]any, 1)}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting[state] = f
	p.order = append(p.order, state)
	return state, f
}

func (p *Proxy) authorizeURL(s Service, state string) string {
	list := p.Policy().Parameters([][2]string{
		{"response_type", "code"}, {"client_id", s.ClientID}, {"redirect_uri", p.URL + "/callback"}, {"state", state}, {"scope", s.Scope},
	})
	var parts []string
	for _, pair := range list {
		parts = append(parts, pair[0]+"="+url.QueryEscape(pair[1]))
	}
	return s.AuthorizeURL + "?" + strings.Join(parts, "&")
}

// callback takes the browser that came back, redeems the code, and sends the tokens down the socket.
func (p *Proxy) callback(c *mock.Call) *mock.Answer {
	q := c.URL.Query()
	f := p.returned(q.Get("state"))
	switch {
	case f == nil:
		return p.page(http.StatusBadRequest, "This link was already used, or is unknown. Start again in your home.")
	case q.Get("code") == "":
		f.finish(map[string]any{"error": "unknown"})
		return p.page(http.StatusOK, "Nothing was linked. You can close this window.")
	}
	status, tokens := p.ask(c.Context(), f.service, url.Values{
		"grant_type": {"authorization_code"}, "code": {q.Get("code")}, "redirect_uri": {p.URL + "/callback"},
	})
	if status != http.StatusOK || tokens["access_token"] == nil {
		f.finish(map[string]any{"error": "unknown"})
		if status < http.StatusInternalServerError { // it refused the code that the browser brought
			status = http.StatusBadRequest
		}
		return p.page(status, "The third party issued no tokens. Start again in your home.")
	}
	f.finish(map[string]any{"tokens": tokens})
	if p.Policy().Shares() {
		p.finishOthers(map[string]any{"tokens": tokens})
	}
	return p.page(http.StatusOK, "Linked. You can close this window.")
}

// finishOthers sends the last frame to all who still wait.
func (p *Proxy) finishOthers(frame map[string]any) {
	for _, state := range p.states() {
		if f := p.take(state, false); f != nil {
			f.finish(frame)
		}
	}
}

// states are those of the flows that wait, the oldest first.
func (p *Proxy) states() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.order)
}

// take finds the flow of a state; forget takes it, for one caller only.
func (p *Proxy) take(state string, forget bool) *flow {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.waiting[state]
	if forget {
		delete(p.waiting, state)
		p.order = slices.DeleteFunc(p.order, func(s string) bool { return s == state })
	}
	return f
}

// returned is the flow that somebody comes back for, nil for nobody's.
func (p *Proxy) returned(state string) *flow {
	for {
		waiting := p.states()
		whose := p.Policy().Whose(state, waiting)
		f := p.take(whose, p.Policy().SingleUse())
		if f != nil || !slices.Contains(waiting, whose) {
			return f
		}
		// Somebody else has taken it meanwhile: ask again.
	}
}

func whose(state string, waiting []string) string {
	if state != "" && slices.Contains(waiting, state) {
		return state
	}
	return ""
}

func (f *flow) finish(frame map[string]any) {
	select {
	case f.done <- frame:
	default: // it has ended already
	}
}

const pageHead = "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>" +
	"<title>Account link</title>" +
	"<body style='font:1.1rem/1.5 system-ui;max-width:28rem;margin:15vh auto;padding:0 1rem'><p role=status>"

func (p *Proxy) page(status int, message string) *mock.Answer {
	a := mock.Text(status, pageHead+p.Policy().Returned(html.EscapeString(message)))
	a.Header.Set("Content-Type", "text/html; charset=utf-8")
	a.Header.Set("Cache-Control", "no-store")
	a.Header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	return a
}
