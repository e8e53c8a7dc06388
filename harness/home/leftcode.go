package home

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// leftCodes are the authorization codes that earlier rows got for the run's account, as the apps get them, and that nobody handed
// in. A row that wants to see a code redeemed takes one of these and saves the home a password hash.
type leftCodes struct {
	flows map[string]string // the clients of those under way that were opened as the apps do, by id
	fresh []leftCode        // of the row under way
	left  []leftCode
	owner map[string]string // the clients of codes that were taken, and of the refresh tokens that they brought
}

type leftCode struct {
	code, client string
	at           time.Time // of the judge's own clock
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

// opened notes a flow at the provider, if the request holds nothing but what the apps send.
func (l *leftCodes) opened(flow, request string, provider LoginProvider) {
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
	if s.ClientID != "" && reflect.DeepEqual(s.Handler, any(provider.handler())) {
		if l.flows == nil {
			l.flows = map[string]string{}
		}
		l.flows[flow] = s.ClientID
	}
}

// ended notes the code that such a flow ended with.
func (l *leftCodes) ended(flow, request string, account oauth.Account, c leftCode) {
	var s step
	if json.Unmarshal([]byte(request), &s) != nil {
		return
	}
	c.client = l.flows[flow]
	known := c.client != "" && c.client == s.ClientID && len(c.code) >= shortestCode
	if known && s.Username == account.Username && s.Password == account.Password {
		l.fresh = append(l.fresh, c)
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

// settle ends a row and leaves its unused codes to later rows, ordered by client: the row got them side by side, and runs of one
// seed must spend them alike.
func (l *leftCodes) settle() {
	slices.SortStableFunc(l.fresh, func(a, b leftCode) int { return strings.Compare(a.client, b.client) })
	l.left = append(l.left, l.fresh...)
	l.left = l.left[max(0, len(l.left)-mostCodes):]
	l.flows, l.fresh, l.owner = nil, nil, nil
}

// take is the newest that is not too old: of the client, or of any where that is "".
func (l *leftCodes) take(client string, now time.Time) (leftCode, bool) {
	l.left = slices.DeleteFunc(l.left, func(c leftCode) bool { return now.Sub(c.at) > codeAge })
	for i, c := range slices.Backward(l.left) {
		if client == "" || c.client == client {
			l.left = slices.Delete(l.left, i, i+1)
			return c, true
		}
	}
	return leftCode{}, false
}

// SpareCode implements oauth.Spares: a home that wants more of a code than the apps send has none.
func (h *Home) SpareCode(ctx context.Context) (string, bool) { return h.spareCode(ctx, "") }

func (h *Home) spareCode(ctx context.Context, client string) (string, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.Facts.Manners.Bound || h.Facts.Manners.Redirect {
		return "", false
	}
	c, ok := h.codes.take(client, h.seen.now())
	if !ok {
		return "", false
	}
	judge.Secret(ctx, "code", c.code)
	if c.client == h.Client().ID {
		h.spare.expect(c.code)
	} else {
		if h.codes.owner == nil {
			h.codes.owner = map[string]string{}
		}
		h.codes.owner[c.code] = c.client
	}
	return c.code, true
}

// ownerOf is the client that a code or a refresh token belongs to: the default one, unless SpareCode took it of another.
func (h *Home) ownerOf(secret, client string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if other, ok := h.codes.owner[secret]; ok {
		return other
	}
	return client
}

// watch sees an exchange with /auth/ that went well.
func (l *leftCodes) watch(h *Home, e *wire.Exchange) {
	for secret, client := range l.owner {
		if brought := oauth.Granted(e, "").Refresh; brought != "" && strings.Contains(e.Request.Body, secret) {
			l.owner[brought] = client
		}
	}
	_, flow, known := strings.Cut(e.Request.URL, "/auth/login_flow")
	if !known {
		return
	}
	answer := StepOf(e)
	switch {
	case flow == "" && answer.Type == "form":
		l.opened(answer.FlowID, e.Request.Body, h.Facts.Provider)
	case answer.Code != "":
		l.ended(strings.TrimPrefix(flow, "/"), e.Request.Body, h.Account, leftCode{code: answer.Code, at: h.seen.now()})
	}
}
