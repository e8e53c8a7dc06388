package linking

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"sync"

	"github.com/authconform/authconform/mock"
)

// Step is what a flow asks for, or how it ended, as the REST API shows it.
type Step = map[string]any

// flow is a linking under way. One request at a time works on it.
type flow struct {
	mu      sync.Mutex
	id      string
	source  string // user, reauth
	entryID string // of a reauth
	step    string // pick_implementation, auth, reauth_confirm
	options []implementation

	chosen     implementation
	credential Credential
	provider   Provider
	verifier   string
	url        string

	// Guarded by Linker.mu: others than the flow's own request come to these.
	awaits bool   // a browser may come back
	back   bool   // it has, or the proxy has sent tokens
	ret    Return // what it brought
	got    Token  // of the proxy
	stop   func() // ends the conversation with the proxy
}

// implementation is a way to link: a credential's id, or cloud.
type implementation struct{ ID, Name string }

const cloud = "cloud"

// The errors of flows.
var (
	ErrNoFlow  = errors.New("Invalid flow specified")
	ErrHandler = errors.New("Invalid handler specified")
)

// InputError is an input that a flow refuses, by field.
type InputError map[string]string

func (e InputError) Error() string { return "User input malformed" }

const maxFlows = 1000

// Start opens a flow. base is HA-Frontend-Base, where given.
func (l *Linker) Start(ctx context.Context, handler, base string, given bool) (Step, error) {
	if handler != Domain {
		return nil, ErrHandler
	}
	f := l.open("user", "")
	step, err := l.implement(ctx, f, base, given)
	if err != nil {
		l.drop(f)
	}
	return step, err
}

func (l *Linker) open(source, entryID string) *flow {
	f := &flow{id: mock.Secret(16), source: source, entryID: entryID}
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
	defer l.mu.Unlock()
	delete(l.flows, f.id)
	f.end()
}

// end ends what hangs on a flow. Linker.mu is held.
func (f *flow) end() {
	if f.stop != nil {
		f.stop()
	}
}

// Abort ends a flow.
func (l *Linker) Abort(id string) error {
	f := l.find(id)
	if f == nil {
		return ErrNoFlow
	}
	if l.Policy.Cancels() {
		l.drop(f)
	}
	return nil
}

// Progress lists the flows that nobody started by hand.
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
		list = append(list, Step{"flow_id": f.id, "handler": Domain, "context": context, "step_id": f.step})
	}
	return list
}

