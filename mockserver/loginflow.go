package mockserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/store"
)

// beginning is the body of POST /auth/login_flow. Any other member is refused.
type beginning struct {
	ClientID     *string `json:"client_id"`
	Handler      []any   `json:"handler"`
	RedirectURI  *string `json:"redirect_uri"`
	Challenge    *string `json:"code_challenge"`
	Method       *string `json:"code_challenge_method"`
	ResponseType *string `json:"response_type"`
	Type         *string `json:"type"`
}

// begin answers POST /auth/login_flow.
func (h *Home) begin(c *call) *mock.Answer {
	var b beginning
	if a := decodeJSON(c.Bytes, &b); a != nil {
		return a
	}
	limit := h.Policy().URLLimit()
	if b.ClientID == nil || b.RedirectURI == nil || len(*b.ClientID) > limit || len(*b.RedirectURI) > limit || len(b.Handler) != 2 {
		return badFormOf("client_id, redirect_uri (at most 2048 characters) and handler ([type, id]) are required")
	}
	challenge, method := deref(b.Challenge), deref(b.Method)
	if b.Challenge != nil && !challengeForm.MatchString(challenge) {
		return badFormOf("code_challenge is 43 characters of base64url (RFC 7636 §4.2)")
	}
	if err := h.Policy().ClientID(*b.ClientID, c.Host); err != nil {
		return refused(http.StatusBadRequest, "Invalid client id", err)
	}
	if b.ResponseType != nil && *b.ResponseType != "code" {
		return mock.Message(http.StatusBadRequest, "Response type not supported")
	}
	if b.Challenge != nil || b.Method != nil {
		if err := h.Policy().Challenge(challenge, method); err != nil {
			return mock.Message(http.StatusBadRequest, err.Error())
		}
	}
	provider, ok := h.provider(b.Handler)
	if !ok {
		return mock.Message(http.StatusNotFound, "Invalid handler specified")
	}
	fl := &flow{
		ID: h.Policy().NewFlow(), Provider: provider, ClientID: *b.ClientID, Redirect: *b.RedirectURI, Challenge: challenge,
		IP: c.IP, Started: h.now(),
	}
	if !h.Policy().FinishRedirect() {
		if a := h.judgeRedirect(c, fl, *b.ClientID); a != nil {
			return a
		}
	}
	if provider.Type == TrustedNetworks {
		if a := h.enterTrusted(c, fl, *b.ClientID); a != nil {
			return a
		}
	}
	h.flows.add(fl)
	return h.form(fl, nil)
}

// step answers POST /auth/login_flow/{id}.
func (h *Home) step(c *call) *mock.Answer {
	var input map[string]any
	if a := decodeJSON(c.Bytes, &input); a != nil {
		return a
	}
	clientID, ok := input["client_id"].(string)
	if !ok {
		return badFormOf("client_id is required")
	}
	if err := h.Policy().ClientID(clientID, c.Host); err != nil || len(clientID) > h.Policy().URLLimit() {
		return refused(http.StatusBadRequest, "Invalid client id", err)
	}
	delete(input, "client_id")
	fl, busy := h.flows.enter(c.PathValue("id"))
	switch {
	case busy:
		return mock.Message(http.StatusConflict, flowBusy)
	case fl == nil:
		return mock.Message(http.StatusNotFound, flowUnknown)
	}
	defer h.flows.leave(fl)
	if ttl := h.Policy().FlowTTL(); ttl > 0 && h.now().Sub(fl.Started) > ttl {
		fl.over = true
		return mock.Message(http.StatusNotFound, flowUnknown)
	}
	if h.Policy().FetchBeforePassword() {
		h.published(c.Context(), clientID)
	}
	if !h.Policy().SameAddress(fl.IP, c.IP) {
		return mock.Message(http.StatusBadRequest, flowElsewhere)
	}
	user, a := h.identify(c, fl, input)
	if user == nil {
		return a
	}
	fl.over = true
	return h.finish(c, fl, user, clientID)
}

