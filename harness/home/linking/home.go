package linking

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/thirdparty"
	"github.com/authconform/authconform/harness/wire"
)

// Domain is our integration's.
const Domain = "authconform_demo"

const (
	flowPath  = "/api/config/config_entries/flow"
	entryPath = "/api/config/config_entries/entry"
	demoPath  = "/api/" + Domain
	callback  = "/auth/external/callback"
)

// API calls a path as the run's account. body nil sends none.
func API(ctx context.Context, method, path string, body any, header ...string) *wire.Exchange {
	h := home.From(ctx)
	raw := ""
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return &wire.Exchange{Err: err}
		}
		raw = string(b)
	}
	header = append(header, "Authorization", "Bearer "+h.Session(ctx).Access)
	if raw != "" {
		header = append(header, "Content-Type", "application/json")
	}
	return h.Send(ctx, method, path, raw, header...)
}

// Settings are how the integration is to treat a third party. Empty fields are the app's.
type Settings struct {
	AuthorizeURL, TokenURL, APIURL, Scope, AuthMethod string
	PKCE, Careless                                    bool // careless: it maps no error of its own
	ClientID                                          string
}

// Know tells the integration where the app's endpoints are.
func Know(ctx context.Context, app *thirdparty.App, s Settings) {
	or := func(v, other string) string {
		if v == "" {
			return other
		}
		return v
	}
	id := or(s.ClientID, app.ClientID)
	if s.ClientID == "default" {
		id = ""
	}
	e := API(ctx, http.MethodPost, demoPath+"/providers", map[string]any{
		"client_id": id, "authorize_url": or(s.AuthorizeURL, app.AuthorizeURL()), "token_url": or(s.TokenURL, app.TokenURL()),
		"api_url": or(s.APIURL, app.APIURL()), "scope": or(s.Scope, "profile devices:read"), "pkce": s.PKCE,
		"auth_method": or(s.AuthMethod, "client_secret_post"), "handles_errors": !s.Careless,
	})
	if e.Status != http.StatusOK {
		judge.Block(ctx, "the demo integration took no provider: %s", e)
	}
	judge.From(ctx).Cleanup(func(ctx context.Context) {
		API(ctx, http.MethodDelete, demoPath+"/providers", map[string]any{"client_id": id})
	})
}

