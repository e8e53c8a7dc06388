package home

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
)

// leftCodes are the authorization codes that earlier rows got for the default client and the run's account, as the apps get them,
// and that nobody handed in. A row that wants to see a code redeemed takes one of these and saves the home a password hash.
type leftCodes struct {
	flows map[string]bool // those under way that were opened as the apps do, by id
	fresh []leftCode      // of the row under way
	left  []leftCode
}

type leftCode struct {
	code string
	at   time.Time // of the judge's own clock
}

const (
	mostCodes = 24              // that are kept for later rows
	codeAge   = 4 * time.Minute // how old one may be; a home keeps them for ten minutes
)

// step is the body of a request of the login flow.
type step struct {
	ClientID string `json:"client_id"`
	Redirect string `json:"redirect_uri"`
	Handler  any    `json:"handler"`
	Username string `json:"username"`
	Password string `json:"password"`
}

// asApps are the members with which the apps open a login flow that knows no PKCE.
var asApps = []string{"client_id", "handler", "redirect_uri"}

// opened notes a flow of the client and the provider, if the request holds nothing but what the apps send.
func (l *leftCodes) opened(flow, request, client string, provider LoginProvider) {
	var members map[string]any
	var s step
	if json.Unmarshal([]byte(request), &members) != nil || json.Unmarshal([]byte(request), &s) != nil {
		return
	}
	for name := range members {
		if !slices.Contains(asApps, name) {
			return
		}
	}
	if s.ClientID == client && reflect.DeepEqual(s.Handler, any(provider.handler())) {
		if l.flows == nil {
			l.flows = map[string]bool{}
		}
		l.flows[flow] = true
	}
}

// ended notes the code that such a flow ended with.
func (l *leftCodes) ended(flow, request, client string, h *Home, code string) {
	var s step
	own := json.Unmarshal([]byte(request), &s) == nil && s.ClientID == client &&
		s.Username == h.Account.Username && s.Password == h.Account.Password
	if own && l.flows[flow] && len(code) >= shortestCode {
		l.fresh = append(l.fresh, leftCode{code, h.seen.now()})
	}
	delete(l.flows, flow)
}

// shortestCode is how long a code must be to be recognised in a request by a part of it.
const shortestCode = 16

// handedIn forgets the codes of the row under way that a request holds, or holds something like.
func (l *leftCodes) handedIn(r wire.Request) {
	if len(l.fresh) == 0 {
		return
	}
	said := strings.ToLower(r.URL + " " + r.Body + " " + strings.Join(r.Header["Authorization"], " "))
	l.fresh = slices.DeleteFunc(l.fresh, func(c leftCode) bool { return strings.Contains(said, strings.ToLower(c.code[2:10])) })
}

// settle ends a row: what it did not use is left to later ones.
func (l *leftCodes) settle() {
	l.left = append(l.left, l.fresh...)
	l.left = l.left[max(0, len(l.left)-mostCodes):]
	l.flows, l.fresh = nil, nil
}

// take is the newest that is not too old.
func (l *leftCodes) take(now time.Time) (string, bool) {
	last := len(l.left) - 1
	if last < 0 || now.Sub(l.left[last].at) > codeAge {
		l.left = nil
		return "", false
	}
	code := l.left[last].code
	l.left = l.left[:last]
	return code, true
}

// SpareCode implements oauth.Spares: a home that wants more of a code than the apps send has none.
func (h *Home) SpareCode(ctx context.Context) (string, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.Facts.Manners.Bound || h.Facts.Manners.Redirect {
		return "", false
	}
	code, ok := h.codes.take(h.seen.now())
	if ok {
		judge.Secret(ctx, "code", code)
		h.spare.expect(code)
	}
	return code, ok
}

// watch sees an exchange with /auth/ that went well.
func (l *leftCodes) watch(h *Home, e *wire.Exchange) {
	_, flow, known := strings.Cut(e.Request.URL, "/auth/login_flow")
	if h.Site == nil || !known {
		return
	}
	answer := StepOf(e)
	switch {
	case flow == "" && answer.Type == "form":
		l.opened(answer.FlowID, e.Request.Body, h.Client().ID, h.Facts.Provider)
	case answer.Code != "":
		l.ended(strings.TrimPrefix(flow, "/"), e.Request.Body, h.Client().ID, h, answer.Code)
	}
}
