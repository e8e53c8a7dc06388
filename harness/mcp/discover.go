package mcp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// ErrNoEndpoint is the reason why a target that answers cannot be judged.
var ErrNoEndpoint = errors.New("the target is not an MCP endpoint that we can judge")

// knock sends a request without a token, which every endpoint that can be judged refuses: the handshake or a later message.
func (e *Endpoint) knock(ctx context.Context) (*wire.Exchange, error) {
	answer := e.Fetch(ctx, "")
	if err := kind.Reached(answer); err != nil {
		return answer, err
	}
	if answer.Status == http.StatusOK && speaks(answer) {
		if next := e.List(ctx, "", answer.Header.Get("Mcp-Session-Id")); next.Status == http.StatusUnauthorized {
			e.at.Message = listing.Name // a row says that the handshake is open
			return next, nil
		}
	}
	return answer, e.unfit(ctx, answer)
}

// unfit returns why an answer to a request without a token does not come from an endpoint with a login, or nil.
func (e *Endpoint) unfit(ctx context.Context, a *wire.Exchange) error {
	switch {
	case a.Status >= 300 && a.Status < 400:
		return fmt.Errorf("%w: it redirects to %s; clients post there only if you name that address: give it with --target",
			ErrNoEndpoint, a.Header.Get("Location"))
	case a.Status < 300 && a.MediaType() == "text/html":
		return fmt.Errorf("%w: it answers with a web page (%d); is the path right, or does a proxy show its own login first?",
			ErrNoEndpoint, a.Status)
	case a.Status < 300 && speaks(a):
		return fmt.Errorf("%w: it answers without a token, so there is no login to judge", ErrNoEndpoint)
	case a.Status < 300:
		return fmt.Errorf("%w: it answers %s to an initialize request without a token, which is not an MCP message", ErrNoEndpoint, a)
	case a.Status == http.StatusNotFound, a.Status == http.StatusMethodNotAllowed:
		return fmt.Errorf("%w: a POST there answers %d%s", ErrNoEndpoint, a.Status, e.older(ctx))
	case a.Status >= 500:
		return fmt.Errorf("%w: it answers %s to an initialize request", ErrNoEndpoint, a)
	}
	return kind.Refused(ctx, tooMany(a))
}

// tooMany returns an answer if it asks for less haste: a 403 may refuse for want of a token.
func tooMany(a *wire.Exchange) *wire.Exchange {
	if a.Status == http.StatusTooManyRequests {
		return a
	}
	return &wire.Exchange{Status: http.StatusUnauthorized}
}

// older reports an endpoint that speaks only the older transport: a GET opens its stream (2024-11-05, transports).
func (e *Endpoint) older(ctx context.Context) string {
	a := e.Ask(ctx, http.MethodGet, nil)
	if a.MediaType() == "text/event-stream" || a.Status == http.StatusUnauthorized {
		return "; it speaks only the older transport (SSE), whose login is not judged"
	}
	return "; is the path right?"
}

// speaks reports whether an answer is a message of the protocol: JSON-RPC, or a stream of it.
func speaks(a *wire.Exchange) bool {
	return a.MediaType() == "text/event-stream" || strings.Contains(a.Body, `"jsonrpc"`)
}

// discover finds the metadata of resource and server as clients do after a refusal.
func (e *Endpoint) discover(ctx context.Context, refusal *wire.Exchange, trusted []string) error {
	doc := e.describe(ctx, refusal)
	own := oauth.Root(e.Address())
	e.at.Issuer, e.at.Base, e.at.Aim = own, own, e.identifier(doc)
	for _, issuer := range append(servers(doc), own) {
		if !ours(issuer, own, trusted) {
			continue
		}
		if at := e.locate(ctx, issuer); at != "" {
			e.at.Issuer, e.at.Server, e.at.Base = issuer, at, issuer
			break
		}
	}
	e.house(ctx)
	if named := servers(doc); e.at.Server == "" && !e.at.Home && len(named) > 0 && !ours(named[0], own, trusted) {
		return fmt.Errorf("%w: it names the authorization server %s; if you trust it with the password, give --trust-origin %s",
			ErrNoEndpoint, named[0], oauth.Root(named[0]))
	}
	if e.at.Server == "" && !e.at.Home {
		return fmt.Errorf("%w: it answers %s without a token, but neither the challenge nor a well-known address leads to the metadata "+
			"of an authorization server, so no client finds out where to log in", ErrNoEndpoint, refusal)
	}
	named := servers(doc)
	if e.at.Named = slices.Contains(named, e.at.Issuer); !e.at.Named && len(named) > 0 && ours(named[0], own, trusted) {
		e.at.Issuer, e.at.Named = named[0], true // rows report the missing metadata
	}
	return nil
}