// Credential is a record of application_credentials.
type Credential struct {
	ID           string `json:"id"`
	Domain       string `json:"domain"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	Name         string `json:"name"`
}

// Create stores a credential over the WebSocket. The error is a *target.CommandError where the home says no.
func Create(ctx context.Context, fields map[string]any) (Credential, error) {
	var c Credential
	err := home.From(ctx).Admin(ctx).Call(ctx, "application_credentials/create", fields, &c)
	if err == nil && c.ID != "" {
		judge.From(ctx).Cleanup(func(ctx context.Context) { _ = Delete(ctx, c.ID) })
	}
	return c, err
}

// Delete deletes a credential.
func Delete(ctx context.Context, id string) error {
	return home.From(ctx).Admin(ctx).Call(ctx, "application_credentials/delete", map[string]any{"application_credentials_id": id}, nil)
}

// Credentials lists them. That the list comes is a control.
func Credentials(ctx context.Context) []Credential {
	var list []Credential
	if err := home.From(ctx).Admin(ctx).Call(ctx, "application_credentials/list", nil, &list); err != nil {
		judge.Block(ctx, "application_credentials/list: %v", err)
	}
	return list
}

// Fields are what the frontend sends to store the app's credential.
func Fields(app *thirdparty.App) map[string]any {
	return map[string]any{"domain": Domain, "client_id": app.ClientID, "client_secret": app.Secret, "name": "authconform " + app.ClientID}
}

// Enter stores the app's credential and tells the integration of its endpoints: what a person does before linking.
// That the home takes it is a control.
func Enter(ctx context.Context, app *thirdparty.App, s Settings) Credential {
	Know(ctx, app, s)
	c, err := Create(ctx, Fields(app))
	if err != nil || c.ID == "" {
		judge.Block(ctx, "the home took no application credential: %v", err)
	}
	return c
}

// Step is an answer of a config flow.
type Step struct {
	*wire.Exchange
	Type         string         `json:"type"`
	FlowID       string         `json:"flow_id"`
	StepID       string         `json:"step_id"`
	Reason       string         `json:"reason"`
	URL          string         `json:"url"`
	Placeholders map[string]any `json:"description_placeholders"`
	Result       struct {
		EntryID string `json:"entry_id"`
		State   string `json:"state"`
	} `json:"result"`
	Schema []struct {
		Name    string     `json:"name"`
		Options [][]string `json:"options"`
	} `json:"data_schema"`
}

func step(ctx context.Context, e *wire.Exchange) *Step {
	s := &Step{}
	if e.Status == http.StatusOK {
		_ = e.Decode(s) // what is no step has no type
	}
	s.Exchange = e
	if s.FlowID != "" && (s.Type == "external" || s.Type == "form") {
		judge.From(ctx).Cleanup(func(ctx context.Context) { API(ctx, http.MethodDelete, flowPath+"/"+s.FlowID, nil) })
	}
	if id := s.Result.EntryID; s.Type == "create_entry" && id != "" {
		judge.From(ctx).Cleanup(func(ctx context.Context) { API(ctx, http.MethodDelete, entryPath+"/"+id, nil) })
	}
	return s
}

// Base is the origin that the frontend names: the home's own URL.
func Base(ctx context.Context) string {
	u, err := url.Parse(home.From(ctx).Wire.Base())
	if err != nil {
		return home.From(ctx).Wire.Base()
	}
	return u.Scheme + "://" + u.Host
}

func frontend(ctx context.Context, header []string) []string {
	if header != nil {
		return header
	}
	return []string{"HA-Frontend-Base", Base(ctx)}
}

// Open starts a flow; header replaces HA-Frontend-Base where it is not nil.
func Open(ctx context.Context, header ...string) *Step {
	return step(
		ctx,
		API(ctx, http.MethodPost, flowPath, map[string]any{"handler": Domain, "show_advanced_options": false}, frontend(ctx, header)...),
	)
}

// Submit answers a form of a flow.
func Submit(ctx context.Context, flowID string, fields map[string]any, header ...string) *Step {
	return step(ctx, API(ctx, http.MethodPost, flowPath+"/"+flowID, fields, frontend(ctx, header)...))
}

// Choose takes a credential where the flow asks for one of several.
func Choose(ctx context.Context, s *Step, credential string) *Step {
	if s.Type == "form" && s.StepID == "pick_implementation" {
		return Submit(ctx, s.FlowID, map[string]any{"implementation": credential})
	}
	return s
}

// Begin starts a flow with a credential, up to the external step. Getting there is a control.
func Begin(ctx context.Context, credential string) *Step {
	s := Choose(ctx, Open(ctx), credential)
	if s.Type != "external" || s.URL == "" {
		judge.Block(ctx, "the flow sends nobody to the third party: %s", s.Exchange)
	}
	return s
}

// Poll asks for the step of a flow: what makes the home redeem a code.
func Poll(ctx context.Context, flowID string) *Step {
	return step(ctx, API(ctx, http.MethodGet, flowPath+"/"+flowID, nil, frontend(ctx, nil)...))
}

// PollFor is Poll with more patience than other requests have.
func PollFor(ctx context.Context, flowID string, limit time.Duration) *Step {
	h := home.From(ctx)
	return step(ctx, h.Wire.Do(ctx, wire.Request{
		Method: http.MethodGet, URL: flowPath + "/" + flowID,
		Header: http.Header{"Authorization": {"Bearer " + h.Session(ctx).Access}, "Ha-Frontend-Base": {Base(ctx)}}, Limit: limit,
	}))
}

// Back is the browser that comes back: a request with this query, as anybody.
func Back(ctx context.Context, query string) *wire.Exchange {
	return home.From(ctx).Get(ctx, callback+"?"+query)
}

// Query encodes pairs.
func Query(pairs ...string) string { return wire.Form(pairs...) }

// Return brings a code back for the flow. That the home lets the browser go is a control.
func Return(ctx context.Context, code, state string) {
	if e := Back(ctx, Query("code", code, "state", state)); e.Status != http.StatusOK {
		judge.Block(ctx, "the callback does not take a good code and state: %s", e)
	}
}

// Consent logs in at the third party for the flow and brings the code back.
func Consent(ctx context.Context, app *thirdparty.App, s *Step) {
	code, _, state := app.Authorize(ctx, s.URL)
	Return(ctx, code, state)
}

// Finish consents and polls: the last step of the flow.
func Finish(ctx context.Context, app *thirdparty.App, s *Step) *Step {
	Consent(ctx, app, s)
	return Poll(ctx, s.FlowID)
}

// Link makes an entry of the app's account. Getting it is a control.
func Link(ctx context.Context, app *thirdparty.App, s Settings) Entry {
	return LinkWith(ctx, app, Enter(ctx, app, s).ID)
}

// LinkWith is Link with a credential that is there.
func LinkWith(ctx context.Context, app *thirdparty.App, credential string) Entry {
	last := Finish(ctx, app, Begin(ctx, credential))
	if last.Type != "create_entry" || last.Result.EntryID == "" {
		judge.Block(ctx, "a good flow makes no entry: %s", last.Exchange)
	}
	return Look(ctx, last.Result.EntryID)
}

// Entry is a linked account, as the demo integration shows it.
type Entry struct {
	ID             string `json:"entry_id"`
	State          string `json:"state"`
	Title          string `json:"title"`
	Account        string `json:"unique_id"`
	Implementation string `json:"auth_implementation"`
	Token          struct {
		Access    string   `json:"access"`
		Refresh   string   `json:"refresh"`
		ExpiresAt float64  `json:"expires_at"`
		ExpiresIn float64  `json:"expires_in"`
		Members   []string `json:"members"`
		Scope     any      `json:"scope"`
		Service   any      `json:"service"`
	} `json:"token"`
}

// ErrNoEntry is the error of an entry that is not there.
var ErrNoEntry = errors.New("no such entry")

// Find looks for an entry.
func Find(ctx context.Context, id string) (Entry, error) {
	var all struct{ Entries []Entry }
	if e := API(ctx, http.MethodGet, demoPath, nil); e.Status != http.StatusOK || e.Decode(&all) != nil {
		judge.Block(ctx, "the demo integration shows no entries: %s", e)
	}
	for _, e := range all.Entries {
		if e.ID == id {
			return e, nil
		}
	}
	return Entry{}, ErrNoEntry
}

// Look is Find where the entry being there is a control.
func Look(ctx context.Context, id string) Entry {
	e, err := Find(ctx, id)
	if err != nil {
		judge.Block(ctx, "%v: %s", err, id)
	}
	return e
}

// Print is how the demo integration shows a token: the beginning of its SHA-256.
func Print(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])[:16]
}

// Used is what became of one use of a token.
type Used struct {
	Status int    `json:"status"`
	Error  string `json:"error"`
}

// Use lets the integration use an entry's token, n times at once.
func Use(ctx context.Context, id string, n int) []Used {
	var all struct{ Results []Used }
	if e := API(ctx, http.MethodPost, demoPath+"/use", map[string]any{"entry_id": id, "parallel": n}); e.Status != http.StatusOK ||
		e.Decode(&all) != nil ||
		len(all.Results) != n {
		judge.Block(ctx, "the demo integration uses no token: %s", e)
	}
	return all.Results
}

// Reload sets an entry up anew.
func Reload(ctx context.Context, id string) *wire.Exchange {
	return API(ctx, http.MethodPost, entryPath+"/"+id+"/reload", nil)
}

// Remove unlinks.
func Remove(ctx context.Context, id string) *wire.Exchange {
	return API(ctx, http.MethodDelete, entryPath+"/"+id, nil)
}

// Flow is one that the home started by itself.
type Flow struct {
	ID      string `json:"flow_id"`
	StepID  string `json:"step_id"`
	Handler string `json:"handler"`
	Context struct {
		Source  string `json:"source"`
		EntryID string `json:"entry_id"`
	} `json:"context"`
}

// Reauths lists the flows that ask the person of an entry to log in again.
func Reauths(ctx context.Context, entryID string) []Flow {
	var all, out []Flow
	if err := home.From(ctx).Admin(ctx).Call(ctx, "config_entries/flow/progress", nil, &all); err != nil {
		judge.Block(ctx, "config_entries/flow/progress: %v", err)
	}
	for _, f := range all {
		if f.Context.Source == "reauth" && f.Context.EntryID == entryID {
			out = append(out, f)
		}
	}
	return out
}

// State is the state parameter of an authorize URL.
func State(authorizeURL string) string {
	u, err := url.Parse(authorizeURL)
	if err != nil {
		return ""
	}
	return u.Query().Get("state")
}

// My reports whether the home sends third parties to my.home-assistant.io instead of to itself.
func My(ctx context.Context) bool {
	var config struct{ Components []string }
	e := API(ctx, http.MethodGet, "/api/config", nil)
	if e.Decode(&config) != nil {
		return false
	}
	for _, c := range config.Components {
		if strings.TrimSpace(c) == "my" {
			return true
		}
	}
	return false
}
