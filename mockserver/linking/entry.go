package linking

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"sync"

	"github.com/authconform/authconform/mock"
)

// The states of an entry.
const (
	Loaded     = "loaded"
	SetupError = "setup_error"
	SetupRetry = "setup_retry"
)

// entry is a linked account. Its fields are guarded by Linker.mu; refresh serialises what may refresh its token.
type entry struct {
	id, title, account, implementation string
	token                              Token
	state, reason                      string
	device                             *Device // nil: the third party has none

	refresh sync.Mutex
}

// Entry is a linked account as others see it.
type Entry struct {
	ID, Title, Account, Implementation, State, Reason string
	Token                                             Token
}

// Entries lists the linked accounts.
func (l *Linker) Entries() []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := []Entry{}
	for _, e := range l.entries {
		list = append(list, Entry{e.id, e.title, e.account, e.implementation, e.state, e.reason, e.token})
	}
	return list
}

func (l *Linker) entry(id string) *entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.entries {
		if e.id == id {
			return e
		}
	}
	return nil
}

// finish makes an entry of what came back, or tells why not.
func (l *Linker) finish(ctx context.Context, f *flow, ret Return, got Token) Step {
	if got == nil && !ret.HasCode {
		return l.aborted(f, "user_rejected_authorize", map[string]any{"error": ret.Error})
	}
	if got == nil {
		t, failure := l.Policy.Read(l.send(ctx, codeRequest(f.provider, f.credential, ret.Code, ret.Redirect, f.verifier)), false)
		if failure.failed() {
			return l.aborted(f, failure.Reason, nil)
		}
		got = t
	} else if got["error"] != nil {
		return l.aborted(f, "user_rejected_authorize", map[string]any{"error": got["error"]})
	} else if _, ok := lifetime(got["expires_in"]); !ok || got.text("access_token") == "" {
		return l.aborted(f, "oauth_error", nil)
	}
	got = l.stamped(got, l.Clock.Now())
	account, name, status := l.ask(ctx, f.provider, got)
	if status != http.StatusOK || account == "" {
		return l.aborted(f, "cannot_connect", nil)
	}
	if f.source == "reauth" {
		return l.renew(ctx, f, account, got)
	}
	l.mu.Lock()
	var linked []string
	for _, e := range l.entries {
		linked = append(linked, e.account)
	}
	known := l.Policy.Known(linked, account)
	e := &entry{id: mock.Secret(13), title: name, account: account, implementation: f.chosen.ID, token: got}
	if !known && len(l.entries) < maxEntries {
		l.entries = append(l.entries, e)
	}
	l.mu.Unlock()
	if known {
		return l.aborted(f, "already_configured", nil)
	}
	if l.Policy.Ends("") {
		l.drop(f)
	}
	l.setUp(ctx, e)
	return Step{
		"type": "create_entry", "flow_id": f.id, "handler": Domain, "title": name, "version": 1, "minor_version": 1, "description": nil,
		"description_placeholders": nil, "context": map[string]any{"source": "user"}, "result": l.Policy.Shown(l.Summary(e.id), got),
	}
}

const maxEntries = 1000

// renew gives an entry the token of a new login, if it is the same account.
func (l *Linker) renew(ctx context.Context, f *flow, account string, got Token) Step {
	e := l.entry(f.entryID)
	if e == nil {
		return l.aborted(f, "unknown_entry", nil)
	}
	if !l.Policy.SameAccount(e.account, account) {
		return l.aborted(f, "wrong_account", nil)
	}
	l.mu.Lock()
	e.token, e.implementation = got, f.chosen.ID
	l.mu.Unlock()
	step := l.aborted(f, "reauth_successful", nil)
	l.setUp(ctx, e)
	return step
}

// ask asks the third party whose token it is.
func (l *Linker) ask(ctx context.Context, p Provider, t Token) (account, name string, status int) {
	ctx, stop := l.within(ctx, l.Policy.TokenTTL())
	defer stop()
	url, header := l.Policy.APIRequest(p.APIURL, t)
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
	if json.NewDecoder(io.LimitReader(resp.Body, int64(l.Policy.FrameLimit()))).Decode(&who) != nil {
		return "", "", resp.StatusCode
	}
	return who.ID, who.Name, resp.StatusCode
}

