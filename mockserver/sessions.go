package mockserver

import (
	"net/http"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/store"
)

// sessionView is a session on the control plane: names and times, no secret.
type sessionView struct {
	ID        string    `json:"id"`
	User      string    `json:"user"`
	ClientID  string    `json:"client_id,omitempty"`
	Name      string    `json:"name,omitempty"` // of a long-lived token
	Type      string    `json:"type"`
	Created   time.Time `json:"created"`
	Used      time.Time `json:"used"`
	AccessEnd time.Time `json:"access_expires"` // of the access token that it gave last
	// Expires is when the session ends, if nobody uses it until then; nil: never.
	Expires *time.Time `json:"expires"`
	Alive   bool       `json:"alive"`
}

// sessionList lists what is open, in the order of people, oldest first.
func (h *Home) sessionList(*http.Request, []byte) (any, error) {
	out := []sessionView{}
	for _, u := range h.users.people() {
		for _, r := range h.store.OfUser(u.ID) {
			out = append(out, h.sessionView(u, r))
		}
	}
	return out, nil
}

func (h *Home) sessionView(u User, r store.Refresh) sessionView {
	v := sessionView{
		ID: r.ID, User: u.login(), ClientID: r.ClientID, Name: r.Name, Type: string(r.Type), Created: r.Created, Used: r.Used,
		AccessEnd: r.Used.Add(r.TTL), Alive: h.Policy().Alive(r, h.now()),
	}
	end := r.Used.Add(h.Policy().RefreshIdleTTL())
	if r.Type == store.LongLived {
		v.AccessEnd = r.Created.Add(r.TTL)
		end = v.AccessEnd
	}
	if !r.NoExpiry {
		v.Expires = &end
	}
	return v
}

// person is a user on the control plane, in the words that POST users takes.
type person struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Admin    bool   `json:"admin"`
	Owner    bool   `json:"owner"`
	Active   bool   `json:"active"`
	TOTP     string `json:"totp,omitempty"`
}

func personOf(u User) person {
	return person{u.ID, u.login(), u.Name, u.Admin, u.Owner, !u.Inactive, u.TOTP}
}

func (h *Home) peopleList(*http.Request, []byte) (any, error) {
	out := []person{}
	for _, u := range h.users.people() {
		out = append(out, personOf(u))
	}
	return out, nil
}

// endOne ends one session, as DELETE sessions?id= names it.
func (h *Home) endOne(r *http.Request, _ []byte) (any, error) {
	id := r.URL.Query().Get("id")
	if _, ok := h.store.RefreshByID(id); !ok {
		return nil, errNoSession
	}
	h.endSession(id, EndControl)
	return mock.Done{}, nil
}
