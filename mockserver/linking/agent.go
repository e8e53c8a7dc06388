package linking

import (
	"context"
	"net/http"
	"strings"
)

// Agent is the domain of the home's MCP client, which the user gives a server's URL.
const Agent = "mcp"

// connection is what an MCP server's documents say, and what a login needs of them.
type connection struct {
	endpoint, issuer        string
	promisesIssuer          bool
	registration            string // the endpoint; "": there is none
	scopes                  []string
	authorize, token, title string
}

// connect begins a flow for the server at an address.
func (l *Linker) connect(ctx context.Context, f *flow, input map[string]any, base string, given bool) (Step, error) {
	address, _ := input["url"].(string)
	if u := parsed(address); u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return f.askAddress(map[string]string{"url": "invalid_url"}), nil
	}
	title, answer := l.greet(ctx, address, nil)
	switch {
	case answer.status == 0 && title != "":
		return l.connected(ctx, f, &connection{endpoint: address, title: title}, "", nil), nil
	case answer.status != http.StatusUnauthorized:
		return f.askAddress(map[string]string{"base": "cannot_connect"}), nil
	}
	f.agent = l.discover(ctx, address, answer.challenge)
	if f.agent == nil {
		return l.aborted(f, "cannot_connect", nil), nil
	}
	f.base, f.baseGiven = base, given
	return l.offer(ctx, f)
}

// offer lets the person choose a credential, where there is one for this server; else the client registers itself if it can.
func (l *Linker) offer(ctx context.Context, f *flow) (Step, error) {
	f.options = l.offers(f.agent.issuer)
	switch {
	case f.agent.registration != "" && l.Policy().Agent.Registers(len(f.options)):
		return l.register(ctx, f)
	case len(f.options) == 0:
		return l.aborted(f, "missing_credentials", nil), nil
	}
	f.step = "credentials_choice"
	return f.menu(), nil
}

// offers lists the credentials that may be used with an issuer.
func (l *Linker) offers(issuer string) []implementation {
	var list []implementation
	for _, c := range l.credentialsOf(Agent) {
		if l.Policy().Agent.Offers(l.usedWith(c.ID), issuer) {
			list = append(list, named(c))
		}
	}
	return list
}

// usedWith is the issuer that a credential was used with, "" for none.
func (l *Linker) usedWith(credential string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bound[credential]
}

// bind keeps with which issuer a credential is used.
func (l *Linker) bind(credential, issuer string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bound[credential] = issuer
}

// chooseCredential answers the menu.
func (l *Linker) chooseCredential(ctx context.Context, f *flow, input map[string]any) (Step, error) {
	switch input["next_step_id"] {
	case "new_credentials":
		if f.agent.registration != "" {
			return l.register(ctx, f)
		}
		return l.aborted(f, "missing_credentials", nil), nil
	case "pick_implementation":
		if len(f.options) == 1 {
			return l.choose(ctx, f, f.options[0], f.base, f.baseGiven)
		}
		f.step = "pick_implementation"
		return f.pick(), nil
	}
	return nil, InputError{"next_step_id": "value must be one of the options"}
}

// again lets the person of an entry log in to its server once more, as the client that the home is there.
func (l *Linker) again(ctx context.Context, f *flow, e *entry, base string, given bool) (Step, error) {
	if err := l.Policy().Base(base, given || l.My != ""); err != nil {
		return nil, err
	}
	f.agent = e.agent
	_, f.credential, f.chosen.ID = l.clientOf(e)
	return l.sendAway(ctx, f, base)
}

// provider is the server as the OAuth client sees it.
func (c *connection) provider() Provider {
	return Provider{
		AuthorizeURL: c.authorize, TokenURL: c.token, Scope: strings.Join(c.scopes, " "), PKCE: true,
		resource: c.endpoint, issuer: c.issuer, promisesIssuer: c.promisesIssuer,
	}
}

// connected makes an entry of a server that answers. t is nil where it wants no token.
func (l *Linker) connected(ctx context.Context, f *flow, c *connection, credential string, t Token) Step {
	e := &entry{
		id: newEntryID(), domain: Agent, title: c.title, account: c.endpoint + " " + f.id, implementation: credential, token: t, agent: c,
	}
	if credential == "" && t != nil {
		e.registered = &f.credential
	}
	l.mu.Lock()
	if len(l.entries) < maxEntries {
		l.entries = append(l.entries, e)
	}
	l.mu.Unlock()
	if l.Policy().Ends("") {
		l.drop(f)
	}
	l.setUp(ctx, e)
	return Step{
		"type": "create_entry", "flow_id": f.id, "handler": Agent, "title": c.title, "version": 1, "minor_version": 1,
		"description": nil, "description_placeholders": nil,
		"context": map[string]any{"source": "user"}, "result": l.Policy().Shown(l.Summary(e.id), t),
	}
}

func (f *flow) askAddress(errors map[string]string) Step {
	f.step = "user"
	step := f.form("user", []any{map[string]any{"type": "string", "name": "url", "required": true}})
	if errors != nil {
		step["errors"] = errors
	}
	step["description_placeholders"] = map[string]string{"example_url": "http://example/mcp"}
	return step
}

func (f *flow) menu() Step {
	return Step{
		"type": "menu", "flow_id": f.id, "handler": f.handler, "step_id": "credentials_choice", "data_schema": nil,
		"menu_options": []string{"pick_implementation", "new_credentials"}, "description_placeholders": nil,
	}
}