// setUp loads an entry: its token must work.
func (l *Linker) setUp(ctx context.Context, e *entry) {
	state, reason := Loaded, ""
	p, failure := l.valid(ctx, e)
	switch {
	case failure.failed():
		state, reason = l.Policy.SetupState(l.Policy.Outcome(failure)), "the provider gives no token"
	default:
		switch _, _, status := l.ask(ctx, p, l.tokenOf(e)); {
		case status == http.StatusUnauthorized:
			state, reason = SetupError, "the API refuses the token: log in again"
			l.reauth(e)
		case status != http.StatusOK:
			state, reason = SetupRetry, "the API does not answer"
		}
	}
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

func (l *Linker) tokenOf(e *entry) Token {
	l.mu.Lock()
	defer l.mu.Unlock()
	return e.token
}

// valid makes sure that the entry's token lives for a while: it is refreshed at its use, 20 s before its end.
func (l *Linker) valid(ctx context.Context, e *entry) (Provider, Failure) {
	way, credential := l.tokenOf(e), Credential{}
	p := l.provider("")
	l.mu.Lock()
	implementation := e.implementation
	l.mu.Unlock()
	if implementation != cloud {
		credential, _ = l.credential(implementation)
		p = l.provider(credential.ClientID)
	}
	if l.Policy.OneRefresh() {
		e.refresh.Lock()
		defer e.refresh.Unlock()
		way = l.tokenOf(e)
	}
	if l.Clock.Now().Add(l.Policy.RefreshEarly()).Before(way.expires()) {
		return p, Failure{}
	}
	fresh, failure := l.refreshed(ctx, p, credential, implementation, way)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case !failure.failed():
		e.token = fresh
	case !l.Policy.KeepsToken():
		e.token = Token{}
	}
	if failure.failed() && l.Policy.Outcome(failure) == Reauth {
		l.reauthLocked(e)
	}
	return p, failure
}

func (l *Linker) refreshed(ctx context.Context, p Provider, c Credential, implementation string, old Token) (Token, Failure) {
	if old.text("refresh_token") == "" {
		return nil, Failure{"oauth_error", http.StatusBadRequest} // nothing to refresh with: as good as refused
	}
	var a TokenAnswer
	if implementation == cloud {
		a = l.refreshCloud(ctx, old.text("refresh_token"))
	} else {
		a = l.send(ctx, refreshRequest(p, c, old.text("refresh_token")))
	}
	fresh, failure := l.Policy.Read(a, true)
	if failure.failed() {
		return nil, failure
	}
	return l.stamped(l.Policy.Merge(old, fresh), l.Clock.Now()), Failure{}
}

// reauth asks the person to log in again, once.
func (l *Linker) reauth(e *entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reauthLocked(e)
}

func (l *Linker) reauthLocked(e *entry) {
	for _, f := range l.flows {
		if f.source == "reauth" && f.entryID == e.id && l.Policy.ReauthOnce() {
			return
		}
	}
	f := &flow{id: mock.Secret(16), source: "reauth", entryID: e.id, step: "reauth_confirm"}
	l.flows[f.id] = f
}

// Use uses the entry's token: the answer's status, or the error that the core would raise.
func (l *Linker) Use(ctx context.Context, id string) (status int, problem string, failed int, ok bool) {
	e := l.entry(id)
	if e == nil {
		return 0, "", 0, false
	}
	p, failure := l.valid(ctx, e)
	if failure.failed() {
		switch l.Policy.Outcome(failure) {
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

// Reload sets an entry up anew.
func (l *Linker) Reload(ctx context.Context, id string) bool {
	e := l.entry(id)
	if e != nil {
		l.setUp(ctx, e)
	}
	return e != nil
}

// tell sends a third party what a policy wants to tell it, if anything.
func (l *Linker) tell(ctx context.Context, r *TokenRequest) {
	if r != nil {
		l.send(ctx, *r)
	}
}

// Remove forgets an entry and what hangs on it.
func (l *Linker) Remove(ctx context.Context, id string) bool {
	if e := l.entry(id); e != nil && e.implementation != cloud {
		c, _ := l.credential(e.implementation)
		l.tell(ctx, l.Policy.Unlinked(l.provider(c.ClientID), c, l.tokenOf(e)))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.entries)
	l.entries = slices.DeleteFunc(l.entries, func(e *entry) bool { return e.id == id })
	for flowID, f := range l.flows {
		if f.entryID == id {
			delete(l.flows, flowID)
		}
	}
	return len(l.entries) < n
}

// Summary is an entry as the REST API shows it: no token.
func (l *Linker) Summary(id string) map[string]any {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.entries {
		if e.id == id {
			var reason any
			if e.reason != "" {
				reason = e.reason
			}
			return map[string]any{
				"entry_id": e.id, "domain": Domain, "title": e.title, "source": "user", "state": e.state, "reason": reason,
				"supports_options": false, "supports_remove_device": false, "supports_unload": true, "supports_reconfigure": false,
				"pref_disable_new_entities": false, "pref_disable_polling": false, "disabled_by": nil,
			}
		}
	}
	return nil
}
