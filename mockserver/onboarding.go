package mockserver

import (
	"net/http"
	"slices"
	"sync"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/store"
)

// doneWords are the refusals of steps that take no input.
var doneWords = map[string]string{
	"core_config": "Core config step already done", "analytics": "Analytics config step already done",
}

// steps of a fresh home, in order.
var onboardingSteps = []string{"user", "core_config", "analytics", "integration"}

// onboarding is how far a fresh home has come. It is safe for concurrent use.
type onboarding struct {
	mu   sync.Mutex
	done map[string]bool
	over bool // the home started with all of it done, and serves no more of it
}

// start is a fresh home, or one that is done.
func (o *onboarding) start(fresh bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.done, o.over = map[string]bool{}, !fresh
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

// closed tells whether nothing of it is served.
func (o *onboarding) closed() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.over
}

// restart closes it where all of it is done.
func (o *onboarding) restart() {
	whole := o.whole()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over = whole
}

// begun tells whether any step is done, and whole whether all are.
func (o *onboarding) begun() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.ContainsFunc(onboardingSteps, func(s string) bool { return o.done[s] })
}

// Unowned reports whether the home's onboarding is not finished.
func (h *Home) Unowned() bool { return !h.steps.whole() }

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

// onboarded serves a page of the home; one that is not onboarded sends there instead.
func (h *Home) onboarded(page handler) handler {
	return func(c *call) *mock.Answer {
		if h.steps.whole() {
			return page(c)
		}
		return mock.Redirect(http.StatusFound, "/onboarding.html")
	}
}

// installation says how a home is installed, until the first step is done.
func (h *Home) installation(c *call) *mock.Answer {
	switch {
	case h.steps.closed():
		return mock.Plain(http.StatusNotFound)
	case h.steps.begun():
		return h.unauthorized(c)
	}
	return mock.JSON(http.StatusOK, map[string]string{"installation_type": "Home Assistant Core"})
}

// awaited says whether a part of the home is there.
func (h *Home) awaited(c *call) *mock.Answer {
	if h.steps.closed() {
		return mock.Plain(http.StatusNotFound)
	}
	var in struct {
		Domain *string `json:"domain"`
	}
	if a := decodeJSON(c.Bytes, &in); a != nil {
		return a
	}
	if in.Domain == nil {
		return badFormOf("domain is required")
	}
	return mock.JSON(http.StatusOK, map[string]bool{"integration_loaded": slices.Contains(components, *in.Domain)})
}

func (h *Home) onboardingSteps(*call) *mock.Answer {
	if h.steps.closed() {
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
	if h.steps.closed() {
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
	if h.steps.closed() || step == "user" || step == "users" {
		return mock.Plain(http.StatusNotFound)
	}
	if c.user = h.caller(c); c.user == nil {
		return h.unauthorized(c)
	}
	switch step {
	case "core_config", "analytics":
		if !h.steps.take(step) {
			return mock.Message(http.StatusForbidden, doneWords[step])
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
