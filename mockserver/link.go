package mockserver

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/linking"
)

// admin guards an endpoint of administrators.
func (h *Home) admin(next handler) handler {
	return h.bearer(func(c *call) *mock.Answer {
		if h.Policy().AdminOnly(c.URL.Path, c.user.User.Admin) {
			return mock.Plain(http.StatusUnauthorized)
		}
		return next(c)
	})
}

const baseHeader = "Ha-Frontend-Base"

func base(c *call) (string, bool) {
	_, given := c.Header[baseHeader]
	return c.Header.Get(baseHeader), given
}

// stepped is a step, or why there is none.
func stepped(s linking.Step, err error) *mock.Answer {
	var input linking.InputError
	switch {
	case errors.Is(err, linking.ErrNoFlow), errors.Is(err, linking.ErrHandler):
		return mock.Message(http.StatusNotFound, err.Error())
	case errors.As(err, &input):
		return mock.JSON(http.StatusBadRequest, map[string]any{"errors": input, "message": err.Error()})
	case err != nil:
		return mock.Message(http.StatusBadRequest, err.Error())
	}
	return mock.JSON(http.StatusOK, s)
}

// flowStart answers POST /api/config/config_entries/flow.
func (h *Home) flowStart(c *call) *mock.Answer {
	var b struct {
		Handler  string  `json:"handler"`
		Advanced bool    `json:"show_advanced_options"`
		EntryID  *string `json:"entry_id"`
	}
	if a := decodeJSON(c.Bytes, &b); a != nil {
		return a
	}
	if b.EntryID != nil {
		return mock.Message(http.StatusBadRequest, "Handler OAuth2FlowHandler doesn't support step reconfigure")
	}
	origin, given := base(c)
	return stepped(h.linker.Start(c.Context(), b.Handler, origin, given))
}

func (h *Home) flowStep(c *call) *mock.Answer {
	return stepped(h.linker.Poll(c.Context(), c.PathValue("id")))
}

func (h *Home) flowSubmit(c *call) *mock.Answer {
	input := map[string]any{}
	if len(c.Bytes) > 0 {
		if a := decodeJSON(c.Bytes, &input); a != nil {
			return a
		}
	}
	origin, given := base(c)
	return stepped(h.linker.Submit(c.Context(), c.PathValue("id"), input, origin, given))
}

func (h *Home) flowAbort(c *call) *mock.Answer {
	if err := h.linker.Abort(c.PathValue("id")); err != nil {
		return stepped(nil, err)
	}
	return mock.Message(http.StatusOK, "Flow aborted")
}

// entryList answers GET /api/config/config_entries/entry?domain=….
func (h *Home) entryList(c *call) *mock.Answer {
	list := []map[string]any{}
	want := c.URL.Query().Get("domain")
	for _, e := range h.linker.Entries() {
		if s := h.linker.Summary(e.ID); s != nil && (want == "" || want == e.Domain) {
			list = append(list, s)
		}
	}
	return mock.JSON(http.StatusOK, list)
}

func (h *Home) entryRemove(c *call) *mock.Answer {
	if !h.linker.Remove(c.Context(), c.PathValue("id")) {
		return mock.Message(http.StatusNotFound, "Invalid entry specified")
	}
	return mock.JSON(http.StatusOK, map[string]any{"require_restart": false})
}

func (h *Home) entryReload(c *call) *mock.Answer {
	if !h.linker.Reload(c.Context(), c.PathValue("id")) {
		return mock.Message(http.StatusNotFound, "Invalid entry specified")
	}
	return mock.JSON(http.StatusOK, map[string]any{"require_restart": false})
}

// demoPath is where the demo thermostat shows what the core does not: what hangs on an entry, and a use on demand.
const demoPath = "/api/" + linking.Domain

// demoShow answers GET: the entries, with prints of their tokens.
func (h *Home) demoShow(*call) *mock.Answer {
	list := []map[string]any{}
	for _, e := range h.linker.Entries() {
		if e.Domain != linking.Domain {
			continue
		}
		list = append(list, map[string]any{
			"entry_id": e.ID, "state": e.State, "reason": orNull(e.Reason), "title": e.Title, "unique_id": e.Account,
			"auth_implementation": e.Implementation,
			"token": map[string]any{
				"access": print16(e.Token["access_token"]), "refresh": print16(e.Token["refresh_token"]),
				"expires_at": e.Token["expires_at"], "expires_in": e.Token["expires_in"],
				"members": slices.Sorted(maps.Keys(e.Token)), "scope": e.Token["scope"], "service": e.Token["service"],
			},
		})
	}
	return mock.JSON(http.StatusOK, map[string]any{"version": 1, "domain": linking.Domain, "entries": list})
}

