package mockserver

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/store"
)

// token answers POST /auth/token (RFC 6749 §4.1.3, §6; Auth API).
func (h *Home) token(c *call) *mock.Answer {
	if c.Form == nil {
		return noGrant(c)
	}
	if c.Bad {
		return badForm.Answer()
	}
	if c.Form.Get("action") == "revoke" {
		return h.revokeToken(c.Form.Get("token"), EndLegacy)
	}
	switch c.Form.Get("grant_type") {
	case "authorization_code":
		return h.codeGrant(c)
	case "refresh_token":
		return h.refreshGrant(c)
	}
	return noGrant(c)
}

// noGrant refuses a request for an unsupported grant.
func noGrant(c *call) *mock.Answer {
	a := unsupported.Answer()
	if strings.HasPrefix(strings.TrimSpace(string(c.Heard.Body)), "{") {
		a.Why = "the body is JSON; a token request is a form (RFC 6749 §4.1.3)"
	}
	return a
}

var (
	unsupported    = mock.Refuse(http.StatusBadRequest, "unsupported_grant_type", "", "RFC 6749 §5.2")
	badForm        = invalidRequest("", "a parameter appears once and is a string (RFC 6749 §3.2)")
	badClient      = invalidRequest("Invalid client id", "IndieAuth §3.3; Auth API")
	badCode        = invalidRequest("Invalid code", "RFC 6749 §4.1.2; Auth API")
	signInAgain    = mock.Refuse(http.StatusBadRequest, "invalid_grant", "Sign in again", "HA core components/auth/__init__.py")
	noVerifier     = invalidRequest("Code verifier required", "RFC 7636 §4.5")
	wrongVerifier  = mock.Refuse(http.StatusBadRequest, "invalid_grant", "Invalid code verifier", "RFC 7636 §4.6")
	noChallenge    = invalidRequest("Code verifier provided but no code challenge was present", "RFC 9700 §2.1.1")
	deadRefresh    = mock.Refuse(http.StatusBadRequest, "invalid_grant", "", "RFC 6749 §5.2")
	foreignRefresh = invalidRequest("", "RFC 6749 §6")
	inactiveUser   = mock.Refuse(http.StatusForbidden, "access_denied", "User is not active", "Auth API")
)

func invalidRequest(description, rule string) *mock.Refusal {
	return mock.Refuse(http.StatusBadRequest, "invalid_request", description, rule)
}

func (h *Home) codeGrant(c *call) *mock.Answer {
	clientID := c.Form.Get("client_id")
	if clientID == "" || h.Policy().ClientID(clientID, c.Host) != nil {
		return badClient.Answer()
	}
	value := c.Form.Get("code")
	code, ok := h.store.Code(value)
	if !ok || value == "" {
		return badCode.Answer()
	}
	var verifier *string
	if v, there := c.Form["code_verifier"]; there {
		verifier = &v[0]
	}
	if refusal := h.Policy().Redeem(code, clientID, verifier, h.now()); refusal != nil {
		if h.Policy().BurnsCode(refusal) {
			h.store.TakeCode(value)
		}
		return refusal.Answer()
	}
	if h.Policy().SingleUse() {
		if _, first := h.store.TakeCode(value); !first {
			return badCode.Answer()
		}
	}
	user, ok := h.users.get(code.UserID)
	if code.New.Account != "" {
		if user, ok = h.welcome(code); !ok {
			return signInAgain.Answer()
		}
	}
	switch {
	case !ok && code.Provider != LocalUsers, code.Provider == LocalUsers && h.Policy().Orphaned(ok, user):
		return badCode.Answer()
	case h.Policy().Inactive() && user.Inactive:
		return inactiveUser.Answer()
	}
	c.User = user.login()
	now := h.now()
	r := store.Refresh{
		ID: mock.Secret(16), Token: h.Policy().NewRefresh(), Key: []byte(mock.Secret(32)), ClientID: clientID, Type: store.Normal,
		UserID: user.ID, Provider: code.Provider, ProviderID: code.ProviderID, Created: now, Used: now, UsedIP: c.IP, TTL: h.Policy().AccessTTL(),
	}
	if !h.stays(r, c.IP) {
		return movedAway.Answer()
	}
	h.store.PutRefresh(r)
	h.bans.forgive(c.IP)
	return h.granted(r, true)
}

func (h *Home) refreshGrant(c *call) *mock.Answer {
	clientID, there := c.Form["client_id"]
	if there && h.Policy().ClientID(clientID[0], c.Host) != nil {
		return badClient.Answer()
	}
	if !c.Form.Has("refresh_token") {
		return foreignRefresh.Answer()
	}
	token := c.Form.Get("refresh_token")
	r, ok := h.store.Refresh(token)
	if !ok || token == "" || r.Type != store.Normal || !h.Policy().Alive(r, h.now()) {
		return deadRefresh.Answer()
	}
	if refusal := h.Policy().Refresh(r, c.Form.Get("client_id"), h.now()); refusal != nil {
		return refusal.Answer()
	}
	if user, ok := h.users.get(r.UserID); h.Policy().Inactive() && (!ok || user.Inactive) {
		return inactiveUser.Answer()
	}
	if !h.stays(r, c.IP) {
		return movedAway.Answer()
	}
	c.User = h.username(r.UserID)
	h.store.Touch(r.ID, h.now(), c.IP)
	return h.granted(r, false)
}

