package mockserver

import (
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/store"
)

// whose returns the client and user name of a request before it is processed; "" if unknown.
func (h *Home) whose(c *mock.Call) (client, user string) {
	if strings.HasPrefix(c.URL.Path, "/auth/login_flow") {
		return h.whoseLogin(c.Object())
	}
	if r, ok := h.shownToken(c); ok {
		return r.ClientID, h.username(r.UserID)
	}
	if code, ok := h.store.Code(c.Form.Get("code")); ok {
		return code.ClientID, h.username(code.UserID)
	}
	return c.URL.Query().Get("client_id"), ""
}

// whoseLogin is who logs in.
func (h *Home) whoseLogin(step map[string]any) (client, user string) {
	client, _ = step["client_id"].(string)
	typed, _ := step["username"].(string)
	if _, err := h.userNamed(h.Policy().Username(typed)); err != nil {
		return client, ""
	}
	return client, h.Policy().Username(typed)
}

// shownToken is the session whose token a request shows.
func (h *Home) shownToken(c *mock.Call) (store.Refresh, bool) {
	if who := h.access(h.Policy().Bearer(c.Header.Get("Authorization"))); who != nil {
		return who.Refresh, true
	}
	for _, name := range []string{"refresh_token", "token"} {
		if r, ok := h.store.Refresh(c.Form.Get(name)); ok && c.Form.Get(name) != "" {
			return r, true
		}
	}
	return store.Refresh{}, false
}

func (h *Home) username(id string) string {
	u, _ := h.users.get(id)
	return u.login()
}
