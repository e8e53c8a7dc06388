package linking

import (
	"context"
	"net/http"
)

// finish makes an entry of what came back, or tells why not. got is the proxy's tokens; nil: a browser came back.
func (l *Linker) finish(ctx context.Context, f *flow, ret Return, got Token) Step {
	if f.agent != nil && !l.Policy().Agent.Answered(ret.Issuer, ret.HasIssuer, f.provider.promisesIssuer, f.provider.issuer) &&
		(ret.HasCode || !l.Policy().Agent.Shows()) {
		return l.aborted(f, "invalid_issuer", nil)
	}
	if got == nil {
		if !ret.HasCode {
			return l.aborted(f, "user_rejected_authorize", map[string]any{"error": ret.Error})
		}
		var failure Failure
		got, failure = l.Policy().Read(l.send(ctx, l.indicated(
			codeRequest(f.provider, f.credential, ret.Code, ret.Redirect, f.verifier), f.provider, "token")), false)
		if failure.failed() {
			return l.aborted(f, failure.Reason, nil)
		}
	} else if refused := got["error"]; refused != nil {
		return l.aborted(f, "user_rejected_authorize", map[string]any{"error": refused})
	} else if _, ok := lifetime(got["expires_in"]); !ok || got.text("access_token") == "" {
		return l.aborted(f, "oauth_error", nil)
	}
	got = l.stamped(got, l.Clock.Now())
	if f.agent != nil {
		return l.finishAgent(ctx, f, got)
	}
	account, name, status := l.ask(ctx, f.provider, got)
	if status != http.StatusOK || account == "" {
		return l.aborted(f, "cannot_connect", nil)
	}
	if f.source == "reauth" {
		return l.renew(ctx, f, account, got)
	}
	e := &entry{id: newEntryID(), domain: Domain, title: name, account: account, implementation: f.chosen.ID, token: got}
	if !l.link(e) {
		return l.aborted(f, "already_configured", nil)
	}
	if l.Policy().Ends("") {
		l.drop(f)
	}
	l.setUp(ctx, e)
	return Step{
		"type": "create_entry", "flow_id": f.id, "handler": f.handler, "title": name, "version": 1, "minor_version": 1,
		"description": nil, "description_placeholders": nil, "options": map[string]any{},
		"context": map[string]any{"source": "user"}, "result": l.Policy().Shown(l.Summary(e.id), got),
	}
}

// finishAgent makes an entry of an MCP server that takes the token, or gives it to the one that asked for a new login.
func (l *Linker) finishAgent(ctx context.Context, f *flow, got Token) Step {
	title, answer := l.greet(ctx, f.agent.endpoint, got)
	if answer.status != 0 {
		return l.aborted(f, "cannot_connect", nil)
	}
	f.agent.title = title
	if f.source == "reauth" {
		return l.renew(ctx, f, "", got)
	}
	return l.connected(ctx, f, f.agent, f.chosen.ID, got)
}

// renew gives an entry the token of a new login, if it is the same account.
func (l *Linker) renew(ctx context.Context, f *flow, account string, got Token) Step {
	e := l.entry(f.entryID)
	if e == nil {
		return l.aborted(f, "unknown_entry", nil)
	}
	if e.agent == nil && !l.Policy().SameAccount(e.account, account) {
		return l.aborted(f, "wrong_account", nil)
	}
	l.mu.Lock()
	e.token, e.implementation = got, f.chosen.ID
	l.mu.Unlock()
	step := l.aborted(f, "reauth_successful", nil)
	l.setUp(ctx, e)
	return step
}
