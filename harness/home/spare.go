package home

import (
	"context"
	"net/http"
	"slices"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
)

// spare is the sessions of the default client and the run's account that earlier rows left unused. A login costs the home a
// password hash, so a row that needs a session of its own takes one of these. Nobody else has it: rows stay independent.
type spare struct {
	sessions []oauth.Tokens
	unused   []oauth.Tokens // of the row under way
	codes    []string       // that the run's account got
}

// mostSpare is how many sessions are kept for later rows.
const mostSpare = 12

// expect remembers a code whose session may be left for later rows.
func (s *spare) expect(code string) { s.codes = append(s.codes, code) }

// leave keeps the session of such a code until the row has ended. Sessions of other codes are not kept.
func (s *spare) leave(code string, t oauth.Tokens) {
	if t.Access != "" && t.Refresh != "" && slices.Contains(s.codes, code) {
		s.unused = append(s.unused, t)
	}
}

// use tells that a session is in use, or has ended: it is not left to another row.
func (s *spare) use(refresh string) {
	s.unused = slices.DeleteFunc(s.unused, func(t oauth.Tokens) bool { return t.Refresh == refresh })
}

// settle ends a row. It returns the refresh tokens that are to be given back, of those that the row was granted.
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
		h.dropSpare() // what ended this session may have ended them all
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

// dropSpare lets the sessions that rows left be given back.
func (h *Home) dropSpare() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.owed.refresh = append(h.owed.refresh, h.spare.drop()...)
	h.spare.unused = nil
}
