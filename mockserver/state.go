package mockserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/authconform/authconform/mockserver/store"
)

// stateVersion is that of the form of State.
const stateVersion = 1

// State is what a home keeps across restarts: its users, their sessions, the progress of onboarding,
// and the registered phones. It contains secrets.
type State struct {
	Version    int             `json:"version"`
	Start      []User          `json:"start"` // the people of the very first start, with their passwords
	Users      []savedUser     `json:"users"`
	Sessions   []store.Refresh `json:"sessions"`
	Onboarding []string        `json:"onboarding"` // steps that are done
	Phones     []savedPhone    `json:"phones"`
}

type savedUser struct {
	User
	Hash []byte `json:"hash,omitempty"` // of the password
}

type savedPhone struct {
	Webhook string          `json:"webhook"`
	User    string          `json:"user"`
	Key     []byte          `json:"key,omitempty"`
	Sensors map[string]bool `json:"sensors"`
}

// ReadState reads a state that State.Bytes wrote.
func ReadState(raw []byte) (*State, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	s := &State{}
	if err := dec.Decode(s); err != nil {
		return nil, fmt.Errorf("not the state of a mock home: %s", plainJSON(err))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not the state of a mock home: there is extra text after the object")
	}
	return s, s.check()
}

// plainJSON is an error of package json without the names of types.
func plainJSON(err error) string {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return fmt.Sprintf("%s must not be a %s", wrong.Field, wrong.Value)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the JSON ends too early"
	}
	return err.Error()
}

// check tells what is wrong with a state.
func (s *State) check() error {
	if s.Version != stateVersion {
		return fmt.Errorf("its version is %d; this release reads version %d", s.Version, stateVersion)
	}
	names, ids, tokens := map[string]bool{}, map[string]bool{"": true}, map[string]bool{"": true}
	for _, u := range s.Users {
		if ids[u.ID] || u.Username != "" && names[u.Username] {
			return fmt.Errorf("users: %q has no id, or shares its id or user name with another user", u.Name)
		}
		ids[u.ID], names[u.Username] = true, true
	}
	for i, r := range s.Sessions {
		if r.UserID == "" || !ids[r.UserID] || r.ID == "" || tokens[r.Token] || len(r.Key) == 0 {
			return fmt.Errorf("sessions: number %d has no user or no key, or shares its token with another session", i+1)
		}
		tokens[r.Token] = true
	}
	for _, p := range s.Phones {
		if p.Webhook == "" || len(p.Key) != 0 && len(p.Key) != 32 {
			return errors.New("phones: one has no webhook, or its key is not 32 bytes long")
		}
	}
	return nil
}

// Bytes returns the state in its stored form.
func (s *State) Bytes() ([]byte, error) { return json.Marshal(s) }

// State returns the current state.
func (h *Home) State() *State {
	s := &State{Version: stateVersion, Start: h.Users, Users: []savedUser{}, Sessions: []store.Refresh{}, Phones: []savedPhone{}}
	for _, u := range h.users.list() {
		s.Users = append(s.Users, savedUser{u, u.hash})
		s.Sessions = append(s.Sessions, h.store.OfUser(u.ID)...)
	}
	h.steps.mu.Lock()
	s.Onboarding = slices.DeleteFunc(slices.Clone(onboardingSteps), func(step string) bool { return !h.steps.done[step] })
	h.steps.mu.Unlock()
	h.hooks.mu.Lock()
	defer h.hooks.mu.Unlock()
	for id, p := range h.hooks.apps {
		saved := savedPhone{Webhook: id, User: p.user, Sensors: map[string]bool{}}
		for sensor, disabled := range p.sensors {
			saved.Sensors[sensor] = disabled
		}
		if p.key != nil {
			saved.Key = p.key[:]
		}
		s.Phones = append(s.Phones, saved)
	}
	slices.SortFunc(s.Phones, func(a, b savedPhone) int { return bytes.Compare([]byte(a.Webhook), []byte(b.Webhook)) })
	return s
}

// restore goes on from a state.
func (h *Home) restore(s *State) {
	h.users.put(s.Users)
	h.store.Clear()
	for _, r := range s.Sessions {
		h.store.PutRefresh(r)
	}
	h.steps.start(true)
	for _, step := range s.Onboarding {
		h.steps.take(step)
	}
	h.steps.restart()
	h.hooks.mu.Lock()
	defer h.hooks.mu.Unlock()
	for _, saved := range s.Phones {
		p := &phone{user: saved.User, sensors: saved.Sensors}
		if p.sensors == nil {
			p.sensors = map[string]bool{}
		}
		if len(saved.Key) == 32 {
			p.key = (*[32]byte)(saved.Key)
		}
		h.hooks.apps[saved.Webhook] = p
	}
}

// put replaces everybody by those of a state.
func (u *users) put(saved []savedUser) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.byID, u.ids = map[string]User{}, nil
	for _, s := range saved {
		s.hash = s.Hash
		u.byID[s.ID], u.ids = s.User, append(u.ids, s.ID)
	}
}
