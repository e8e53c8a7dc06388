package home

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// spare holds unused sessions of earlier rows, of the default client and the run's account. A login costs the home a password
// hash, so a row that needs its own session takes one of these. No other row has it: rows stay independent.
type spare struct {
	sessions []oauth.Tokens
	unused   []oauth.Tokens // of the row under way
	codes    []string       // issued to the run's account
}

// mostSpare is how many sessions are kept for later rows.
const mostSpare = 12

// expect remembers a code whose session later rows may use.
func (s *spare) expect(code string) { s.codes = append(s.codes, code) }

// leave keeps the session of such a code until the row has ended. It does not keep sessions of other codes.
func (s *spare) leave(code string, t oauth.Tokens) {
	if t.Access != "" && t.Refresh != "" && slices.Contains(s.codes, code) {
		s.unused = append(s.unused, t)
	}
}

// granted leaves the session that a code brought the client.
func (s *spare) granted(e *wire.Exchange, client string) {
	if form, err := url.ParseQuery(e.Request.Body); err == nil && form.Get("client_id") == client && len(form["client_id"]) == 1 {
		s.leave(form.Get("code"), oauth.Granted(e, client))
	}
}

// use tells that a session is in use, or has ended: it is not left to another row.
func (s *spare) use(refresh string) {
	s.unused = slices.DeleteFunc(s.unused, func(t oauth.Tokens) bool { return t.Refresh == refresh })
}

// settle ends a row. Of the refresh tokens that the row was granted, it returns those to give back.
func (s *spare) settle(granted []string) (back []string) {
	for _, token := range granted {
		is := func(t oauth.Tokens) bool { return t.Refresh == token }
		if slices.ContainsFunc(s.sessions, is) {
			continue // it was granted more than once
		}
		at := slices.IndexFunc(s.unused, is)
		if at < 0 || len(s.sessions) >= mostSpare {
			back = append(back, token)
			continue
		}
		s.sessions = append(s.sessions, s.unused[at])
	}
	s.unused, s.codes = nil, nil
	return back
}

// drop forgets all sessions and returns their refresh tokens.
func (s *spare) drop() (back []string) {
	for _, t := range s.sessions {
		back = append(back, t.Refresh)
	}
	s.sessions = nil
	return back
}

func (s *spare) take() (t oauth.Tokens, ok bool) {
	last := len(s.sessions) - 1
	if last < 0 {
		return t, false
	}
	t, s.sessions = s.sessions[last], s.sessions[:last]
	return t, true
}

// OwnSession is a session that no other row uses: a valid one that an earlier row left, else a new login. Rows about
// the code grant or the age of a session use Tokens instead.
func (h *Home) OwnSession(ctx context.Context) oauth.Tokens {
	h.mu.Lock()
	t, ok := h.spare.take()
	if ok {
		h.owed.refresh = append(h.owed.refresh, t.Refresh)
	}
	h.mu.Unlock()
	if !ok {
		return h.newSession(ctx)
	}
	judge.Secret(ctx, "refresh_token", t.Refresh)
	judge.Secret(ctx, "access_token", t.Access)
	renewed := oauth.Granted(h.Refresh(ctx, t), t.ClientID)
	if renewed.Access == "" || h.API(ctx, t.Access, "/api/").Status != http.StatusOK {
		h.dropSpare() // this may have ended the spare sessions too
		return h.Tokens(ctx, Login{})
	}
	if renewed.Refresh != "" {
		t.Refresh = renewed.Refresh
	}
	return t
}

// newSession is a session by a code that an earlier row left, or else by a new login.
func (h *Home) newSession(ctx context.Context) oauth.Tokens {
	client := h.Client().ID
	if code, ok := h.spareCode(ctx, client); ok {
		if t := oauth.Granted(h.Exchange(ctx, code), client); t.Access != "" && t.Refresh != "" {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.spare.use(t.Refresh)
			return t
		}
	}
	return h.Tokens(ctx, Login{})
}

// Issue implements oauth.Sessions: a row that uses only a session's tokens leaves the session to later rows.
func (h *Home) Issue(ctx context.Context) oauth.Tokens {
	t := h.OwnSession(ctx)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.spare.unused = append(h.spare.unused, t)
	return t
}

// dropSpare lets the sessions that rows left be given back, and forgets their codes.
func (h *Home) dropSpare() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.owed.refresh = append(h.owed.refresh, h.spare.drop()...)
	h.spare.unused = nil
	h.codes.left, h.codes.fresh = nil, nil
}
