package mockserver

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
)

// controlPrefix starts the control plane: what no real home has.
const controlPrefix = "/_authconform/"

// ControlSecret is the token that opens the control plane.
func (h *Home) ControlSecret() string { return h.ControlToken }

// control answers the control plane. It is not part of the protocol: no history, no faults, no bans.
func (h *Home) control(w http.ResponseWriter, r *http.Request) {
	status, v := h.controlled(r)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

type problem struct {
	Error string `json:"error"`
	Hint  string `json:"hint,omitempty"`
}

func (h *Home) controlled(r *http.Request) (int, any) {
	if token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); subtle.ConstantTimeCompare([]byte(token), []byte(h.ControlToken)) != 1 {
		return http.StatusUnauthorized, problem{"the control plane wants its token", "Authorization: Bearer TOKEN; `serve` prints it, and writes it into --ready-file"}
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return http.StatusBadRequest, problem{Error: err.Error()}
	}
	name := strings.TrimPrefix(r.URL.Path, controlPrefix)
	act, ok := controls[r.Method+" "+name]
	if !ok {
		return http.StatusNotFound, problem{"no such control: " + r.Method + " " + name, "clock, history, users, faults, revoke, restart, reset, snapshot; docs/mock.md"}
	}
	v, err := act(h, r, body)
	if err != nil {
		return http.StatusBadRequest, problem{Error: err.Error()}
	}
	return http.StatusOK, v
}

// controls is the whole control plane.
var controls = map[string]func(*Home, *http.Request, []byte) (any, error){
	"GET clock":      func(h *Home, _ *http.Request, _ []byte) (any, error) { return h.time(), nil },
	"POST clock":     setClock,
	"GET history":    readHistory,
	"DELETE history": func(h *Home, _ *http.Request, _ []byte) (any, error) { h.history.Clear(); return done{}, nil },
	"GET users":      func(h *Home, _ *http.Request, _ []byte) (any, error) { return h.users.list(), nil },
	"POST users":     addUser,
	"DELETE users":   dropUser,
	"GET faults":     func(h *Home, _ *http.Request, _ []byte) (any, error) { return h.faults.List(), nil },
	"POST faults":    addFault,
	"DELETE faults":  dropFaults,
	"POST revoke":    revokeAll,
	"POST restart":   func(h *Home, _ *http.Request, _ []byte) (any, error) { h.restart(); return done{}, nil },
	"POST reset": func(h *Home, _ *http.Request, _ []byte) (any, error) {
		h.faults.Clear(0)
		h.history.Clear()
		h.clock.Set(0)
		return done{}, h.reset()
	},
	"GET snapshot": snapshot,
}

type done struct{}

func strict(body []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

func (h *Home) time() any {
	return map[string]string{"now": h.now().UTC().Format(time.RFC3339Nano), "offset": "+" + strconv.FormatInt(int64(h.clock.Offset().Seconds()), 10) + "s"}
}

func setClock(h *Home, _ *http.Request, body []byte) (any, error) {
	var b struct{ Advance, Offset string }
	if err := strict(body, &b); err != nil {
		return nil, err
	}
	switch {
	case (b.Advance == "") == (b.Offset == ""):
		return nil, errors.New(`give one of advance ("11m") and offset ("+660s")`)
	case b.Advance != "":
		d, err := time.ParseDuration(b.Advance)
		if err != nil {
			return nil, err
		}
		h.clock.Advance(d)
	default:
		d, err := time.ParseDuration(strings.TrimPrefix(b.Offset, "+"))
		if err != nil {
			return nil, err
		}
		h.clock.Set(d)
	}
	return h.time(), nil
}

func readHistory(h *Home, r *http.Request, _ []byte) (any, error) {
	q := r.URL.Query()
	since, _ := strconv.ParseInt(q.Get("since"), 10, 64)
	if wait := q.Get("wait"); wait != "" {
		d, err := time.ParseDuration(wait)
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(r.Context(), min(d, time.Minute))
		defer cancel()
		return h.history.Await(ctx, since, q.Get("path")), nil
	}
	return h.history.Since(since, q.Get("path")), nil
}

func addUser(h *Home, _ *http.Request, body []byte) (any, error) {
	var b struct {
		Username, Name, Password, TOTP string
		Admin                          bool
		Active                         *bool
	}
	if err := strict(body, &b); err != nil {
		return nil, err
	}
	if b.Username == "" || h.Policy.Username(b.Username) != b.Username {
		return nil, errors.New("username is wanted, in lower case and without spaces around it")
	}
	return h.users.add(User{Username: b.Username, Name: b.Name, Password: b.Password, Admin: b.Admin, TOTP: b.TOTP, Inactive: b.Active != nil && !*b.Active})
}

func dropUser(h *Home, _ *http.Request, body []byte) (any, error) {
	var b struct{ Username string }
	if err := strict(body, &b); err != nil {
		return nil, err
	}
	u, err := h.userNamed(b.Username)
	if err == nil {
		h.dismiss(u.ID)
	}
	return done{}, err
}

func (h *Home) userNamed(name string) (User, error) {
	for _, u := range h.users.list() {
		if u.Username == name {
			return u, nil
		}
	}
	return User{}, errors.New("no user " + strconv.Quote(name))
}

func revokeAll(h *Home, _ *http.Request, body []byte) (any, error) {
	var b struct {
		Username string
		All      bool
	}
	if err := strict(body, &b); err != nil {
		return nil, err
	}
	who := h.users.list()
	if !b.All {
		u, err := h.userNamed(b.Username)
		if err != nil {
			return nil, err
		}
		who = []User{u}
	}
	n := 0
	for _, u := range who {
		for _, r := range h.store.OfUser(u.ID) {
			h.endSession(r.ID, EndControl)
			n++
		}
	}
	return map[string]int{"revoked": n}, nil
}

func addFault(h *Home, _ *http.Request, body []byte) (any, error) {
	var f mock.Fault
	if err := strict(body, &f); err != nil {
		return nil, err
	}
	return h.faults.Add(f)
}

func dropFaults(h *Home, r *http.Request, _ []byte) (any, error) {
	id, err := strconv.Atoi(r.URL.Query().Get("id"))
	if r.URL.Query().Has("id") && err != nil {
		return nil, errors.New("id is a number")
	}
	h.faults.Clear(id)
	return done{}, nil
}

// snapshot counts what the home holds.
func snapshot(h *Home, _ *http.Request, _ []byte) (any, error) {
	tokens := map[string]int{}
	for _, u := range h.users.list() {
		tokens[u.Username] = len(h.store.OfUser(u.ID))
	}
	h.flows.mu.Lock()
	defer h.flows.mu.Unlock()
	return map[string]any{"refresh_tokens": tokens, "login_flows": len(h.flows.byID), "time": h.time()}, nil
}
