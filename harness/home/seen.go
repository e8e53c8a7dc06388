package home

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
)

// seen is what earlier rows observed of this home, for rows that would otherwise log in to observe it again.
type seen struct {
	codes, refresh, access []string
	held                   map[string]time.Time // controls, by what they hold
	now                    func() time.Time     // the judge's own clock: the age of a control does not depend on the target's
}

// mostSeen is how many secrets of a kind are kept: the latest ones.
const mostSeen = 16

// take keeps the secrets in an answer: the code of a login, the tokens of a new session.
func (s *seen) take(e *wire.Exchange) {
	var answer struct {
		Type    string `json:"type"`
		Result  any    `json:"result"`
		Refresh string `json:"refresh_token"`
		Access  string `json:"access_token"`
	}
	if json.Unmarshal([]byte(e.Body), &answer) != nil {
		return
	}
	if code, _ := answer.Result.(string); answer.Type == "create_entry" && code != "" && strings.Contains(e.Request.URL, "/auth/login_flow/") {
		s.codes = latest(s.codes, code)
	}
	if answer.Refresh != "" && answer.Access != "" {
		s.refresh, s.access = latest(s.refresh, answer.Refresh), latest(s.access, answer.Access)
	}
}

func latest(list []string, one string) []string {
	return append(list[max(0, len(list)+1-mostSeen):], one)
}

// Codes implements oauth.Samples.
func (h *Home) Codes() []string { return h.saw(func(s *seen) []string { return s.codes }) }

// RefreshTokens implements oauth.Samples.
func (h *Home) RefreshTokens() []string { return h.saw(func(s *seen) []string { return s.refresh }) }

// AccessTokens implements oauth.Samples.
func (h *Home) AccessTokens() []string { return h.saw(func(s *seen) []string { return s.access }) }

func (h *Home) saw(of func(*seen) []string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(of(&h.seen))
}

// controlAge is how long later rows may rely on a control.
const controlAge = 5 * time.Minute

// Held implements oauth.Memory: it reports whether an earlier row recently saw a control hold.
func (h *Home) Held(control string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seen.now().Sub(h.seen.held[control]) < controlAge
}

// Answers implements oauth.Memory: a login flow opens.
func (h *Home) Answers(ctx context.Context) {
	if s := h.Begin(ctx, Login{}); s.Type != "form" {
		judge.Block(ctx, "no login flow starts: %s", s.Exchange)
	}
}

// Holds implements oauth.Memory.
func (h *Home) Holds(control string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen.held[control] = h.seen.now()
}