// print16 tells tokens apart without showing them.
func print16(token any) any {
	s, ok := token.(string)
	if !ok {
		return nil
	}
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])[:16]
}

func (h *Home) demoSet(c *call) *mock.Answer {
	p := linking.Provider{AuthMethod: "client_secret_post"}
	if err := mock.Strict(c.Bytes, &p); err != nil {
		return mock.Message(http.StatusBadRequest, err.Error())
	}
	h.linker.SetProvider(p)
	return mock.JSON(http.StatusOK, struct{}{})
}

func (h *Home) demoDrop(c *call) *mock.Answer {
	var b struct {
		ClientID string `json:"client_id"`
	}
	if err := mock.Strict(c.Bytes, &b); err != nil {
		return mock.Message(http.StatusBadRequest, err.Error())
	}
	h.linker.DropProvider(b.ClientID)
	return mock.JSON(http.StatusOK, struct{}{})
}

const maxUses = 50

// demoUse uses an entry's token, so many times at once.
func (h *Home) demoUse(c *call) *mock.Answer {
	b := struct {
		EntryID  string `json:"entry_id"`
		Parallel int    `json:"parallel"`
	}{Parallel: 1}
	if err := mock.Strict(c.Bytes, &b); err != nil || b.Parallel < 1 || b.Parallel > maxUses {
		return mock.Message(http.StatusBadRequest, fmt.Sprintf("entry_id and parallel (1 to %d) are required", maxUses))
	}
	results := make([]map[string]any, b.Parallel)
	known := true
	var wg sync.WaitGroup
	var mu sync.Mutex
	begin := make(chan struct{}) // closed when all are there: none is done before another begins
	for i := range results {
		wg.Go(func() {
			<-begin
			status, problem, failed, ok := h.linker.Use(c.Context(), b.EntryID)
			mu.Lock()
			defer mu.Unlock()
			known = known && ok
			switch {
			case problem == "":
				results[i] = map[string]any{"status": status}
			case failed != 0:
				results[i] = map[string]any{"error": problem, "status": failed}
			default:
				results[i] = map[string]any{"error": problem}
			}
		})
	}
	close(begin)
	wg.Wait()
	if !known {
		return mock.Message(http.StatusNotFound, "Invalid entry specified")
	}
	return mock.JSON(http.StatusOK, map[string]any{"results": results})
}

// The commands of application credentials.

func credentialConfig(k *socket, _ map[string]any) (any, *commandError) {
	about := map[string]any{}
	if t := k.home.ThirdParty; t != nil {
		about["description_placeholders"] = map[string]string{"name": t.Name, "console_url": t.Console}
	}
	integrations := map[string]any{linking.Domain: about, linking.Agent: struct{}{}}
	return map[string]any{"domains": []string{linking.Domain, linking.Agent}, "integrations": integrations}, nil
}

func credentialList(k *socket, _ map[string]any) (any, *commandError) {
	return k.home.linker.Credentials(), nil
}

func flowProgress(k *socket, _ map[string]any) (any, *commandError) {
	return k.home.linker.Progress(), nil
}

var credentialFields = fields{"domain": "any", "client_id": "any", "client_secret": "any", "name": "any", "auth_domain": "any"}

func credentialCreate(k *socket, m map[string]any) (any, *commandError) {
	raw, err := json.Marshal(m)
	var c linking.Credential
	for _, name := range []string{"domain", "client_id", "client_secret"} {
		if _, there := m[name]; !there {
			return nil, badFormat("required key not provided at '" + name + "'")
		}
	}
	if err != nil || json.Unmarshal(raw, &struct {
		*linking.Credential
		ID any `json:"id"`
	}{Credential: &c}) != nil {
		return nil, badFormat("the values are text")
	}
	made, refused := k.home.linker.CreateCredential(c)
	if refused != nil {
		return nil, &commandError{refused.Code, refused.Text}
	}
	return made, nil
}

func credentialUpdate(*socket, map[string]any) (any, *commandError) {
	return nil, badFormat("Updates not supported")
}

func credentialDelete(k *socket, m map[string]any) (any, *commandError) {
	id, ok := m["application_credentials_id"].(string)
	if !ok {
		return nil, badFormat("application_credentials_id is required")
	}
	if err := k.home.linker.DeleteCredential(id); err != nil {
		return nil, &commandError{err.Code, err.Text}
	}
	return nil, nil
}

func credentialOf(k *socket, m map[string]any) (any, *commandError) {
	id, ok := m["config_entry_id"].(string)
	if !ok {
		return nil, badFormat("config_entry_id is required")
	}
	credential, err := k.home.linker.CredentialOf(id)
	if err != nil {
		return nil, &commandError{err.Code, err.Text}
	}
	if credential == "" {
		return struct{}{}, nil
	}
	return map[string]string{"application_credentials_id": credential}, nil
}
