package linking

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/authconform/authconform/mock"
)

// setUp loads an entry: its token must work.
func (l *Linker) setUp(ctx context.Context, e *entry) {
	if e.agent != nil {
		state, reason := l.setUpAgent(ctx, e)
		l.mu.Lock()
		defer l.mu.Unlock()
		e.state, e.reason = state, reason
		return
	}
	p, state, reason := l.tried(ctx, e)
	l.mu.Lock()
	e.state, e.reason = state, reason
	if e.device != nil && state != Loaded {
		lost := *e.device
		lost.Known, e.device = false, &lost
	}
	l.mu.Unlock()
	if state == Loaded && p.DeviceURL != "" {
		l.Device(ctx, e.id, nil)
	}
}

// tried returns the state of an entry that starts, and why it is not loaded.
func (l *Linker) tried(ctx context.Context, e *entry) (p Provider, state, reason string) {
	if l.implementationOf(e) == cloud {
		if offered, err := l.offered(ctx); err != nil || !offered {
			return p, SetupRetry, "the account-link proxy does not offer the service at the moment"
		}
	}
	p, failure := l.valid(ctx, e)
	if failure.failed() {
		return p, l.Policy().SetupState(l.Policy().Outcome(failure)), "the provider gives no token"
	}
	switch _, _, status := l.ask(ctx, p, l.tokenOf(e)); {
	case status == http.StatusUnauthorized:
		l.reauth(e)
		return p, SetupError, "the API refuses the token: log in again"
	case status != http.StatusOK:
		return p, SetupRetry, "the API does not answer"
	}
	return p, Loaded, ""
}

// valid makes sure that the entry's token lives for a while: it is refreshed at its use, 20 s before its end.
func (l *Linker) valid(ctx context.Context, e *entry) (Provider, Failure) {
	old := l.tokenOf(e)
	p, credential, way := l.clientOf(e)
	if l.Policy().OneRefresh() {
		e.refresh.Lock()
		defer e.refresh.Unlock()
		old = l.tokenOf(e)
	}
	if l.Clock.Now().Add(l.Policy().RefreshEarly()).Before(old.expires()) {
		return p, Failure{}
	}
	fresh, failure := l.refreshed(ctx, p, credential, way, old)
	if !failure.failed() {
		l.keep(e, fresh)
		return p, failure
	}
	if !l.Policy().KeepsToken() {
		l.keep(e, Token{})
	}
	if l.Policy().Outcome(failure) == Reauth {
		l.reauth(e)
	}
	return p, failure
}

// clientOf is the provider of an entry, and the client that the home is there.
func (l *Linker) clientOf(e *entry) (p Provider, c Credential, way string) {
	way = l.implementationOf(e)
	if way == cloud {
		return l.provider(""), c, way
	}
	c, _ = l.credential(way)
	if e.agent == nil {
		return l.provider(c.ClientID), c, way
	}
	if e.registered != nil {
		c = *e.registered
	}
	return e.agent.provider(), c, way
}

func (l *Linker) refreshed(ctx context.Context, p Provider, c Credential, way string, old Token) (Token, Failure) {
	if old.text("refresh_token") == "" {
		return nil, Failure{"oauth_error", http.StatusBadRequest} // nothing to refresh with: as good as refused
	}
	var a TokenAnswer
	if way == cloud && l.Policy().AtProxy() {
		a = l.refreshCloud(ctx, old.text("refresh_token"))
	} else {
		a = l.send(ctx, l.indicated(refreshRequest(p, c, old.text("refresh_token")), p, "refresh"))
	}
	fresh, failure := l.Policy().Read(a, true)
	if failure.failed() {
		return nil, failure
	}
	return l.stamped(l.Policy().Merge(old, fresh), l.Clock.Now()), Failure{}
}

// reauth asks the person to log in again, once.
func (l *Linker) reauth(e *entry) {
	once := l.Policy().ReauthOnce()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.flows {
		if once && f.source == "reauth" && f.entryID == e.id {
			return
		}
	}
	f := &flow{id: mock.ULID(l.Clock.Now()), handler: e.domain, source: "reauth", entryID: e.id, step: "reauth_confirm"}
	l.flows[f.id] = f
}

// Use uses the entry's token and returns the response's status, or the error that the core would raise.
func (l *Linker) Use(ctx context.Context, id string) (status int, problem string, failed int, ok bool) {
	e := l.entry(id)
	if e == nil {
		return 0, "", 0, false
	}
	p, failure := l.valid(ctx, e)
	if failure.failed() {
		switch l.Policy().Outcome(failure) {
		case Reauth:
			problem = "OAuth2TokenRequestReauthError"
		case Retry:
			problem = "OAuth2TokenRequestTransientError"
		case Ignore:
			problem = "OAuth2TokenRequestError"
		}
		return 0, problem, failure.Status, true
	}
	_, _, status = l.ask(ctx, p, l.tokenOf(e))
	if status == 0 {
		return 0, "ClientError", 0, true
	}
	return status, "", 0, true
}

// Reload sets up an entry again.
func (l *Linker) Reload(ctx context.Context, id string) bool {
	e := l.entry(id)
	if e != nil {
		l.setUp(ctx, e)
	}
	return e != nil
}

// ask asks the third party whose token it is.
func (l *Linker) ask(ctx context.Context, p Provider, t Token) (account, name string, status int) {
	ctx, stop := l.within(ctx, l.Policy().TokenTTL())
	defer stop()
	url, header := l.Policy().APIRequest(p.APIURL, t)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", "", 0
	}
	req.Header = header
	resp, err := l.HTTP.Do(req)
	if err != nil {
		return "", "", 0
	}
	defer resp.Body.Close()
	var who struct{ ID, Name string }
	if json.NewDecoder(io.LimitReader(resp.Body, int64(l.Policy().FrameLimit()))).Decode(&who) != nil {
		return "", "", resp.StatusCode
	}
	return who.ID, who.Name, resp.StatusCode
}
