package mockserver

import (
	_ "embed" // the description of the control plane
	"errors"
	"net/http"
	"strconv"

	"github.com/authconform/authconform/internal/suggest"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/store"
)

//go:embed openapi.json
var description []byte

// controls adds what a home has beside its clock, history and faults.
func (h *Home) controls() {
	k := h.plane.Control
	k.Token = h.ControlToken
	k.Describe(description)
	k.Add("GET users", h.peopleList)
	k.Add("POST users", h.addUser)
	k.Add("DELETE users", h.dropUser)
	k.Add("GET sessions", h.sessionList)
	k.Add("DELETE sessions", h.endOne, "id")
	k.Add("GET logins", h.loginList)
	k.Add("POST revoke", h.revokeAll)
	k.Add("POST restart", func(*http.Request, []byte) (any, error) { h.restart(); return mock.Done{}, nil })
	k.Add("POST reset", func(*http.Request, []byte) (any, error) {
		h.plane.Reset()
		return mock.Done{}, h.reset()
	})
	k.Add("GET snapshot", h.snapshot)
}

// ControlSecret is the token of the control plane.
func (h *Home) ControlSecret() string { return h.ControlToken }

func (h *Home) addUser(_ *http.Request, body []byte) (any, error) {
	var b struct {
		Username, Name, Password, TOTP string
		Admin                          bool
		Active                         *bool
	}
	if err := mock.Strict(body, &b); err != nil {
		return nil, err
	}
	if b.Username == "" || h.Policy().Username(b.Username) != b.Username {
		return nil, errors.New("username is required, in lower case and without surrounding spaces")
	}
	u, err := h.users.add(User{
		Username: b.Username, Name: b.Name, Password: b.Password, Admin: b.Admin, TOTP: b.TOTP,
		Inactive: b.Active != nil && !*b.Active,
	})
	return personOf(u), err
}

var errNoSession = errors.New("there is no such session; GET sessions lists them")

func (h *Home) dropUser(_ *http.Request, body []byte) (any, error) {
	var b struct{ Username string }
	if err := mock.Strict(body, &b); err != nil {
		return nil, err
	}
	u, err := h.userNamed(b.Username)
	if err == nil {
		h.dismiss(u.ID)
	}
	return mock.Done{}, err
}

func (h *Home) userNamed(name string) (User, error) {
	for _, u := range h.users.people() {
		if u.Username == name && name != "" {
			return u, nil
		}
	}
	var names []string
	for _, u := range h.users.people() {
		if names = append(names, u.login()); u.login() == name {
			return u, nil
		}
	}
	return User{}, errors.New("no user " + strconv.Quote(name) + suggest.Hint(name, names))
}

func (h *Home) revokeAll(_ *http.Request, body []byte) (any, error) {
	var b struct {
		Username string
		All      bool
	}
	if err := mock.Strict(body, &b); err != nil {
		return nil, err
	}
	who := h.users.people()
	if b.All == (b.Username != "") {
		return nil, errors.New(`give either username or "all": true`)
	}
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

// snapshot counts what the home stores, its limits, and what was dropped because of them.
func (h *Home) snapshot(_ *http.Request, _ []byte) (any, error) {
	tokens := map[string]int{}
	for _, u := range h.users.people() {
		tokens[u.login()] += len(h.store.OfUser(u.ID))
	}
	open, dropped := h.flows.count()
	return map[string]any{
		"refresh_tokens": tokens, "login_flows": open, "time": h.plane.Time(),
		"bounds": map[string]int{
			"codes": store.MaxCodes, "refresh_tokens": store.MaxRefresh, "login_flows": maxFlows, "users": maxUsers, "apps": maxApps,
			"history": mock.MaxHistory,
		},
		"evicted": struct {
			store.Evicted
			Flows int `json:"login_flows"`
		}{h.store.Evicted(), dropped},
	}, nil
}

// Control returns the control plane.
func (h *Home) Control() *mock.Control { return h.plane.Control }
