package linking

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/authconform/authconform/mock"
)

// Step is a flow's current step or its result, as the REST API shows it.
type Step = map[string]any

// flow is a linking under way. One request at a time works on it, which holds turn for as long as it asks third parties.
type flow struct {
	turn    sync.Mutex
	id      string
	handler string // the integration
	source  string // user, reauth
	entryID string // of a reauth
	step    string // user, credentials_choice, pick_implementation, auth, reauth_confirm
	options []implementation

	chosen     implementation
	credential Credential
	provider   Provider
	verifier   string
	url        string

	agent     *connection // of the MCP client, once it is discovered
	base      string      // HA-Frontend-Base of the request that began it
	baseGiven bool

	// Guarded by Linker.mu: others than the flow's own request come to these.
	awaits bool   // a browser may come back
	back   bool   // it has, or the proxy has sent tokens
	ret    Return // what it brought
	got    Token  // of the proxy
	stop   func() // ends the conversation with the proxy
}

// The errors of flows.
var (
	ErrNoFlow  = errors.New("Invalid flow specified")
	ErrHandler = errors.New("Invalid handler specified")
)

// InputError is an input that a flow refuses, with an error per field.
type InputError map[string]string

func (e InputError) Error() string { return "User input malformed" }

const maxFlows = 1000

// Start starts a flow. base is the HA-Frontend-Base header, if sent.
func (l *Linker) Start(ctx context.Context, handler, base string, given bool) (Step, error) {
	begin, known := map[string]func(context.Context, *flow, string, bool) (Step, error){
		Domain: l.implement, Agent: func(_ context.Context, f *flow, _ string, _ bool) (Step, error) { return f.askAddress(nil), nil },
	}[handler]
	if !known {
		return nil, ErrHandler
	}
	f := l.open(handler, "user", "")
	step, err := begin(ctx, f, base, given)
	if err != nil {
		l.drop(f)
	}
	return step, err
}

func (l *Linker) open(handler, source, entryID string) *flow {
	f := &flow{id: mock.ULID(l.Clock.Now()), handler: handler, source: source, entryID: entryID}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.flows) < maxFlows {
		l.flows[f.id] = f
	}
	return f
}

func (l *Linker) find(id string) *flow {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.flows[id]
}

func (l *Linker) drop(f *flow) {
	l.mu.Lock()
	delete(l.flows, f.id)
	l.mu.Unlock()
	l.end(f)
}

// end ends what hangs on a flow.
func (l *Linker) end(f *flow) {
	l.mu.Lock()
	stop := f.stop
	l.mu.Unlock()
	if stop != nil {
		stop()
	}
}

// Abort cancels a flow.
func (l *Linker) Abort(id string) error {
	f := l.find(id)
	if f == nil {
		return ErrNoFlow
	}
	if l.Policy().Cancels() {
		l.drop(f)
	}
	return nil
}

// Progress lists the flows that the home started itself.
func (l *Linker) Progress() []Step {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := []Step{}
	for _, id := range slices.Sorted(maps.Keys(l.flows)) {
		f := l.flows[id]
		if f.source == "user" {
			continue
		}
		context := map[string]any{"source": f.source, "entry_id": f.entryID}
		for _, e := range l.entries {
			if e.id == f.entryID {
				context["unique_id"], context["title_placeholders"] = e.account, map[string]string{"name": e.title}
			}
		}
		list = append(list, Step{"flow_id": f.id, "handler": f.handler, "context": context, "step_id": f.step})
	}
	return list
}

// Poll returns the flow's current step. If the browser has returned, this redeems the code.
func (l *Linker) Poll(ctx context.Context, id string) (Step, error) {
	f := l.find(id)
	if f == nil {
		return nil, ErrNoFlow
	}
	f.turn.Lock()
	defer f.turn.Unlock()
	if l.find(id) == nil {
		return nil, ErrNoFlow // it ended while we waited
	}
	switch f.step {
	case "auth":
		return l.proceed(ctx, f)
	case "reauth_confirm":
		return l.confirm(f), nil
	case "user":
		return f.askAddress(nil), nil
	case "credentials_choice":
		return f.menu(), nil
	}
	return f.pick(), nil
}

// Submit submits a form of the flow.
func (l *Linker) Submit(ctx context.Context, id string, input map[string]any, base string, given bool) (Step, error) {
	f := l.find(id)
	if f == nil {
		return nil, ErrNoFlow
	}
	f.turn.Lock()
	defer f.turn.Unlock()
	switch f.step {
	case "user":
		return l.connect(ctx, f, input, base, given)
	case "credentials_choice":
		return l.chooseCredential(ctx, f, input)
	case "pick_implementation":
		want, _ := input["implementation"].(string)
		for _, o := range f.options {
			if o.ID == want {
				return l.choose(ctx, f, o, base, given)
			}
		}
		return nil, InputError{"implementation": "value must be one of the options"}
	case "reauth_confirm":
		return l.implement(ctx, f, base, given)
	}
	return l.proceed(ctx, f)
}

// proceed goes on from the external step once somebody has come back.
func (l *Linker) proceed(ctx context.Context, f *flow) (Step, error) {
	l.mu.Lock()
	back, ret, got := f.back, f.ret, f.got
	l.mu.Unlock()
	if !back {
		if f.chosen.ID == cloud && !l.Policy().OneSocket() {
			return l.converse(ctx, f)
		}
		return f.external(), nil
	}
	return l.finish(context.WithoutCancel(ctx), f, ret, got), nil
}

func (f *flow) external() Step {
	return Step{
		"type": "external", "flow_id": f.id, "handler": f.handler, "step_id": "auth", "url": f.url, "description_placeholders": nil,
	}
}

func (f *flow) form(step string, schema any) Step {
	return Step{
		"type": "form", "flow_id": f.id, "handler": f.handler, "step_id": step, "data_schema": schema, "errors": nil,
		"description_placeholders": nil, "last_step": nil, "preview": nil,
	}
}

// confirm asks whether to log in again, and at what.
func (l *Linker) confirm(f *flow) Step {
	step := f.form("reauth_confirm", []any{})
	if e := l.entry(f.entryID); e != nil {
		step["description_placeholders"] = map[string]string{"name": e.title}
	}
	return step
}

func (f *flow) pick() Step {
	options := [][2]string{}
	for _, o := range f.options {
		options = append(options, [2]string{o.ID, o.Name})
	}
	choice := map[string]any{
		"type": "select", "name": "implementation", "required": true, "default": f.options[0].ID, "options": options,
	}
	return f.form("pick_implementation", []any{choice})
}

func (l *Linker) aborted(f *flow, reason string, more map[string]any) Step {
	if l.Policy().Ends(reason) {
		l.drop(f)
	}
	var placeholders any
	if more != nil {
		placeholders = more
	}
	step := Step{"type": "abort", "flow_id": f.id, "handler": f.handler, "reason": reason, "description_placeholders": placeholders}
	if slices.Contains(sharedReasons, reason) {
		step["translation_domain"] = "homeassistant"
	}
	return step
}

// sharedReasons are the reasons that every integration with OAuth 2 has: the home itself translates them.
var sharedReasons = []string{
	"authorize_url_timeout", "missing_credentials", "no_url_available", "oauth_error", "oauth_failed",
	"oauth_implementation_unavailable", "oauth_timeout", "oauth_unauthorized", "user_rejected_authorize",
}
