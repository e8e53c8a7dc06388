package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/internal/address"
)

// hello is the first message of a client (MCP 2025-06-18, Lifecycle); an endpoint of a later revision answers it, too.
const hello = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},` +
	`"clientInfo":{"name":"authconform","version":"1"}}}`

// Walk requests an endpoint and what it points to, as clients do; c decides which addresses are allowed. clientID is a client whose
// metadata document is checked too; "" means none.
func Walk(ctx context.Context, c *wire.Client, target, clientID string) *Facts {
	f := &Facts{Target: target, ClientID: clientID}
	w := walker{ctx, c}
	var both sync.WaitGroup
	if u, err := url.Parse(clientID); err == nil && u.Scheme == "https" && u.Host != "" && strings.Trim(u.Path, "/") != "" {
		both.Go(func() { d := w.document("client", clientID); f.Client = &d })
	}
	w.endpoint(f)
	both.Wait()
	return f
}

type walker struct {
	ctx  context.Context //nolint:containedctx // of one walk
	wire *wire.Client
}

func (w walker) endpoint(f *Facts) {
	e := w.wire.Do(w.ctx, wire.Request{Method: http.MethodPost, URL: f.Target, Body: hello, Header: http.Header{
		"Accept": {"application/json, text/event-stream"}, "Content-Type": {"application/json"},
	}})
	f.Knock = answered(e)
	if err := kind.Reached(e); err != nil && e.Status != 0 {
		f.Knock.Status, f.Knock.Failure, f.Knock.Problem = 0, noNet, "it speaks TLS; is it https:// instead of http://?"
	}
	if f.Knock.Status == 0 {
		return
	}
	f.Challenge.Bearer, f.Challenge.Link = oauth.BearerChallenge(e.Header.Values("WWW-Authenticate"), "resource_metadata")
	if f.Knock.Status != http.StatusUnauthorized {
		f.Stream = w.get(f.Target, "text/event-stream")
		f.Home = w.home(f.origin() + prefix(f.Target))
		return
	}
	w.metadata(f)
}

// metadata looks for the documents, all of a kind at once, so that it waits only once for slow answers.
func (w walker) metadata(f *Facts) {
	own := f.origin()
	var looks []look
	if f.Challenge.Link != "" {
		looks = append(looks, look{"challenge", f.Challenge.Link})
	}
	for _, at := range oauth.ResourcePlaces(f.Target) {
		by := "path"
		if at == oauth.WellKnown(own, oauth.ResourceMetadata) {
			by = "root"
		}
		looks = append(looks, look{by, at})
	}
	base := own + prefix(f.Target)
	var all sync.WaitGroup
	all.Go(func() { f.Home = w.home(base) })
	f.Resource = w.documents(looks)
	f.Issuer = own
	if named, _ := first(f.Resource).Texts("authorization_servers"); len(named) > 0 {
		f.Issuer = named[0]
	}
	looks = nil
	for _, at := range oauth.ServerPlaces(f.Issuer) {
		looks = append(looks, look{"server", at})
	}
	if prefix(f.Target) != "" {
		looks = append(looks, look{"prefix", base + "/.well-known/" + oauth.ServerMetadata})
	}
	f.Server = w.documents(looks)
	if last := len(f.Server) - 1; prefix(f.Target) != "" {
		f.Prefix, f.Server = &f.Server[last], f.Server[:last]
	}
	if at := first(f.Server).Text("authorization_endpoint"); oauth.Root(at) != "" {
		f.Authorize = w.get(at, "text/html")
	}
	all.Wait()
}

// look is a possible URL of a document.
type look struct{ by, at string }

func (w walker) documents(looks []look) []Document {
	list := make([]Document, len(looks))
	var all sync.WaitGroup
	for i, l := range looks {
		all.Go(func() { list[i] = w.document(l.by, l.at) })
	}
	all.Wait()
	return list
}

// document fetches a JSON object.
func (w walker) document(by, at string) Document {
	u, err := url.Parse(at)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return Document{By: by, Answer: Answer{Method: http.MethodGet, URL: Shown(at), Failure: barred, Problem: "not an http or https URL"}}
	}
	e := w.ask(at, "application/json")
	d := Document{By: by, Answer: answered(e), Size: len(e.Body)}
	if d.Status == 0 {
		return d
	}
	v, err := e.Object()
	switch {
	case d.Status >= 300 && d.Status < 400:
		d.Problem = "it redirects to " + d.To
	case d.Status != http.StatusOK:
		d.Problem = fmt.Sprintf("it answers %d", d.Status)
	case e.Cut:
		d.Problem = "it is longer than 1 MiB"
	case err != nil && d.Type == "text/html":
		d.Problem = "it is a web page"
	case err != nil:
		d.Problem = "it is no JSON object"
	default:
		d.Members = v
	}
	return d
}

func (w walker) ask(at, accept string) *wire.Exchange {
	return w.wire.Do(w.ctx, wire.Request{Method: http.MethodGet, URL: at, Header: http.Header{"Accept": {accept}}, Public: true})
}

func (w walker) get(at, accept string) Answer { return answered(w.ask(at, accept)) }

// home reports whether a Home Assistant is there: it lists its login providers before any login.
func (w walker) home(base string) bool {
	e := w.ask(base+"/auth/providers", "application/json")
	v, err := e.Object()
	_, there := v["providers"]
	listed := e.Status == http.StatusOK && strings.HasPrefix(e.Body, `[{"name"`) // older releases
	return listed || err == nil && (there || e.Text("code") == "onboarding_required")
}

// answered returns the parts of an exchange that a diagnosis needs.
func answered(e *wire.Exchange) Answer {
	a := Answer{
		Method: e.Request.Method, URL: Shown(e.Request.URL), Status: e.Status, Type: e.MediaType(), To: Shown(e.Header.Get("Location")),
		Message: e.MediaType() == "text/event-stream" || strings.Contains(e.Body, `"jsonrpc"`),
		Bare:    strings.TrimSpace(e.Body) == "400: Bad Request",
	}
	var schemes []string
	for _, line := range e.Header.Values("WWW-Authenticate") {
		scheme, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		schemes = append(schemes, scheme)
	}
	a.Schemes = wire.Cut(strings.Join(schemes, ", "), 60)
	if e.Status == 0 {
		a.Problem, a.Failure = wire.Cut(wire.Why(e.Err), 200), failure(e.Err)
	}
	return a
}

func failure(err error) string {
	var name *net.DNSError
	var origin *wire.OriginError
	var place *address.Error
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return noName
	case errors.As(err, &origin), errors.As(err, &place):
		return barred
	}
	return noNet
}

// Shown is a URL without its possibly secret parts: user, query and fragment.
func Shown(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "(no URL)"
	}
	if u.Opaque != "" { // mailto:, data:
		return u.Scheme + ":"
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
	return wire.Cut(u.String(), 200)
}
