package home

import (
	"context"
	"encoding/json"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// Login describes a login. Empty fields default to the default client and the run's account.
type Login struct {
	ClientID    string
	RedirectURI string
	Challenge   string // code_challenge; with it code_challenge_method is S256 unless Method says otherwise
	Method      string
	Unbound     bool           // without PKCE, even if the home demands it
	Finish      string         // client_id of the steps after the first; "" is ClientID
	Account     *oauth.Account // nil: the run's
	Provider    *LoginProvider // nil: that of the run's account
	Header      []string       // name, value pairs for the first request
	Body        map[string]any // members set in the first request as they are; nil deletes one
}

func (l Login) filled(h *Home) Login {
	c := h.Client()
	if l.ClientID == "" {
		l.ClientID = c.ID
		if l.RedirectURI == "" {
			l.RedirectURI = c.Redirect
		}
	}
	if l.Finish == "" {
		l.Finish = l.ClientID
	}
	if l.Account == nil {
		l.Account = &h.Account
	}
	if l.Provider == nil {
		l.Provider = &h.Facts.Provider
	}
	if _, own := l.Body["code_challenge"]; h.Facts.Manners.Bound && !l.Unbound && !own && l.Challenge+l.Method == "" {
		l.Challenge = oauth.S256(h.verifier)
	}
	return l
}

// Step is a response of the login flow: an exchange and the members that a client reads.
type Step struct {
	*wire.Exchange
	Type   string            `json:"type"`
	FlowID string            `json:"flow_id"`
	StepID string            `json:"step_id"`
	Errors map[string]string `json:"errors"`
	Reason string            `json:"reason"`
	Code   string            `json:"-"` // the result of a create_entry
}

// StepOf reads a response of the login flow.
func StepOf(e *wire.Exchange) *Step {
	s := &Step{}
	if e.Err == nil && !e.Cut {
		_ = json.Unmarshal([]byte(e.Body), s) // any other body has no type
		var done struct{ Result any }
		_ = json.Unmarshal([]byte(e.Body), &done)
		s.Code, _ = done.Result.(string)
	}
	s.Exchange = e
	return s
}

// Begin starts a login flow: POST /auth/login_flow.
func (h *Home) Begin(ctx context.Context, l Login) *Step {
	l = l.filled(h)
	body := map[string]any{"client_id": l.ClientID, "handler": l.Provider.handler(), "redirect_uri": l.RedirectURI}
	if l.Challenge != "" {
		body["code_challenge"], body["code_challenge_method"] = l.Challenge, "S256"
	}
	if l.Method != "" {
		body["code_challenge_method"] = l.Method
	}
	for k, v := range l.Body {
		if v == nil {
			delete(body, k)
		} else {
			body[k] = v
		}
	}
	return StepOf(h.PostJSON(ctx, "/auth/login_flow", body, l.Header...))
}

// Submit submits a step of the flow with fields; client_id is added.
func (h *Home) Submit(ctx context.Context, flowID, clientID string, fields map[string]any) *Step {
	body := map[string]any{"client_id": clientID}
	for k, v := range fields {
		body[k] = v
	}
	return StepOf(h.PostJSON(ctx, "/auth/login_flow/"+flowID, body))
}

// Password submits the first form with the account's user name and password. It costs the home a password hash.
func (h *Home) Password(ctx context.Context, flowID string, l Login) *Step {
	l = l.filled(h)
	judge.Secret(ctx, "password", l.Account.Password)
	return h.Submit(ctx, flowID, l.Finish, map[string]any{"username": l.Account.Username, "password": l.Account.Password})
}

// Login performs a whole login and returns its last response. That the flow starts is a control.
func (h *Home) Login(ctx context.Context, l Login) *Step {
	l = l.filled(h)
	begun := h.Begin(ctx, l)
	if begun.Type != "form" || begun.FlowID == "" {
		judge.Block(ctx, "no login flow starts for client %s: %s", l.ClientID, begun.Exchange)
	}
	return h.finish(ctx, begun, l)
}

// finish answers the forms of an open flow.
func (h *Home) finish(ctx context.Context, begun *Step, l Login) *Step {
	l = l.filled(h)
	s := h.Password(ctx, begun.FlowID, l)
	if s.Type == "form" && len(s.Errors) == 0 && l.Account.TOTPSecret != "" {
		s = h.factor(ctx, begun.FlowID, s, l)
	}
	h.remember(s.Code, l)
	return s
}

// factor answers the form of the second factor, after the one that asks which factor to use.
func (h *Home) factor(ctx context.Context, flow string, asked *Step, l Login) *Step {
	if asked.StepID == "select_mfa_module" {
		asked = h.Submit(ctx, flow, l.Finish, map[string]any{"multi_factor_auth_module": "totp"})
		if asked.Type != "form" || len(asked.Errors) > 0 {
			return asked
		}
	}
	return h.Submit(ctx, flow, l.Finish, map[string]any{"code": oauth.TOTP(l.Account.TOTPSecret, h.Clock.Now())})
}

// remember notes a code's user, and its redirect_uri for a home that wants it repeated.
func (h *Home) remember(code string, l Login) {
	if code == "" {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if l.Account == &h.Account && *l.Provider == h.Facts.Provider {
		h.spare.expect(code)
	}
	if !h.Facts.Manners.Redirect {
		return
	}
	h.asked[code] = l.RedirectURI
	if other, ok := l.Body["redirect_uri"].(string); ok {
		h.asked[code] = other
	}
}

// Code logs in and returns the authorization code, as a control.
func (h *Home) Code(ctx context.Context, l Login) string {
	s := h.Login(ctx, l)
	if s.Type != "create_entry" || s.Code == "" {
		judge.Block(ctx, "the right password got no code: %s", s.Exchange)
	}
	return s.Code
}
