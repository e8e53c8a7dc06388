package mcp

import (
	"net/http"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/internal/exit"
)

const (
	wellKnown       = "/.well-known/oauth-protected-resource/mcp"
	serverWellKnown = "/.well-known/oauth-authorization-server"
)

func text(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func TestWhatIsNoEndpointWithALoginIsTurnedAwayWithAReason(t *testing.T) {
	const free, lost = `{"jsonrpc":"2.0","id":1,"result":{}}`, "no client finds out where to log in"
	elsewhere := []string{"https://login.example"}
	for name, c := range map[string]struct {
		like traits
		want string
	}{
		"it needs no token":    {traits{answer: text(200, "application/json", free)}, "answers without a token"},
		"a stream":             {traits{answer: text(200, "text/event-stream", "data: {}\n\n")}, "answers without a token"},
		"a page":               {traits{answer: text(200, "text/html", "<p>hello")}, "it answers with a web page (200)"},
		"anything":             {traits{answer: text(200, "application/json", `{}`)}, "which is not an MCP message"},
		"nothing there":        {traits{answer: text(404, "text/plain", "")}, "a POST there answers 404; is the path right?"},
		"a server that breaks": {traits{answer: text(500, "text/plain", "oops")}, "it answers 500 oops"},
		"haste":                {traits{answer: text(429, "text/plain", "")}, "it answers 429"},
		"no metadata":          {traits{}, lost},
		"no way for a client":  {traits{resource: wellKnown, metadata: serverWellKnown}, "accepts neither client documents nor registrations"},
		"a server of others":   {traits{resource: wellKnown, servers: elsewhere}, "give --trust-origin https://login.example"},
		"a redirect": {
			traits{answer: http.RedirectHandler("/other", http.StatusTemporaryRedirect).ServeHTTP}, "it redirects to /other",
		},
		"the older transport":   {traits{answer: old}, "it speaks only the older transport (SSE)"},
		"a link to a file":      {traits{challenge: says(`Bearer resource_metadata="file:///etc/passwd"`)}, lost},
		"a link to the machine": {traits{challenge: says(`Bearer resource_metadata="http://169.254.169.254/x"`)}, lost},
	} {
		_, _, _, err := looked(t, c.like, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) || exit.Code(err) != exit.NoTarget {
			t.Errorf("%s: %v (exit %d), want %q", name, err, exit.Code(err), c.want)
		}
	}
}

func says(challenge string) func(string) string { return func(string) string { return challenge } }

// old is an endpoint of the older transport: a GET opens the stream.
func old(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		text(200, "text/event-stream", "")(w, r)
		return
	}
	w.WriteHeader(http.StatusMethodNotAllowed)
}

