package home

import (
	"context"
	"net/http"
	"slices"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
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

// use marks a session as used or ended, so that no other row gets it.
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
		return h.Tokens(ctx, Login{})
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

// Issue implements oauth.Sessions: a row that uses only a session's tokens leaves the session to later rows.
func (h *Home) Issue(ctx context.Context) oauth.Tokens {
	t := h.OwnSession(ctx)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.spare.unused = append(h.spare.unused, t)
	return t
}

// dropSpare marks the spare sessions to be given back.
func (h *Home) dropSpare() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.owed.refresh = append(h.owed.refresh, h.spare.drop()...)
	h.spare.unused = nil
}