// Poll is the flow's step now. Where the browser has come back, this is what redeems the code.
func (l *Linker) Poll(ctx context.Context, id string) (Step, error) {
	f := l.find(id)
	if f == nil {
		return nil, ErrNoFlow
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if l.find(id) == nil {
		return nil, ErrNoFlow // it ended while we waited
	}
	switch f.step {
	case "auth":
		return l.proceed(ctx, f)
	case "reauth_confirm":
		return f.form("reauth_confirm", []any{}), nil
	}
	return f.pick(), nil
}

// Submit answers a form of the flow.
func (l *Linker) Submit(ctx context.Context, id string, input map[string]any, base string, given bool) (Step, error) {
	f := l.find(id)
	if f == nil {
		return nil, ErrNoFlow
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch f.step {
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

// implement chooses the way to link: the only one, or the person's choice.
func (l *Linker) implement(ctx context.Context, f *flow, base string, given bool) (Step, error) {
	var err error
	f.options, err = l.implementations(ctx)
	switch {
	case len(f.options) == 0 && err != nil:
		return l.aborted(f, "oauth_implementation_unavailable", nil), nil //nolint:nilerr // that is the answer to it
	case len(f.options) == 0:
		return l.aborted(f, "missing_credentials", nil), nil
	case len(f.options) == 1:
		return l.choose(ctx, f, f.options[0], base, given)
	}
	f.step = "pick_implementation"
	return f.pick(), nil
}

// implementations lists the ways to link: the proxy first.
func (l *Linker) implementations(ctx context.Context) ([]implementation, error) {
	var list []implementation
	offered, err := l.offered(ctx)
	if offered {
		list = append(list, implementation{cloud, "Home Assistant Cloud"})
	}
	for _, c := range l.Credentials() {
		name := c.Name
		if name == "" {
			name = c.ClientID
		}
		list = append(list, implementation{c.ID, name})
	}
	return list, err
}

func (l *Linker) choose(ctx context.Context, f *flow, way implementation, base string, given bool) (Step, error) {
	f.chosen = way
	if way.ID == cloud {
		f.provider = l.provider("")
		f.step = "auth"
		return l.converse(ctx, f)
	}
	if err := l.Policy.Base(base, given || l.My != ""); err != nil {
		return nil, err
	}
	var there bool
	if f.credential, there = l.credential(way.ID); !there {
		return l.aborted(f, "missing_credentials", nil), nil
	}
	f.provider = l.provider(f.credential.ClientID)
	a := Authorization{ClientID: f.credential.ClientID, Redirect: l.Policy.Redirect(base, l.My), Scope: f.provider.Scope, Secret: f.credential.ClientSecret, Reauth: f.source == "reauth"}
	if l.Policy.PKCE(f.provider.PKCE) {
		f.verifier = l.Policy.Verifier()
		a.Challenge, a.Verifier = challengeOf(f.verifier), f.verifier
	}
	l.mu.Lock()
	a.State = l.Policy.SignState(f.id, a.Redirect, l.key, l.Clock.Now())
	f.awaits = true
	l.mu.Unlock()
	f.url, f.step = l.Policy.Authorize(f.provider.AuthorizeURL, l.Policy.Parameters(a)), "auth"
	l.tell(ctx, l.Policy.Early(f.provider, f.credential, nil))
	return f.external(), nil
}

// proceed goes on from the external step once somebody has come back.
func (l *Linker) proceed(ctx context.Context, f *flow) (Step, error) {
	l.mu.Lock()
	back, ret, got := f.back, f.ret, f.got
	l.mu.Unlock()
	if !back {
		if f.chosen.ID == cloud && !l.Policy.OneSocket() {
			return l.converse(ctx, f)
		}
		return f.external(), nil
	}
	return l.finish(context.WithoutCancel(ctx), f, ret, got), nil
}

// Callback takes a browser that came back from a third party. The answer says what it sees.
func (l *Linker) Callback(query url.Values) *mock.Answer {
	if !query.Has("state") {
		return mock.Text(200, "Missing state parameter")
	}
	l.mu.Lock()
	id, redirect, ok := l.Policy.ReadState(query.Get("state"), l.key, l.Clock.Now())
	f := l.flows[id]
	awaits := f != nil && f.awaits
	l.mu.Unlock()
	if !ok || f == nil || !awaits {
		return mock.Text(400, "Invalid state. Is My Home Assistant configured to go to the right instance?")
	}
	ret := l.Policy.Callback(query)
	ret.Redirect = redirect
	if !ret.HasCode && !ret.HasErr {
		return mock.Text(200, "Missing code or error parameter")
	}
	l.mu.Lock()
	if !f.back || !l.Policy.CallbackOnce() {
		f.ret, f.back = ret, true
	}
	l.mu.Unlock()
	l.Fire("data_entry_flow_progressed", map[string]any{"handler": Domain, "flow_id": f.id, "refresh": true})
	body, kind := l.Policy.Finished(query)
	a := mock.Text(200, body)
	a.Header.Set("Content-Type", kind)
	return a
}

func (f *flow) external() Step {
	return Step{"type": "external", "flow_id": f.id, "handler": Domain, "step_id": "auth", "url": f.url, "description_placeholders": nil}
}

func (f *flow) form(step string, schema any) Step {
	return Step{"type": "form", "flow_id": f.id, "handler": Domain, "step_id": step, "data_schema": schema, "errors": nil, "description_placeholders": nil, "last_step": nil}
}

func (f *flow) pick() Step {
	options := [][2]string{}
	for _, o := range f.options {
		options = append(options, [2]string{o.ID, o.Name})
	}
	return f.form("pick_implementation", []any{map[string]any{"type": "select", "name": "implementation", "required": true, "default": f.options[0].ID, "options": options}})
}

func (l *Linker) aborted(f *flow, reason string, more map[string]any) Step {
	if l.Policy.Ends(reason) {
		l.drop(f)
	}
	var placeholders any
	if more != nil {
		placeholders = more
	}
	return Step{"type": "abort", "flow_id": f.id, "handler": Domain, "reason": reason, "description_placeholders": placeholders}
}