func (h *Home) granted(r store.Refresh, fresh bool) *mock.Answer {
	a := mock.JSON(http.StatusOK, h.Policy().TokenAnswer(r, h.signAccess(r), r.TTL, fresh))
	for name, values := range h.Policy().TokenHeader() {
		a.Header[name] = values
	}
	return a
}

// tokenAnswer is RFC 6749 §5.1 with the login provider; refreshing gives no other refresh token.
func tokenAnswer(r store.Refresh, access string, ttl time.Duration, fresh bool) map[string]any {
	v := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": int(ttl.Seconds())}
	if fresh {
		v["refresh_token"], v["ha_auth_provider"] = r.Token, r.Provider
	}
	return v
}

// redeemable is the strict rule of redeeming: known, young, the client's own, and bound to its challenge.
func redeemable(ttl time.Duration) func(store.Code, string, *string, time.Time) *mock.Refusal {
	return func(c store.Code, clientID string, verifier *string, now time.Time) *mock.Refusal {
		switch {
		case now.Sub(c.Issued) >= ttl, c.ClientID != clientID:
			return badCode
		case c.Challenge == "" && verifier != nil:
			return noChallenge
		case c.Challenge != "" && (verifier == nil || *verifier == ""):
			return noVerifier
		case c.Challenge != "" && !verifies(c.Challenge, *verifier):
			return wrongVerifier
		}
		return nil
	}
}

var verifierForm = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}\z`)

// verifies checks a code_verifier against its S256 challenge (RFC 7636 §4.6).
func verifies(challenge, verifier string) bool {
	sum := sha256.Sum256([]byte(verifier))
	made := base64.RawURLEncoding.EncodeToString(sum[:])
	return verifierForm.MatchString(verifier) && subtle.ConstantTimeCompare([]byte(made), []byte(challenge)) == 1
}

// burnsCode spends a code after a wrong verifier, so that others cannot be tried; a foreign client's attempt does not spend it.
func burnsCode(r *mock.Refusal) bool { return r != badCode }

// refreshable is the strict rule of refreshing: by the client that the session was opened for.
func refreshable(r store.Refresh, clientID string, _ time.Time) *mock.Refusal {
	if r.ClientID != clientID {
		return foreignRefresh
	}
	return nil
}

// alive lets a refresh token live until it was idle for too long; a long-lived one by its own lifespan.
func alive(idle time.Duration) func(store.Refresh, time.Time) bool {
	return func(r store.Refresh, now time.Time) bool {
		if r.Type == store.LongLived {
			return now.Before(r.Created.Add(r.TTL))
		}
		return r.NoExpiry || now.Sub(r.Used) <= idle
	}
}

// revoke answers POST /auth/revoke: always 200 and empty (RFC 7009 §2.2).
func (h *Home) revoke(c *call) *mock.Answer {
	token := ""
	if c.Form != nil {
		token = c.Form.Get("token")
	}
	return h.revokeToken(token, EndRevoked)
}

func (h *Home) revokeToken(token string, why End) *mock.Answer {
	if r, ok := h.store.Refresh(token); ok && token != "" && h.Policy().Revoke(r) {
		h.endSession(r.ID, why)
	}
	return mock.Empty(http.StatusOK)
}

// endSession deletes a refresh token and closes what hangs on it.
func (h *Home) endSession(id string, why End) {
	h.deleteSession(id, why)
	h.closeSockets(id, why)
}

func (h *Home) deleteSession(id string, why End) {
	if h.Policy().Ends(why) {
		h.store.Delete(id)
	}
}

func (h *Home) closeSockets(id string, why End) {
	switch {
	case h.Policy().ClosesAll():
		h.sockets.closeAll()
	case h.Policy().Closes(why):
		h.sockets.closeSession(id)
	}
}

// linkUser answers POST /auth/link_user: it adds another login to the account.
func (h *Home) linkUser(c *call) *mock.Answer {
	var b struct {
		ClientID *string `json:"client_id"`
		Code     *string `json:"code"`
	}
	if a := decodeJSON(c.Bytes, &b); a != nil {
		return a
	}
	if b.ClientID == nil || b.Code == nil {
		return badFormOf("client_id and code are required")
	}
	code, ok := h.store.Code(*b.Code)
	may := h.Policy().Link(code, c.user.User.ID)
	plain := code
	plain.Challenge = ""
	owner, there := h.users.get(code.UserID)
	orphaned := code.Provider == LocalUsers && h.Policy().Orphaned(there, owner)
	if !ok || orphaned || (code.Challenge != "" && !may) || h.Policy().Redeem(plain, *b.ClientID, nil, h.now()) != nil {
		return mock.Message(http.StatusBadRequest, "Invalid code")
	}
	if _, first := h.store.TakeCode(*b.Code); !first && h.Policy().SingleUse() {
		return mock.Message(http.StatusBadRequest, "Invalid code")
	}
	if !may {
		return mock.Message(http.StatusBadRequest, "Credential already linked")
	}
	if code.New.Account != "" && !h.users.addAccount(c.user.User.ID, accountOf(code)) {
		return mock.Message(http.StatusBadRequest, "Credential already linked")
	}
	return mock.Message(http.StatusOK, "User linked")
}