func TestAServerIsFoundAsClientsFindIt(t *testing.T) {
	registers := map[string]any{"registration_endpoint": true}
	for name, c := range map[string]struct {
		like traits
		by   string
	}{
		"by the challenge": {traits{
			challenge: func(base string) string { return `Bearer realm="x", resource_metadata="` + base + `/meta"` },
			resource:  "/meta", metadata: serverWellKnown,
		}, "the challenge"},
		"by the path":           {traits{resource: wellKnown, metadata: serverWellKnown}, "the path"},
		"by the root":           {traits{resource: "/.well-known/oauth-protected-resource", metadata: serverWellKnown}, "the root"},
		"as OpenID does":        {traits{resource: wellKnown, metadata: "/.well-known/openid-configuration"}, "the path"},
		"without the resource":  {traits{metadata: serverWellKnown}, ""},
		"past a dead challenge": {traits{challenge: says("Bearer"), resource: wellKnown, metadata: serverWellKnown}, "the path"},
	} {
		c.like.members = registers
		f, s, facts, err := looked(t, c.like, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		at := s.Found().(found)
		if at.Place.By != c.by || at.Issuer != f.URL || at.Way != registered || at.Message != "initialize" || at.Home {
			t.Errorf("%s: %+v", name, at)
		}
		if facts.Revision != Newest || !strings.HasPrefix(facts.Product, "MCP endpoint of: ") {
			t.Errorf("%s: %+v", name, facts)
		}
		ctx := s.With(judge.With(t.Context(), judge.NewRecord()))
		if got := oauth.Get[oauth.Resource](ctx).Fetch(ctx, "Bearer good"); got.Status != http.StatusOK {
			t.Errorf("%s: %s", name, got)
		}
		s.Leave(ctx)
		if len(f.asked("POST /register")) != 1 || len(f.asked("DELETE /made")) != 1 {
			t.Errorf("%s: the client is not made once and taken back: %q", name, f.heard)
		}
	}
}

// RFC 8414 §3.1 removes a final slash before the well-known path is inserted, §3.3 compares with the identifier that a client knew.
func TestOnlyAnIssuerThatNobodyNamedMayEndInASlash(t *testing.T) {
	registers := map[string]any{"registration_endpoint": true}
	for name, c := range map[string]struct {
		like  traits
		slash bool
	}{
		"named by the resource": {traits{resource: wellKnown, metadata: serverWellKnown, members: registers}, false},
		"found at the origin":   {traits{metadata: serverWellKnown, members: registers}, true},
	} {
		f, s, _, err := looked(t, c.like, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		ctx := s.With(judge.With(t.Context(), judge.NewRecord()))
		got := oauth.Get[oauth.Metadata](ctx).Issuers()
		if got[0] != f.URL || (len(got) == 2 && got[1] == f.URL+"/") != c.slash {
			t.Errorf("%s: %q", name, got)
		}
		s.Leave(ctx)
	}
}

// RFC 7591 §2: scope holds the "scope values that the client can use when requesting access tokens".
func TestAClientRegistersTheScopeThatItRequests(t *testing.T) {
	like := traits{resource: wellKnown, metadata: serverWellKnown, members: map[string]any{"registration_endpoint": true}}
	for scope, want := range map[string]bool{"": false, "tools files": true} {
		f, _, _, err := looked(t, like, func(o *Flags) { o.Scope = scope })
		if err != nil {
			t.Errorf("%q: %v", scope, err)
			continue
		}
		body := f.asked("POST /register")[0]
		if strings.Contains(body, `"scope":"tools files"`) != want || strings.Contains(body, "scope") != want {
			t.Errorf("%q: it registers %s", scope, body)
		}
	}
}

func TestAClientComesAboutInTheOrderOfClients(t *testing.T) {
	like := traits{resource: wellKnown, metadata: serverWellKnown, members: map[string]any{
		"registration_endpoint": true, documentsMember: true, "code_challenge_methods_supported": []string{"S256"},
	}}
	_, s, _, err := looked(t, like, nil)
	if err != nil || s.Found().(found).Way != document {
		t.Errorf("a server that reads documents: %v", err)
	}
	f, s, _, err := looked(t, like, func(o *Flags) { o.ClientID, o.RedirectURI = "ours", "http://127.0.0.1/cb" })
	if err != nil || s.Found().(found).Way != given || len(f.asked("POST /register")) > 0 {
		t.Errorf("a client that was given: %v", err)
	}
	if body := f.asked("POST /token"); len(body) == 0 || !strings.Contains(body[0], "client_id=ours") {
		t.Errorf("it asks as %q", body)
	}
}

func TestAClientDocumentHasNoSecretOfAnotherClient(t *testing.T) {
	like := traits{resource: wellKnown, metadata: serverWellKnown, members: map[string]any{documentsMember: true}}
	f, s, _, err := looked(t, like, func(o *Flags) { o.Secret = "of-another-client" })
	if err != nil || s.Found().(found).Way != document {
		t.Fatal(err)
	}
	for _, body := range f.asked("POST /token") {
		if strings.Contains(body, "client_secret") {
			t.Errorf("it asks with %q", body)
		}
	}
}

func TestRequestsNameTheEndpointAsItsMetadataDo(t *testing.T) {
	for said, own := range map[string]bool{"/mcp": true, "/": true, "": true, "https://other.example/mcp": false} {
		e := &Endpoint{wire: wire.New(wire.Options{Base: "http://h.example/mcp"})}
		if strings.HasPrefix(said, "/") {
			said = "http://h.example" + said
		}
		doc := &wire.Exchange{
			Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"resource":"` + said + `"}`,
		}
		want := e.Address()
		if own && said != "" {
			want = said
		}
		if got := e.identifier(doc); got != want {
			t.Errorf("%q: %s, want %s", said, got, want)
		}
	}
	f, _, _, err := looked(t, traits{
		resource: wellKnown, metadata: serverWellKnown, members: map[string]any{"registration_endpoint": true},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range f.asked("POST /token") {
		if !strings.Contains(body, "resource=") {
			t.Errorf("a token request without resource: %s", body)
		}
	}
}

func TestTheOptionsAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Flags)
		want   string
	}{
		"all is well":        {func(o *Flags) { o.AlsoHost = []string{"home.example", "h:81", "[::1]:8123"} }, ""},
		"no revision":        {func(o *Flags) { o.Revision = "2025-06-17" }, `unknown --mcp-revision "2025-06-17"`},
		"a URL, not a name":  {func(o *Flags) { o.AlsoHost = []string{"http://home.example/x"} }, "not a host name like home.example"},
		"a user in the name": {func(o *Flags) { o.AlsoHost = []string{"a@home.example"} }, "not a host name"},
	} {
		o := Kind().Flags().(*Flags)
		o.Browser, o.Account = "off", oauth.Account{Username: "ben", Password: password}
		c.change(o)
		err := o.Resolve("http://127.0.0.1:8123/api/mcp")
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestWhatTheDoorFoundTravelsToWorkers(t *testing.T) {
	like := traits{resource: wellKnown, metadata: serverWellKnown, members: map[string]any{"registration_endpoint": true}}
	_, parent, _, err := looked(t, like, nil)
	if err != nil {
		t.Fatal(err)
	}
	own := parent.(*session)
	setup := own.setup
	setup.Found = kind.Encode(parent.Found())
	worker, err := Kind().Open(setup, own.tools)
	if err != nil {
		t.Fatal(err)
	}
	ctx := worker.With(judge.With(t.Context(), judge.NewRecord()))
	if tokens := oauth.Issue(ctx, oauth.Get[oauth.Server](ctx)); tokens.Access != "good" {
		t.Errorf("%+v", tokens)
	}
	if err := worker.Lost(ctx); err != nil {
		t.Error(err)
	}
}
