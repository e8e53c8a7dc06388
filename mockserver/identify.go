package mockserver

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238 as authenticators use it
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
)

// form is the step that a flow is at, with errors or none.
func (h *Home) form(fl *flow, errs map[string]string) *mock.Answer {
	if errs == nil {
		errs = map[string]string{}
	}
	step := map[string]any{
		"type": "form", "flow_id": fl.ID, "handler": handlerOf(fl), "errors": errs,
		"description_placeholders": nil, "last_step": nil, "preview": nil, "step_id": "init",
	}
	text := func(name string) map[string]any {
		return map[string]any{"type": "string", "name": name, "required": true}
	}
	switch {
	case fl.user != nil:
		step["step_id"] = "mfa"
		step["description_placeholders"] = map[string]string{
			"mfa_module_name": "Authenticator app", "mfa_module_id": "totp", "num_digits": "6",
		}
		step["data_schema"] = []any{text("code")}
	case fl.Provider.Type == TrustedNetworks:
		step["data_schema"] = []any{h.picker(fl)}
	default:
		step["data_schema"] = []any{text("username"), text("password")}
	}
	return mock.JSON(http.StatusOK, step)
}

// identify takes a step's input. It returns the user once everything was right, and the answer otherwise.
func (h *Home) identify(c *call, fl *flow, input map[string]any) (*proven, *mock.Answer) {
	switch {
	case fl.user != nil:
		return h.secondFactor(c, fl, input)
	case fl.Provider.Type == TrustedNetworks:
		return h.pick(c, fl, input)
	}
	username, ok1 := input["username"].(string)
	password, ok2 := input["password"].(string)
	if !ok1 || !ok2 || len(input) != 2 {
		return nil, mock.Message(http.StatusBadRequest, inputMalformed)
	}
	who, a := h.knows(c, fl, username, password)
	if who == nil {
		return nil, a
	}
	if who.account == "" && h.Policy().SecondFactor(who.User) {
		fl.user = &who.User
		if clientID, _ := c.Object()["client_id"].(string); h.Policy().FetchBeforeCode() {
			h.published(c.Context(), clientID)
		}
		return nil, h.form(fl, nil)
	}
	return who, nil
}

// knows finds out whose name and password these are.
func (h *Home) knows(c *call, fl *flow, username, password string) (*proven, *mock.Answer) {
	if fl.Provider.Type == CommandLine {
		return h.askCommand(c, fl, username, password)
	}
	user, ok := h.users.check(h.Policy().Username(username), password)
	if !ok {
		return nil, h.again(fl, "invalid_auth", wrongPassword)
	}
	return &proven{User: user}, nil
}

func (h *Home) secondFactor(c *call, fl *flow, input map[string]any) (*proven, *mock.Answer) {
	code, ok := input["code"].(string)
	if !ok || len(input) != 1 {
		return nil, mock.Message(http.StatusBadRequest, inputMalformed)
	}
	if h.now().Sub(fl.Started) > h.Policy().MFATTL() {
		return nil, aborted(fl, "login_expired")
	}
	if h.Policy().TOTP(fl.user.TOTP, strings.TrimSpace(code), false, h.now()) {
		return &proven{User: *fl.user}, nil
	}
	if fl.tries++; fl.tries < h.Policy().MFATries() {
		return nil, h.again(fl, "invalid_code", wrongCode)
	}
	a := aborted(fl, tooManyCodes)
	fl.over = !h.Policy().MFALenient()
	return nil, a
}

// again asks once more, and tells what was wrong.
func (h *Home) again(fl *flow, problem, why string) *mock.Answer {
	a := h.form(fl, map[string]string{"base": problem})
	a.Why = why
	return a
}

// aborted ends a flow.
func aborted(fl *flow, reason string) *mock.Answer {
	fl.over = true
	a := mock.JSON(http.StatusOK, map[string]any{
		"type": "abort", "flow_id": fl.ID, "handler": handlerOf(fl), "reason": reason, "description_placeholders": nil,
	})
	a.Why = reason
	return a
}

// validTOTP accepts the code of the step and of its neighbours (RFC 6238 §5.2).
func validTOTP(secret, code string, at time.Time) bool {
	ok := 0
	for _, shift := range []time.Duration{-30 * time.Second, 0, 30 * time.Second} {
		ok |= subtle.ConstantTimeCompare([]byte(totp(secret, at.Add(shift))), []byte(code))
	}
	return ok == 1
}

// totp is the code of a base32 secret at a time, "" for a broken secret.
func totp(secret string, at time.Time) string {
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		return ""
	}
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(at.Unix()/30))
	mac := hmac.New(sha1.New, key)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	from := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[from:])&0x7fffffff)%1_000_000)
}