// ours reports whether requests with credentials may go to a server that the target names.
func ours(issuer, own string, trusted []string) bool {
	at := oauth.Root(issuer)
	return at == own || slices.ContainsFunc(trusted, func(t string) bool { return oauth.Root(t) == at })
}

// describe finds the resource metadata: where the challenge says, or else at the well-known addresses.
func (e *Endpoint) describe(ctx context.Context, refusal *wire.Exchange) *wire.Exchange {
	var places []oauth.Place
	if link := linked(refusal); link != "" {
		places = append(places, oauth.Place{URL: link, Of: []string{e.Address()}, By: "the challenge"})
	}
	for _, p := range append(places, resourcePlaces(e.Address())...) {
		doc := e.document(ctx, p.URL)
		if _, err := doc.Object(); err == nil && doc.Status == http.StatusOK {
			e.at.Place = p
			return doc
		}
	}
	return &wire.Exchange{}
}

// linked returns the resource_metadata of a challenge, if it may be fetched (RFC 9728 §5.1).
func linked(refusal *wire.Exchange) string {
	_, link := oauth.BearerChallenge(refusal.Header.Values("WWW-Authenticate"), "resource_metadata")
	if u, err := url.Parse(link); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		return link
	}
	return ""
}

// resourcePlaces returns the well-known addresses of a resource's metadata, and the resource of each (RFC 9728 §3.3).
func resourcePlaces(resource string) []oauth.Place {
	own := oauth.Root(resource)
	var list []oauth.Place
	for i, at := range oauth.ResourcePlaces(resource) {
		place := oauth.Place{URL: at, Of: []string{resource}, By: "the path"}
		if i > 0 || resource == own {
			place.Of, place.By = []string{own, own + "/"}, "the root"
		}
		list = append(list, place)
	}
	return list
}

// identifier returns the resource identifier for requests (MCP, Resource Parameter Implementation): the one in the endpoint's
// metadata, if that may name it (RFC 9728 §3.3: a resource of its own origin).
func (e *Endpoint) identifier(doc *wire.Exchange) string {
	if said := doc.Text("resource"); oauth.Root(said) == oauth.Root(e.Address()) {
		return said
	}
	return e.Address()
}

// servers returns the authorization servers in resource metadata.
func servers(doc *wire.Exchange) []string {
	v, err := doc.Object()
	if err != nil {
		return nil
	}
	list, _ := v["authorization_servers"].([]any)
	var names []string
	for _, item := range list {
		if s, ok := item.(string); ok && oauth.Root(s) != "" {
			names = append(names, s)
		}
	}
	return names
}

// Places implements oauth.Announced.
func (e *Endpoint) Places(issuer string) []string { return oauth.ServerPlaces(issuer) }

// locate returns the URL of an issuer's metadata, or "".
func (e *Endpoint) locate(ctx context.Context, issuer string) string {
	for _, at := range e.Places(issuer) {
		doc := e.document(ctx, at)
		if _, err := doc.Object(); err == nil && doc.Status == http.StatusOK {
			return at
		}
	}
	return ""
}

// house determines whether the server is a home: a home lists its login providers at /auth/providers, before any login.
func (e *Endpoint) house(ctx context.Context) {
	before, _, _ := strings.Cut(e.Address(), "/api/mcp")
	for _, base := range slices.Compact([]string{before, e.at.Issuer, oauth.Root(e.Address())}) {
		base = strings.TrimRight(base, "/")
		if oauth.Root(base) != oauth.Root(e.Address()) && base != e.at.Issuer {
			continue
		}
		list := e.document(ctx, base+"/auth/providers")
		v, err := list.Object()
		if _, there := v["providers"]; err == nil && (there || list.Text("code") == "onboarding_required") {
			e.at.Home, e.at.Base = true, base
			return
		}
	}
}
