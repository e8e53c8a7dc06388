package mockserver

import (
	"net/http"
	"sync"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/store"
)

// steps of a fresh home, in order.
var onboardingSteps = []string{"user", "core_config", "analytics", "integration"}

// onboarding is how far a fresh home has come. It is safe for concurrent use.
type onboarding struct {
	mu   sync.Mutex
	done map[string]bool
}

// start is a fresh home, or one that is done.
func (o *onboarding) start(fresh bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.done = map[string]bool{}
	for _, s := range onboardingSteps {
		o.done[s] = !fresh
	}
}

// open tells whether the home has no owner yet.
func (o *onboarding) open() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.done["user"]
}

func (o *onboarding) whole() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range onboardingSteps {
		if !o.done[s] {
			return false
		}
	}
	return true
}

// take ends a step, for one caller only.
func (o *onboarding) take(step string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	was := o.done[step]
	o.done[step] = true
	return !was
}

func (h *Home) onboardingSteps(*call) *mock.Answer {
	if h.steps.whole() {
		return mock.Plain(http.StatusNotFound)
	}
	h.steps.mu.Lock()
	defer h.steps.mu.Unlock()
	list := []map[string]any{}
	for _, s := range onboardingSteps {
		list = append(list, map[string]any{"step": s, "done": h.steps.done[s]})
	}
	return mock.JSON(http.StatusOK, list)
}

// onboardUser makes the owner of a fresh home.
func (h *Home) onboardUser(c *call) *mock.Answer {
	if h.steps.whole() {
		return mock.Plain(http.StatusNotFound)
	}
	var in map[string]any
	if a := decodeJSON(c.Bytes, &in); a != nil {
		return a
	}
	wanted, text := []string{"name", "username", "password", "client_id", "language"}, map[string]string{}
	for _, name := range wanted {
		if s, ok := in[name].(string); ok {
			text[name] = s
		}
	}
	if len(text) != len(wanted) || len(in) != len(wanted) {
		return badFormOf("name, username, password, client_id and language are required, and nothing else")
	}
	username := text["username"]
	if h.Policy().Username(username) != username || username == "" {
		return mock.JSON(http.StatusBadRequest, map[string]string{
			"message": "Username is not normalized", "code": "username_not_normalized",
		})
	}
	if !h.steps.take("user") {
		return mock.Message(http.StatusForbidden, "User step already done")
	}
	user, err := h.users.add(User{Username: username, Name: text["name"], Password: text["password"], Admin: true, Owner: true})
	if err != nil {
		return mock.Message(http.StatusBadRequest, err.Error())
	}
	return h.codeFor(user, text["client_id"])
}

func (h *Home) codeFor(user User, clientID string) *mock.Answer {
	code := store.Code{Value: h.Policy().NewCode(), ClientID: clientID, UserID: user.ID, Provider: LocalUsers, Issued: h.now()}
	h.store.PutCode(code)
	return mock.JSON(http.StatusOK, map[string]string{"auth_code": code.Value})
}

// onboardStep answers the later steps, which want a bearer token.
func (h *Home) onboardStep(c *call) *mock.Answer {
	step := c.PathValue("step")
	if h.steps.whole() || step == "user" || step == "users" {
		return mock.Plain(http.StatusNotFound)
	}
	if c.user = h.caller(c); c.user == nil {
		return mock.Plain(http.StatusUnauthorized)
	}
	switch step {
	case "core_config", "analytics":
		if !h.steps.take(step) {
			return mock.Message(http.StatusForbidden, "Step already done")
		}
		return mock.JSON(http.StatusOK, map[string]any{})
	case "integration":
		var b struct {
			ClientID    string `json:"client_id"`
			RedirectURI string `json:"redirect_uri"`
		}
		if a := decodeJSON(c.Bytes, &b); a != nil {
			return a
		}
		if !h.steps.take(step) {
			return mock.Message(http.StatusForbidden, "Integration step already done")
		}
		err := h.Policy().ClientID(b.ClientID, c.Host)
		if err == nil {
			err = h.Policy().Redirect(b.ClientID, b.RedirectURI, false, func() []string { return h.published(c.Context(), b.ClientID).uris })
		}
		if err != nil {
			return mock.Message(http.StatusBadRequest, "invalid client id or redirect uri")
		}
		return h.codeFor(c.user.User, b.ClientID)
	}
	return mock.Plain(http.StatusNotFound)
}