// finish judges redirect and user, now that the person is known, and issues the code.
func (h *Home) finish(c *call, fl *flow, user *proven, clientID string) *mock.Answer {
	if h.Policy().FinishRedirect() {
		if a := h.judgeRedirect(c, fl, clientID); a != nil {
			return a
		}
	}
	if now, ok := h.users.get(user.ID); user.account == "" && h.Policy().Inactive() && (!ok || now.Inactive) {
		return mock.Message(http.StatusForbidden, "Login blocked: User is not active")
	}
	h.bans.forgive(c.IP)
	code := store.Code{
		Value: h.Policy().NewCode(), ClientID: clientID, UserID: user.ID, Provider: fl.Provider.Type, ProviderID: fl.Provider.ID,
		Challenge: fl.Challenge, Issued: h.now(),
		New: store.NewUser{Account: user.account, Name: user.meta.Name, Group: user.meta.Group, Local: user.meta.Local},
	}
	h.store.PutCode(code)
	return mock.JSON(http.StatusOK, map[string]any{
		"type": "create_entry", "flow_id": fl.ID, "handler": handlerOf(fl), "result": code.Value,
		"description": nil, "description_placeholders": nil,
	})
}

func (h *Home) judgeRedirect(c *call, fl *flow, clientID string) *mock.Answer {
	var seen *look
	err := h.Policy().Redirect(clientID, fl.Redirect, fl.Challenge != "", func() []string {
		if seen == nil {
			seen = h.published(context.WithoutCancel(c.Context()), clientID)
		}
		return seen.uris
	})
	if err == nil {
		return nil
	}
	if errors.Is(err, errRedirectUnlisted) && seen != nil {
		err = fmt.Errorf("%w: %s", err, seen.why(fl.Redirect))
	}
	return refused(http.StatusForbidden, "Invalid redirect URI", err)
}

// abort answers DELETE /auth/login_flow/{id}.
func (h *Home) abort(c *call) *mock.Answer {
	if !h.flows.drop(c.PathValue("id")) {
		return mock.Message(http.StatusNotFound, flowUnknown)
	}
	return mock.Message(http.StatusOK, "Flow aborted")
}

// refused is a refusal whose reason is in the history.
func refused(status int, text string, why error) *mock.Answer {
	a := mock.Message(status, text)
	if why != nil {
		a.Why = why.Error()
	}
	return a
}

var challengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}\z`)

// checkChallenge allows S256 and nothing else (RFC 9700 §2.1.1).
func checkChallenge(challenge, method string) error {
	switch {
	case challenge == "":
		return refuse("code_challenge required when code_challenge_method is provided")
	case method != "S256":
		return refuse("Transform algorithm not supported")
	}
	return nil
}

type refuse string

func (r refuse) Error() string { return string(r) }

// decodeJSON reads a JSON object whatever its Content-Type says, as the page sends text/plain.
func decodeJSON(body []byte, into any) *mock.Answer {
	if !utf8.Valid(body) || !json.Valid(body) || halfCharacter(body) {
		return mock.Message(http.StatusBadRequest, "Invalid JSON.")
	}
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return badFormOf("expected a mapping")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return badFormOf(wrong.Field + " must not be a " + wrong.Value)
	case err != nil:
		return badFormOf(strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// surrogate is an escaped half of a surrogate pair, or a whole pair, or another escape.
var surrogate = regexp.MustCompile(`\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)`)

// halfCharacter reports whether JSON escapes a lone half of a surrogate pair (RFC 8259 §8.2), which is not a character.
func halfCharacter(body []byte) bool {
	return slices.ContainsFunc(surrogate.FindAll(body, -1), func(m []byte) bool { return len(m) == len(`\ud800`) })
}

func badFormOf(text string) *mock.Answer {
	return mock.Message(http.StatusBadRequest, "Message format incorrect: "+text)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
